/**
 * The registry of collections: each with its secondary indexes beside it.
 *
 * An index lists records by some of their fields, newest first. Where a record appears under several
 * entries (one for each confidence it exceeds), a range becomes one look-up.
 *
 * @module
 */
import type {
  FeatureRecord,
  GapRecord,
  MarketDataRecord,
  OutcomeRecord,
  QualityRecord,
  SignalRecord,
} from "../contracts/records.ts";
import type { MarketSymbol } from "../market/mod.ts";

/** A value that an index orders by. */
export type IndexPart = string | number | boolean;

/** One secondary index: the entries under which it lists a record. */
export interface IndexDefinition<T> {
  name: string;
  entries(record: T): readonly (readonly IndexPart[])[];
}

/** A kind of record, its time, and the indexes its queries need. */
export interface CollectionDefinition<T extends { id: string }> {
  name: string;
  /** Epoch ms that orders the records; 0 where a record has no time, then the id does. */
  timestamp(record: T): number;
  indexes: readonly IndexDefinition<T>[];
  /** Lists in rising order instead of newest first. */
  ascending?: boolean;
}

/** Name of the index by time that every collection has. */
export const TIME_INDEX = "time";
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

/** Returns the bucket (0 to 10) that a least confidence from 0 to 1 falls in, rounded down. */
export function getConfidenceBucket(confidence: number): number {
  const bucket = Math.floor(confidence * BUCKETS_PER_UNIT + 1e-9); // 0.7 * 10 is 7.000000000000001
  return Math.min(BUCKETS_PER_UNIT, Math.max(0, bucket));
}

/** Returns every bucket that a record of this confidence satisfies as a least confidence. */
function listBuckets(confidence: number): number[] {
  return Array.from({ length: getConfidenceBucket(confidence) + 1 }, (_, bucket) => bucket);
}

/** What is traded, by exchange and whether we follow it; in order of the id. */
export const symbolCollection = defineCollection<MarketSymbol>({
  name: "symbols",
  timestamp: () => 0,
  ascending: true,
  indexes: [
    { name: "active", entries: (symbol) => [[symbol.active]] },
    { name: "exchange", entries: (symbol) => [[symbol.exchange]] },
    { name: "exchange_active", entries: (symbol) => [[symbol.exchange, symbol.active]] },
    { name: "symbol", entries: (symbol) => [[symbol.symbol]] },
  ],
});

/** Emitted signals; `min_*` take a bucket of `getConfidenceBucket` as their last value. */
export const signalCollection = defineCollection<SignalRecord>({
  name: "signals",
  timestamp: (signal) => signal.timestamp,
  indexes: [
    { name: "type", entries: ({ type }) => [[type]] },
    { name: "entity", entries: ({ entity }) => [[entity]] },
    { name: "type_entity", entries: ({ type, entity }) => [[type, entity]] },
    {
      name: "min_confidence",
      entries: (signal) => listBuckets(signal.confidence_score).map((bucket) => [bucket]),
    },
    {
      name: "type_min_confidence",
      entries: (signal) =>
        listBuckets(signal.confidence_score).map((bucket) => [signal.type, bucket]),
    },
    {
      name: "entity_min_confidence",
      entries: (signal) =>
        listBuckets(signal.confidence_score).map((bucket) => [signal.entity, bucket]),
    },
  ],
});

/** What came of signals. */
export const outcomeCollection = defineCollection<OutcomeRecord>({
  name: "outcomes",
  timestamp: (outcome) => outcome.timestamp,
  indexes: [
    { name: "signalType", entries: ({ signalType }) => [[signalType]] },
    { name: "entity", entries: ({ entity }) => [[entity]] },
  ],
});

/** Holes in our watching. */
export const gapCollection = defineCollection<GapRecord>({
  name: "gaps",
  timestamp: (gap) => gap.timestamp,
  indexes: [
    { name: "symbol", entries: ({ symbol }) => [[symbol]] },
    { name: "status", entries: ({ status }) => [[status]] },
    { name: "symbol_status", entries: ({ symbol, status }) => [[symbol, status]] },
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
    { name: "symbol", entries: ({ symbol }) => [[symbol]] },
    { name: "symbol_version", entries: ({ symbol, version }) => [[symbol, version]] },
    {
      name: "symbol_timeframe_version",
      entries: ({ symbol, timeframe, version }) => [[symbol, timeframe, version]],
    },
  ],
});

/** Every collection of a world. */
export const collections = [
  symbolCollection,
  signalCollection,
  outcomeCollection,
  gapCollection,
  qualityCollection,
  marketDataCollection,
  featureCollection,
] as const;
