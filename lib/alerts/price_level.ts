/**
 * A level of the price, fixed or on a drawn line: what PRICE_ABOVE and PRICE_BELOW share.
 *
 * @module
 */
import type { AlertLine } from "../contracts/owned.ts";
import { formatPrice } from "../format/mod.ts";
import { type Condition, defineCondition, judge, type Rule } from "./types.ts";

/** Returns the price of a line at a time (epoch ms), on its extension too. */
export function readLine({ fromMs, fromPrice, toMs, toPrice }: AlertLine, timeMs: number): number {
  if (toMs === fromMs) return fromPrice;
  return fromPrice + (toPrice - fromPrice) * (timeMs - fromMs) / (toMs - fromMs);
}

/** Returns the level that holds at a time. */
export function readLevel({ alert, threshold }: Rule, timeMs: number): number {
  const { line } = alert.parameters;
  return line ? readLine(line, timeMs) : threshold;
}

/** Returns the condition that a trade is above, or below, the level. */
export function createPriceCondition(name: "PRICE_ABOVE" | "PRICE_BELOW"): Condition {
  const isAbove = name === "PRICE_ABOVE";
  return defineCondition({
    name,
    on: "price",
    isEvent: false,
    threshold: { unit: "price", min: 0, max: 1e15, fallback: null },
    parameters: ["line"],
    test(rule, { price, timeMs }) {
      const level = readLevel(rule, timeMs);
      return judge(Number.isFinite(level), isAbove ? price > level : price < level);
    },
    explain(rule, { symbol, price, timeMs }) {
      const level = readLevel(rule, timeMs);
      const what = rule.alert.parameters.line ? "the drawn line at" : "the level";
      const side = isAbove ? "above" : "below";
      return {
        value: price,
        message: `${symbol} trades at ${formatPrice(price)}, ${side} ${what} ${
          formatPrice(level)
        }.`,
        figures: { price, level },
      };
    },
  });
}
