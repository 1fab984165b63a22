/**
 * The log behind resuming: what was published over all channels, by rising number, bounded in
 * time and count.
 *
 * @module
 */
import type { PublicChannel } from "./types.ts";

/** What subscriptions match an event on. */
export interface EventMatch {
  symbol?: string;
  timeframe?: string;
  type?: string;
  entity?: string;
  confidence?: number;
}

/** One published event that must reach every subscriber. */
export interface LoggedEvent {
  /** Its number in the log; rises, with holes where conflated updates took one. */
  n: number;
  channel: PublicChannel;
  atMs: number;
  match: EventMatch;
  /** The data as JSON, made once for all clients. */
  json: string;
}

/** A log that outlives a restart. */
export interface SavedLog {
  epoch: string;
  /** Highest number given out. */
  head: number;
  /** Highest number that was forgotten. */
  forgotten: number;
  events: LoggedEvent[];
}

/** Published events, oldest first, bounded in age and count. */
export interface EventLog {
  readonly epoch: string;
  /** Highest number given out; 0 before the first event. */
  head(): number;
  /** Takes the next number without keeping an event, for updates that may conflate. */
  take(): number;
  append(event: Omit<LoggedEvent, "n">): LoggedEvent;
  /** Events after number `n`, oldest first, or null when some of them were forgotten. */
  listAfter(n: number): LoggedEvent[] | null;
  /** The number in an id of this log, or null for a foreign, unknown or malformed id. */
  parseId(id: string): number | null;
  /** Forgets events that are older than the bound. */
  trim(nowMs: number): void;
  size(): number;
  /** The log with its newest events, as many as `bytesMax` holds; the others are then forgotten. */
  save(bytesMax: number): SavedLog;
}

/** Names and numbers of a stored event. */
const eventBytes = 120;

/** Returns an empty log, or the one that `saved` describes. */
export function createEventLog(
  { epoch, ageMaxMs = 300_000, countMax = 20_000, saved }: {
    epoch: string;
    ageMaxMs?: number;
    countMax?: number;
    saved?: SavedLog;
  },
): EventLog {
  const name = saved?.epoch ?? epoch;
  let head = saved?.head ?? 0;
  let forgotten = saved?.forgotten ?? 0;
  let events: LoggedEvent[] = [...saved?.events ?? []];
  // Dropping from the front is put off until half of the array is dead, so that it costs O(1).
  let start = 0;

  const forgetFirst = () => {
    forgotten = events[start]!.n;
    start++;
    if (start > 1024 && start * 2 > events.length) {
      events = events.slice(start);
      start = 0;
    }
  };
  const findAfter = (n: number): number => {
    let low = start;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (events[middle]!.n <= n) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    epoch: name,
    head: () => head,
    take: () => ++head,
    append(event) {
      const logged = { n: ++head, ...event };
      events.push(logged);
      if (events.length - start > countMax) forgetFirst();
      return logged;
    },
    listAfter: (n) => n < forgotten ? null : events.slice(findAfter(n)),
    parseId(id) {
      const dash = id.lastIndexOf("-");
      const digits = id.slice(dash + 1);
      if (dash < 0 || id.slice(0, dash) !== name || !/^\d{1,15}$/.test(digits)) return null;
      return Number(digits) > head ? null : Number(digits);
    },
    trim(nowMs) {
      while (start < events.length && events[start]!.atMs < nowMs - ageMaxMs) forgetFirst();
    },
    size: () => events.length - start,
    save(bytesMax) {
      let first = events.length;
      for (let left = bytesMax; first > start; first--) {
        left -= countBytes(events[first - 1]!);
        if (left < 0) break;
      }
      return {
        epoch: name,
        head,
        forgotten: first > start ? events[first - 1]!.n : forgotten,
        events: events.slice(first),
      };
    },
  };
}

/** An upper bound of the bytes that an event takes in the store. */
function countBytes({ json, match }: LoggedEvent): number {
  return eventBytes + 2 * JSON.stringify(match).length + (isNarrow(json) ? 1 : 2) * json.length;
}

/** Whether a text is stored with one byte a character. */
function isNarrow(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}
