/**
 * How patient collecting is: what operators may change of it while it runs.
 *
 * @module
 */
import type { BreakerLimits } from "../lib/resilience/mod.ts";

/** How patient collecting is; times in ms. */
export interface CollectionTuning {
  /** When the breaker of a stream's connection opens and closes. */
  streamBreaker: BreakerLimits;
  /** Wait after a failed poll, which doubles, and its longest; no longer than a feed's cadence. */
  retryMs: number;
  retryMaxMs: number;
  /** A source that refuses our region or key is asked again after this long. */
  blockedRetryMs: number;
  /** The same of a stream whose symbols could not be loaded. */
  streamBlockedRetryMs: number;
  /** How long a person's question may wait in a source's queue. */
  demandWithinMs: number;
}

/**
 * What holds where nothing is set. A stream's breaker opens when the waits between its connections
 * (1, 2, 4, 8, 16, 32 s) reach their longest, and stays open just as long: both keep one schedule.
 */
export const defaultTuning: CollectionTuning = {
  streamBreaker: { failureThreshold: 7, timeoutMs: 60_000, timeoutMaxMs: 60_000 },
  retryMs: 1_000,
  retryMaxMs: 60_000,
  blockedRetryMs: 15 * 60_000,
  streamBlockedRetryMs: 5 * 60_000,
  demandWithinMs: 5_000,
};
