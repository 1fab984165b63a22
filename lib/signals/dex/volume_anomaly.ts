/**
 * DEX volume anomaly: a pair's day has traded far more than its days before.
 *
 * @module
 */
import { getThreshold } from "../thresholds.ts";
import { cleanFigure, measureMeanVolume } from "./history.ts";
import type { DexDetector } from "./types.ts";

/** Fires when the 24 h volume is `ratio` times or more the pair's mean of the last `days` to 7 days. */
export const dexVolumeAnomaly: DexDetector = {
  type: "volume_anomaly",
  version: 1,
  defaults: { ratio: 3, days: 1 },
  detect({ sample, history }, thresholds) {
    const threshold = getThreshold("ratio", thresholds, dexVolumeAnomaly.defaults);
    const volume = cleanFigure(sample.volume_24h);
    const past = measureMeanVolume(history, sample.timestamp);
    if (volume === null || past === null || past.mean <= 0) return null;
    if (past.days < getThreshold("days", thresholds, dexVolumeAnomaly.defaults)) return null;
    const ratio = volume / past.mean;
    if (!Number.isFinite(ratio) || ratio < threshold) return null;
    return {
      magnitude: ratio / threshold,
      data: {
        volume_24h: volume,
        mean_volume: past.mean,
        mean_days: past.days,
        ratio,
        threshold,
      },
    };
  },
};
