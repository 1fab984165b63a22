/**
 * One world: the bars, records and small values of the live market or of one recording.
 *
 * @module
 */
import { createBarStore, type PackedBarStore } from "./bars.ts";
import { createCollection, type KvCollection } from "./collection.ts";
import type { Gate } from "./gate.ts";
import { type CollectionDefinition, collections } from "./indexes.ts";
import { getStateKey, getWorldNameKey, getWorldPrefix } from "./keys.ts";
import type { WorldStore } from "./types.ts";

/** A world whose bars take columns too. */
export interface OpenWorld extends WorldStore {
  bars: PackedBarStore;
  /** Resolves when no write is pending. */
  settled(): Promise<void>;
}

/** Keys deleted in one commit: 500 of at most some 150 bytes stay below the limits. */
const MAX_DELETES_PER_COMMIT = 500;

/** Returns the world named `world`; `now` is wall time in epoch ms. */
export function createWorld({ gate, world, now }: {
  gate: Gate;
  world: string;
  now: () => number;
}): OpenWorld {
  const bars = createBarStore({ gate, world, now });
  const open = <T extends { id: string }>(definition: CollectionDefinition<T>) =>
    createCollection({ gate, world, definition });
  const records = {
    symbols: open(collections.symbols),
    signals: open(collections.signals),
    outcomes: open(collections.outcomes),
    gaps: open(collections.gaps),
    quality: open(collections.quality),
    marketData: open(collections.marketData),
    features: open(collections.features),
    news: open(collections.news),
    mentions: open(collections.mentions),
    tvl: open(collections.tvl),
    dexPairs: open(collections.dexPairs),
    dexSamples: open(collections.dexSamples),
    dexNetworks: open(collections.dexNetworks),
    dexListings: open(collections.dexListings),
    dexTrades: open(collections.dexTrades),
    dexSignals: open(collections.dexSignals),
    transactions: open(collections.transactions),
    apiUsage: open(collections.apiUsage),
    collectionRuns: open(collections.collectionRuns),
  };
  const settled = async () => {
    const waiting: Pick<KvCollection<{ id: string }>, "settled">[] = Object.values(records);
    await Promise.all([bars.settled(), ...waiting.map((collection) => collection.settled())]);
  };

  return {
    world,
    bars,
    ...records,
    settled,
    async getState<T>(name: string) {
      return (await gate.run((kv) => kv.get<T>(getStateKey(world, name)))).value;
    },
    async putState(name, value) {
      await gate.run((kv) => kv.set(getStateKey(world, name), value));
    },
    async clear() {
      await settled();
      await deletePrefix(gate, getWorldPrefix(world));
      await gate.run((kv) => kv.delete(getWorldNameKey(world)));
      bars.forget();
    },
  };
}

/** Deletes all keys under `prefix`, in as few commits as the limits allow. */
export async function deletePrefix(gate: Gate, prefix: Deno.KvKey): Promise<void> {
  for (;;) {
    const deleted = await gate.run(async (kv) => {
      const atomic = kv.atomic();
      let count = 0;
      const options = { limit: MAX_DELETES_PER_COMMIT, batchSize: 100 };
      for await (const { key } of kv.list({ prefix }, options)) {
        atomic.delete(key);
        count++;
      }
      if (count > 0) await atomic.commit();
      return count;
    });
    if (deleted < MAX_DELETES_PER_COMMIT) return;
  }
}
