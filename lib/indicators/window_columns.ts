/**
 * The window folds of `window.ts` over whole columns: the same blocks, suffixes and prefixes in the
 * same order of arithmetic, so that each row equals the streaming class bit for bit.
 *
 * Every function takes the numbers from row `from` on (what lies before is not read) and returns a
 * new column, NaN until the window is full.
 *
 * @module
 */
import { checkPeriod } from "./window.ts";

/** Returns the means of the last `period` numbers: `WindowSum` divided by its period. */
export function computeWindowMeans(xs: Float64Array, period: number, from = 0): Float64Array {
  checkPeriod(period);
  const length = xs.length;
  const means = new Float64Array(length);
  const suffix = new Float64Array(period + 1);
  for (let start = from; start < length; start += period) {
    if (start > from) {
      for (let i = period - 1, row = start - 1; i >= 0; i--, row--) {
        suffix[i] = suffix[i + 1]! + xs[row]!;
      }
    }
    const end = Math.min(start + period, length);
    let prefix = 0;
    for (let row = start, count = 1; row < end; row++, count++) {
      prefix += xs[row]!;
      means[row] = (suffix[count]! + prefix) / period;
    }
  }
  return clearWarmUp(means, from + period - 1);
}

/** Returns the highest of the last `period` numbers, as `WindowMax` does. */
export function computeWindowHighs(xs: Float64Array, period: number): Float64Array {
  return computeWindowExtremes(xs, period, 1);
}

/** Returns the lowest of the last `period` numbers: minus the `WindowMax` of the negated ones. */
export function computeWindowLows(xs: Float64Array, period: number): Float64Array {
  return computeWindowExtremes(xs, period, -1);
}

function computeWindowExtremes(xs: Float64Array, period: number, sign: 1 | -1): Float64Array {
  checkPeriod(period);
  const length = xs.length;
  const extremes = new Float64Array(length);
  const suffix = new Float64Array(period + 1).fill(-Infinity);
  for (let start = 0; start < length; start += period) {
    if (start > 0) {
      for (let i = period - 1, row = start - 1; i >= 0; i--, row--) {
        suffix[i] = Math.max(suffix[i + 1]!, sign * xs[row]!);
      }
    }
    const end = Math.min(start + period, length);
    let prefix = -Infinity;
    for (let row = start, count = 1; row < end; row++, count++) {
      const x = sign * xs[row]!;
      prefix = x > prefix ? x : prefix;
      const older = suffix[count]!;
      extremes[row] = sign * (older > prefix ? older : prefix);
    }
  }
  return clearWarmUp(extremes, period - 1);
}

/** Means, and sums of squared distances from them, over the last `period` numbers. */
export interface MomentColumns {
  mean: Float64Array;
  squares: Float64Array;
}

/** Returns what `WindowMoments` gives; see there for the sources of the formulae. */
export function computeWindowMoments(xs: Float64Array, period: number): MomentColumns {
  checkPeriod(period);
  const length = xs.length;
  const means = new Float64Array(length);
  const squares = new Float64Array(length);
  const suffix = { mean: new Float64Array(period + 1), squares: new Float64Array(period + 1) };
  // The shares by which prefix and suffix are joined depend on the count only.
  const share = Float64Array.from({ length: period + 1 }, (_, count) => count / period);
  const spread = share.map((_, count) => (period - count) * count / period);
  for (let start = 0; start < length; start += period) {
    if (start > 0) foldSuffixMoments(xs, start, suffix);
    const end = Math.min(start + period, length);
    let mean = 0;
    let square = 0;
    for (let row = start, count = 1; row < end; row++, count++) {
      const x = xs[row]!;
      const delta = x - mean;
      mean += delta / count;
      square += delta * (x - mean);
      const older = suffix.mean[count]!;
      const distance = mean - older;
      means[row] = older + distance * share[count]!;
      squares[row] = suffix.squares[count]! + square + distance * distance * spread[count]!;
    }
  }
  clearWarmUp(squares, period - 1);
  return { mean: clearWarmUp(means, period - 1), squares };
}

/** Folds the block that ends before row `end` from each of its positions to its end. */
function foldSuffixMoments(xs: Float64Array, end: number, suffix: MomentColumns): void {
  const period = suffix.mean.length - 1;
  let mean = 0;
  let squares = 0;
  for (let i = period - 1, row = end - 1; i >= 0; i--, row--) {
    const x = xs[row]!;
    const delta = x - mean;
    mean += delta / (period - i);
    squares += delta * (x - mean);
    suffix.mean[i] = mean;
    suffix.squares[i] = squares;
  }
}

/** Sets the rows before `first` to NaN, and returns the column. */
export function clearWarmUp(column: Float64Array, first: number): Float64Array {
  return column.fill(NaN, 0, Math.min(first, column.length));
}
