/**
 * MACD_CROSSOVER: the MACD line crosses its signal line on a closed bar.
 *
 * @module
 */
import { formatPrice } from "../../format/mod.ts";
import { defineCondition, judge } from "../types.ts";

/** True at the bar of the crossing only, in the direction that was asked for. */
export const macdCrossover = defineCondition({
  name: "MACD_CROSSOVER",
  on: "bar",
  isEvent: true,
  threshold: null,
  parameters: ["timeframe", "direction"],
  test({ direction }, moment) {
    const before = moment.read("macd_histogram", 1);
    const now = moment.read("macd_histogram", 0);
    const isUp = before <= 0 && now > 0 && direction !== "down";
    const isDown = before >= 0 && now < 0 && direction !== "up";
    return judge(!Number.isNaN(before) && !Number.isNaN(now), isUp || isDown);
  },
  explain(_rule, moment) {
    const { symbol, timeframe, close } = moment;
    const macd = moment.read("macd", 0);
    const line = moment.read("macd_signal", 0);
    const way = macd > line ? "above" : "below";
    return {
      value: macd - line,
      message: `MACD of ${symbol} crossed ${way} its signal line on ${timeframe} bars ` +
        `at a close of ${formatPrice(close)}.`,
      figures: { macd, macd_signal: line, close },
    };
  },
});
