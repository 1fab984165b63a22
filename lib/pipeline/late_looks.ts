/**
 * Looks at a bar that wait for the leading coin: at a first start its history may come after that of
 * others, and a move of the whole market must not be called one of a symbol alone for that.
 *
 * @module
 */
import type { ClosedBar } from "./settling.ts";
import type { SeriesState } from "./state.ts";

/** A leading coin that is not there after so long is done without, ms of wall time. */
const WAITED_MAX_MS = 30_000;

/** Keeps bars that wait. */
export interface LateLooks {
  /**
   * Returns `closed` behind those that waited and are worth another look: the leading coin's bar may
   * be among the closed ones, a later bar of their own series is, or they waited for long enough.
   */
  join(closed: readonly ClosedBar[]): readonly ClosedBar[];
  /** Has a bar that was looked at wait; false when it may not wait any more. */
  wait(bar: ClosedBar): boolean;
}

/** Returns what keeps late looks; `now` is wall time. */
export function createLateLooks(now: () => number): LateLooks {
  const waiting = new Map<SeriesState, { bar: ClosedBar; sinceMs: number }>();
  /** Those that were joined, with the time from which they wait. */
  let joined = new Map<SeriesState, { bar: ClosedBar; sinceMs: number }>();
  let newest = new Map<SeriesState, number>();
  const isOver = (sinceMs: number) => now() - sinceMs >= WAITED_MAX_MS;
  return {
    join(closed) {
      joined = new Map();
      newest = new Map(closed.map(({ series, time }) => [series, time]));
      const timeframes = new Set(closed.map(({ series }) => series.key.timeframe));
      for (const [series, look] of waiting) {
        if (!timeframes.has(series.key.timeframe) && !isOver(look.sinceMs)) continue;
        waiting.delete(series);
        joined.set(series, look);
      }
      return [...[...joined.values()].map(({ bar }) => bar), ...closed];
    },
    wait(bar) {
      const { series, time } = bar;
      const known = joined.get(series);
      const sinceMs = known?.bar.time === time ? known.sinceMs : now();
      // Behind a later bar of the same series it would be looked at out of order.
      if (isOver(sinceMs) || (newest.get(series) ?? time) > time) return false;
      waiting.set(series, { bar, sinceMs });
      return true;
    },
  };
}
