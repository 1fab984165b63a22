/**
 * Average true range: how far a usual bar travels, gaps included.
 *
 * @module
 */
import { computeWilderMeans, createWilderMean, type RecursiveMean } from "./recursive_mean.ts";
import type { Indicator, IndicatorBar } from "./types.ts";
import { checkReplaceable } from "./window.ts";

/** Returns the larger of high − low and the distances of high and low from the previous close. */
export function computeTrueRange(high: number, low: number, closeBefore: number): number {
  const up = Math.abs(high - closeBefore);
  const down = Math.abs(low - closeBefore);
  const range = high - low;
  const reach = up > down ? up : down;
  return range > reach ? range : reach;
}

/**
 * True range smoothed by Wilder, from the mean of the first n. A true range needs a previous close,
 * so the first n bars have none. In the quote currency.
 *
 * Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978.
 */
export class Atr implements Indicator {
  #mean: RecursiveMean;
  #count = 0;
  #closeBefore = NaN;
  #close = NaN;

  constructor(period = 14) {
    this.#mean = createWilderMean(period);
  }

  update(bar: IndicatorBar): void {
    this.#closeBefore = this.#close;
    this.#close = bar.close;
    if (this.#count < 2) this.#count++;
    if (this.#count < 2) return;
    this.#mean.update(computeTrueRange(bar.high, bar.low, this.#closeBefore));
  }

  replaceLast(bar: IndicatorBar): void {
    checkReplaceable(this.#count);
    this.#close = bar.close;
    if (this.#count < 2) return;
    this.#mean.replaceLast(computeTrueRange(bar.high, bar.low, this.#closeBefore));
  }

  get value(): number {
    return this.#mean.value;
  }
}

/** Returns `Atr` over columns of highs, lows and closes. */
export function computeAtr(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  period = 14,
): Float64Array {
  const ranges = new Float64Array(close.length);
  for (let row = 1; row < ranges.length; row++) {
    ranges[row] = computeTrueRange(high[row]!, low[row]!, close[row - 1]!);
  }
  return computeWilderMeans(ranges, period, 1);
}
