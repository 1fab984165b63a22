/**
 * Bollinger Bands: a mean of closes and how far usual closes stray from it.
 *
 * @module
 */
import type { Indicator, IndicatorBar } from "./types.ts";
import { WindowMoments } from "./window.ts";
import { computeWindowMoments } from "./window_columns.ts";

/**
 * Middle = SMA of n closes; upper and lower = middle ± k standard deviations of the population
 * (divided by n). The first n − 1 bars have none; a flat window has bands of width 0.
 *
 * Source: John Bollinger, "Bollinger on Bollinger Bands", 2001.
 */
export class Bollinger implements Indicator {
  #moments: WindowMoments;

  constructor(period = 20, readonly deviations = 2) {
    this.#moments = new WindowMoments(period);
  }

  update(bar: IndicatorBar): void {
    this.#moments.update(bar.close);
  }

  replaceLast(bar: IndicatorBar): void {
    this.#moments.replaceLast(bar.close);
  }

  /** The middle band. */
  get value(): number {
    return this.#moments.mean;
  }

  get upper(): number {
    return this.#moments.mean + this.#reach();
  }

  get lower(): number {
    return this.#moments.mean - this.#reach();
  }

  #reach(): number {
    return this.deviations * Math.sqrt(this.#moments.squares / this.#moments.period);
  }
}

/** The three bands. */
export interface BollingerColumns {
  upper: Float64Array;
  middle: Float64Array;
  lower: Float64Array;
}

/** Returns `Bollinger` over a column of closes. */
export function computeBollinger(
  close: Float64Array,
  period = 20,
  deviations = 2,
): BollingerColumns {
  const { mean, squares } = computeWindowMoments(close, period);
  const upper = new Float64Array(close.length);
  // The column of squares is ours and read once per row: the lower band takes its place.
  const lower = squares;
  for (let row = 0; row < close.length; row++) {
    const reach = deviations * Math.sqrt(squares[row]! / period);
    upper[row] = mean[row]! + reach;
    lower[row] = mean[row]! - reach;
  }
  return { upper, middle: mean, lower };
}
