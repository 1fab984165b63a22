/**
 * Volume anomaly: a day has traded far more than the week before it.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";
import { getThreshold, isContiguous } from "./thresholds.ts";
import type { Detector, Find, Thresholds } from "./types.ts";

const DAY_MS = 86_400_000;
const HOURS = 24;
const BASELINE_DAYS = 7;
const HOURS_NEEDED = HOURS * (1 + BASELINE_DAYS);

const defaults = { ratio: 2 };

/**
 * Fires when the volume of the last 24 hours is `ratio` times or more the mean 24 h volume of the 7
 * days before them. Judges nothing across a hole, nor beside a week without trades.
 */
export const volumeAnomaly = {
  type: "volume_anomaly",
  version: 2,
  timeframe: "1h",
  barsNeeded: HOURS_NEEDED,
  defaults,
  windowMs: DAY_MS,
  horizonMs: DAY_MS,
  detect(bars, thresholds) {
    const find = measureVolume(bars, thresholds);
    return find && find.magnitude >= 1 ? find : null;
  },
  measure: measureVolume,
} satisfies Detector as Detector;

function measureVolume(bars: BarColumns, thresholds: Thresholds): Find | null {
  const threshold = getThreshold("ratio", thresholds, defaults);
  if (!isContiguous(bars, HOURS_NEEDED, "1h")) return null;
  const start = bars.length - HOURS_NEEDED;
  const split = bars.length - HOURS;
  const volume = sumRange(bars.volume, split, bars.length);
  const baseline = sumRange(bars.volume, start, split) / BASELINE_DAYS;
  const ratio = volume / baseline;
  if (!Number.isFinite(ratio)) return null;
  return {
    type: "volume_anomaly",
    magnitude: ratio / threshold,
    data: {
      volume_24h: volume,
      mean_volume_7d: baseline,
      ratio,
      threshold_ratio: threshold,
      window_hours: HOURS,
    },
  };
}

function sumRange(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum;
}
