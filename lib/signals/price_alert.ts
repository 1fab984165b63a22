/**
 * Price alert: the price has moved far within a day.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";
import { getThreshold, isContiguous } from "./thresholds.ts";
import type { Detector, Find, Thresholds } from "./types.ts";

const DAY_MS = 86_400_000;
const HOURS = 24;

const defaults = { changePercent: 5 };

/**
 * Fires when the newest close is `changePercent` or more above or below the close 24 hours before.
 * Judges nothing across a hole. Percent: 5 means 5 %.
 */
export const priceAlert = {
  type: "price_alert",
  version: 2,
  timeframe: "1h",
  barsNeeded: HOURS + 1,
  defaults,
  windowMs: DAY_MS,
  horizonMs: DAY_MS,
  detect(bars, thresholds) {
    const find = measureMove(bars, thresholds);
    return find && find.magnitude >= 1 ? find : null;
  },
  measure: measureMove,
} satisfies Detector as Detector;

function measureMove(bars: BarColumns, thresholds: Thresholds): Find | null {
  const threshold = getThreshold("changePercent", thresholds, defaults);
  if (!isContiguous(bars, HOURS + 1, "1h")) return null;
  const price = bars.close[bars.length - 1]!;
  const priceBefore = bars.close[bars.length - 1 - HOURS]!;
  const changePercent = (price / priceBefore - 1) * 100;
  const magnitude = Math.abs(changePercent) / threshold;
  if (!Number.isFinite(magnitude)) return null;
  return {
    type: "price_alert",
    magnitude,
    data: {
      price,
      price_24h_ago: priceBefore,
      price_change_24h: changePercent,
      direction: changePercent > 0 ? "up" : "down",
      threshold_percent: threshold,
      window_hours: HOURS,
    },
  };
}
