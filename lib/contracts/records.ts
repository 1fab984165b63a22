/**
 * The records that the store keeps and the API shows: their fields, units and prescribed spellings.
 *
 * @module
 */
import type { Timeframe } from "../market/mod.ts";

/** A hole in our watching, or a repair of one, of one series. */
export interface GapRecord {
  id: string;
  source: string;
  symbol: string;
  timeframe: Timeframe;
  /** First and one past the last missing bar start, epoch ms. */
  from: number;
  to: number;
  status: "open" | "repaired" | "unrepairable";
  reason: string;
  /** Market time at which it was seen, and mended. */
  timestamp: number;
  repairedAt?: number;
}

/** One minute-resolution row of the quality of a symbol (DQ-10). */
export interface QualityRecord {
  id: string;
  symbol: string;
  timestamp: number;
  /** Fraction from 0 to 1. */
  score: number;
  checks: Record<string, { passed: number; failed: number }>;
}

/** Last known market figures of an asset or symbol (STO-02). Spelling prescribed. */
export interface MarketDataRecord {
  id: string;
  symbol: string;
  price: number;
  volume_24h: number | null;
  market_cap: number | null;
  /** Percent: 5 means 5 %. */
  price_change_24h: number | null;
  timestamp: number;
  source: string;
  created_at: number;
}

/** A row of ML features (FEA-01 to FEA-10). */
export interface FeatureRecord {
  id: string;
  symbol: string;
  timeframe: Timeframe;
  /** Schema version, `v1.0`. */
  version: string;
  /** Start of the bar, epoch ms. */
  time: number;
  values: Record<string, number | string | boolean | null>;
  /** Names of cells that were back-filled from a later row (FEA-08). */
  backfilled: string[];
}

/** An emitted signal; never rewritten (NEW-03). Prescribed fields keep their spelling (STO-01). */
export interface SignalRecord {
  id: string;
  source: string;
  type: "sentiment_shift" | "tvl_anomaly" | "volume_anomaly" | "price_alert";
  /** Symbol or asset it speaks of. */
  entity: string;
  data: Record<string, unknown>;
  confidence_score: number;
  /** Market time, epoch ms. */
  timestamp: number;
  processed: boolean;
  created_at: number;
  updated_at: number;
  evidence: {
    /** SHA-256 (hex) of the inputs the detector was given. */
    inputHash: string;
    /** Version of detector and thresholds, such as `price_alert/1#ab12cd34`. */
    parameterVersion: string;
    modelVersion: string | null;
    /** Start of the newest bar it looked at, and the bars' series. */
    barTime: number;
    timeframe: Timeframe;
    /** What is claimed (decision 14): always "activity" here. */
    claim: "activity";
    /** When the outcome can be judged, epoch ms. */
    horizonMs: number;
  };
  /** Contribution of each confidence factor; they sum to the score. */
  factors: Record<string, number>;
  /** Set on a further record that updates an earlier one within its window (SIG-02). */
  updates?: string;
  /** Ids of the signals that this record merges, and all their sources (SIG-03). */
  merges?: string[];
  sources?: string[];
  /** Another explanation than the claim, such as a probable adapter fault (NEW-10). */
  explanation?: string;
}

/** What came of a signal, written once, beside it (NEW-03). */
export interface OutcomeRecord {
  /** The signal's id. */
  id: string;
  signalType: SignalRecord["type"];
  entity: string;
  timestamp: number;
  outcome: "right" | "wrong" | "not_measurable";
  reason: string;
  /** The figures it was judged by. */
  figures: Record<string, number | null>;
}

/** Kinds of what a text or a signal can speak of (STO-03). */
export type EntityType = "token" | "exchange" | "wallet" | "protocol";

/** A headline or announcement. */
export interface NewsRecord {
  /** The same for one headline from several feeds, so that it is counted once. */
  id: string;
  /** Key of the source that delivered it first, such as `cryptopanic`. */
  source: string;
  /** Who wrote it, such as `coindesk.com`. */
  publisher: string;
  title: string;
  url: string | null;
  /** Codes of currencies that the source itself named, such as `BTC`. */
  currencies: string[];
  /** When it was published, epoch ms. */
  timestamp: number;
  created_at: number;
  /** -1 to 1, and from 0 to 1 how sure; null until it was judged. */
  sentiment_score: number | null;
  sentiment_confidence: number | null;
  /** What judged it, such as `rules/1`. */
  sentiment_model: string | null;
}

