/**
 * Features of time, by UTC.
 *
 * @module
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Returns the hour from 0 to 23 in which each bar starts. */
export function computeHour(time: Float64Array): Float64Array {
  return time.map((timeMs) => Math.floor(timeMs / HOUR_MS) % 24);
}

/** Returns the day of the week on which each bar starts, 0 for Sunday to 6 for Saturday. */
export function computeDayOfWeek(time: Float64Array): Float64Array {
  // 1 January 1970 was a Thursday.
  return time.map((timeMs) => (Math.floor(timeMs / DAY_MS) + 4) % 7);
}

/** Returns 1 where the exchange trades at the start of the bar, else 0. */
export function computeIsMarketOpen(
  time: Float64Array,
  isMarketOpen: (timeMs: number) => boolean,
): Float64Array {
  return time.map((timeMs) => isMarketOpen(timeMs) ? 1 : 0);
}
