/**
 * DEX price volatility: a pair's price has moved far within a day.
 *
 * @module
 */
import { getThreshold } from "../thresholds.ts";
import { cleanFigure, findDayBefore } from "./history.ts";
import type { DexDetector } from "./types.ts";

/**
 * Fires when the price differs by `changePercent` or more from a day before: by our own samples, or
 * by the source's figure while ours do not reach back a day. Percent: 15 means 15 %.
 */
export const priceVolatility: DexDetector = {
  type: "price_volatility",
  version: 1,
  defaults: { changePercent: 15 },
  detect({ pair, sample, history }, thresholds) {
    const threshold = getThreshold("changePercent", thresholds, priceVolatility.defaults);
    const price = cleanFigure(sample.price);
    if (price === null || price === 0) return null;
    const before = findDayBefore(history, sample.timestamp)?.[1] ?? null;
    const isOwn = before !== null && before > 0;
    const told = pair.last_updated === sample.timestamp ? pair.price_change_24h : null;
    const change = isOwn ? (price - before) / before * 100 : told;
    if (change === null || change <= -100) return null;
    const magnitude = Math.abs(change) / threshold;
    if (!Number.isFinite(magnitude) || magnitude < 1) return null;
    return {
      magnitude,
      data: {
        price,
        ...(isOwn && { price_24h_ago: before }),
        price_change_24h: change,
        measured_by: isOwn ? "own samples" : "source",
        direction: change > 0 ? "up" : "down",
        threshold,
      },
    };
  },
};
