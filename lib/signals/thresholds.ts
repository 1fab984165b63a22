/**
 * What detectors share: reading a threshold, and the stretch of bars they may judge.
 *
 * @module
 */
import { type BarColumns, type Timeframe, timeframeMs } from "../market/mod.ts";
import type { Thresholds } from "./types.ts";

/**
 * Returns a threshold, or the detector's default where configuration names none.
 *
 * @throws {RangeError} If it is not a finite number above 0.
 */
export function getThreshold(name: string, thresholds: Thresholds, defaults: Thresholds): number {
  const value = thresholds[name] ?? defaults[name];
  if (value === undefined || !Number.isFinite(value) || value <= 0) {
    throw new RangeError(`Cannot detect: ${name} above 0 is required, was ${value}`);
  }
  return value;
}

/** Says whether the last `count` rows exist and follow one another without a hole. */
export function isContiguous(bars: BarColumns, count: number, timeframe: Timeframe): boolean {
  if (bars.length < count) return false;
  const stepMs = timeframeMs[timeframe];
  for (let i = bars.length - count + 1; i < bars.length; i++) {
    if (bars.time[i]! - bars.time[i - 1]! !== stepMs) return false;
  }
  return true;
}
