/**
 * ARBITRAGE_SPREAD: one asset has different prices at different places.
 *
 * @module
 */
import { formatPercent } from "../../format/mod.ts";
import { defineCondition, judge } from "../types.ts";

/** The same asset is so many percent dearer at one place than at another. */
export const arbitrageSpread = defineCondition({
  name: "ARBITRAGE_SPREAD",
  on: "figure",
  figure: "spread",
  isEvent: false,
  threshold: { unit: "percent", min: 0.001, max: 1_000, fallback: 1 },
  parameters: [],
  test: ({ threshold }, { value }) => judge(!Number.isNaN(value), value >= threshold),
  explain: ({ threshold }, { symbol, value }) => ({
    value,
    message: `Prices of ${symbol} lie ${formatPercent(value)} apart (asked for: ${threshold} %).`,
    figures: { spread: value, threshold },
  }),
});
