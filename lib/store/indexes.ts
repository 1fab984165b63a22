/**
 * The registry of collections: each with its secondary indexes beside it.
 *
 * An index lists records by some of their fields, newest first. What is looked for by a range, such
 * as a least confidence, is listed by a few buckets, which a query reads together.
 *
 * @module
 */
import type {
  DexExchangeRecord,
  DexListingRecord,
  DexNetworkRecord,
  DexPairRecord,
  DexSampleRecord,
  DexSignalRecord,
  DexTradeRecord,
} from "../contracts/dex_records.ts";
import type {
  ApiUsageRecord,
  AssetPriceRecord,
  CollectionRunRecord,
  EntityMentionRecord,
  FeatureRecord,
  GapRecord,
  MarketDataRecord,
  MarketTotalRecord,
  NewsRecord,
  OutcomeRecord,
  QualityRecord,
  SignalRecord,
  TransactionRecord,
  TvlRecord,
} from "../contracts/records.ts";
import type { MarketSymbol } from "../market/mod.ts";

/** A value that an index orders by. */
export type IndexPart = string | number | boolean;

/** One secondary index: the entries under which it lists a record. */
export interface IndexDefinition<T> {
  name: string;
  entries(record: T): readonly (readonly IndexPart[])[];
  /** A number kept at each entry, so that a query's `least` is judged without reading records. */
  weight?(record: T): number;
}

/** Sums kept beside records, in the same commit: how many there are, and some amounts of them. */
export interface TallyDefinition<T> {
  name: string;
  /** What the record counts under. */
  parts(record: T): readonly IndexPart[];
  /** Added up by name; rounded to whole numbers, so fractions come in millionths. */
  amounts?(record: T): Readonly<Record<string, number>>;
}

/** A kind of record, its time, and the indexes its queries need. */
export interface CollectionDefinition<T extends { id: string }> {
  name: string;
  /** Epoch ms that orders the records; 0 where a record has no time, then the id does. */
  timestamp(record: T): number;
  indexes: readonly IndexDefinition<T>[];
  tallies?: readonly TallyDefinition<T>[];
  /** Lists in rising order instead of newest first. */
  ascending?: boolean;
}

/** Its records in one world. */
export interface Place<T extends { id: string }> {
  world: string;
  definition: CollectionDefinition<T>;
}

/** Name of the index by time that every collection has. */
export const TIME_INDEX = "time";
/** Fractions are summed in these. */
export const MILLIONTHS = 1_000_000;
/** Width of a bucket of confidence. */
const BUCKETS_PER_UNIT = 10;

