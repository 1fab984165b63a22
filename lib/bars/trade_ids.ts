/**
 * Which trades were seen: duplicates are known by their number, in bounded memory.
 *
 * @module
 */

/** Numbers skipped so far, at most so many ranges; the oldest are forgotten first. */
const SKIPPED_RANGES_MAX = 64;

/** The numbers of one symbol's trades. */
export interface TradeIds {
  /** Highest number seen, or 0. */
  last: number;
  /** Event time of the highest number. */
  lastEventMs: number;
  /** Ranges of numbers below `last` that were not seen, oldest first. */
  skipped: { from: number; to: number }[];
}

/** Returns the memory of a symbol; with `last`, every number up to it counts as seen. */
export function createTradeIds(last = 0, lastEventMs = 0): TradeIds {
  return { last, lastEventMs, skipped: [] };
}

/**
 * Says whether this trade is new, and remembers it. Reordered trades are new, once. A lower number
 * at a later time means that the exchange started counting anew. Sources that do not count (0 or
 * less) are never found to repeat themselves.
 */
export function addTradeId(ids: TradeIds, id: number, eventMs: number): boolean {
  if (!(id > 0)) return true;
  if (id === ids.last + 1) {
    ids.last = id;
    ids.lastEventMs = eventMs;
    return true;
  }
  if (id > ids.last) {
    ids.skipped.push({ from: ids.last + 1, to: id - 1 });
    if (ids.skipped.length > SKIPPED_RANGES_MAX) ids.skipped.shift();
    ids.last = id;
    ids.lastEventMs = eventMs;
    return true;
  }
  if (takeSkipped(ids, id)) return true;
  if (eventMs <= ids.lastEventMs) return false;
  ids.last = id;
  ids.lastEventMs = eventMs;
  ids.skipped = [];
  return true;
}

function takeSkipped(ids: TradeIds, id: number): boolean {
  const index = ids.skipped.findIndex((range) => id >= range.from && id <= range.to);
  if (index < 0) return false;
  const { from, to } = ids.skipped[index]!;
  const rest = [{ from, to: id - 1 }, { from: id + 1, to }].filter((range) =>
    range.from <= range.to
  );
  ids.skipped.splice(index, 1, ...rest);
  return true;
}
