/**
 * Asks the API for a series and reads the answer, whatever came back.
 *
 * @module
 */
import { type ChartSeries, type GapRegion, normalizeSeries } from "../chart/series.ts";
import type { Bar, Timeframe } from "../market/mod.ts";
import { isTimeframe } from "../market/timeframe.ts";

/** How many bars a chart asks for. */
export const chartBars = 600;

/** Returns the address of a series. */
export function describeChartUrl(symbol: string, timeframe: Timeframe, limit = chartBars): string {
  return `/api/v1/charts/${encodeURIComponent(symbol)}?timeframe=${timeframe}&limit=${limit}`;
}

/** Reads the charts endpoint's answer; null when it is none. */
export function parseChart(answer: unknown): { series: ChartSeries; gaps: GapRegion[] } | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { symbol, timeframe, bars, indicators, gaps } = answer as Record<string, unknown>;
  if (typeof symbol !== "string" || typeof timeframe !== "string") return null;
  if (!isTimeframe(timeframe) || !Array.isArray(bars)) return null;
  const values: ChartSeries["indicators"] = {};
  for (const [name, list] of Object.entries(indicators ?? {})) {
    if (Array.isArray(list)) values[name] = list;
  }
  const holes = Array.isArray(gaps) ? gaps as GapRegion[] : [];
  const kept = bars.filter((bar) => typeof bar === "object" && bar !== null) as Bar[];
  return {
    series: normalizeSeries({ symbol, timeframe, bars: kept, indicators: values }),
    gaps: holes.filter((gap) => Number.isFinite(gap?.from) && Number.isFinite(gap?.to)),
  };
}