/** Returns a definition, its type inferred; throws `RangeError` when a name occurs twice. */
export function defineCollection<T extends { id: string }>(
  definition: CollectionDefinition<T>,
): CollectionDefinition<T> {
  const names = [TIME_INDEX, ...definition.indexes.map((index) => index.name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new RangeError(`Cannot define ${definition.name}: index ${twice} occurs twice`);
  return definition;
}

/** Returns the bucket (0 to 10) that a confidence from 0 to 1 falls in, rounded down. */
export function getConfidenceBucket(confidence: number): number {
  const bucket = Math.floor(confidence * BUCKETS_PER_UNIT + 1e-9); // 0.7 * 10 is 7.000000000000001
  return bucket > 0 ? Math.min(BUCKETS_PER_UNIT, bucket) : 0; // also where it is no number
}

/** Returns the buckets in which every confidence of at least `least` (0 to 1) lies, lowest first. */
export function listConfidenceBuckets(least: number): number[] {
  const first = getConfidenceBucket(least);
  return Array.from({ length: BUCKETS_PER_UNIT + 1 - first }, (_, i) => first + i);
}

const bucketOf = ({ confidence_score }: SignalRecord) => getConfidenceBucket(confidence_score);
const weight = ({ confidence_score }: SignalRecord) => confidence_score;

/** What is traded, by whether we follow it; in order of the id. */
export const symbolCollection = defineCollection<MarketSymbol>({
  name: "symbols",
  timestamp: () => 0,
  ascending: true,
  indexes: [
    { name: "active", entries: (symbol) => [[symbol.active]] },
  ],
});

/** Emitted signals; the last value of `*confidence` is a bucket of `getConfidenceBucket`. */
export const signalCollection = defineCollection<SignalRecord>({
  name: "signals",
  timestamp: (signal) => signal.timestamp,
  indexes: [
    { name: "type", entries: ({ type }) => [[type]] },
    { name: "entity", entries: ({ entity }) => [[entity]] },
    { name: "type_entity", entries: ({ type, entity }) => [[type, entity]] },
    { name: "confidence", entries: (signal) => [[bucketOf(signal)]], weight },
    { name: "type_confidence", entries: (signal) => [[signal.type, bucketOf(signal)]], weight },
    {
      name: "entity_confidence",
      entries: (signal) => [[signal.entity, bucketOf(signal)]],
      weight,
    },
    {
      name: "type_entity_confidence",
      entries: (signal) => [[signal.type, signal.entity, bucketOf(signal)]],
      weight,
    },
  ],
  tallies: [{
    name: "source_type",
    parts: ({ source, type }) => [source, type],
    amounts: (signal) => ({ confidence: signal.confidence_score * MILLIONTHS }),
  }],
});

/** What came of signals. */
export const outcomeCollection = defineCollection<OutcomeRecord>({
  name: "outcomes",
  timestamp: (outcome) => outcome.timestamp,
  indexes: [
    { name: "signalType", entries: ({ signalType }) => [[signalType]] },
  ],
});

/** Holes in our watching. */
export const gapCollection = defineCollection<GapRecord>({
  name: "gaps",
  timestamp: (gap) => gap.timestamp,
  indexes: [
    { name: "symbol", entries: ({ symbol }) => [[symbol]] },
    { name: "status", entries: ({ status }) => [[status]] },
  ],
});

/** Quality of a symbol by the minute. */
export const qualityCollection = defineCollection<QualityRecord>({
  name: "quality",
  timestamp: (quality) => quality.timestamp,
  indexes: [{ name: "symbol", entries: ({ symbol }) => [[symbol]] }],
});

/** Last known figures of assets and symbols. */
export const marketDataCollection = defineCollection<MarketDataRecord>({
  name: "market_data",
  timestamp: (figures) => figures.timestamp,
  indexes: [
    { name: "symbol", entries: ({ symbol }) => [[symbol]] },
    { name: "source", entries: ({ source }) => [[source]] },
  ],
});

/** Rows of features. */
export const featureCollection = defineCollection<FeatureRecord>({
  name: "ml_features",
  timestamp: (features) => features.time,
  indexes: [
    {
      name: "symbol_timeframe_version",
      entries: ({ symbol, timeframe, version }) => [[symbol, timeframe, version]],
    },
  ],
});

/** Headlines and announcements. */
export const newsCollection = defineCollection<NewsRecord>({
  name: "news",
  timestamp: (headline) => headline.timestamp,
  indexes: [
    { name: "source", entries: ({ source }) => [[source]] },
    { name: "currency", entries: ({ currencies }) => currencies.map((code) => [code]) },
  ],
});

/** Entities that headlines and signals speak of. */
export const mentionCollection = defineCollection<EntityMentionRecord>({
  name: "entity_mentions",
  timestamp: (mention) => mention.timestamp,
  indexes: [
    { name: "entity", entries: ({ entity_name }) => [[entity_name]] },
    { name: "news", entries: ({ news_id }) => news_id === null ? [] : [[news_id]] },
    { name: "signal", entries: ({ signal_id }) => signal_id === null ? [] : [[signal_id]] },
  ],
  tallies: [{
    name: "entity",
    parts: ({ entity_type, entity_name }) => [entity_type, entity_name],
    amounts: ({ mention_count, sentiment_score }) => ({
      mentions: mention_count,
      sentiment: sentiment_score * mention_count * MILLIONTHS,
    }),
  }],
});

/** Samples of the value locked in protocols and on chains. */
export const tvlCollection = defineCollection<TvlRecord>({
  name: "tvl",
  timestamp: (sample) => sample.timestamp,
  indexes: [{ name: "entity", entries: ({ entity }) => [[entity]] }],
});

/** What assets cost over time. */
export const assetPriceCollection = defineCollection<AssetPriceRecord>({
  name: "asset_prices",
  timestamp: (price) => price.timestamp,
  indexes: [],
});

/** Whole markets over time. */
export const marketTotalCollection = defineCollection<MarketTotalRecord>({
  name: "market_totals",
  timestamp: (total) => total.timestamp,
  indexes: [],
});

/** Decentralised exchanges, in order of the id. */
export const dexExchangeCollection = defineCollection<DexExchangeRecord>({
  name: "dex_exchanges",
  timestamp: () => 0,
  ascending: true,
  indexes: [],
});

/** Pairs of decentralised exchanges; `volume` lists the most traded first, whatever their age. */
export const dexPairCollection = defineCollection<DexPairRecord>({
  name: "dex_pairs",
  timestamp: (pair) => pair.last_updated,
  indexes: [
    { name: "network", entries: ({ network_id }) => [[network_id]] },
    { name: "dex", entries: ({ dex_id }) => [[dex_id]] },
    { name: "network_dex", entries: ({ network_id, dex_id }) => [[network_id, dex_id]] },
    { name: "volume", entries: ({ volume_24h }) => [[volume_24h ?? 0]] },
    { name: "network_volume", entries: (pair) => [[pair.network_id, pair.volume_24h ?? 0]] },
    { name: "dex_volume", entries: ({ dex_id, volume_24h }) => [[dex_id, volume_24h ?? 0]] },
    {
      name: "network_dex_volume",
      entries: (pair) => [[pair.network_id, pair.dex_id, pair.volume_24h ?? 0]],
    },
  ],
});

/** Figures of DEX pairs over time. */
export const dexSampleCollection = defineCollection<DexSampleRecord>({
  name: "dex_samples",
  timestamp: (sample) => sample.timestamp,
  indexes: [{ name: "pair", entries: ({ pair_id }) => [[pair_id]] }],
});

/** Networks of decentralised exchanges. */
export const dexNetworkCollection = defineCollection<DexNetworkRecord>({
  name: "dex_networks",
  timestamp: () => 0,
  ascending: true,
  indexes: [],
});

/** Returns the entry that makes a list, largest first, run from the least value: its negative. */
function listRising(value: number | null): number[][] {
  return [[0 - (value ?? 0)]];
}

/** Tokens as DEX aggregators list them; an index named `*_rising` lists the least first. */
export const dexListingCollection = defineCollection<DexListingRecord>({
  name: "dex_listings",
  timestamp: (listing) => listing.timestamp,
  indexes: [
    { name: "rising", entries: ({ timestamp }) => listRising(timestamp) },
    { name: "volume_rising", entries: ({ volume_24h }) => listRising(volume_24h) },
    { name: "liquidity_rising", entries: ({ liquidity }) => listRising(liquidity) },
    { name: "market_cap_rising", entries: ({ market_cap }) => listRising(market_cap) },
    { name: "price_rising", entries: ({ price }) => listRising(price) },
    { name: "price", entries: ({ price }) => [[price ?? 0]] },
    { name: "price_change_rising", entries: (listing) => listRising(listing.price_change_24h) },
    { name: "volume", entries: ({ volume_24h }) => [[volume_24h ?? 0]] },
    { name: "liquidity", entries: ({ liquidity }) => [[liquidity ?? 0]] },
    { name: "market_cap", entries: ({ market_cap }) => [[market_cap ?? 0]] },
    { name: "price_change", entries: ({ price_change_24h }) => [[price_change_24h ?? 0]] },
  ],
});

/** Trades on decentralised exchanges. */
export const dexTradeCollection = defineCollection<DexTradeRecord>({
  name: "dex_trades",
  timestamp: (trade) => trade.timestamp,
  indexes: [{ name: "pair", entries: ({ pair_id }) => [[pair_id]] }],
});

/** Emitted signals on DEX pairs. */
export const dexSignalCollection = defineCollection<DexSignalRecord>({
  name: "dex_signals",
  timestamp: (signal) => signal.timestamp,
  indexes: [
    { name: "type", entries: ({ type }) => [[type]] },
    { name: "pair", entries: ({ pair_id }) => [[pair_id]] },
    { name: "pair_type", entries: ({ pair_id, type }) => [[pair_id, type]] },
  ],
});

/** Payments for reports and tools. */
export const transactionCollection = defineCollection<TransactionRecord>({
  name: "transactions",
  timestamp: (transaction) => transaction.timestamp,
  indexes: [
    { name: "status", entries: ({ status }) => [[status]] },
  ],
});

/** Use of sources by the hour. */
export const apiUsageCollection = defineCollection<ApiUsageRecord>({
  name: "api_usage",
  timestamp: (usage) => usage.timestamp,
  indexes: [],
});

/** Collection cycles. */
export const collectionRunCollection = defineCollection<CollectionRunRecord>({
  name: "collection_runs",
  timestamp: (run) => run.timestamp,
  indexes: [{ name: "status", entries: ({ status }) => [[status]] }],
});

/** Where records of these collections go when they are old; read together with the newer ones. */
const toArchive = <T extends { id: string }>(definition: CollectionDefinition<T>) => ({
  ...definition,
  name: `archive_${definition.name}`,
});

/** The archives, by the name of the collection that they continue. */
export const archives = {
  signals: toArchive(signalCollection),
  marketData: toArchive(marketDataCollection),
  mentions: toArchive(mentionCollection),
  transactions: toArchive(transactionCollection),
  apiUsage: toArchive(apiUsageCollection),
} as const;

/** Every collection of a world, by the name that a world gives it. */
export const collections = {
  symbols: symbolCollection,
  signals: signalCollection,
  outcomes: outcomeCollection,
  gaps: gapCollection,
  quality: qualityCollection,
  marketData: marketDataCollection,
  features: featureCollection,
  news: newsCollection,
  mentions: mentionCollection,
  tvl: tvlCollection,
  assetPrices: assetPriceCollection,
  marketTotals: marketTotalCollection,
  dexExchanges: dexExchangeCollection,
  dexPairs: dexPairCollection,
  dexSamples: dexSampleCollection,
  dexNetworks: dexNetworkCollection,
  dexListings: dexListingCollection,
  dexTrades: dexTradeCollection,
  dexSignals: dexSignalCollection,
  transactions: transactionCollection,
  apiUsage: apiUsageCollection,
  collectionRuns: collectionRunCollection,
} as const;
