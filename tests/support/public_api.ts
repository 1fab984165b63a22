/** Records and an API full of them, for tests of the public endpoints and of the client. */
import type { ApiDeps } from "../../lib/api/deps.ts";
import { createChartCache } from "../../lib/cache/charts.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import type {
  DexListingRecord,
  DexPairRecord,
  DexSampleRecord,
  DexSignalRecord,
  DexTradeRecord,
} from "../../lib/contracts/dex_records.ts";
import type {
  ApiUsageRecord,
  CollectionRunRecord,
  EntityMentionRecord,
  TransactionRecord,
} from "../../lib/contracts/records.ts";
import type { Store } from "../../lib/store/mod.ts";
import { anApi, aSymbol, NOW_MS, type TestApi } from "./api.ts";
import { bars } from "./market.ts";
import { buildSignal, withMemoryStore } from "./store.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const aPair = (part: Partial<DexPairRecord> = {}): DexPairRecord => ({
  id: "ethereum:0xaa",
  name: "WETH/USDC",
  base_currency_id: "weth",
  quote_currency_id: "usdc",
  network_id: "ethereum",
  dex_id: "uniswap_v3",
  price: 2_000,
  volume_24h: 1_000_000,
  liquidity: 500_000,
  price_change_24h: 1,
  last_updated: NOW_MS - 60_000,
  pool_created_at: null,
  first_seen_at: NOW_MS - 30 * DAY_MS,
  source: "coinmarketcap_dex",
  created_at: NOW_MS,
  ...part,
});

export const aSample = (part: Partial<DexSampleRecord> = {}): DexSampleRecord => {
  const { pair_id = "ethereum:0xaa", timestamp = NOW_MS - HOUR_MS } = part;
  return {
    id: `${pair_id} ${timestamp}`,
    pair_id,
    price: 2_000,
    volume_24h: 1_000_000,
    liquidity: 500_000,
    timestamp,
    ...part,
  };
};

export const aListing = (part: Partial<DexListingRecord> = {}): DexListingRecord => ({
  id: "weth",
  name: "Wrapped Ether",
  symbol: "WETH",
  network_id: "ethereum",
  contract_address: "0xaa",
  price: 2_000,
  volume_24h: 100,
  liquidity: 50,
  market_cap: 10,
  price_change_24h: -1,
  timestamp: NOW_MS - 60_000,
  source: "coinmarketcap_dex",
  ...part,
});

export const aDexTrade = (part: Partial<DexTradeRecord> = {}): DexTradeRecord => ({
  id: "t1",
  pair_id: "ethereum:0xaa",
  side: "buy",
  price: 2_000,
  size: 1,
  value_usd: 2_000,
  transaction_hash: null,
  timestamp: NOW_MS - 1_000,
  source: "coinmarketcap_dex",
  ...part,
});

export const aDexSignal = (part: Partial<DexSignalRecord> = {}): DexSignalRecord => ({
  id: "d1",
  type: "liquidity_shift",
  pair_id: "ethereum:0xaa",
  pair_name: "WETH/USDC",
  network_id: "ethereum",
  dex_id: "uniswap_v3",
  source: "dex",
  data: { change: 0.3, threshold: 0.2 },
  confidence_score: 0.7,
  factors: { magnitude: 0.7 },
  timestamp: NOW_MS - HOUR_MS,
  created_at: NOW_MS,
  evidence: { inputHash: "ab", parameterVersion: "liquidity_shift/1" },
  ...part,
});

export const aMention = (part: Partial<EntityMentionRecord> = {}): EntityMentionRecord => ({
  id: "m1",
  signal_id: "s3",
  news_id: null,
  entity_type: "token",
  entity_name: "BTC",
  mention_count: 3,
  sentiment_score: 0.5,
  timestamp: NOW_MS - HOUR_MS,
  created_at: NOW_MS,
  ...part,
});

export const aTransaction = (part: Partial<TransactionRecord> = {}): TransactionRecord => ({
  id: "x1",
  tool_id: "report",
  user_wallet: "0xwallet",
  amount: "0.10",
  currency: "USDC",
  status: "confirmed",
  metadata: {},
  timestamp: NOW_MS - HOUR_MS,
  created_at: NOW_MS,
  updated_at: NOW_MS,
  ...part,
});

export const aUsage = (part: Partial<ApiUsageRecord> = {}): ApiUsageRecord => {
  const { source = "coingecko", feed = "markets", timestamp = NOW_MS - HOUR_MS } = part;
  return {
    id: `${source} ${feed} ${timestamp}`,
    source,
    feed,
    timestamp,
    request_count: 10,
    success_count: 9,
    refused_count: 1,
    response_ms: 1_000,
    credits: 10,
    ...part,
  };
};

