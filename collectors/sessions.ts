/**
 * Trading hours for collectors: when a stream connects and pauses, and which events count.
 *
 * @module
 */
import { type Timeframe, timeframeMs, type TradingCalendar } from "../lib/market/mod.ts";

/** We connect so long before the open, so that its first trade is not missed. */
const leadMs = 60_000;
const dayMs = 86_400_000;
/** The last minute's bar, and its correction half a minute later, come after the close. */
const lingerMs = 90_000;

/** Whether a market is worth being connected to. */
export interface MarketHours {
  isOpen: boolean;
  /** When it opens next, epoch ms; null while it is open, or where the calendar ends. */
  opensAtMs: number | null;
}

/**
 * Returns whether to be connected at `nowMs`: from a minute before a session to shortly after it.
 * Where the calendar's table ends nothing is known of holidays, so the market counts as open.
 */
export function readHours(calendar: TradingCalendar, nowMs: number): MarketHours {
  try {
    const { openMs } = calendar.getSession(nowMs - lingerMs);
    return nowMs >= openMs - leadMs
      ? { isOpen: true, opensAtMs: null }
      : { isOpen: false, opensAtMs: openMs };
  } catch (error) {
    if (error instanceof RangeError) return { isOpen: true, opensAtMs: null };
    throw error;
  }
}

/** Says whether an event lies in a session; true where the calendar's table ends. */
export function isTradingTime(calendar: TradingCalendar, timeMs: number): boolean {
  try {
    return calendar.isOpen(timeMs);
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}

/**
 * Returns a time (epoch ms) since which an exchange has traded long enough for `bars` bars of
 * `timeframe` up to `toMs`; the start of the calendar's table where it does not reach so far back.
 */
export function goBackBars(
  calendar: TradingCalendar,
  { toMs, timeframe, bars }: { toMs: number; timeframe: Timeframe; bars: number },
): number {
  const firstMs = Date.parse(calendar.firstDay) + dayMs;
  const lastMs = Math.min(toMs, Date.parse(calendar.lastDay));
  if (lastMs <= firstMs) return Math.min(toMs, firstMs);
  const sessions = calendar.listSessions(firstMs, lastMs);
  let left = timeframe === "1d" ? bars : bars * timeframeMs[timeframe];
  for (let i = sessions.length - 1; i >= 0; i--) {
    const { day, openMs, closeMs } = sessions[i]!;
    left -= timeframe === "1d" ? 1 : Math.min(closeMs, toMs) - openMs;
    // Whole days, so that the first bar of the stretch is the first of its session.
    if (left <= 0) return Date.parse(day);
  }
  return firstMs;
}

/** Returns when the session that runs at `timeMs` opened, epoch ms, or null outside sessions. */
export function findSessionOpen(calendar: TradingCalendar, timeMs: number): number | null {
  try {
    const { openMs } = calendar.getSession(timeMs);
    return openMs <= timeMs ? openMs : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Returns the parts of a stretch (epoch ms, `to` exclusive) that lie in sessions, oldest first. */
export function cutToSessions(
  calendar: TradingCalendar,
  { from, to }: { from: number; to: number },
): { from: number; to: number }[] {
  try {
    return calendar.listSessions(from, to).map(({ openMs, closeMs }) => ({
      from: Math.max(from, openMs),
      to: Math.min(to, closeMs),
    }));
  } catch (error) {
    if (error instanceof RangeError) return [{ from, to }];
    throw error;
  }
}
