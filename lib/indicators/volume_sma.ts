/**
 * Simple moving average of volume: what a usual bar trades.
 *
 * @module
 */
import type { Indicator, IndicatorBar } from "./types.ts";
import { WindowSum } from "./window.ts";
import { computeWindowMeans } from "./window_columns.ts";

/** Σ volume / n; the first n − 1 bars have none. */
export class VolumeSma implements Indicator {
  #sum: WindowSum;

  constructor(period = 20) {
    this.#sum = new WindowSum(period);
  }

  update(bar: IndicatorBar): void {
    this.#sum.update(bar.volume);
  }

  replaceLast(bar: IndicatorBar): void {
    this.#sum.replaceLast(bar.volume);
  }

  get value(): number {
    return this.#sum.value / this.#sum.period;
  }
}

/** Returns `VolumeSma` over a column of volumes. */
export function computeVolumeSma(volume: Float64Array, period = 20): Float64Array {
  return computeWindowMeans(volume, period);
}
