/**
 * MACD: the distance between a fast and a slow exponential average, and its own average.
 *
 * @module
 */
import {
  computeExponentialMeans,
  createExponentialMean,
  type RecursiveMean,
} from "./recursive_mean.ts";
import type { Indicator, IndicatorBar } from "./types.ts";

/**
 * MACD = EMA(fast) − EMA(slow); signal = EMA of MACD, beginning as the mean of its first values;
 * histogram = MACD − signal. MACD begins at bar `slow`, the signal `signal` − 1 bars later.
 *
 * Source: Gerald Appel, "The Moving Average Convergence-Divergence Trading Method", 1979.
 */
export class Macd implements Indicator {
  #fast: RecursiveMean;
  #slow: RecursiveMean;
  #signal: RecursiveMean;
  value = NaN;

  constructor({ fast = 12, slow = 26, signal = 9 } = {}) {
    if (fast >= slow) {
      throw new RangeError(
        `Cannot create MACD: a fast period below the slow one is required, was ${fast} and ${slow}`,
      );
    }
    this.#fast = createExponentialMean(fast);
    this.#slow = createExponentialMean(slow);
    this.#signal = createExponentialMean(signal);
  }

  update(bar: IndicatorBar): void {
    this.#fast.update(bar.close);
    this.#slow.update(bar.close);
    this.value = this.#fast.value - this.#slow.value;
    // NaN is unequal to itself: the signal is only fed once both averages exist.
    if (this.value === this.value) this.#signal.update(this.value);
  }

  replaceLast(bar: IndicatorBar): void {
    this.#fast.replaceLast(bar.close);
    this.#slow.replaceLast(bar.close);
    this.value = this.#fast.value - this.#slow.value;
    if (this.value === this.value) this.#signal.replaceLast(this.value);
  }

  /** The signal line. */
  get signal(): number {
    return this.#signal.value;
  }

  /** MACD − signal. */
  get histogram(): number {
    return this.value - this.#signal.value;
  }
}

/** The three lines of a MACD. */
export interface MacdColumns {
  macd: Float64Array;
  signal: Float64Array;
  histogram: Float64Array;
}

/**
 * Returns `Macd` from the columns of its fast and slow EMA, of which the slow one begins at row
 * `slow` − 1.
 */
export function computeMacd(
  fastEma: Float64Array,
  slowEma: Float64Array,
  { slow = 26, signal: period = 9 } = {},
): MacdColumns {
  const macd = subtract(fastEma, slowEma);
  const signal = computeExponentialMeans(macd, period, slow - 1);
  return { macd, signal, histogram: subtract(macd, signal) };
}

function subtract(from: Float64Array, what: Float64Array): Float64Array {
  const rest = new Float64Array(from.length);
  for (let row = 0; row < rest.length; row++) rest[row] = from[row]! - what[row]!;
  return rest;
}
