/**
 * A level of the relative strength index of a closed bar: what RSI_ABOVE and RSI_BELOW share.
 *
 * @module
 */
import { type Condition, defineCondition, judge } from "./types.ts";

/** Returns the condition that the index is above, or below, the level. */
export function createRsiCondition(name: "RSI_ABOVE" | "RSI_BELOW"): Condition {
  const isAbove = name === "RSI_ABOVE";
  return defineCondition({
    name,
    on: "bar",
    isEvent: false,
    threshold: { unit: "index", min: 0, max: 100, fallback: isAbove ? 70 : 30 },
    parameters: ["timeframe"],
    test({ threshold }, moment) {
      const rsi = moment.read("rsi_14", 0);
      return judge(!Number.isNaN(rsi), isAbove ? rsi > threshold : rsi < threshold);
    },
    explain({ threshold }, moment) {
      const rsi = moment.read("rsi_14", 0);
      const { symbol, timeframe, close } = moment;
      return {
        value: rsi,
        message: `RSI 14 of ${symbol} on ${timeframe} bars is ${rsi.toFixed(1)}, ` +
          `${isAbove ? "above" : "below"} ${threshold}.`,
        figures: { rsi_14: rsi, threshold, close },
      };
    },
  });
}
