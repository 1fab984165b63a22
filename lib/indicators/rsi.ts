/**
 * Relative strength index: the share of recent movement that went up.
 *
 * @module
 */
import {
  computeWilderMeans,
  createWilderMean,
  NO_MOVEMENT,
  type RecursiveMean,
} from "./recursive_mean.ts";
import type { Indicator, IndicatorBar } from "./types.ts";
import { checkReplaceable } from "./window.ts";

/**
 * RSI = 100 · gain / (gain + loss), both smoothed by Wilder from the mean of the first n changes.
 * From 0 to 100; the first n bars have none; 50 where nothing ever moved.
 *
 * Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978.
 */
export class Rsi implements Indicator {
  #gain: RecursiveMean;
  #loss: RecursiveMean;
  #count = 0;
  #closeBefore = NaN;
  #close = NaN;
  value = NaN;

  constructor(period = 14) {
    this.#gain = createWilderMean(period);
    this.#loss = createWilderMean(period);
  }

  update(bar: IndicatorBar): void {
    this.#closeBefore = this.#close;
    this.#close = bar.close;
    if (this.#count < 2) this.#count++;
    if (this.#count < 2) return;
    const change = this.#close - this.#closeBefore;
    this.#gain.update(change > 0 ? change : 0);
    this.#loss.update(change < 0 ? -change : 0);
    this.#read();
  }

  replaceLast(bar: IndicatorBar): void {
    checkReplaceable(this.#count);
    this.#close = bar.close;
    if (this.#count < 2) return;
    const change = this.#close - this.#closeBefore;
    this.#gain.replaceLast(change > 0 ? change : 0);
    this.#loss.replaceLast(change < 0 ? -change : 0);
    this.#read();
  }

  #read(): void {
    this.value = computeIndex(this.#gain.value, this.#loss.value);
  }
}

/** Returns `Rsi` over a column of closes. */
export function computeRsi(close: Float64Array, period = 14): Float64Array {
  const gains = new Float64Array(close.length);
  const losses = new Float64Array(close.length);
  for (let row = 1; row < close.length; row++) {
    const change = close[row]! - close[row - 1]!;
    gains[row] = change > 0 ? change : 0;
    losses[row] = change < 0 ? -change : 0;
  }
  const gain = computeWilderMeans(gains, period, 1);
  const loss = computeWilderMeans(losses, period, 1);
  for (let row = 0; row < gain.length; row++) gain[row] = computeIndex(gain[row]!, loss[row]!);
  return gain;
}

function computeIndex(gain: number, loss: number): number {
  const total = gain + loss;
  return total < NO_MOVEMENT ? 50 : 100 * (gain / total);
}