/** One entity that a text or signal speaks of (STO-03). Spelling prescribed. */
export interface EntityMentionRecord {
  id: string;
  /** The signal it belongs to; null for one found in news. */
  signal_id: string | null;
  /** The headline it was found in. */
  news_id: string | null;
  entity_type: EntityType;
  /** Canonical name: `BTC`, `binance`, `aave`, or an address. */
  entity_name: string;
  mention_count: number;
  /** -1 to 1. */
  sentiment_score: number;
  timestamp: number;
  created_at: number;
}

/** One sample of the value locked in a protocol or on a chain. */
export interface TvlRecord {
  /** `protocol:aave-v3 1700000000000`: entity and time. */
  id: string;
  /** `protocol:aave-v3` or `chain:ethereum`. */
  entity: string;
  name: string;
  tvl_usd: number;
  /** CoinGecko id of the protocol's or chain's own token, to compare with its price. */
  token: string | null;
  /** The chain that holds most of it, as an entity; null for a chain itself. */
  chain: string | null;
  category: string | null;
  timestamp: number;
  source: string;
  created_at: number;
}

/** A payment for a report or tool (STO-04). Spelling prescribed. */
export interface TransactionRecord {
  id: string;
  tool_id: string;
  user_wallet: string;
  /** Exact decimal text. */
  amount: string;
  currency: string;
  status: "pending" | "confirmed" | "failed";
  metadata: Record<string, unknown>;
  timestamp: number;
  created_at: number;
  updated_at: number;
}

/** Use of one feed of a source within one hour (COL-16, NEW-09). */
export interface ApiUsageRecord {
  /** Source, feed and hour. */
  id: string;
  source: string;
  feed: string;
  /** Start of the hour, epoch ms, wall time. */
  timestamp: number;
  request_count: number;
  success_count: number;
  /** Answers 429 and 418. */
  refused_count: number;
  /** Sum over all answers, ms. */
  response_ms: number;
  /** Credits of the source's monthly budget. */
  credits: number;
}

/** One collection cycle (COL-03). */
export interface CollectionRunRecord {
  id: string;
  trigger: "cron" | "standby" | "manual" | "start";
  /** Wall time, epoch ms. */
  timestamp: number;
  duration_ms: number | null;
  status: "running" | "done" | "failed";
  sources: Record<
    string,
    {
      status: "ok" | "failed" | "skipped" | "waiting";
      records: number;
      error?: string;
      duration_ms: number;
    }
  >;
  records: number;
  signals: number;
}

/** Figures of a whole market, such as all coins or decentralised finance. */
export interface MarketTotalRecord {
  /** `crypto 1700000000000`: market and time. */
  id: string;
  market: "crypto" | "defi";
  /** USD. */
  market_cap: number;
  volume_24h: number | null;
  /** Of the market cap, percent: 5 means 5 %. */
  change_24h: number | null;
  /** Share of single assets in the market cap, percent, by code in capitals. */
  dominance: Record<string, number>;
  timestamp: number;
  source: string;
  created_at: number;
}

/** What an asset cost at one time: history that other findings are compared with. */
export interface AssetPriceRecord {
  /** `asset:bitcoin 1700000000000`: entity and time. */
  id: string;
  /** `asset:bitcoin`. */
  entity: string;
  /** USD. */
  price: number;
  /** USD of the 24 h before, and USD; null where the source says none. */
  volume_24h: number | null;
  market_cap: number | null;
  timestamp: number;
  source: string;
  created_at: number;
}

/** The past of one series being fetched, or that was. */
export interface BackfillRecord {
  id: string;
  /** Key of the source. */
  exchange: string;
  symbol: string;
  timeframe: Timeframe;
  /** First and one past the last bar start, epoch ms. */
  from: number;
  to: number;
  status: "waiting" | "running" | "done" | "stopped" | "failed";
  bars: number;
  /** Of the stretch, what is done and all of it, ms of market time. */
  done_ms: number;
  total_ms: number;
  error: string | null;
  /** Bars of the whole stretch that are stored, once it is done. */
  stored?: number;
  /** What is not as it was asked for, in plain words. */
  note?: string;
  /** Wall time, epoch ms. */
  created_at: number;
  updated_at: number;
}
