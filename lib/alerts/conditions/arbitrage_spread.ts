/**
 * ARBITRAGE_SPREAD: one asset has different prices at different places.
 *
 * @module
 */
import { formatPercent, formatPrice } from "../../format/mod.ts";
import { defineCondition, type FigureMoment, judge } from "../types.ts";

type FigureDetails = NonNullable<FigureMoment["details"]>;

/** The same asset is so many percent dearer at one place than at another. */
export const arbitrageSpread = defineCondition({
  name: "ARBITRAGE_SPREAD",
  on: "figure",
  figure: "spread",
  isEvent: false,
  threshold: { unit: "percent", min: 0.001, max: 1_000, fallback: 1 },
  parameters: [],
  test: ({ threshold }, { value }) => judge(!Number.isNaN(value), value >= threshold),
  explain: ({ threshold }, { symbol, value, details = {} }) => ({
    value,
    message: `Prices of ${symbol} lie ${formatPercent(value)} apart${namePlaces(details)} ` +
      `(asked for: ${threshold} %).`,
    figures: { spread: value, threshold, ...details },
  }),
});

/** Says where it is cheapest and dearest, as far as that is told. */
function namePlaces({ lowPlace, lowPrice, highPlace, highPrice }: FigureDetails): string {
  if (typeof lowPrice !== "number" || typeof highPrice !== "number") return "";
  return `: ${formatPrice(lowPrice)} at ${lowPlace}, ${formatPrice(highPrice)} at ${highPlace}`;
}
