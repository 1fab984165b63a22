/**
 * Merges what is asked for within a short time into one request, and hands the results back.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import { urgencies, type Urgency } from "./queue.ts";

/** Asks for single things that are fetched together. */
export interface Batch<T> {
  /** Resolves with what `load` found under this key, or null; rejects as `load` does. */
  get(key: string, urgency: Urgency): Promise<T | null>;
}

/** How a batch is gathered and fetched. */
export interface BatchOptions<T> {
  /** Fetches all of these, told apart by their keys; what it does not return counts as not there. */
  load(keys: readonly string[], urgency: Urgency): Promise<ReadonlyMap<string, T>>;
  /** How long the first asker waits for others, ms. */
  windowMs: number;
  /** A batch that is full goes at once. */
  sizeMax: number;
  clock: Clock;
}

interface Gathering<T> {
  keys: Set<string>;
  urgency: Urgency;
  full: AbortController;
  result: Promise<ReadonlyMap<string, T>>;
}

/** Returns an empty batch. Who asks for what is being fetched already waits for that. */
export function createBatch<T>({ load, windowMs, sizeMax, clock }: BatchOptions<T>): Batch<T> {
  let gathering: Gathering<T> | null = null;
  const fetching = new Map<string, Promise<ReadonlyMap<string, T>>>();

  const send = async (batch: Gathering<T>): Promise<ReadonlyMap<string, T>> => {
    await clock.wait(windowMs, batch.full.signal);
    if (gathering === batch) gathering = null;
    for (const key of batch.keys) fetching.set(key, batch.result);
    try {
      return await load([...batch.keys], batch.urgency);
    } finally {
      for (const key of batch.keys) fetching.delete(key);
    }
  };

  const open = (urgency: Urgency): Gathering<T> => {
    const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, T>>();
    const batch = {
      keys: new Set<string>(),
      urgency,
      full: new AbortController(),
      result: promise,
    };
    resolve(send(batch));
    return batch;
  };

  return {
    async get(key, urgency) {
      const underWay = fetching.get(key);
      if (underWay) return (await underWay).get(key) ?? null;
      const batch = gathering ??= open(urgency);
      batch.keys.add(key);
      if (urgencies.indexOf(urgency) < urgencies.indexOf(batch.urgency)) batch.urgency = urgency;
      if (batch.keys.size >= sizeMax) {
        gathering = null;
        batch.full.abort();
      }
      return (await batch.result).get(key) ?? null;
    },
  };
}
