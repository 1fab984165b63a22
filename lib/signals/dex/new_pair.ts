/**
 * New pair: its pool was made, or first seen, within the last day.
 *
 * @module
 */
import { getThreshold } from "../thresholds.ts";
import { DAY_MS } from "./history.ts";
import type { DexDetector } from "./types.ts";

/**
 * Fires when the pool is `hours` old or less. Where no source says when it was made, the time we saw
 * it first counts, once pairs have been watched for a day: before that every pair would be new.
 */
export const newPair: DexDetector = {
  type: "new_pair",
  version: 1,
  defaults: { hours: 24 },
  detect({ pair, sample, watchedSinceMs }, thresholds) {
    const threshold = getThreshold("hours", thresholds, newPair.defaults);
    const madeMs = pair.pool_created_at;
    if (madeMs === null && pair.first_seen_at - watchedSinceMs < DAY_MS) return null;
    const ageHours = (sample.timestamp - (madeMs ?? pair.first_seen_at)) / 3_600_000;
    // A pool from the future is a wrong clock somewhere.
    if (!(ageHours >= 0 && ageHours <= threshold)) return null;
    return {
      magnitude: 1 + (threshold - ageHours) / threshold,
      data: {
        age_hours: ageHours,
        first_seen_at: pair.first_seen_at,
        dated_by: madeMs === null ? "first seen" : "pool creation",
        ...(sample.liquidity !== null && { liquidity: sample.liquidity }),
        threshold,
      },
    };
  },
};
