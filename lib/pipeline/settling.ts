/**
 * Closed bars on their way to the detectors, which see a bar once its figures stand.
 *
 * The exchange's word on a bar comes shortly after our own. Whether it comes in the same batch is
 * chance; what detectors see, and the hash of it in their evidence, must not be.
 *
 * @module
 */
import { findBucketClose } from "../bars/mod.ts";
import type { Timeframe } from "../market/mod.ts";
import type { Completed } from "./batch.ts";
import type { ExchangeRoom } from "./rooms.ts";
import { getSeries, type SeriesState, type SymbolState } from "./state.ts";

/** A closed bar of a series. */
export interface ClosedBar {
  state: SymbolState;
  series: SeriesState;
  /** Start and end of the bar, epoch ms. */
  time: number;
  endMs: number;
}

/** Keeps closed bars until they are settled. */
export interface Settling {
  /** Notes a bar that was committed; the same one twice counts once. */
  add(state: SymbolState, series: SeriesState, time: number): void;
  /**
   * From now on no bar that ended by `untilMs` (epoch ms) waits for the exchange; with a room, no
   * bar of that exchange.
   */
  giveUpWaiting(untilMs: number, room?: ExchangeRoom | null): void;
  /** Returns and forgets what is settled, in order of end, symbol and length. */
  take(): ClosedBar[];
}

/** Returns a settling without bars. */
export function createSettling(): Settling {
  let waiting = new Map<string, ClosedBar>();
  const due = new Map<ExchangeRoom | null, number>();
  const isSettled = ({ state, series, time, endMs }: ClosedBar) => {
    if (endMs <= Math.max(due.get(null) ?? 0, due.get(state.room) ?? 0)) return true;
    const known = series.recent.find(({ bar }) => bar.time === time);
    // One that is no longer among the newest is behind what the exchange still speaks of.
    return known === undefined || known.isConfirmed;
  };
  return {
    add(state, series, time) {
      const { symbol, timeframe } = series.key;
      const stretch = { from: time, to: time + series.lengthMs };
      const endMs = findBucketClose(state.room.hours, stretch);
      waiting.set(`${symbol} ${timeframe} ${time}`, { state, series, time, endMs });
    },
    giveUpWaiting: (untilMs, room = null) =>
      void due.set(room, Math.max(due.get(room) ?? 0, untilMs)),
    take() {
      const settled: ClosedBar[] = [];
      const left = new Map<string, ClosedBar>();
      for (const [name, bar] of waiting) {
        if (isSettled(bar)) settled.push(bar);
        else left.set(name, bar);
      }
      waiting = left;
      return settled.sort(compareBars);
    },
  };
}

/**
 * Notes the newest bar of a series' first history, so that a fresh start looks at that too, and not
 * only at what closes from then on.
 */
export function noteNewest(
  settling: Settling,
  item: Completed,
  hasDetectors: (timeframe: Timeframe) => boolean,
): void {
  if (item.kind !== "history" || item.isRepair || item.isBackfill) return;
  if (!hasDetectors(item.timeframe)) return;
  const series = getSeries(item.state, item.timeframe);
  const newest = item.bars.at(-1)!.time;
  if (series.isLookedAt || newest < series.last) return;
  settling.add(item.state, series, newest);
  series.isLookedAt = true;
}

function compareBars(a: ClosedBar, b: ClosedBar): number {
  const [left, right] = [a.series.key.symbol, b.series.key.symbol];
  return a.endMs - b.endMs || (left < right ? -1 : left > right ? 1 : 0) ||
    a.series.lengthMs - b.series.lengthMs;
}
