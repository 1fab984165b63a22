/**
 * What the rest of the house may ask of the store; the Deno KV behind it stays in this folder.
 *
 * @module
 */
import type { Bar, BarColumns, MarketSymbol, Timeframe } from "../market/mod.ts";
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

/** Names one series of bars within a world. */
export interface SeriesKey {
  symbol: string;
  timeframe: Timeframe;
}

/** Which bars: `from` (inclusive) and `to` (exclusive) in epoch ms; `limit` keeps the newest. */
export interface BarRange {
  from?: number;
  to?: number;
  limit?: number;
}

/** Closed bars in packed blocks, and the running bar apart. */
export interface BarStore {
  /**
   * Commits closed bars of one series, any order, idempotent; an existing bar is overwritten.
   * Concurrent calls are grouped into few commits. Resolves after the commit.
   */
  putBars(series: SeriesKey, bars: readonly Bar[]): Promise<void>;
  /** Same for many series in one go; for the close of a minute over all symbols. */
  putManyBars(entries: readonly { series: SeriesKey; bars: readonly Bar[] }[]): Promise<void>;
  /** Closed bars, oldest first. */
  readColumns(series: SeriesKey, range?: BarRange): Promise<BarColumns>;
  listBars(series: SeriesKey, range?: BarRange): Promise<Bar[]>;
  /** First and last bar start and the count, or null when empty. */
  getExtent(series: SeriesKey): Promise<{ first: number; last: number; count: number } | null>;
  /** Keeps the running bars (one small key a series), so that they outlive a restart. */
  putLiveBars(entries: readonly { series: SeriesKey; bar: Bar; lastTradeId: number }[]): Promise<
    void
  >;
  getLiveBar(series: SeriesKey): Promise<{ bar: Bar; lastTradeId: number } | null>;
}

/** A page of records, newest first unless said otherwise. */
export interface Page<T> {
  items: T[];
  /** Pass as `cursor` for the next page; null at the end. */
  cursor: string | null;
}

/** Which records: an index by name with the values it is asked for, newest first. */
export interface RecordQuery {
  /** Name of a declared index; without it, the primary order (by time). */
  index?: string;
  /** Values of the leading parts of that index. */
  equals?: readonly (string | number | boolean)[];
  /** Values of the part behind those, at most 16: records of any of them, in one order. */
  oneOf?: readonly (string | number | boolean)[];
  /**
   * Least weight, where the index has one. A page may then hold fewer than `limit`, or none, and
   * still have a cursor: no more than some thousands of entries are looked at for one.
   */
  least?: number;
  /** Epoch ms, inclusive and exclusive. */
  from?: number;
  to?: number;
  limit?: number;
  cursor?: string;
}

/** The sums of one row of a tally. */
export interface TallyRow {
  parts: (string | number | boolean)[];
  count: number;
  /** Sums by name, in the units that the tally declares. */
  amounts: Record<string, number>;
}

/** Records of one kind, each one key, with its index keys in the same commit. */
export interface Collection<T extends { id: string }> {
  put(record: T): Promise<void>;
  putMany(records: readonly T[]): Promise<void>;
  /** Writes only when no record has this id; false when one has. */
  create(record: T): Promise<boolean>;
  get(id: string): Promise<T | null>;
  list(query?: RecordQuery): Promise<Page<T>>;
  delete(id: string): Promise<void>;
  count(): Promise<number>;
  /** The rows of a declared tally whose parts begin with `under`. */
  readTally(name: string, under?: readonly (string | number | boolean)[]): Promise<TallyRow[]>;
}

/** All that one world (live, or one recording) holds. */
export interface WorldStore {
  /** `live`, or the recording's hash. */
  world: string;
  bars: BarStore;
  symbols: Collection<MarketSymbol>;
  signals: Collection<SignalRecord>;
  outcomes: Collection<OutcomeRecord>;
  gaps: Collection<GapRecord>;
  quality: Collection<QualityRecord>;
  marketData: Collection<MarketDataRecord>;
  features: Collection<FeatureRecord>;
  news: Collection<NewsRecord>;
  mentions: Collection<EntityMentionRecord>;
  tvl: Collection<TvlRecord>;
  assetPrices: Collection<AssetPriceRecord>;
  marketTotals: Collection<MarketTotalRecord>;
  dexExchanges: Collection<DexExchangeRecord>;
  dexPairs: Collection<DexPairRecord>;
  dexSamples: Collection<DexSampleRecord>;
  dexNetworks: Collection<DexNetworkRecord>;
  dexListings: Collection<DexListingRecord>;
  dexTrades: Collection<DexTradeRecord>;
  dexSignals: Collection<DexSignalRecord>;
  transactions: Collection<TransactionRecord>;
  apiUsage: Collection<ApiUsageRecord>;
  collectionRuns: Collection<CollectionRunRecord>;
  /**
   * Small named values of this world, such as collector health or the played market minute. Those
   * asked for, or put, in one turn cost little more than one.
   */
  getState<T>(name: string): Promise<T | null>;
  putState(name: string, value: unknown): Promise<void>;
  /** Deletes everything of this world ("Play again"). */
  clear(): Promise<void>;
}
