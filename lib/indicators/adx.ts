/**
 * Average directional index: how one-sided recent movement is, whichever the side.
 *
 * @module
 */
import { computeTrueRange } from "./atr.ts";
import {
  computeWilderMeans,
  createWilderMean,
  NO_MOVEMENT,
  type RecursiveMean,
} from "./recursive_mean.ts";
import type { Indicator, IndicatorBar } from "./types.ts";
import { checkReplaceable } from "./window.ts";

/**
 * +DM is the rise of the high where it is above 0 and above the fall of the low, −DM the reverse;
 * equal moves count for neither. Both and the true range are smoothed by Wilder;
 * DX = 100 · |+DM − −DM| / (+DM + −DM), 0 where nothing moved; ADX is Wilder's smoothing of DX.
 * From 0 to 100, beginning at bar 2n.
 *
 * The true range cancels out of DX but for its being 0, when both movements are 0 too.
 *
 * Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978.
 */
export class Adx implements Indicator {
  #up: RecursiveMean;
  #down: RecursiveMean;
  #range: RecursiveMean;
  #mean: RecursiveMean;
  #count = 0;
  #before = { high: NaN, low: NaN, close: NaN };
  #last = { high: NaN, low: NaN, close: NaN };

  constructor(period = 14) {
    this.#up = createWilderMean(period);
    this.#down = createWilderMean(period);
    this.#range = createWilderMean(period);
    this.#mean = createWilderMean(period);
  }

  update(bar: IndicatorBar): void {
    const before = this.#before;
    this.#before = this.#last;
    this.#last = before;
    this.#remember(bar);
    if (this.#count < 2) this.#count++;
    if (this.#count < 2) return;
    const up = bar.high - this.#before.high;
    const down = this.#before.low - bar.low;
    this.#up.update(up > down && up > 0 ? up : 0);
    this.#down.update(down > up && down > 0 ? down : 0);
    this.#range.update(computeTrueRange(bar.high, bar.low, this.#before.close));
    const index = this.#readIndex();
    if (index === index) this.#mean.update(index);
  }

  replaceLast(bar: IndicatorBar): void {
    checkReplaceable(this.#count);
    this.#remember(bar);
    if (this.#count < 2) return;
    const up = bar.high - this.#before.high;
    const down = this.#before.low - bar.low;
    this.#up.replaceLast(up > down && up > 0 ? up : 0);
    this.#down.replaceLast(down > up && down > 0 ? down : 0);
    this.#range.replaceLast(computeTrueRange(bar.high, bar.low, this.#before.close));
    const index = this.#readIndex();
    if (index === index) this.#mean.replaceLast(index);
  }

  get value(): number {
    return this.#mean.value;
  }

  /** +DI from 0 to 100: the share of the true range that went up. */
  get plus(): number {
    return this.#readShare(this.#up.value);
  }

  /** −DI from 0 to 100: the share of the true range that went down. */
  get minus(): number {
    return this.#readShare(this.#down.value);
  }

  #readShare(movement: number): number {
    return this.#range.value < NO_MOVEMENT ? 0 : 100 * (movement / this.#range.value);
  }

  #readIndex(): number {
    return computeIndex(this.#up.value, this.#down.value);
  }

  #remember(bar: IndicatorBar): void {
    this.#last.high = bar.high;
    this.#last.low = bar.low;
    this.#last.close = bar.close;
  }
}

/** Returns the values of `Adx` over columns of highs and lows; closes only matter to ±DI. */
export function computeAdx(high: Float64Array, low: Float64Array, period = 14): Float64Array {
  const ups = new Float64Array(high.length);
  const downs = new Float64Array(high.length);
  for (let row = 1; row < ups.length; row++) {
    const up = high[row]! - high[row - 1]!;
    const down = low[row - 1]! - low[row]!;
    ups[row] = up > down && up > 0 ? up : 0;
    downs[row] = down > up && down > 0 ? down : 0;
  }
  const up = computeWilderMeans(ups, period, 1);
  const down = computeWilderMeans(downs, period, 1);
  for (let row = period; row < up.length; row++) up[row] = computeIndex(up[row]!, down[row]!);
  return computeWilderMeans(up, period, period);
}

/** DX, from 0 to 100. */
function computeIndex(up: number, down: number): number {
  const total = up + down;
  return total < NO_MOVEMENT ? 0 : 100 * (Math.abs(up - down) / total);
}
