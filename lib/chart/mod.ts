/**
 * Series and geometry of charts. `draw.ts` is not among it: it brings the chart library and is
 * loaded only where a chart is drawn.
 *
 * @module
 */
export * from "./describe.ts";
export * from "./indicators.ts";
export * from "./palette.ts";
export * from "./series.ts";
export * from "./sparkline.ts";
export * from "./volume_profile.ts";
