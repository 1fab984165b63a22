/**
 * Features of price and of how much it varies.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";

/** Returns close / close n bars ago − 1; NaN for the first n rows and after a price of 0. */
export function computeReturns(close: Float64Array, n: number): Float64Array {
  return close.map((price, i) => i < n ? NaN : toFinite(price / close[i - n]! - 1));
}

/** Returns the natural logarithm of the one-step ratio of closes. */
export function computeLogReturns(close: Float64Array): Float64Array {
  return close.map((price, i) => i < 1 ? NaN : toFinite(Math.log(price / close[i - 1]!)));
}

/** Returns `values` minus the value n rows before. */
export function computeMomentum(values: Float64Array, n: number): Float64Array {
  return values.map((value, i) => i < n ? NaN : value - values[i - n]!);
}

/**
 * Returns the sample standard deviation (divided by n − 1) of the last n one-step returns; NaN
 * while there are fewer.
 */
export function computeRollingStd(returns: Float64Array, n: number): Float64Array {
  return returns.map((_, i) => {
    if (i < n) return NaN;
    let sum = 0;
    for (let j = i - n + 1; j <= i; j++) sum += returns[j]!;
    const mean = sum / n;
    let squares = 0;
    for (let j = i - n + 1; j <= i; j++) squares += (returns[j]! - mean) ** 2;
    return Math.sqrt(squares / (n - 1));
  });
}

/** Returns high / low of each bar. */
export function computeHighLowRatio({ high, low }: BarColumns): Float64Array {
  return high.map((value, i) => toFinite(value / low[i]!));
}

/** Returns `value`, or NaN where it is infinite: a division by 0 has no answer. */
export function toFinite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}
