/**
 * PERCENT_CHANGE: the price has moved by so many percent within a window.
 *
 * @module
 */
import { formatPercent, formatPrice, formatSpan } from "../../format/mod.ts";
import { type BarMoment, defineCondition, judge, type Rule } from "../types.ts";

/** Returns the change in percent: 5 means 5 %. */
function measureChange({ windowMs }: Rule, moment: BarMoment): number {
  const past = moment.readClose(windowMs);
  return (moment.close / past - 1) * 100;
}

/** Holds while the move over the window is as large as asked for. */
export const percentChange = defineCondition({
  name: "PERCENT_CHANGE",
  on: "bar",
  isEvent: false,
  threshold: { unit: "percent", min: 0.01, max: 10_000, fallback: 5 },
  parameters: ["timeframe", "direction", "windowMs"],
  test(rule, moment) {
    const change = measureChange(rule, moment);
    const isUp = change >= rule.threshold && rule.direction !== "down";
    const isDown = change <= -rule.threshold && rule.direction !== "up";
    return judge(Number.isFinite(change), isUp || isDown);
  },
  explain(rule, moment) {
    const change = measureChange(rule, moment);
    const past = moment.readClose(rule.windowMs);
    const { symbol, close } = moment;
    return {
      value: change,
      message: `${symbol} moved ${formatPercent(change)} within ${formatSpan(rule.windowMs)}, ` +
        `from ${formatPrice(past)} to ${formatPrice(close)} (asked for: ${rule.threshold} %).`,
      figures: { change, from: past, close },
    };
  },
});
