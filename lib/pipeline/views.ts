/**
 * What can be read of a running pipeline: prices, completeness, figures.
 *
 * @module
 */
import type { FeatureRecord } from "../contracts/records.ts";
import type { PriceUpdate } from "../live/types.ts";
import { type Bar, getBucketStart, type Timeframe, timeframeMs } from "../market/mod.ts";
import { getCheckCounts } from "../quality/mod.ts";
import type { SeriesKey } from "../store/types.ts";
import type { Committer } from "./committer.ts";
import { readFeatures } from "./features.ts";
import type { Keeper } from "./keeper.ts";
import { readLedger } from "./ledger.ts";
import {
  getPriceChange,
  getRunning,
  getSeries,
  type IntakeState,
  type SymbolState,
} from "./state.ts";
import type { ContinuityRow, PipelineStats, SymbolQuality } from "./types.ts";

/** What can be read. */
export interface Views {
  getRunningBar(series: SeriesKey): Bar | null;
  listPrices(): PriceUpdate[];
  getQuality(symbol: string): SymbolQuality | null;
  getFeatures(symbol: string, timeframe: Timeframe): FeatureRecord | null;
  getContinuity(): ContinuityRow[];
  stats(): PipelineStats;
}

/** Returns the views of a running pipeline. */
export function createViews(state: IntakeState, committer: Committer, keeper: Keeper): Views {
  const { symbols } = state;
  return {
    getRunningBar({ symbol, timeframe }) {
      const found = symbols.get(symbol);
      return found ? getRunning(found, timeframe) : null;
    },
    listPrices: () => listPrices(symbols),
    getQuality(symbol) {
      const found = symbols.get(symbol);
      return found ? readQuality(found) : null;
    },
    getFeatures(symbol, timeframe) {
      const found = symbols.get(symbol);
      if (!found) return null;
      const { key, tail } = getSeries(found, timeframe);
      return readFeatures(tail, key);
    },
    getContinuity: () => listContinuity(symbols),
    stats: () => readStats(state, committer, keeper.rate()),
  };
}

/** Returns the figures since the start; `rate` is trades of the last whole second. */
export function readStats(state: IntakeState, committer: Committer, rate: number): PipelineStats {
  const figures = committer.getFigures();
  return {
    ...state.counts,
    tradesPerSecond: rate,
    ...figures,
    latencyMs: { ...figures.latencyMs },
    equalShare: figures.compared === 0 ? 1 : figures.equal / figures.compared,
  };
}

/** Returns the quality of a symbol's trades. */
export function readQuality({ symbol, history }: SymbolState): SymbolQuality {
  return { symbol, score: history.score, checks: getCheckCounts(history) };
}

/** Returns the newest price of every symbol that has one. */
export function listPrices(
  symbols: ReadonlyMap<string, SymbolState>,
): PriceUpdate[] {
  const prices: PriceUpdate[] = [];
  for (const state of symbols.values()) {
    const { price } = state;
    if (!price) continue;
    prices.push({
      ...price,
      price_change_24h: getPriceChange(state, price.price, state.room.marketMs),
    });
  }
  return prices;
}

/** Returns how complete every series is, by symbol, then by length. */
export function listContinuity(
  symbols: ReadonlyMap<string, SymbolState>,
): ContinuityRow[] {
  const rows: ContinuityRow[] = [];
  for (const { symbol, source, series, lost, room } of symbols.values()) {
    for (const { key, ledger } of series.values()) {
      const [first] = ledger.islands;
      if (ledger.from < 0 && !first) continue;
      // While lost, each bucket that has ended is one more bar that should be there.
      const to = lost ? getBucketStart(room.marketMs, key.timeframe) : ledger.to;
      const seen = { ...ledger, to: Math.max(ledger.to, to) };
      const isApart = ledger.from < 0;
      rows.push({
        source,
        symbol,
        timeframe: key.timeframe,
        ...readLedger(seen),
        from: first?.from ?? seen.from,
        to: isApart ? ledger.islands.at(-1)!.to : seen.to,
      });
    }
  }
  return rows.sort((a, b) =>
    a.symbol < b.symbol
      ? -1
      : a.symbol > b.symbol
      ? 1
      : timeframeMs[a.timeframe] - timeframeMs[b.timeframe]
  );
}
