/**
 * Where what polled sources told goes, and what they may know when they ask.
 *
 * @module
 */
import type { DexPairRecord, DexSampleRecord } from "../lib/contracts/records.ts";
import type { MarketSymbol, Timeframe } from "../lib/market/mod.ts";
import type { MarketIntake } from "../lib/pipeline/types.ts";
import type { WorldStore } from "../lib/store/types.ts";
import type { FeedContext, SourceRecords } from "./source.ts";

/** Pairs that are looked at more closely. */
const dexPairsMax = 100;

/** Reads what feeds may know now. */
export async function readFeedContext(store: WorldStore, nowMs: number): Promise<FeedContext> {
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
    intake: Pick<MarketIntake, "addHistory">;
    source: string;
  },
  records: SourceRecords,
): Promise<number> {
  const { marketData = [], tvl = [], dexNetworks = [], dexListings = [], dexTrades = [] } = records;
  const { news = [], dexPairs = [], bars = [], symbols = [] } = records;
  await store.symbols.putMany(symbols);
  await store.marketData.putMany(marketData);
  await store.tvl.putMany(tvl);
  await store.dexNetworks.putMany(dexNetworks);
  await store.dexListings.putMany(dexListings);
  await store.dexTrades.putMany(dexTrades);
  // The first to tell a headline keeps it.
  for (const headline of news) await store.news.create(headline);
  await putDexPairs(store, dexPairs);
  for (const { symbol, timeframe, bars: some } of bars) {
    await intake.addHistory(symbol, timeframe, some, { source, reason: "history" });
  }
  const lists = [marketData, tvl, dexNetworks, dexListings, dexTrades, news, dexPairs, symbols];
  return [...lists, ...bars.map(({ bars }) => bars)].reduce((sum, list) => sum + list.length, 0);
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
