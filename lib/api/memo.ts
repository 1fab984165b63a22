/**
 * Answers kept for a short while, with the truth about whether one was kept.
 *
 * @module
 */

/** Keeps what was made, by name. */
export interface Memo<T> {
  /** Returns what is kept under `name`, else what `make` resolves to; a failure is not kept. */
  get(name: string, make: () => Promise<T>): Promise<{ value: T; cached: boolean }>;
}

/**
 * Returns an empty memo: values live `ttlMs` of `now` (epoch ms, wall time), and the oldest go when
 * there are more than `max`. Those who ask while a value is made share it; it was not cached then.
 */
export function createMemo<T>(
  { now, ttlMs, max = 500 }: { now(): number; ttlMs: number; max?: number },
): Memo<T> {
  const kept = new Map<string, { value: T; atMs: number }>();
  const making = new Map<string, Promise<T>>();

  const makeOnce = (name: string, make: () => Promise<T>) => {
    const begun = making.get(name);
    if (begun) return begun;
    const run = (async () => {
      try {
        const value = await make();
        kept.delete(name);
        kept.set(name, { value, atMs: now() });
        if (kept.size > max) kept.delete(kept.keys().next().value!);
        return value;
      } finally {
        making.delete(name);
      }
    })();
    making.set(name, run);
    return run;
  };

  return {
    async get(name, make) {
      const hit = kept.get(name);
      // A clock that went back makes the age unknown.
      if (hit && Math.abs(now() - hit.atMs) < ttlMs) return { value: hit.value, cached: true };
      return { value: await makeOnce(name, make), cached: false };
    },
  };
}
