/**
 * Histories of very many things as few values of the store: each thing in a bucket by its name.
 *
 * @module
 */
import { fingerprint } from "../format/fingerprint.ts";
import type { WorldStore } from "../store/types.ts";

/** Buckets of a kind of history; with at most `entriesMax` in each a bucket stays below 64 kB. */
const BUCKETS = 1_024;

/** What is remembered of things by their name. */
export interface Histories<H extends { last: number }> {
  /** Reads the buckets of these names; only then `get` and `set` know them. */
  load(names: Iterable<string>): Promise<void>;
  get(name: string): H | null;
  set(name: string, history: H): void;
  /** Writes the buckets that changed. */
  flush(): Promise<void>;
}

/**
 * Opens histories of a kind. Where a bucket overflows, the things that were quiet for longest are
 * forgotten, and begin anew when they are seen again.
 */
export function openHistories<H extends { last: number }>(
  store: Pick<WorldStore, "getState" | "putState">,
  kind: string,
  entriesMax: number,
): Histories<H> {
  const buckets = new Map<number, Map<string, H>>();
  const changed = new Set<number>();
  const nameOf = (bucket: number) => `${kind}:${bucket}`;
  return {
    async load(names) {
      const missing = new Set<number>();
      for (const name of names) {
        const bucket = getBucket(name);
        if (!buckets.has(bucket)) missing.add(bucket);
      }
      await Promise.all([...missing].map(async (bucket) => {
        const text = await store.getState<string>(nameOf(bucket));
        const entries: [string, H][] = text === null ? [] : JSON.parse(text);
        buckets.set(bucket, new Map(entries));
      }));
    },
    get: (name) => buckets.get(getBucket(name))?.get(name) ?? null,
    set(name, history) {
      const bucket = getBucket(name);
      const entries = buckets.get(bucket) ?? new Map<string, H>();
      buckets.set(bucket, entries.set(name, history));
      changed.add(bucket);
    },
    async flush() {
      await Promise.all([...changed].map((bucket) => {
        const entries = [...buckets.get(bucket)!];
        if (entries.length > entriesMax) {
          entries.sort(([a, x], [b, y]) => y.last - x.last || (a < b ? -1 : 1));
          entries.length = entriesMax;
        }
        // As text: reading many small lists back costs a third of what the store's own form does.
        return store.putState(nameOf(bucket), JSON.stringify(entries));
      }));
      changed.clear();
    },
  };
}

const getBucket = (name: string) => fingerprint(name) % BUCKETS;
