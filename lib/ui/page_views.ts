/**
 * What the pages of markets, decentralised exchanges, news and operation are given to show.
 *
 * @module
 */
import type { DexPairRecord, DexSignalRecord, DexSignalType } from "../contracts/dex_records.ts";
import type {
  CollectionRunRecord,
  EntityType,
  MarketDataRecord,
  NewsRecord,
} from "../contracts/records.ts";
import type { MarketKind } from "../market/mod.ts";
import type { UptimeView } from "./analysis_views.ts";
import type { PriceView, SeriesView, SignalView } from "./state.ts";

/** Whether an exchange with hours is open, and until when that holds; null where unknown. */
export interface SessionView {
  isOpen: boolean;
  untilMs: number | null;
}

/** A followed symbol in the list of markets. */
export interface MarketView extends PriceView {
  kind: MarketKind;
  base: string;
  /** Null for a market that never closes, or whose hours of this day are unknown. */
  session: SessionView | null;
}

/** Followed symbols, and assets as data sources tell of them. */
export interface MarketList {
  symbols: MarketView[];
  assets: MarketDataRecord[];
}

/** A price where the market turned more than once. */
export interface LevelView {
  price: number;
  touches: number;
  /** Epoch ms. */
  lastTouch: number;
}

/** What hourly bars tell of a market; null wherever history is too short. */
export interface AnalysisView {
  trend: "bullish" | "bearish" | null;
  /** From 0 to 1. */
  trendStrength: number | null;
  /** Yearly, percent. */
  volatility: number | null;
  /** From 0 to 100. */
  volatilityIndex: number | null;
  support: LevelView | null;
  resistance: LevelView | null;
  /** Why something is missing, in plain words. */
  reason?: string;
  /** The hourly bars that were looked at: how many, and the end of the newest, epoch ms. */
  bars: number;
  barsToMs: number | null;
}

/** How alike another symbol moved. */
export interface CorrelationView {
  symbol: string;
  /** From -1 to 1. */
  correlation: number;
  /** Hours that both have. */
  n: number;
}

/** Something that a market is related to. */
export interface RelationView {
  kind: "traded_on" | "mentioned_with" | "runs_on" | "member_of";
  name: string;
}

/** One symbol or asset from every side. */
export interface MarketDetail {
  /** How people call it. */
  name: string;
  /** Null for an asset that no followed symbol trades. */
  symbol: MarketView | null;
  /** Last known figures, one of each source. */
  figures: MarketDataRecord[];
  analysis: AnalysisView;
  quality: { score: number; failed: Record<string, number>; timeMs: number } | null;
  continuity: SeriesView[];
  /** The most alike, or the most opposed, first. */
  correlations: CorrelationView[];
  relations: RelationView[];
  signals: SignalView[];
  headlines: NewsRecord[];
}

/** A column that pairs can be sorted by. */
export type DexColumn =
  | "name"
  | "price"
  | "price_change_24h"
  | "volume_24h"
  | "liquidity"
  | "last_updated";

/** Which pairs, in which order; empty texts do not filter. */
export interface DexFilter {
  network: string;
  exchange: string;
  type: DexSignalType | "";
  sort: DexColumn;
  order: "asc" | "desc";
}

/** A network with the sums over its pairs, USD. */
export interface DexNetworkView {
  id: string;
  name: string;
  pairs: number;
  volume: number;
  liquidity: number;
}

/** Pairs of decentralised exchanges, their networks and signals. */
export interface DexOverview {
  /** In the order that was asked for. */
  pairs: DexPairRecord[];
  /** Pairs that match, of which `pairs` are the first; a least number when `isCut`. */
  total: number;
  isCut: boolean;
  leaders: DexPairRecord[];
  networks: DexNetworkView[];
  exchanges: string[];
  signals: DexSignalRecord[];
  /** Why there is nothing, in plain words; only where nothing at all is stored. */
  reason?: string;
}

