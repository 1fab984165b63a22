/**
 * Bars: trades to bars, bars to longer bars, and our bars against the exchange's. Pure; the
 * pipeline owns the state and says what time it is.
 *
 * @module
 */
export * from "./aggregate.ts";
export * from "./builder.ts";
export * from "./hours.ts";
export * from "./next_bar.ts";
export * from "./reconcile.ts";
export * from "./trade_ids.ts";
