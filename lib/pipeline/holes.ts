/**
 * Holes in our watching of a symbol: opened when it is lost, bounded when it is back, mended by
 * the exchange's bars or left labelled.
 *
 * @module
 */
import type { GapRecord } from "../contracts/records.ts";
import type { TradingHours } from "../bars/mod.ts";
import { type Timeframe, timeframeMs } from "../market/mod.ts";

/** Reason of a hole whose bar is there, but in doubt. */
export const UNCONFIRMED = "the exchange's own bar did not come";

/** One hole. Its bars are those that start from `from` (inclusive) to `to` (exclusive). */
export interface Hole {
  from: number;
  /** Null while we are still not watching. */
  to: number | null;
  reason: string;
  /** Market time at which it was seen. */
  seenMs: number;
  /** Starts of its bars that were mended. */
  mended: Set<number>;
  status: GapRecord["status"];
  /** The unwatched part of the very first bucket: no loss, only not yet known. */
  isFirstWatch: boolean;
  /** True when an earlier run wrote this hole down, so that its end has to be written, too. */
  isRecorded?: boolean;
  /** True when it began while the market was closed, so that nothing may have been missed. */
  isSilent?: boolean;
}

/** Returns a hole that begins with the bar at `from`. */
export function createHole(
  from: number,
  { reason, seenMs, to = null, isFirstWatch = false }: {
    reason: string;
    seenMs: number;
    to?: number | null;
    isFirstWatch?: boolean;
  },
): Hole {
  return { from, to, reason, seenMs, mended: new Set(), status: "open", isFirstWatch };
}

/** Says whether the bar that starts at `time` lies in the hole. */
export function isInside(hole: Hole, time: number): boolean {
  return time >= hole.from && (hole.to === null || time < hole.to);
}

/** Notes a mended bar; true when it lay in the hole. */
export function mendHole(hole: Hole, time: number): boolean {
  if (!isInside(hole, time)) return false;
  hole.mended.add(time);
  return true;
}

/** Says whether every bar of a bounded hole is there. */
export function isMended(hole: Hole, lengthMs: number): boolean {
  return hole.to !== null && hole.mended.size * lengthMs >= hole.to - hole.from;
}

/**
 * Returns the borders of what is still missing and has already ended by `untilMs`, or null. An
 * unmended bar in the middle keeps both of its neighbours' borders: fetching twice does no harm.
 */
export function getHoleBorders(
  hole: Hole,
  lengthMs: number,
  untilMs: number,
): { from: number; to: number } | null {
  const end = Math.min(hole.to ?? Infinity, Math.floor(untilMs / lengthMs) * lengthMs);
  let from = hole.from;
  while (from < end && hole.mended.has(from)) from += lengthMs;
  let to = end;
  while (to > from && hole.mended.has(to - lengthMs)) to -= lengthMs;
  return to > from ? { from, to } : null;
}

/**
 * Returns the borders of a hole within each session of `hours`, as `getHoleBorders` does: a hole
 * never spans closed time.
 */
export function listHoleBorders(
  hole: Hole,
  { lengthMs, untilMs, hours }: { lengthMs: number; untilMs: number; hours: TradingHours | null },
): { from: number; to: number }[] {
  const end = Math.min(hole.to ?? Infinity, untilMs);
  const pieces = hours ? hours.listOpen(hole.from, end) : [{ from: hole.from, to: hole.to }];
  return pieces.flatMap((piece) => getHoleBorders({ ...hole, ...piece }, lengthMs, untilMs) ?? []);
}

/** Returns the record of a hole; while unbounded it ends after its first bar. */
export function toGapRecord(
  hole: Hole,
  { source, symbol, timeframe, repairedAt }: {
    source: string;
    symbol: string;
    timeframe: Timeframe;
    repairedAt?: number;
  },
): GapRecord {
  return {
    id: `${symbol}:${timeframe}:${hole.from}`,
    source,
    symbol,
    timeframe,
    from: hole.from,
    to: hole.to ?? hole.from + timeframeMs[timeframe],
    status: hole.status,
    reason: hole.reason,
    timestamp: hole.seenMs,
    ...(repairedAt !== undefined && { repairedAt }),
  };
}
