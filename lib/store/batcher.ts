/**
 * Groups writes: what is asked for while one flush runs goes into the next one, together.
 *
 * @module
 */

/** Collects items and hands them on in groups. */
export interface Batcher<T> {
  /** Resolves when the group that holds `items` was flushed; rejects as that flush does. */
  add(items: readonly T[]): Promise<void>;
  /** Resolves when nothing is pending or under way; failures have gone to who added. */
  settled(): Promise<void>;
}

/** Most items that one flush is given; the rest wait for the next. */
const MAX_GROUP_ITEMS = 4_096;

interface Waiter<T> {
  items: readonly T[];
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** Returns a batcher that calls `flush` with one group at a time, in the order of `add`. */
export function createBatcher<T>(flush: (items: T[]) => Promise<void>): Batcher<T> {
  let pending: Waiter<T>[] = [];
  let running: Promise<void> | null = null;

  const takeGroup = (): Waiter<T>[] => {
    let items = 0, end = 0;
    while (end < pending.length && (end === 0 || items < MAX_GROUP_ITEMS)) {
      items += pending[end++]!.items.length;
    }
    const group = pending.slice(0, end);
    pending = pending.slice(end);
    return group;
  };

  const drain = async () => {
    await Promise.resolve(); // callers of the same turn join the first group
    while (pending.length > 0) {
      const group = takeGroup();
      try {
        await flush(group.flatMap((waiter) => waiter.items));
        for (const waiter of group) waiter.resolve();
      } catch (error) {
        for (const waiter of group) waiter.reject(error);
      }
    }
    running = null;
  };

  return {
    add(items) {
      if (items.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        pending.push({ items, resolve, reject });
        running ??= drain();
      });
    },
    settled: () => running ?? Promise.resolve(),
  };
}
