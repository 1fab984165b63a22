/**
 * One world: the bars, records and small values of the live market or of one recording.
 *
 * @module
 */
import { createBarStore, type PackedBarStore } from "./bars.ts";
import { createCollection, type KvCollection } from "./collection.ts";
import type { Gate } from "./gate.ts";
import { type ArchivedCollection, joinArchive } from "./archive.ts";
import { archives, type CollectionDefinition, collections } from "./indexes.ts";
import { getWorldNameKey, getWorldPrefix } from "./keys.ts";
import { createKeptTexts, type KeptTexts } from "./kept.ts";
import { addCommitSize, createCommitSize, hasRoom, measureKey } from "./limits.ts";
import { listSeries, purgeBars } from "./purge.ts";
import { createStates } from "./states.ts";
import type { WorldStore } from "./types.ts";

/** A world whose bars take columns too. */
export interface OpenWorld extends WorldStore {
  bars: PackedBarStore;
  /** The collections whose old records move to an archive. */
  archived: Readonly<
    Record<keyof typeof archives, Pick<ArchivedCollection<never>, "archive" | "purge">>
  >;
  /** Answers that outlive the process. */
  kept: KeptTexts;
  /** Deletes bars older than `beforeMs` (epoch ms), by whole blocks; returns how many. */
  purgeBars(beforeMs: number, signal?: AbortSignal): Promise<number>;
  /** How much there is: bars by series, records by collection. */
  measure(): Promise<WorldSize>;
  /** Resolves when no write is pending. */
  settled(): Promise<void>;
}

/** How much one world holds. */
export interface WorldSize {
  series: number;
  bars: number;
  records: Record<string, number>;
}

/** Keys read at once to be deleted; how many of them fit one commit depends on their length. */
const MAX_DELETES_PER_COMMIT = 500;

/** Returns the world named `world`; `now` is wall time in epoch ms. */
export function createWorld({ gate, world, now }: {
  gate: Gate;
  world: string;
  now: () => number;
}): OpenWorld {
  const bars = createBarStore({ gate, world, now });
  const states = createStates({ gate, world });
  const open = <T extends { id: string }>(definition: CollectionDefinition<T>) =>
    createCollection({ gate, world, definition });
  const openBoth = <T extends { id: string }>(
    definition: CollectionDefinition<T>,
    archive: CollectionDefinition<T>,
  ) =>
    joinArchive({
      gate,
      live: open(definition),
      archive: open(archive),
      livePlace: { world, definition },
      archivePlace: { world, definition: archive },
    });
  const archived = {
    signals: openBoth(collections.signals, archives.signals),
    marketData: openBoth(collections.marketData, archives.marketData),
    mentions: openBoth(collections.mentions, archives.mentions),
    transactions: openBoth(collections.transactions, archives.transactions),
    apiUsage: openBoth(collections.apiUsage, archives.apiUsage),
  };
  const records = {
    ...archived,
    symbols: open(collections.symbols),
    outcomes: open(collections.outcomes),
    gaps: open(collections.gaps),
    quality: open(collections.quality),
    features: open(collections.features),
    news: open(collections.news),
    tvl: open(collections.tvl),
    assetPrices: open(collections.assetPrices),
    marketTotals: open(collections.marketTotals),
    dexExchanges: open(collections.dexExchanges),
    dexPairs: open(collections.dexPairs),
    dexSamples: open(collections.dexSamples),
    dexNetworks: open(collections.dexNetworks),
    dexListings: open(collections.dexListings),
    dexTrades: open(collections.dexTrades),
    dexSignals: open(collections.dexSignals),
    collectionRuns: open(collections.collectionRuns),
  };
  const settled = async () => {
    const waiting: Pick<KvCollection<{ id: string }>, "settled">[] = Object.values(records);
    await Promise.all([
      bars.settled(),
      states.settled(),
      ...waiting.map((collection) => collection.settled()),
    ]);
  };

  return {
    world,
    bars,
    ...records,
    archived,
    kept: createKeptTexts({ gate, world }),
    settled,
    purgeBars: (beforeMs, signal) => purgeBars({ gate, world }, beforeMs, signal),
    async measure() {
      const series = await listSeries(gate, world);
      const counts = Object.entries<Pick<KvCollection<{ id: string }>, "count">>(records)
        .map(async ([name, { count }]) => [name, await count()] as const);
      return {
        series: series.length,
        bars: series.reduce((sum, { count }) => sum + count, 0),
        records: Object.fromEntries(await Promise.all(counts)),
      };
    },
    getState: states.get,
    putState: states.put,
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
  while (await gate.run((kv) => deleteSome(kv, prefix)));
}

/** Deletes as many keys as one commit takes; returns false when there were none left. */
async function deleteSome(kv: Deno.Kv, prefix: Deno.KvKey): Promise<boolean> {
  const atomic = kv.atomic();
  const size = createCommitSize();
  const options = { limit: MAX_DELETES_PER_COMMIT, batchSize: 100 };
  for await (const { key } of kv.list({ prefix }, options)) {
    const more = { mutations: 1, checks: 0, valueBytes: 0, keyBytes: measureKey(key) };
    if (size.mutations > 0 && !hasRoom(size, more)) break;
    addCommitSize(size, more);
    atomic.delete(key);
  }
  if (size.mutations > 0) await atomic.commit();
  return size.mutations > 0;
}
