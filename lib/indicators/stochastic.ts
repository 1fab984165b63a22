/**
 * Slow Stochastic: where the close stands within the recent range.
 *
 * @module
 */
import type { Indicator, IndicatorBar } from "./types.ts";
import { WindowMax, WindowSum } from "./window.ts";
import { computeWindowHighs, computeWindowLows, computeWindowMeans } from "./window_columns.ts";

/**
 * Raw %K = 100 · (close − lowest low) / (highest high − lowest low) over `period` bars, 50 where the
 * range is 0; %K is its mean over `smooth` bars, %D the mean of %K over `signal` bars. With 14, 3, 3
 * %K begins at the 16th bar and %D at the 18th.
 *
 * Source: George C. Lane, "Lane's Stochastics", 1984.
 */
export class Stochastic implements Indicator {
  #high: WindowMax;
  /** Of the negated lows: the lowest low is minus the highest of them. */
  #low: WindowMax;
  #k: WindowSum;
  #d: WindowSum;

  constructor({ period = 14, smooth = 3, signal = 3 } = {}) {
    this.#high = new WindowMax(period);
    this.#low = new WindowMax(period);
    this.#k = new WindowSum(smooth);
    this.#d = new WindowSum(signal);
  }

  update(bar: IndicatorBar): void {
    this.#high.update(bar.high);
    this.#low.update(-bar.low);
    const raw = this.#readRaw(bar.close);
    if (raw !== raw) return;
    this.#k.update(raw);
    if (this.value === this.value) this.#d.update(this.value);
  }

  replaceLast(bar: IndicatorBar): void {
    this.#high.replaceLast(bar.high);
    this.#low.replaceLast(-bar.low);
    const raw = this.#readRaw(bar.close);
    if (raw !== raw) return;
    this.#k.replaceLast(raw);
    if (this.value === this.value) this.#d.replaceLast(this.value);
  }

  /** %K. */
  get value(): number {
    return this.#k.value / this.#k.period;
  }

  /** %D. */
  get signal(): number {
    return this.#d.value / this.#d.period;
  }

  #readRaw(close: number): number {
    return computePlace(close, this.#high.value, -this.#low.value);
  }
}

/** Both lines of a Stochastic. */
export interface StochasticColumns {
  k: Float64Array;
  d: Float64Array;
}

/** Returns `Stochastic` over columns of highs, lows and closes. */
export function computeStochastic(
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  { period = 14, smooth = 3, signal = 3 } = {},
): StochasticColumns {
  const highest = computeWindowHighs(high, period);
  const raw = computeWindowLows(low, period);
  for (let row = 0; row < raw.length; row++) {
    raw[row] = computePlace(close[row]!, highest[row]!, raw[row]!);
  }
  const k = computeWindowMeans(raw, smooth, period - 1);
  return { k, d: computeWindowMeans(k, signal, period - 1 + smooth - 1) };
}

/** Raw %K. */
function computePlace(close: number, highest: number, lowest: number): number {
  const range = highest - lowest;
  return range === 0 ? 50 : 100 * ((close - lowest) / range);
}
