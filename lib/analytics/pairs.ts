/**
 * Metrics of DEX pairs: where one stands among all, as numbers that can be compared.
 *
 * @module
 */
import type { DexPairRecord, DexSampleRecord, DexSignalRecord } from "../contracts/dex_records.ts";

/** Metrics of one pair (spelling prescribed). */
export interface PairMetrics {
  /** 1 for the most traded pair; pairs of equal volume share the better rank; null without one. */
  volume_rank: number | null;
  /** From 0 (100 USD or less) to 1 (10 million USD or more), by the logarithm; null if unknown. */
  liquidity_score: number | null;
  /**
   * From 0 to 1: 1 − 2^(−m / 10), m being the mean absolute move between samples scaled to a day by
   * the root of time, in percent; so 10 % a day is a half. Null for fewer than three prices.
   */
  volatility_score: number | null;
  /** Signals on it. */
  signal_count: number;
}

const DAY_MS = 86_400_000;
const LOG_LIQUIDITY_MIN = 2;
const LOG_LIQUIDITY_MAX = 7;
const PRICES_MIN = 3;

/**
 * Returns the metrics of a pair. `volumes` are the 24 h volumes of all pairs, in any order; `samples`
 * are of this pair, in any order.
 */
export function measurePair(pair: DexPairRecord, { volumes, samples, signals }: {
  volumes: readonly (number | null)[];
  samples: readonly DexSampleRecord[];
  signals: readonly DexSignalRecord[];
}): PairMetrics {
  return {
    volume_rank: rankVolume(pair.volume_24h, volumes),
    liquidity_score: scoreLiquidity(pair.liquidity),
    volatility_score: scoreVolatility(samples),
    signal_count: new Set(signals.filter(({ pair_id }) => pair_id === pair.id).map(({ id }) => id))
      .size,
  };
}

/** Returns one more than the number of pairs that traded more. */
export function rankVolume(
  volume: number | null,
  volumes: readonly (number | null)[],
): number | null {
  if (volume === null || !Number.isFinite(volume)) return null;
  return 1 + volumes.filter((other) => other !== null && other > volume).length;
}

/** See `PairMetrics.liquidity_score`. */
export function scoreLiquidity(liquidity: number | null): number | null {
  if (liquidity === null || !Number.isFinite(liquidity) || liquidity < 0) return null;
  const share = (Math.log10(Math.max(liquidity, 1)) - LOG_LIQUIDITY_MIN) /
    (LOG_LIQUIDITY_MAX - LOG_LIQUIDITY_MIN);
  return Math.min(1, Math.max(0, share));
}

/** See `PairMetrics.volatility_score`. */
export function scoreVolatility(samples: readonly DexSampleRecord[]): number | null {
  const prices = samples
    .filter(({ price, timestamp }) => price !== null && price > 0 && Number.isFinite(timestamp))
    .sort((a, b) => a.timestamp - b.timestamp);
  let sum = 0;
  let n = 0;
  for (let i = 1; i < prices.length; i++) {
    const [before, after] = [prices[i - 1]!, prices[i]!];
    const days = (after.timestamp - before.timestamp) / DAY_MS;
    if (days <= 0) continue;
    sum += Math.abs(Math.log(after.price! / before.price!)) / Math.sqrt(days);
    n++;
  }
  if (n < PRICES_MIN - 1 || !Number.isFinite(sum)) return null;
  return 1 - 0.5 ** (sum / n * 100 / 10);
}
