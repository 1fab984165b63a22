/**
 * The state of a chart on a page beside its series: what is pointed at, and what is said in words.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { describeBar, describeChart, describeProfile } from "../chart/describe.ts";
import { indicatorGroups, type IndicatorKey } from "../chart/indicators.ts";
import { computeVolumeProfile } from "../chart/volume_profile.ts";
import type { ChartModel, ShownChart } from "./chart_model.ts";
import * as page from "./page_state.ts";

/** What the parts of a chart page share. */
export interface ChartPage {
  model: ChartModel;
  /** Time of the bar pointed at, which stays the same when bars come in before it; null at none. */
  pointed: Signal<number | null>;
  /** What a screen reader is told. */
  spoken: Signal<string>;
  isTable: Signal<boolean>;
  /** The library draws; until then the picture of the chart does. */
  isDrawn: Signal<boolean>;
  /** Counts up when that picture has to be drawn anew. */
  painted: Signal<number>;
  /** Counts up to have the series fetched anew. */
  attempt: Signal<number>;
  /** The chart as a whole, in words. */
  summary: ReadonlySignal<string>;
  /** The bar pointed at, in words. */
  reading: ReadonlySignal<string>;
  /** Volume by price in words; empty when it is not asked for. */
  profile: ReadonlySignal<string>;
}

/** Toggles that speak of all bars, so that a part of them would not do. */
const wholeKeys: readonly IndicatorKey[] = ["levels", "profile"];

/** Returns the index of the bar that starts at a time; null when there is none. */
export function findBar({ series }: ShownChart, timeMs: number | null): number | null {
  const index = timeMs === null ? -1 : series.bars.findIndex(({ time }) => time === timeMs);
  return index < 0 ? null : index;
}

/** Says the bar that starts at `pointed`, else the newest one, with the indicators of `keys`. */
export function describeReading(
  shown: ShownChart,
  pointed: number | null,
  keys: readonly IndicatorKey[],
): string {
  const { series } = shown;
  const index = findBar(shown, pointed) ?? series.bars.length - 1;
  const bar = series.bars[index];
  if (!bar) return "";
  const lines = indicatorGroups.filter((group) => keys.includes(group.key))
    .flatMap((group) => group.lines);
  return describeBar(
    bar,
    lines.map(({ name, label }) => ({ label, value: series.indicators[name]?.[index] ?? null })),
  );
}

/** Says whether these toggles ask for bars that are not there yet. */
export function isWholeNeeded(model: ChartModel, keys: readonly IndicatorKey[]): boolean {
  return model.isPartial() && wholeKeys.some((key) => keys.includes(key));
}

/** Returns the state of a chart page at its start. */
export function createChartPage(model: ChartModel): ChartPage {
  const pointed = signal<number | null>(null);
  return {
    model,
    pointed,
    spoken: signal(""),
    isTable: signal(false),
    isDrawn: signal(false),
    painted: signal(0),
    attempt: signal(0),
    summary: computed(() => {
      const { series, gaps } = model.shown.value;
      return describeChart(series.symbol, series.timeframe, series.bars, gaps);
    }),
    reading: computed(() =>
      describeReading(model.shown.value, pointed.value, page.indicators.value)
    ),
    profile: computed(() => {
      if (!page.indicators.value.includes("profile")) return "";
      const { bars } = model.shown.value.series;
      return describeProfile(computeVolumeProfile(bars), bars.length);
    }),
  };
}

/** What a key does on a chart: zooms by a factor, or points at a bar (null at none). */
export type ChartKey = { zoom: number } | { point: number | null };

/** By how much one step zooms. */
export const zoomStep = 1.4;

/** Returns what a key does when bar `at` of `count` is pointed at; null when nothing. */
export function readChartKey(key: string, at: number | null, count: number): ChartKey | null {
  if (key === "+" || key === "=") return { zoom: zoomStep };
  if (key === "-") return { zoom: 1 / zoomStep };
  if (key === "Escape") return { point: null };
  const last = count - 1;
  if (last < 0) return null;
  const from = Math.min(last, at ?? last);
  switch (key) {
    case "ArrowLeft":
      return { point: Math.max(0, from - 1) };
    case "ArrowRight":
      return { point: Math.min(last, from + 1) };
    case "Home":
      return { point: 0 };
    case "End":
      return { point: last };
    default:
      return null;
  }
}
