/**
 * Features read off indicators: zones, crossings, positions and distances.
 *
 * @module
 */
import type { IndicatorColumns } from "../indicators/mod.ts";
import { toFinite } from "./price.ts";

/** Bandwidths that exist within the rolling window of 200 bars: the first 19 bars have none. */
const SQUEEZE_WINDOW = 181;
const SQUEEZE_SHARE = 0.2;

/** Returns 0 below an RSI of 30 (oversold), 2 above 70 (overbought), else 1. */
export function computeRsiZone(rsi: Float64Array): Float64Array {
  return rsi.map((value) => value !== value ? NaN : value < 30 ? 0 : value > 70 ? 2 : 1);
}

/** Returns +1 on the bar where MACD crosses above its signal, −1 where it crosses below, else 0. */
export function computeMacdCrossover(histogram: Float64Array): Float64Array {
  return histogram.map((now, i) => {
    const before = i < 1 ? NaN : histogram[i - 1]!;
    if (now !== now || before !== before) return NaN;
    if (before <= 0 && now > 0) return 1;
    return before >= 0 && now < 0 ? -1 : 0;
  });
}

/** Returns where the close stands: 0 at the lower band, 1 at the upper, 0.5 between equal bands. */
export function computeBollingerPosition(
  close: Float64Array,
  { bb_upper, bb_lower }: IndicatorColumns,
): Float64Array {
  return close.map((price, i) => {
    const width = bb_upper[i]! - bb_lower[i]!;
    return width === 0 ? 0.5 : (price - bb_lower[i]!) / width;
  });
}

/**
 * Returns 1 where the bandwidth, (upper − lower) / middle, is in the lowest fifth of the last 181
 * bandwidths: fewer than a fifth of them are below it. Else 0; NaN while there are fewer.
 */
export function computeBollingerSqueeze(
  { bb_upper, bb_middle, bb_lower }: IndicatorColumns,
): Float64Array {
  const width = bb_upper.map((upper, i) => toFinite((upper - bb_lower[i]!) / bb_middle[i]!));
  let known = 0;
  return width.map((now, i) => {
    known = now === now ? known + 1 : 0;
    if (known < SQUEEZE_WINDOW) return NaN;
    let below = 0;
    for (let j = i - SQUEEZE_WINDOW + 1; j <= i; j++) if (width[j]! < now) below++;
    return below < SQUEEZE_SHARE * SQUEEZE_WINDOW ? 1 : 0;
  });
}

/** Returns close / SMA − 1. */
export function computeSmaDistance(close: Float64Array, sma: Float64Array): Float64Array {
  return close.map((price, i) => toFinite(price / sma[i]! - 1));
}

/** Returns 1 where the close is above the SMA, else 0; NaN where there is no SMA. */
export function computePriceAboveSma(close: Float64Array, sma: Float64Array): Float64Array {
  return close.map((price, i) => Number.isNaN(sma[i]!) ? NaN : price > sma[i]! ? 1 : 0);
}
