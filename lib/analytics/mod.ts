/**
 * Analytics: what is told of a market beyond single signals. Pure: bars and records in, figures out.
 *
 * @module
 */
export * from "./assets.ts";
export * from "./levels.ts";
export * from "./market.ts";
export * from "./pairs.ts";
export * from "./recommendations.ts";
export * from "./relationships.ts";
export * from "./spread.ts";
export * from "./trend.ts";
export * from "./volatility.ts";
