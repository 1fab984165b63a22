/**
 * What was read of accounts a moment ago, so that a busy client costs few reads.
 *
 * @module
 */

/** How long a change made by another process may go unnoticed, ms. */
export const recentMs = 5_000;
const entriesMax = 10_000;

/** Values that are read again after five seconds. */
export interface Recent<T> {
  get(id: string, read: () => Promise<T | null>): Promise<T | null>;
  /** Drops what `of` says yes to. */
  forget(of: (id: string, value: T) => boolean): void;
}

/** Returns an empty memory; `now` is wall time in epoch ms. */
export function createRecent<T>(now: () => number): Recent<T> {
  const kept = new Map<string, { value: T; readMs: number }>();
  let drops = 0;
  return {
    async get(id, read) {
      const known = kept.get(id);
      const nowMs = now();
      if (known && nowMs >= known.readMs && nowMs - known.readMs < recentMs) return known.value;
      const before = drops;
      const value = await read();
      kept.delete(id);
      // Something was dropped while this was read: it may be what was dropped.
      if (value !== null && drops === before) kept.set(id, { value, readMs: nowMs });
      if (kept.size > entriesMax) kept.delete(kept.keys().next().value!);
      return value;
    },
    forget(of) {
      drops++;
      for (const [id, { value }] of kept) if (of(id, value)) kept.delete(id);
    },
  };
}