export const aRun = (part: Partial<CollectionRunRecord> = {}): CollectionRunRecord => ({
  id: "r1",
  trigger: "cron",
  timestamp: NOW_MS - HOUR_MS,
  duration_ms: 900,
  status: "done",
  sources: { coingecko: { status: "ok", records: 5, duration_ms: 300 } },
  records: 5,
  signals: 1,
  ...part,
});

/** The records that `withPublicApi` stores. */
async function fillWorld(world: ReturnType<Store["world"]>): Promise<void> {
  await world.symbols.putMany([
    aSymbol({ name: "Bitcoin" }),
    aSymbol({ base: "ETH" }),
    aSymbol({ base: "OLD", active: false }),
  ]);
  await world.marketData.put({
    id: "asset:bitcoin@coingecko",
    symbol: "BTC",
    price: 42_000,
    volume_24h: 1e9,
    market_cap: 8e11,
    price_change_24h: 5,
    timestamp: NOW_MS - 60_000,
    source: "coingecko",
    created_at: 0,
  });
  for (const timeframe of ["1m", "1h"] as const) {
    const stepMs = timeframe === "1m" ? 60_000 : HOUR_MS;
    await world.bars.putBars(
      { symbol: "BTCUSDT", timeframe },
      bars(300, NOW_MS - 300 * stepMs, stepMs),
    );
  }
  await world.signals.putMany([
    buildSignal("s1", { timestamp: NOW_MS - HOUR_MS / 2, confidence_score: 0.8 }),
    buildSignal("s2", {
      type: "volume_anomaly",
      entity: "ETHUSDT",
      timestamp: NOW_MS - HOUR_MS * 2,
    }),
  ]);
  await world.signals.put(
    buildSignal("s3", {
      type: "sentiment_shift",
      entity: "asset:bitcoin",
      source: "sentiment",
      timestamp: NOW_MS - 20 * HOUR_MS,
      confidence_score: 0.55,
    }),
  );
  await world.mentions.put(aMention());
  await world.dexNetworks.put({
    id: "ethereum",
    name: "Ethereum",
    chain_id: "1",
    native_currency_id: "eth",
    source: "coinmarketcap_dex",
    timestamp: NOW_MS,
  });
  await world.dexPairs.putMany([
    aPair(),
    aPair({ id: "base:0xbb", network_id: "base", dex_id: "aerodrome", volume_24h: 5_000_000 }),
    aPair({
      id: "base:0xcc",
      network_id: "base",
      volume_24h: null,
      last_updated: NOW_MS - HOUR_MS,
    }),
  ]);
  await world.dexSamples.putMany(
    [4, 3, 2, 1].map((hours) =>
      aSample({ timestamp: NOW_MS - hours * HOUR_MS, price: 2_000 + hours })
    ),
  );
  await world.dexListings.putMany([
    aListing(),
    aListing({ id: "b", name: "B", volume_24h: 300, market_cap: null, timestamp: NOW_MS - 5 }),
    aListing({ id: "c", name: "C", volume_24h: 200, price_change_24h: 7, liquidity: 1 }),
  ]);
  await world.dexTrades.put(aDexTrade());
  await world.dexSignals.putMany([
    aDexSignal(),
    aDexSignal({ id: "d2", type: "new_pair", pair_id: "base:0xbb" }),
  ]);
  await world.transactions.putMany([
    aTransaction(),
    aTransaction({ id: "x2", amount: "0.25", timestamp: NOW_MS - 2 * DAY_MS }),
    aTransaction({ id: "x3", status: "failed" }),
  ]);
  await world.apiUsage.putMany([aUsage(), aUsage({ feed: "global", credits: 0 })]);
  await world.collectionRuns.putMany([aRun(), aRun({ id: "r2", status: "failed" })]);
}

/** Runs `test` with an API over the real store in memory, filled unless told otherwise. */
export async function withPublicApi(
  test: (api: TestApi & { world: ReturnType<Store["world"]> }) => Promise<void>,
  { part = {}, filled = true }: { part?: Partial<ApiDeps>; filled?: boolean } = {},
): Promise<void> {
  await withMemoryStore(async (store) => {
    const world = store.world("live");
    if (filled) await fillWorld(world);
    const made = await anApi({
      store: world,
      symbols: createSymbolCache({ symbols: world.symbols, now: () => NOW_MS }),
      charts: createChartCache({ bars: world.bars, epoch: "e1", getRunningBar: () => null }),
      ...part,
    });
    await test({ ...made, world });
  });
}
