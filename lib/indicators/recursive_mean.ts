/**
 * The recursive mean under EMA and Wilder's smoothing: each number pulls the mean by one share.
 *
 * @module
 */
import { checkPeriod, checkReplaceable } from "./window.ts";
import { clearWarmUp } from "./window_columns.ts";

/**
 * Mean that begins as the plain mean of its first `period` numbers and then follows
 * `value += (x − value) · weight`. NaN until it has begun.
 */
export class RecursiveMean {
  #count = 0;
  #sumBefore = 0;
  #sum = 0;
  #before = NaN;
  value = NaN;

  /** `weight` is 2 / (n + 1) for an EMA, 1 / n for Wilder. */
  constructor(readonly period: number, readonly weight: number) {
    checkPeriod(period);
  }

  update(x: number): void {
    const value = this.value;
    this.#before = value;
    // The warm path comes first: it is taken for all bars but the first few.
    if (this.#count > this.period) {
      this.value = value + (x - value) * this.weight;
      return;
    }
    this.#count++;
    this.#sumBefore = this.#sum;
    this.#set(x);
  }

  replaceLast(x: number): void {
    checkReplaceable(this.#count);
    this.#set(x);
  }

  #set(x: number): void {
    if (this.#count > this.period) {
      this.value = this.#before + (x - this.#before) * this.weight;
      return;
    }
    this.#sum = this.#sumBefore + x;
    this.value = this.#count === this.period ? this.#sum / this.period : NaN;
  }
}

/** Returns Wilder's smoothing over `period` numbers. */
export function createWilderMean(period: number): RecursiveMean {
  return new RecursiveMean(period, 1 / period);
}

/** Returns an exponential mean over `period` numbers. */
export function createExponentialMean(period: number): RecursiveMean {
  return new RecursiveMean(period, 2 / (period + 1));
}

/** Returns Wilder's smoothing of the numbers from row `from` on; NaN before it has begun. */
export function computeWilderMeans(xs: Float64Array, period: number, from = 0): Float64Array {
  return computeRecursiveMeans(xs, period, 1 / period, from);
}

/** Returns the exponential means of the numbers from row `from` on; NaN before they have begun. */
export function computeExponentialMeans(xs: Float64Array, period: number, from = 0): Float64Array {
  return computeRecursiveMeans(xs, period, 2 / (period + 1), from);
}

/** Returns what `RecursiveMean` gives row by row, in the same order of arithmetic. */
function computeRecursiveMeans(
  xs: Float64Array,
  period: number,
  weight: number,
  from: number,
): Float64Array {
  checkPeriod(period);
  const length = xs.length;
  const means = new Float64Array(length);
  const first = from + period - 1;
  clearWarmUp(means, first);
  if (first >= length) return means;
  let sum = 0;
  for (let row = from; row <= first; row++) sum += xs[row]!;
  let mean = sum / period;
  means[first] = mean;
  for (let row = first + 1; row < length; row++) {
    mean = mean + (xs[row]! - mean) * weight;
    means[row] = mean;
  }
  return means;
}

/**
 * Below this an average movement is nothing but the rounding of a decay: a market that stood still
 * for some ten thousand bars. Ratios of such numbers mean nothing, so they count as no movement.
 */
export const NO_MOVEMENT = 1e-290;
