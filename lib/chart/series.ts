/**
 * Bars as chart data: what is drawn for each moment, where nothing was received, and how a live
 * bar changes what is shown. Pure, so that the same code runs in tests and in the browser.
 *
 * @module
 */
import type { Bar, Timeframe } from "../market/mod.ts";
import { timeframeMs } from "../market/timeframe.ts";

/** A hole: no bars from `from` up to, not including, `to`, epoch ms. */
export interface GapRegion {
  from: number;
  to: number;
}

/** A series as it is shown: bars ascending, each indicator as long as the bars. */
export interface ChartSeries {
  symbol: string;
  timeframe: Timeframe;
  bars: Bar[];
  indicators: Record<string, (number | null)[]>;
}

/** A bar as it comes live. */
export interface BarChange {
  symbol: string;
  timeframe: Timeframe;
  bar: Bar;
  indicators?: Record<string, number | null>;
}

/** What stands at one moment of the time axis: a bar, or nothing (a slot of a hole). */
export interface Slot {
  /** Epoch ms of the start. */
  time: number;
  /** Index into the bars, or -1 in a hole. */
  index: number;
}

/** A hole is drawn at most this many bars wide; what is longer is drawn shortened. */
export const gapSlotsMax = 60;
/** A live series keeps at most this many bars. */
export const barsMax = 5000;

/** Returns the bars that can be drawn: finite, ascending, one per time (the last one given wins). */
export function normalizeBars(bars: readonly Bar[]): Bar[] {
  const byTime = new Map<number, Bar>();
  for (const bar of bars) {
    const isDrawable = [bar.time, bar.open, bar.high, bar.low, bar.close].every(Number.isFinite);
    if (isDrawable) byTime.set(bar.time, bar);
  }
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

/** Returns the holes between ascending bars of a market that never closes. */
export function findGaps(bars: readonly Bar[], timeframe: Timeframe): GapRegion[] {
  const lengthMs = timeframeMs[timeframe];
  const gaps: GapRegion[] = [];
  for (let i = 1; i < bars.length; i++) {
    const expected = bars[i - 1]!.time + lengthMs;
    if (bars[i]!.time > expected) gaps.push({ from: expected, to: bars[i]!.time });
  }
  return gaps;
}

/** Joins overlapping and touching holes; empty and impossible ones vanish. */
export function mergeGaps(gaps: readonly GapRegion[]): GapRegion[] {
  const sorted = gaps.filter((gap) => gap.to > gap.from).sort((a, b) => a.from - b.from);
  const merged: GapRegion[] = [];
  for (const gap of sorted) {
    const last = merged.at(-1);
    if (last && gap.from <= last.to) last.to = Math.max(last.to, gap.to);
    else merged.push({ from: gap.from, to: gap.to });
  }
  return merged;
}

/**
 * Returns the time axis: a slot for each bar, and empty slots in the holes between them, so that a
 * hole has a width of its own.
 */
export function layOutSlots(
  bars: readonly Bar[],
  timeframe: Timeframe,
  gaps: readonly GapRegion[],
): Slot[] {
  const lengthMs = timeframeMs[timeframe];
  const slots: Slot[] = [];
  let g = 0;
  for (let i = 0; i < bars.length; i++) {
    const before = i > 0 ? bars[i - 1]!.time : null;
    while (g < gaps.length && gaps[g]!.to <= (before ?? bars[i]!.time)) g++;
    const gap = gaps[g];
    if (before !== null && gap && gap.from < bars[i]!.time) {
      const first = Math.max(before + lengthMs, gap.from);
      const count = Math.floor((Math.min(gap.to, bars[i]!.time) - first) / lengthMs);
      for (let n = 0; n < Math.min(count, gapSlotsMax); n++) {
        slots.push({ time: first + n * lengthMs, index: -1 });
      }
    }
    slots.push({ time: bars[i]!.time, index: i });
  }
  return slots;
}

/** Returns the runs of empty slots as index ranges (both inclusive) of the time axis. */
export function findEmptyRuns(slots: readonly Slot[]): { first: number; last: number }[] {
  const runs: { first: number; last: number }[] = [];
  slots.forEach((slot, position) => {
    if (slot.index >= 0) return;
    const run = runs.at(-1);
    if (run && run.last === position - 1) run.last = position;
    else runs.push({ first: position, last: position });
  });
  return runs;
}

/** Returns a copy of `values` with room for `bars` values, cut or filled with null. */
function fitLength(values: readonly (number | null)[], length: number): (number | null)[] {
  return Array.from({ length }, (_, i) => values[i] ?? null);
}

/** Returns the series with drawable bars only and indicators of exactly their length. */
export function normalizeSeries(series: ChartSeries): ChartSeries {
  const bars = normalizeBars(series.bars);
  const isUntouched = bars.length === series.bars.length &&
    bars.every((bar, i) => bar === series.bars[i]);
  const positions = new Map(series.bars.map((bar, i) => [bar.time, i]));
  const indicators: ChartSeries["indicators"] = {};
  for (const [name, values] of Object.entries(series.indicators)) {
    indicators[name] = isUntouched
      ? fitLength(values, bars.length)
      : bars.map((bar) => values[positions.get(bar.time)!] ?? null);
  }
  return { ...series, bars, indicators };
}

/**
 * Returns the series after a live bar: it replaces the bar of its time, is appended, or is put in
 * where it belongs. A running bar never replaces a closed one; another series is left alone.
 */
export function applyBar(series: ChartSeries, change: BarChange): ChartSeries {
  if (change.symbol !== series.symbol || change.timeframe !== series.timeframe) return series;
  if (normalizeBars([change.bar]).length === 0) return series;
  let position = series.bars.length;
  while (position > 0 && series.bars[position - 1]!.time > change.bar.time) position--;
  const old = position > 0 ? series.bars[position - 1]! : null;
  const isReplacing = old?.time === change.bar.time;
  if (isReplacing && old.closed && !change.bar.closed) return series;
  const at = isReplacing ? position - 1 : position;
  const removed = isReplacing ? 1 : 0;
  const drop = Math.max(0, series.bars.length + 1 - removed - barsMax);
  const bars = series.bars.toSpliced(at, removed, change.bar).slice(drop);
  const indicators: ChartSeries["indicators"] = {};
  for (const [name, values] of Object.entries(series.indicators)) {
    const kept = isReplacing ? values[at] ?? null : null;
    const value = change.indicators?.[name];
    indicators[name] = values.toSpliced(at, removed, value === undefined ? kept : value)
      .slice(drop);
  }
  return { ...series, bars, indicators };
}

/** Returns the lowest low and the highest high of bars; null without bars. */
export function findExtremes(bars: readonly Bar[]): { low: number; high: number } | null {
  if (bars.length === 0) return null;
  let low = Infinity;
  let high = -Infinity;
  for (const bar of bars) {
    low = Math.min(low, bar.low);
    high = Math.max(high, bar.high);
  }
  return { low, high };
}
