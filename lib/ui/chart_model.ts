/**
 * What a chart page knows: the series on show, how it is loaded, and how live bars change it.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import {
  applyBar,
  type BarChange,
  type ChartSeries,
  findGaps,
  type GapRegion,
  mergeGaps,
  normalizeSeries,
} from "../chart/series.ts";
import type { Timeframe } from "../market/mod.ts";
import { chartBars, describeChartUrl, parseChart } from "./chart_request.ts";
import type { ChartView } from "./state.ts";

/** Everything a chart draws. */
export interface ShownChart {
  series: ChartSeries;
  gaps: GapRegion[];
}

/** Loads series and takes live bars. */
export interface ChartModel {
  shown: Signal<ShownChart>;
  /** Fetches a series; an answer that comes after a newer request is dropped. Rejects on failure. */
  load(symbol: string, timeframe: Timeframe): Promise<void>;
  /** Takes live bars; says what changed, if anything did. */
  take(data: unknown): "none" | "running" | "closed";
}

/** Holes told by the server and seen in the bars; markets that close have only the told ones. */
export function collectGaps(
  series: ChartSeries,
  told: readonly GapRegion[],
  isAlwaysOpen: boolean,
): GapRegion[] {
  const seen = isAlwaysOpen ? findGaps(series.bars, series.timeframe) : [];
  return mergeGaps([...told, ...seen]);
}

function isBarChange(value: unknown): value is BarChange {
  if (typeof value !== "object" || value === null) return false;
  const { symbol, timeframe, bar } = value as Record<string, unknown>;
  return typeof symbol === "string" && typeof timeframe === "string" &&
    typeof bar === "object" && bar !== null;
}

/**
 * Returns a model that begins with what the server sent. `isAlwaysOpen` says for a symbol whether
 * its market never closes.
 */
export function createChartModel(
  first: ChartView,
  isAlwaysOpen: (symbol: string) => boolean,
  fetchJson: (url: string) => Promise<unknown>,
): ChartModel {
  const open = (series: ChartSeries, told: readonly GapRegion[]): ShownChart => ({
    series,
    gaps: collectGaps(series, told, isAlwaysOpen(series.symbol)),
  });
  const { symbol, timeframe, bars, indicators } = first;
  let told: readonly GapRegion[] = first.gaps?.filter((gap) => gap.status !== "repaired") ?? [];
  const shown = signal(open(normalizeSeries({ symbol, timeframe, bars, indicators }), told));
  let newest = 0;
  return {
    shown,
    async load(symbol, timeframe) {
      const mine = ++newest;
      const parsed = parseChart(await fetchJson(describeChartUrl(symbol, timeframe, chartBars)));
      if (mine !== newest) return;
      if (!parsed) throw new Error("the answer is no chart");
      told = parsed.gaps;
      shown.value = open(parsed.series, told);
    },
    take(data) {
      const before = shown.peek().series;
      let series = before;
      let isGrown = false;
      for (const change of Array.isArray(data) ? data : [data]) {
        if (!isBarChange(change)) continue;
        const next = applyBar(series, change);
        isGrown ||= next !== series &&
          (change.bar.closed || next.bars.length !== series.bars.length);
        series = next;
      }
      if (series === before) return "none";
      shown.value = open(series, told);
      return isGrown ? "closed" : "running";
    },
  };
}
