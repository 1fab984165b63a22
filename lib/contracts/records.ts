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
