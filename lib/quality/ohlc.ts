/**
 * OHLC: the four prices of a bar do not contradict each other.
 *
 * @module
 */
import type { Bar } from "../market/mod.ts";

/** Name under which its failures are counted. */
export const OHLC_CHECK = "ohlc";

/** Says whether high ≥ max(open, close), low ≤ min(open, close), and all numbers make sense. */
export function isValidBar(bar: Bar): boolean {
  return Number.isSafeInteger(bar.time) && bar.time >= 0 &&
    bar.low > 0 && bar.high < Infinity && bar.volume >= 0 && bar.volume < Infinity &&
    bar.high >= bar.open && bar.high >= bar.close &&
    bar.low <= bar.open && bar.low <= bar.close;
}
