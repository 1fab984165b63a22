/**
 * Trading hours on the grid of bars: which buckets an exchange's sessions reach into.
 *
 * @module
 */
import type { TradingCalendar } from "../market/mod.ts";

/** A stretch of time, epoch ms; `to` is exclusive. */
export interface Stretch {
  from: number;
  to: number;
}

/** When an exchange trades, for any time. Times are epoch ms. */
export interface TradingHours {
  isOpen(timeMs: number): boolean;
  /** Returns `timeMs` while open, else the next open. */
  findOpen(timeMs: number): number;
  /** Returns the parts of a stretch in which it is open, oldest first. */
  listOpen(from: number, to: number): Stretch[];
  /** Returns for how long it is open within a stretch, ms. */
  measureOpen(from: number, to: number): number;
}

const dayMs = 86_400_000;

/**
 * Returns the hours of a calendar. Where its table ends nothing is known of holidays, so there the
 * market counts as always open; `onOutside` is told so at the first such question.
 */
export function createTradingHours(
  calendar: TradingCalendar,
  onOutside: (timeMs: number) => void = () => {},
): TradingHours {
  // The table's borders are days of the exchange's zone; a day inside they hold in every zone.
  const firstMs = Date.parse(calendar.firstDay) + dayMs;
  const lastMs = Date.parse(calendar.lastDay);
  let isTold = false;
  const isInside = (timeMs: number) => {
    if (timeMs >= firstMs && timeMs < lastMs) return true;
    if (!isTold) onOutside(timeMs);
    isTold = true;
    return false;
  };
  const listOpen = (from: number, to: number): Stretch[] => {
    if (!(from < to)) return [];
    const open: Stretch[] = [];
    if (!isInside(from) && from < firstMs) open.push({ from, to: Math.min(to, firstMs) });
    for (
      const { openMs, closeMs } of calendar.listSessions(
        Math.max(from, firstMs),
        Math.min(to, lastMs),
      )
    ) open.push({ from: Math.max(from, openMs, firstMs), to: Math.min(to, closeMs, lastMs) });
    if (to > lastMs && !isInside(to)) open.push({ from: Math.max(from, lastMs), to });
    return open;
  };
  return {
    isOpen: (timeMs) => !isInside(timeMs) || calendar.isOpen(timeMs),
    findOpen(timeMs) {
      if (!isInside(timeMs)) return timeMs;
      const [next] = calendar.listSessions(timeMs, Math.min(timeMs + 30 * dayMs, lastMs));
      return next ? Math.max(timeMs, next.openMs) : Math.min(timeMs + 30 * dayMs, lastMs);
    },
    listOpen,
    measureOpen: (from, to) => listOpen(from, to).reduce((sum, one) => sum + one.to - one.from, 0),
  };
}

/** Returns how many bars of `lengthMs` a stretch holds; without hours every bucket has one. */
export function countBuckets(
  hours: TradingHours | null,
  { from, to }: Stretch,
  lengthMs: number,
): number {
  if (!hours) return (to - from) / lengthMs;
  let count = 0;
  let counted = -Infinity;
  for (const open of hours.listOpen(from, to)) {
    const first = Math.max(counted, Math.floor(open.from / lengthMs) * lengthMs);
    const end = Math.ceil(open.to / lengthMs) * lengthMs;
    if (end <= first) continue;
    count += (end - first) / lengthMs;
    counted = end;
  }
  return count;
}

/** Says whether the bar at `next` is the first that can follow the one at `time`. */
export function isNextBucket(
  hours: TradingHours | null,
  time: number,
  next: number,
  lengthMs: number,
): boolean {
  const end = time + lengthMs;
  if (next === end || !hours || next < end) return next === end;
  return Math.floor(hours.findOpen(end) / lengthMs) * lengthMs === next;
}

/** Returns when the last session within a bucket ends, epoch ms; the bucket's own end without. */
export function findBucketClose(
  hours: TradingHours | null,
  { from, to }: Stretch,
): number {
  return hours?.listOpen(from, to).at(-1)?.to ?? to;
}