/** A candle of a pair. */
export interface DexCandleView {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

/** One pair from every side. */
export interface DexDetail {
  pair: DexPairRecord;
  networkName: string;
  metrics: {
    volume_rank: number | null;
    liquidity_score: number | null;
    volatility_score: number | null;
    signal_count: number;
  };
  recommendations: {
    type: "opportunity" | "warning" | "alert";
    message: string;
    confidence: number;
    evidence: string[];
  }[];
  signals: DexSignalRecord[];
  /** Hourly, oldest first. */
  candles: DexCandleView[];
  madeFrom: "exchange" | "samples";
}

/** How a headline speaks. */
export type Mood = "positive" | "neutral" | "negative" | "unjudged";

/** Which headlines; empty texts do not filter. */
export interface NewsFilter {
  entity: string;
  source: string;
  mood: Mood | "";
}

/** How the judged headlines of a stretch of time speak together. */
export interface GaugeView {
  /** From -1 to 1. */
  score: number;
  /** Judged headlines. */
  n: number;
  /** What judged them. */
  models: string[];
  fromMs: number;
  toMs: number;
}

/** How often an entity was named on each day, and how. */
export interface HeatRow {
  type: EntityType;
  name: string;
  cells: ({ mentions: number; sentiment: number } | null)[];
}

/** Headlines, and what they say together. */
export interface NewsOverview {
  headlines: NewsRecord[];
  /** Headlines that match, of those that were read. */
  total: number;
  sources: string[];
  gauge: GaugeView | null;
  /** Starts of days, UTC, oldest first. */
  days: number[];
  heat: HeatRow[];
  /** Why there is nothing, in plain words; only where nothing at all is stored. */
  reason?: string;
}

/** Calls within a time. */
export interface UsageView {
  request_count: number;
  success_count: number;
  refused_count: number;
  avg_response_time: number | null;
  credits: number;
}

/** A feed of a source. */
export interface FeedView {
  name: string;
  feature?: string;
  cadenceMs: number | null;
  lastSuccessMs: number | null;
  lastError?: string;
  /** What it is doing, such as `live` or `disabled`; absent where it does not say. */
  state?: string;
  nextMs: number | null;
  today: UsageView;
  month: UsageView;
}

/** A source, what it does and what it costs. */
export interface SourceView {
  source: string;
  name: string;
  enabled: boolean;
  reason?: string;
  status: "healthy" | "degraded" | "down";
  /** What it is doing, such as `live` or `blocked`; absent where it does not say. */
  state?: string;
  detail?: string;
  lastMessageMs: number | null;
  nextMs: number | null;
  /** Absent where nobody watches it. */
  uptime?: UptimeView;
  today: UsageView;
  month: UsageView;
  budget: {
    limitPerMinute: number | null;
    creditsPerMonth: number | null;
    creditsLeft: number | null;
    creditsExpected: number | null;
    /** A day such as `2026-11-28`. */
    runsOutOn: string | null;
  };
  feeds: FeedView[];
}

/** Work that was given up. */
export interface ParkedView {
  id: string;
  topic: string;
  attempt: number;
  error: string;
  parkedAt: number;
}

/** Collection cycles. */
export interface JobsView {
  stages: string[];
  /** What keeps failing, and what of it is mended. */
  alerts: {
    id: string;
    message: string;
    failures: number;
    sinceMs: number;
    resolvedMs: number | null;
  }[];
  parked: ParkedView[];
  runs: CollectionRunRecord[];
  /** Of the cycles of the last 24 hours that ended, 0 to 1; null for none. */
  successShare: number | null;
  /** Of the last 24 hours, or since the first cycle within them. */
  day: {
    /** Cycles that were to run, and that ran. */
    expected: number;
    ran: number;
    /** Sources that were asked, over all cycles, and those of them that answered. */
    asked: number;
    answered: number;
    cronShare: number | null;
    collectionShare: number | null;
  };
}

/** What one kind of kept answers was good for since the start. */
export interface CacheFamilyView {
  family: string;
  hits: { memory: number; store: number };
  misses: number;
  /** Of all requests, 0 to 1; null without any. */
  hitShare: number | null;
  warmed: number;
  warmedUsed: number;
  evictions: number;
  dropped: number;
  entries: number;
  bytes: number;
  /** Null where nothing grows old. */
  ttlMs: number | null;
}

/** The cache since the start. */
export interface CacheView {
  families: CacheFamilyView[];
  memoryShare: number | null;
  hitShare: number | null;
  bytes: number;
  bytesMax: number;
}

/** The quality of one symbol's data. */
export interface QualityRow {
  symbol: string;
  /** From 0 to 1; null while nothing was judged. */
  quality_score: number | null;
  failed: Record<string, number>;
  updated_at: number | null;
}

/** The quality of one symbol's data, over time. */
export interface QualityDetail {
  symbol: string;
  score: number | null;
  checks: Record<string, { passed: number; failed: number }>;
  timeMs: number | null;
  /** Oldest first. */
  history: { timeMs: number; score: number }[];
}

/** Readers of these pages; each may reject, and the page then offers a retry. */
export interface ExploreData {
  listMarkets(): Promise<MarketList>;
  /** Null for a name that nothing is known of. */
  getMarket(name: string): Promise<MarketDetail | null>;
  getDex(filter: DexFilter): Promise<DexOverview>;
  /** Null for a pair that nobody told of. */
  getDexPair(id: string): Promise<DexDetail | null>;
  getNews(filter: NewsFilter): Promise<NewsOverview>;
  listSources(): Promise<SourceView[]>;
  getJobs(): Promise<JobsView>;
  getCache(): Promise<CacheView>;
  listQuality(): Promise<QualityRow[]>;
  /** Null for a symbol that is not followed. */
  getQuality(symbol: string): Promise<QualityDetail | null>;
}
