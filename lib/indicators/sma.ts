/**
 * Simple moving average: the plain mean of the last n closes.
 *
 * @module
 */
import type { Indicator, IndicatorBar } from "./types.ts";
import { WindowSum } from "./window.ts";
import { computeWindowMeans } from "./window_columns.ts";

/** SMA = Σ close / n; the first n − 1 bars have none. */
export class Sma implements Indicator {
  #sum: WindowSum;

  constructor(period: number) {
    this.#sum = new WindowSum(period);
  }

  update(bar: IndicatorBar): void {
    this.#sum.update(bar.close);
  }

  replaceLast(bar: IndicatorBar): void {
    this.#sum.replaceLast(bar.close);
  }

  get value(): number {
    return this.#sum.value / this.#sum.period;
  }
}

/** Returns `Sma` over a column of closes. */
export function computeSma(close: Float64Array, period: number): Float64Array {
  return computeWindowMeans(close, period);
}
