/**
 * Liquidity shift: much was put into a pool, or taken out of it, within a day.
 *
 * @module
 */
import { getThreshold } from "../thresholds.ts";
import { cleanFigure, findDayBefore } from "./history.ts";
import type { DexDetector } from "./types.ts";

/** Fires when liquidity differs by `changePercent` or more from a day before. Percent: 20 is 20 %. */
export const liquidityShift: DexDetector = {
  type: "liquidity_shift",
  version: 1,
  defaults: { changePercent: 20 },
  detect({ sample, history }, thresholds) {
    const threshold = getThreshold("changePercent", thresholds, liquidityShift.defaults);
    const liquidity = cleanFigure(sample.liquidity);
    const before = findDayBefore(history, sample.timestamp)?.[3] ?? null;
    if (liquidity === null || before === null || before <= 0) return null;
    // From the difference, so that 80 from 100 is 20 % and not a hair less.
    const change = (liquidity - before) / before * 100;
    const magnitude = Math.abs(change) / threshold;
    if (!Number.isFinite(magnitude) || magnitude < 1) return null;
    return {
      magnitude,
      data: {
        liquidity,
        liquidity_24h_ago: before,
        liquidity_change_24h: change,
        direction: change > 0 ? "up" : "down",
        threshold,
      },
    };
  },
};
