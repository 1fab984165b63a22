/**
 * The nouns of the market: symbol, trade, bar, timeframe. Pure data and arithmetic on it; a new
 * noun is a new file here, exported below.
 *
 * @module
 */
export * from "./bar.ts";
export * from "./calendar.ts";
export * from "./money.ts";
export * from "./symbol.ts";
export * from "./timeframe.ts";
export * from "./trade.ts";
