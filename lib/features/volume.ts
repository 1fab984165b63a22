/**
 * Features of volume.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";
import { toFinite } from "./price.ts";

/** Returns volume / previous volume − 1; NaN for the first row and after a bar without trades. */
export function computeVolumeChange(volume: Float64Array): Float64Array {
  return volume.map((value, i) => i < 1 ? NaN : toFinite(value / volume[i - 1]! - 1));
}

/** Returns volume / its 20-bar mean; NaN where the mean is 0 or not there yet. */
export function computeVolumeRatio(volume: Float64Array, mean: Float64Array): Float64Array {
  return volume.map((value, i) => toFinite(value / mean[i]!));
}

/**
 * Returns the running sum of volume · one-step return. It has no natural zero: it begins at
 * `start`, the value of the row before the first, or 0.
 */
export function computeVolumePriceTrend(
  { close, volume }: Pick<BarColumns, "close" | "volume">,
  start = 0,
): Float64Array {
  let trend = start;
  return close.map((price, i) => {
    const step = i < 1 ? 0 : toFinite(volume[i]! * (price / close[i - 1]! - 1));
    if (step === step) trend += step;
    return trend;
  });
}
