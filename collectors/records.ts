/**
 * Where what polled sources told goes, and what they may know when they ask.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { DexPairRecord, DexSampleRecord } from "../lib/contracts/dex_records.ts";
import type { TvlRecord } from "../lib/contracts/records.ts";
import type { MarketSymbol, Timeframe } from "../lib/market/mod.ts";
import type { MarketIntake } from "../lib/pipeline/types.ts";
import type { Collection, WorldStore } from "../lib/store/types.ts";
import type { FeedContext, SourceRecords } from "./source.ts";

/** Pairs that are looked at more closely. */
const dexPairsMax = 100;

/** Protocols whose past is looked at more closely. */
const protocolsMax = 25;
/** Samples of value locked that are looked through for the largest. */
const tvlSamplesMax = 1_000;
/** Many feeds ask at about the same time; what they may know changes slowly. */
const contextForMs = 5_000;
const protocolsForMs = 3_600_000;

/**
 * Returns what reads what feeds may know; feeds that ask within a few seconds share one reading.
 * `marketNow` is market time, by default that of the clock.
 */
export function createContextReader({ store, clock, marketNow = clock.now }: {
  store: WorldStore;
  clock: Clock;
  marketNow?: () => number;
}): () => Promise<FeedContext> {
  const readProtocols = keepFor(protocolsForMs, clock, () => readLargestProtocols(store));
  return keepFor(contextForMs, clock, async () => ({
    ...await readFeedContext(store, marketNow()),
    ...await readProtocols(),
  }));
}

/** Calls `read` once for all who ask within `ms`; a failure is not kept. */
function keepFor<T>(ms: number, clock: Clock, read: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | null = null;
  let readMs = 0;
  return () => {
    if (kept === null || Math.abs(clock.now() - readMs) >= ms) {
      readMs = clock.now();
      const reading = kept = read();
      reading.catch(() => {
        if (kept === reading) kept = null;
      });
    }
    return kept;
  };
}

/** The protocols that hold most, largest first, and their tokens; nothing before any is known. */
async function readLargestProtocols(
  store: WorldStore,
): Promise<Pick<FeedContext, "protocols" | "coins">> {
  const { items } = await store.tvl.list({ limit: tvlSamplesMax });
  const newest = new Map<string, TvlRecord>();
  for (const sample of items) {
    if (!sample.entity.startsWith("protocol:") || newest.has(sample.entity)) continue;
    newest.set(sample.entity, sample);
  }
  const largest = [...newest.values()].sort((a, b) => b.tvl_usd - a.tvl_usd).slice(0, protocolsMax);
  if (largest.length === 0) return {};
  const coins = [...new Set(largest.flatMap(({ token }) => token ?? []))];
  return {
    protocols: largest.map(({ entity }) => entity.slice("protocol:".length)),
    ...(coins.length > 0 && { coins }),
  };
}

/** Reads what feeds may know now. */
async function readFeedContext(store: WorldStore, nowMs: number): Promise<FeedContext> {
  const symbols: MarketSymbol[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: MarketSymbol[]; cursor: string | null } = await store.symbols.list({
      index: "active",
      equals: [true],
      limit: 500,
      ...(cursor !== null && { cursor }),
    });
    symbols.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  const polled = symbols.filter(({ kind }) => kind === "stock");
  const last = new Map<string, number>();
  for (const { symbol } of polled) {
    for (const timeframe of ["1m", "1d"] as const) {
      const extent = await store.bars.getExtent({ symbol, timeframe });
      if (extent) last.set(`${symbol} ${timeframe}`, extent.last);
    }
  }
  const pairs = await store.dexPairs.list({ index: "volume", limit: dexPairsMax });
  return {
    symbols,
    nowMs,
    getLastBarTime: (symbol: string, timeframe: Timeframe) =>
      last.get(`${symbol} ${timeframe}`) ?? null,
    dexPairs: pairs.items,
  };
}

/** Keeps what an answer told; returns how many records that were. */
export async function putRecords(
  { store, intake, source }: {
    store: WorldStore;
    intake: Pick<MarketIntake, "addPolledBars">;
    source: string;
  },
  records: SourceRecords,
): Promise<number> {
  let count = await putAll(store.symbols, records.symbols);
  count += await putAll(store.marketData, records.marketData);
  count += await putAll(store.marketTotals, records.marketTotals);
  count += await putAll(store.assetPrices, records.assetPrices);
  count += await putAll(store.tvl, records.tvl);
  count += await putAll(store.dexNetworks, records.dexNetworks);
  count += await putAll(store.dexExchanges, records.dexExchanges);
  count += await putAll(store.dexListings, records.dexListings);
  count += await putAll(store.dexTrades, records.dexTrades);
  const { news = [], dexPairs = [], dexCandles = [], bars = [] } = records;
  // The first to tell a headline keeps it.
  for (const headline of news) await store.news.create(headline);
  await putDexPairs(store, dexPairs);
  for (const { symbol, timeframe, bars: some } of bars) {
    await intake.addPolledBars(symbol, timeframe, some, { source });
  }
  for (const candles of dexCandles) await putDexCandles(store, candles);
  const lists = [news, dexPairs, ...[...bars, ...dexCandles].map(({ bars }) => bars)];
  return lists.reduce((sum, list) => sum + list.length, count);
}

/** Keeps records that need no more than that; returns how many they are. */
async function putAll<T extends { id: string }>(
  collection: Pick<Collection<T>, "putMany">,
  records: readonly T[] = [],
): Promise<number> {
  await collection.putMany(records);
  return records.length;
}

/** Candles of a pair are kept under its id; no trades of ours make them. */
async function putDexCandles(
  { bars }: WorldStore,
  { pairId, timeframe, bars: closed, running }: NonNullable<SourceRecords["dexCandles"]>[number],
): Promise<void> {
  const series = { symbol: pairId, timeframe };
  await bars.putBars(series, closed);
  if (running) await bars.putLiveBars([{ series, bar: running, lastTradeId: 0 }]);
}

async function putDexPairs(store: WorldStore, pairs: readonly DexPairRecord[]): Promise<void> {
  const samples: DexSampleRecord[] = [];
  const renewed: DexPairRecord[] = [];
  for (const pair of pairs) {
    const known = await store.dexPairs.get(pair.id);
    // An answer from a cache of the source may be older than what is known.
    if (known && known.last_updated > pair.last_updated) continue;
    renewed.push({
      ...pair,
      first_seen_at: known?.first_seen_at ?? pair.first_seen_at,
      pool_created_at: pair.pool_created_at ?? known?.pool_created_at ?? null,
    });
    samples.push({
      id: `${pair.id} ${pair.last_updated}`,
      pair_id: pair.id,
      price: pair.price,
      volume_24h: pair.volume_24h,
      liquidity: pair.liquidity,
      timestamp: pair.last_updated,
    });
  }
  await store.dexPairs.putMany(renewed);
  await store.dexSamples.putMany(samples);
}
