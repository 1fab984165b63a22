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
import {
  type ChartNotes,
  describeChartUrl,
  describeNotesUrl,
  keepHoles,
  parseChart,
  parseNotes,
} from "./chart_request.ts";
import { parseFeedItems } from "./feed.ts";
import type { ChartView, MarkerView } from "./state.ts";

/** Everything a chart draws. */
export interface ShownChart {
  series: ChartSeries;
  gaps: GapRegion[];
  /** Signals of this symbol. */
  markers: MarkerView[];
  /** Where the bars come from. */
  source: string;
  /** Holes and signals could not be read; the bars could. */
  isUnmarked: boolean;
}

/** Loads series and takes live bars. */
export interface ChartModel {
  shown: Signal<ShownChart>;
  /**
   * Fetches a series; false when something newer was asked for meanwhile, whose answer then counts.
   * Rejects when the newest request fails.
   */
  load(symbol: string, timeframe: Timeframe): Promise<boolean>;
  /** Stays with what is shown: what is under way no longer counts. */
  stay(): void;
  /** Says whether a series with these indicators has still to be fetched. */
  needs(symbol: string, timeframe: Timeframe, indicatorNames: readonly string[]): boolean;
  /** Says whether the page carries only the newest bars and older ones can be fetched. */
  isPartial(): boolean;
  /** Takes live signals; says whether one of this symbol was new. */
  mark(data: unknown): boolean;
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

/** Applies live bars of this series; `isGrown` when one was closed or added. */
function applyBars(before: ChartSeries, data: unknown): { series: ChartSeries; isGrown: boolean } {
  let series = before;
  let isGrown = false;
  for (const change of Array.isArray(data) ? data : [data]) {
    if (!isBarChange(change)) continue;
    const next = applyBar(series, change);
    isGrown ||= next !== series &&
      (change.bar.closed || next.bars.length !== series.bars.length);
    series = next;
  }
  return { series, isGrown };
}

const noNotes: ChartNotes = { source: "", gaps: [], markers: [] };

/**
 * Returns a model that begins with what the server sent. `isAlwaysOpen` says for a symbol whether
 * its market never closes; `isPartial` that `first` is only the newest part of its series.
 */
export function createChartModel(
  first: ChartView,
  isAlwaysOpen: (symbol: string) => boolean,
  fetchJson: (url: string) => Promise<unknown>,
  isPartial = false,
): ChartModel {
  const { symbol, timeframe, bars, indicators } = first;
  let notes: ChartNotes = {
    source: first.source ?? "",
    gaps: keepHoles(first.gaps ?? []),
    markers: first.markers ?? [],
  };
  const open = (series: ChartSeries, isUnmarked: boolean): ShownChart => ({
    series,
    gaps: collectGaps(series, notes.gaps, isAlwaysOpen(series.symbol)),
    markers: notes.markers,
    source: notes.source,
    isUnmarked,
  });
  const shown = signal(open(normalizeSeries({ symbol, timeframe, bars, indicators }), false));
  let newest = 0;
  return {
    shown,
    async load(symbol, timeframe) {
      const mine = ++newest;
      try {
        const [chart, told] = await Promise.all([
          fetchJson(describeChartUrl(symbol, timeframe)),
          fetchJson(describeNotesUrl(symbol, timeframe)).catch(() => null),
        ]);
        if (mine !== newest) return false;
        const series = parseChart(chart);
        if (!series) throw new TypeError("Cannot read the chart: the answer has no bars");
        const parsed = parseNotes(told);
        notes = parsed ?? noNotes;
        isPartial = false;
        shown.value = open(series, parsed === null);
        return true;
      } catch (error) {
        if (mine !== newest) return false;
        throw error;
      }
    },
    stay: () => void newest++,
    needs(symbol, timeframe, indicatorNames) {
      const { series } = shown.peek();
      return series.symbol !== symbol || series.timeframe !== timeframe ||
        isPartial && indicatorNames.some((name) => !(name in series.indicators));
    },
    isPartial: () => isPartial,
    mark(data) {
      const before = shown.peek();
      const known = new Set(notes.markers.map(({ id }) => id));
      const added = parseFeedItems(data)
        .filter(({ id, entity }) => entity === before.series.symbol && !known.has(id));
      if (added.length === 0) return false;
      notes = { ...notes, markers: [...notes.markers, ...added] };
      shown.value = open(before.series, before.isUnmarked);
      return true;
    },
    take(data) {
      const before = shown.peek();
      const { series, isGrown } = applyBars(before.series, data);
      if (series === before.series) return "none";
      shown.value = open(series, before.isUnmarked);
      return isGrown ? "closed" : "running";
    },
  };
}
