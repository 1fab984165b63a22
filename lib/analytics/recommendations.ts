/**
 * Recommendations: what signals add up to for a reader, with the evidence they rest on.
 *
 * @module
 */
import type { DexSignalRecord, DexSignalType } from "../contracts/dex_records.ts";
import type { SignalRecord } from "../contracts/records.ts";
import type { PairMetrics } from "./pairs.ts";

/** Something worth a reader's attention. No promise of a price: direction has no measured edge. */
export interface Recommendation {
  type: "opportunity" | "warning" | "alert";
  message: string;
  /** From 0 to 1: that of the signals, never more. */
  confidence: number;
  /** Ids of the signals it rests on. */
  evidence: string[];
}

/** Signals older than this recommend nothing. */
const AGE_MAX_MS = 86_400_000;
const RECOMMENDATIONS_MAX = 10;
const LIQUIDITY_SCORE_SOUND = 0.6;

type Advice = Pick<Recommendation, "type" | "message">;

/** Returns recommendations on a pair, surest first, from its signals of the last day. */
export function recommendForPair(
  { signals, metrics, nowMs }: {
    signals: readonly DexSignalRecord[];
    metrics: PairMetrics;
    /** Market time, epoch ms. */
    nowMs: number;
  },
): Recommendation[] {
  const recent = keepNewest(signals, nowMs);
  const found: Recommendation[] = [...recent.values()].map((signal) => ({
    ...advise(signal, recent, metrics),
    confidence: signal.confidence_score,
    evidence: [signal.id],
  }));
  const draining = recent.get("liquidity_shift");
  const thin = recent.get("liquidity_risk");
  if (draining?.data.direction === "down" && thin) {
    found.push({
      type: "alert",
      message: "Liquidity is leaving while much is traded on little of it: " +
        "an exit may cost far more than the price shows",
      confidence: Math.max(draining.confidence_score, thin.confidence_score),
      evidence: [draining.id, thin.id],
    });
  }
  return sortRecommendations(found);
}

/** Returns recommendations on an entity, surest first, from its signals of the last day. */
export function recommendForEntity(
  signals: readonly SignalRecord[],
  nowMs: number,
): Recommendation[] {
  return sortRecommendations(
    [...keepNewest(signals, nowMs).values()].map((signal) => ({
      ...adviseEntity(signal),
      confidence: signal.confidence_score,
      evidence: [signal.id, ...signal.merges ?? []],
    })),
  );
}

/** The newest signal of each type within a day before `nowMs`. */
function keepNewest<T extends { type: string; timestamp: number; id: string }>(
  signals: readonly T[],
  nowMs: number,
): Map<T["type"], T> {
  const newest = new Map<T["type"], T>();
  const ordered = [...signals]
    .filter(({ timestamp }) => timestamp <= nowMs && nowMs - timestamp < AGE_MAX_MS)
    .sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
  for (const signal of ordered) newest.set(signal.type, signal);
  return newest;
}

function advise(
  { type, data }: DexSignalRecord,
  recent: ReadonlyMap<DexSignalType, DexSignalRecord>,
  { liquidity_score }: PairMetrics,
): Advice {
  const isSound = (liquidity_score ?? 0) >= LIQUIDITY_SCORE_SOUND && !recent.has("liquidity_risk");
  switch (type) {
    case "volume_anomaly":
      return isSound
        ? {
          type: "opportunity",
          message: `Volume is ${times(data.ratio)} its mean, on sound liquidity`,
        }
        : {
          type: "warning",
          message: `Volume is ${times(data.ratio)} its mean, on thin liquidity`,
        };
    case "new_pair":
      return isSound
        ? { type: "opportunity", message: "A new pair with sound liquidity" }
        : { type: "warning", message: "A new pair with little or unknown liquidity" };
    case "liquidity_shift":
      return data.direction === "down"
        ? {
          type: "alert",
          message: `Liquidity fell by ${percent(data.liquidity_change_24h)} in a day`,
        }
        : {
          type: "opportunity",
          message: `Liquidity grew by ${percent(data.liquidity_change_24h)} in a day`,
        };
    case "price_volatility":
      return {
        type: "warning",
        message: `The price moved ${percent(data.price_change_24h)} in a day`,
      };
    case "liquidity_risk":
      return {
        type: "alert",
        message: `Volume is ${times(data.ratio)} the liquidity: expect slippage`,
      };
  }
}

function adviseEntity({ type, data, explanation }: SignalRecord): Advice {
  switch (type) {
    case "price_alert":
      return {
        type: "warning",
        message: `The price moved ${percent(data.price_change_24h)} in a day`,
      };
    case "volume_anomaly":
      return { type: "opportunity", message: `Volume is ${times(data.ratio)} its weekly mean` };
    case "sentiment_shift":
      return data.direction === "down"
        ? { type: "warning", message: "News has turned worse within a day" }
        : { type: "opportunity", message: "News has turned better within a day" };
    case "tvl_anomaly":
      if (explanation !== undefined) return { type: "warning", message: explanation };
      return data.direction === "down"
        ? {
          type: "alert",
          message: `Value locked fell by ${percent(data.tvl_change_24h)} in a day`,
        }
        : {
          type: "opportunity",
          message: `Value locked grew by ${percent(data.tvl_change_24h)} in a day`,
        };
  }
}

function sortRecommendations(found: readonly Recommendation[]): Recommendation[] {
  return [...found]
    .sort((a, b) => b.confidence - a.confidence || (a.message < b.message ? -1 : 1))
    .slice(0, RECOMMENDATIONS_MAX);
}

function times(ratio: unknown): string {
  return `${Number(ratio).toFixed(1)} times`;
}

function percent(value: unknown): string {
  return `${Math.abs(Number(value)).toFixed(1)} %`;
}
