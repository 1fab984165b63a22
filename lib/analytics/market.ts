/**
 * Market analysis of one symbol: trend, volatility, support and resistance, from its hourly bars.
 *
 * @module
 */
import { type BarColumns, timeframeMs } from "../market/mod.ts";
import { findLevels, type Level } from "./levels.ts";
import { measureTrend, type Trend } from "./trend.ts";
import { measureVolatility, measureVolatilityIndex } from "./volatility.ts";

/** Hourly bars that an analysis is given at most: 30 days. */
export const ANALYSIS_BARS = 720;
/** Bars that the trend and the volatility look back on: 7 days. */
const RECENT_BARS = 168;

/** What is told of a market; null wherever history is too short. */
export interface MarketAnalysis {
  price: number | null;
  /** Percent: 5 means 5 %. */
  priceChange24h: number | null;
  /** Base units. */
  volume24h: number | null;
  trend: Trend | null;
  /** Yearly, percent, of the last 7 days. */
  volatility: number | null;
  /** From 0 to 100: share of earlier days that were calmer than the last 24 hours. */
  volatilityIndex: number | null;
  support: Level | null;
  resistance: Level | null;
}

/** Analyses hourly bars, oldest first; pass `ANALYSIS_BARS` of them. */
export function analyseMarket(hourly: BarColumns): MarketAnalysis {
  const hourMs = timeframeMs["1h"];
  const recent = takeLast(hourly, RECENT_BARS);
  const { support, resistance } = findLevels(hourly);
  return {
    ...measureDay(hourly, hourMs),
    trend: measureTrend(recent),
    volatility: measureVolatility(recent, hourMs),
    volatilityIndex: measureVolatilityIndex(hourly, hourMs),
    support,
    resistance,
  };
}

function measureDay(
  bars: BarColumns,
  hourMs: number,
): Pick<MarketAnalysis, "price" | "priceChange24h" | "volume24h"> {
  const last = bars.length - 1;
  const close = bars.close[last] ?? NaN;
  const price = close > 0 && Number.isFinite(close) ? close : null;
  const first = last - 24;
  const isWhole = first >= 0 && bars.time[last]! - bars.time[first]! === 24 * hourMs;
  if (price === null || !isWhole) return { price, priceChange24h: null, volume24h: null };
  let volume = 0;
  for (let i = first + 1; i <= last; i++) volume += bars.volume[i]!;
  const change = (price / bars.close[first]! - 1) * 100;
  return {
    price,
    priceChange24h: Number.isFinite(change) ? change : null,
    volume24h: Number.isFinite(volume) ? volume : null,
  };
}

function takeLast(bars: BarColumns, count: number): BarColumns {
  const from = Math.max(0, bars.length - count);
  return {
    length: bars.length - from,
    time: bars.time.subarray(from, bars.length),
    open: bars.open.subarray(from, bars.length),
    high: bars.high.subarray(from, bars.length),
    low: bars.low.subarray(from, bars.length),
    close: bars.close.subarray(from, bars.length),
    volume: bars.volume.subarray(from, bars.length),
    quality: bars.quality.subarray(from, bars.length),
  };
}
