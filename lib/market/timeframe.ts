/**
 * Timeframes: the lengths of time that a bar can cover, and where its buckets begin.
 *
 * @module
 */

/** Every timeframe the product keeps, shortest first. */
export const timeframes = ["1m", "5m", "15m", "1h", "4h", "1d"] as const;

/** One of the lengths of time that a bar covers. */
export type Timeframe = (typeof timeframes)[number];

const MINUTE_MS = 60_000;

/** Length of each timeframe in milliseconds. */
export const timeframeMs: Readonly<Record<Timeframe, number>> = {
  "1m": MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "1h": 60 * MINUTE_MS,
  "4h": 240 * MINUTE_MS,
  "1d": 1440 * MINUTE_MS,
};

/** Says whether a text names a timeframe. */
export function isTimeframe(text: string): text is Timeframe {
  return Object.hasOwn(timeframeMs, text);
}

/** Returns the start (epoch ms, UTC aligned) of the bucket that holds `timeMs`. */
export function getBucketStart(timeMs: number, timeframe: Timeframe): number {
  const lengthMs = timeframeMs[timeframe];
  return Math.floor(timeMs / lengthMs) * lengthMs;
}
