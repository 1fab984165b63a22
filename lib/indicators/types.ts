/**
 * What an indicator is: told one bar after the other, it has one newest value.
 *
 * @module
 */
import type { Bar } from "../market/mod.ts";

/** The part of a bar that indicators read. */
export type IndicatorBar = Pick<Bar, "time" | "open" | "high" | "low" | "close" | "volume">;

/** A streaming indicator. Bars must be contiguous and finite; the cost of a bar is constant. */
export interface Indicator {
  /** Takes the next bar. */
  update(bar: IndicatorBar): void;
  /**
   * Takes the newest bar again with other figures, as if the former had never been seen.
   *
   * @throws {RangeError} If there was no bar yet.
   */
  replaceLast(bar: IndicatorBar): void;
  /** The value at the newest bar; NaN while there is none. */
  readonly value: number;
}
