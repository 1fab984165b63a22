/**
 * NEW_PAIR: a DEX lists a pair that was not there before, with some liquidity.
 *
 * @module
 */
import { formatVolume } from "../../format/mod.ts";
import { defineCondition, judge } from "../types.ts";

/** True once for each new pair. */
export const newPair = defineCondition({
  name: "NEW_PAIR",
  on: "figure",
  figure: "new_pair",
  isEvent: true,
  threshold: { unit: "usd", min: 0, max: 1e15, fallback: 0 },
  parameters: [],
  test: ({ threshold }, { value }) => judge(!Number.isNaN(value), value >= threshold),
  explain: ({ threshold }, { symbol, value }) => ({
    value,
    message: `${symbol} is newly listed with ${formatVolume(value)} USD of liquidity.`,
    figures: { liquidity: value, threshold },
  }),
});
