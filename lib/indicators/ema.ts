/**
 * Exponential moving average: recent closes weigh more, old ones fade but never leave.
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
 * EMA += (close − EMA) · 2 / (n + 1), beginning as the SMA of the first n closes. Libraries that
 * begin with the first close instead differ at first and agree after some hundred bars.
 */
export class Ema implements Indicator {
  #mean: RecursiveMean;

  constructor(period: number) {
    this.#mean = createExponentialMean(period);
  }

  update(bar: IndicatorBar): void {
    this.#mean.update(bar.close);
  }

  replaceLast(bar: IndicatorBar): void {
    this.#mean.replaceLast(bar.close);
  }

  get value(): number {
    return this.#mean.value;
  }
}

/** Returns `Ema` over a column of closes. */
export function computeEma(close: Float64Array, period: number): Float64Array {
  return computeExponentialMeans(close, period);
}
