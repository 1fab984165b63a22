/**
 * Options and points of the chart library, made from ours.
 *
 * @module
 */
import { LineStyle, type SeriesMarker, type Time, type UTCTimestamp } from "lightweight-charts";
import type { Bar } from "../market/mod.ts";
import type { Stroke } from "./indicators.ts";
import type { ChartPalette } from "./palette.ts";
import type { ChartSeries, Slot } from "./series.ts";

/** A signal on the chart; `label` says what it is. */
export interface ChartMarker {
  timestamp: number;
  label: string;
}

/** Line styles by name. */
export const lineStyles: Record<Stroke, LineStyle> = {
  solid: LineStyle.Solid,
  dotted: LineStyle.Dotted,
  dashed: LineStyle.Dashed,
  "large-dashed": LineStyle.LargeDashed,
  "sparse-dotted": LineStyle.SparseDotted,
};

/** Returns a moment (epoch ms) as the library counts it. */
export function toChartTime(timeMs: number): UTCTimestamp {
  return timeMs / 1000 as UTCTimestamp;
}

/** Returns what makes points of an indicator's values; a moment without value stays empty. */
export function toLinePoint(name: string) {
  return (series: ChartSeries, slot: Slot) => {
    const value = slot.index < 0 ? null : series.indicators[name]?.[slot.index] ?? null;
    const time = toChartTime(slot.time);
    return value === null || !Number.isFinite(value) ? { time } : { time, value };
  };
}

/** Returns what makes columns of volume, coloured by the direction of their bar. */
export function toVolumePoint(palette: ChartPalette) {
  return (series: ChartSeries, slot: Slot) => {
    const bar = series.bars[slot.index];
    const time = toChartTime(slot.time);
    if (!bar || !Number.isFinite(bar.volume)) return { time };
    const color = bar.close >= bar.open ? palette.upSoft : palette.downSoft;
    return { time, value: bar.volume, color };
  };
}

/** Returns the candlestick of a slot; a hole has a time only. */
export function toCandle(series: ChartSeries, slot: Slot) {
  const bar = series.bars[slot.index];
  const time = toChartTime(slot.time);
  if (!bar) return { time };
  return { time, open: bar.open, high: bar.high, low: bar.low, close: bar.close };
}

/** Puts each marker on the bar of its time, in order; those before the first bar are left out. */
export function toMarks(
  markers: readonly ChartMarker[],
  bars: readonly Bar[],
  color: string,
): SeriesMarker<Time>[] {
  const marks: SeriesMarker<Time>[] = [];
  for (const marker of markers) {
    const bar = bars.findLast((each) => each.time <= marker.timestamp);
    if (!bar) continue;
    const time = toChartTime(bar.time);
    marks.push({ time, position: "aboveBar", shape: "square", color, text: marker.label });
  }
  return marks.sort((a, b) => Number(a.time) - Number(b.time));
}

/** Returns the options of the chart as a whole. */
export function toChartOptions(palette: ChartPalette) {
  return {
    layout: {
      background: { color: "transparent" },
      textColor: palette.text,
      fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
      // The library's own logo needs an inline style sheet, which our policy forbids: the page
      // carries the attribution as a link.
      attributionLogo: false,
      panes: { separatorColor: palette.border },
    },
    grid: { vertLines: { color: palette.grid }, horzLines: { color: palette.grid } },
    rightPriceScale: { borderColor: palette.border },
    timeScale: { borderColor: palette.border, timeVisible: true, secondsVisible: false },
  };
}

/** Candles rise hollow and fall filled, so that the direction never depends on colour. */
export function toCandleOptions({ up, down }: ChartPalette) {
  return {
    upColor: "transparent",
    downColor: down,
    borderUpColor: up,
    borderDownColor: down,
    wickUpColor: up,
    wickDownColor: down,
  };
}
