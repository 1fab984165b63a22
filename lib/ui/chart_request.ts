/**
 * Asks the server for a series and what is marked on it, and reads the answers, whatever came back.
 *
 * @module
 */
import { type ChartSeries, type GapRegion, normalizeSeries } from "../chart/series.ts";
import type { Bar, Timeframe } from "../market/mod.ts";
import { isTimeframe } from "../market/timeframe.ts";
import { signalTypes } from "./filters.ts";
import type { GapView, MarkerView } from "./state.ts";

/** How many bars a chart asks for. */
export const chartBars = 600;
/** How many bars a page carries for its first view; the others are fetched when they are needed. */
export const firstBars = 200;
/** Where the server says what is marked on a series; answered by `routes/chart-notes.ts`. */
export const notesPath = "/chart-notes";

/** What is marked on a series: holes of our watching and signals. */
export interface ChartNotes {
  source: string;
  gaps: GapRegion[];
  markers: MarkerView[];
}

/** Returns the address of a series. */
export function describeChartUrl(symbol: string, timeframe: Timeframe, limit = chartBars): string {
  return `/api/v1/charts/${encodeURIComponent(symbol)}?timeframe=${timeframe}&limit=${limit}`;
}

/** Returns the address of what is marked on a series. */
export function describeNotesUrl(symbol: string, timeframe: Timeframe): string {
  return `${notesPath}?${new URLSearchParams({ symbol, timeframe })}`;
}

/** Reads the charts endpoint's answer; null when it is none. */
export function parseChart(answer: unknown): ChartSeries | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { symbol, timeframe, bars, indicators } = answer as Record<string, unknown>;
  if (typeof symbol !== "string" || typeof timeframe !== "string") return null;
  if (!isTimeframe(timeframe) || !Array.isArray(bars)) return null;
  const values: ChartSeries["indicators"] = {};
  for (const [name, list] of Object.entries(indicators ?? {})) {
    if (Array.isArray(list)) values[name] = list;
  }
  const kept = bars.filter((bar) => typeof bar === "object" && bar !== null) as Bar[];
  return normalizeSeries({ symbol, timeframe, bars: kept, indicators: values });
}

function isMarker(value: unknown): value is MarkerView {
  if (typeof value !== "object" || value === null) return false;
  const { id, type, timestamp } = value as Record<string, unknown>;
  return typeof id === "string" && Number.isFinite(timestamp) &&
    signalTypes.some((known) => known === type);
}

/** Leaves out holes that are mended or make no sense. */
export function keepHoles(gaps: readonly unknown[]): GapRegion[] {
  return gaps.filter((gap): gap is GapView => {
    if (typeof gap !== "object" || gap === null) return false;
    const { from, to, status } = gap as Record<string, unknown>;
    return Number.isFinite(from) && Number.isFinite(to) && status !== "repaired";
  });
}

/** Reads what is marked on a series; null when the answer is none of that. */
export function parseNotes(answer: unknown): ChartNotes | null {
  if (typeof answer !== "object" || answer === null) return null;
  const { source, gaps, markers } = answer as Record<string, unknown>;
  if (!Array.isArray(gaps) || !Array.isArray(markers)) return null;
  return {
    source: typeof source === "string" ? source : "",
    gaps: keepHoles(gaps),
    markers: markers.filter(isMarker),
  };
}
