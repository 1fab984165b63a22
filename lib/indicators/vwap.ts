/**
 * VWAP: the mean price of what was traded since the day began.
 *
 * @module
 */
import type { Indicator, IndicatorBar } from "./types.ts";
import { checkReplaceable } from "./window.ts";

const DAY_MS = 86_400_000;

/**
 * VWAP = Σ typical · volume / Σ volume over the bars since 00:00 UTC, typical being
 * (high + low + close) / 3. None while nothing was traded since.
 */
export class Vwap implements Indicator {
  #count = 0;
  #day = NaN;
  #dayBefore = NaN;
  #turnoverBefore = 0;
  #volumeBefore = 0;
  #turnover = 0;
  #volume = 0;

  update(bar: IndicatorBar): void {
    this.#count = 1;
    this.#dayBefore = this.#day;
    this.#turnoverBefore = this.#turnover;
    this.#volumeBefore = this.#volume;
    this.#set(bar);
  }

  replaceLast(bar: IndicatorBar): void {
    checkReplaceable(this.#count);
    this.#set(bar);
  }

  get value(): number {
    return this.#volume > 0 ? this.#turnover / this.#volume : NaN;
  }

  #set(bar: IndicatorBar): void {
    this.#day = Math.floor(bar.time / DAY_MS);
    const isSameDay = this.#day === this.#dayBefore;
    const typical = (bar.high + bar.low + bar.close) / 3;
    this.#turnover = (isSameDay ? this.#turnoverBefore : 0) + typical * bar.volume;
    this.#volume = (isSameDay ? this.#volumeBefore : 0) + bar.volume;
  }
}

/** Returns `Vwap` over columns; times in epoch ms. */
export function computeVwap(
  time: Float64Array,
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
  volume: Float64Array,
): Float64Array {
  const prices = new Float64Array(close.length);
  let dayBefore = NaN;
  let turnover = 0;
  let traded = 0;
  for (let row = 0; row < prices.length; row++) {
    const day = Math.floor(time[row]! / DAY_MS);
    if (day !== dayBefore) {
      turnover = 0;
      traded = 0;
      dayBefore = day;
    }
    const typical = (high[row]! + low[row]! + close[row]!) / 3;
    turnover += typical * volume[row]!;
    traded += volume[row]!;
    prices[row] = traded > 0 ? turnover / traded : NaN;
  }
  return prices;
}
