/**
 * Bars to longer bars: each closed bar is folded once into every longer timeframe.
 *
 * @module
 */
import {
  type Bar,
  type BarQuality,
  getBucketStart,
  type Timeframe,
  timeframeMs,
  timeframes,
} from "../market/mod.ts";
import type { TradingHours } from "./hours.ts";

/** A longer bar that has closed. */
export interface AggregatedBar {
  timeframe: Timeframe;
  bar: Bar;
}

interface Bucket {
  timeframe: Timeframe;
  barsNeeded: number;
  bars: number;
  bar: Bar | null;
}

/** Folds the bars of one symbol. */
export interface Aggregator {
  /** The timeframe of the bars it is given. */
  base: Timeframe;
  /** Start of the newest folded bar, or -1. */
  last: number;
  buckets: Bucket[];
  /** When its market is open; null when it never closes. */
  hours: TradingHours | null;
}

/** Returns the timeframes that are longer than `base`, shortest first. */
export function getLongerTimeframes(base: Timeframe): Timeframe[] {
  return timeframes.filter((timeframe) => timeframeMs[timeframe] > timeframeMs[base]);
}

/** Returns an empty aggregator for bars of `base`, which outside `hours` are not expected. */
export function createAggregator(base: Timeframe, hours: TradingHours | null = null): Aggregator {
  return {
    base,
    hours,
    last: -1,
    buckets: getLongerTimeframes(base).map((timeframe) => ({
      timeframe,
      barsNeeded: timeframeMs[timeframe] / timeframeMs[base],
      bars: 0,
      bar: null,
    })),
  };
}

/**
 * Returns of how many bars of `base` the longer bar at `time` is made: as many as its bucket holds,
 * or as its market is open for within it.
 */
export function countParts(
  base: Timeframe,
  timeframe: Timeframe,
  time: number,
  hours: TradingHours | null,
): number {
  const lengthMs = timeframeMs[timeframe];
  return (hours ? hours.measureOpen(time, time + lengthMs) : lengthMs) / timeframeMs[base];
}

/**
 * Folds a closed bar in and returns the longer bars it completes. A bucket with a bar missing is
 * not completed. Bars at or before the newest folded one are ignored.
 */
export function addBar(aggregator: Aggregator, bar: Bar): AggregatedBar[] {
  if (bar.time <= aggregator.last) return [];
  aggregator.last = bar.time;
  const { base, hours } = aggregator;
  const end = bar.time + timeframeMs[base];
  const completed: AggregatedBar[] = [];
  for (const bucket of aggregator.buckets) {
    const time = getBucketStart(bar.time, bucket.timeframe);
    if (bucket.bar?.time === time) {
      bucket.bar = mergeBar(bucket.bar, bar);
      bucket.bars++;
    } else {
      bucket.bar = { ...bar, time, closed: false };
      bucket.bars = 1;
      if (hours) bucket.barsNeeded = countParts(base, bucket.timeframe, time, hours);
    }
    const isLast = hours !== null || end === time + timeframeMs[bucket.timeframe];
    if (isLast && bucket.bars === bucket.barsNeeded) {
      completed.push({ timeframe: bucket.timeframe, bar: finishBar(bucket.bar) });
    }
  }
  return completed;
}

function finishBar(bar: Bar): Bar {
  return { ...bar, volume: Number(bar.volume.toPrecision(15)), closed: true };
}

/** Returns `bar` continued by a later one; its time stays. */
export function mergeBar(bar: Bar, later: Bar): Bar {
  return {
    time: bar.time,
    open: bar.open,
    high: Math.max(bar.high, later.high),
    low: Math.min(bar.low, later.low),
    close: later.close,
    volume: bar.volume + later.volume,
    closed: false,
    quality: mergeQuality(bar.quality, later.quality),
  };
}

/** One mended part makes the whole mended; it is filled only when every part is. */
function mergeQuality(a: BarQuality, b: BarQuality): BarQuality {
  if (a === "repaired" || b === "repaired") return "repaired";
  return a === "filled" && b === "filled" ? "filled" : "observed";
}

/**
 * Returns the longer bar over `bars` (oldest first, within `hours`), or null unless every one is
 * there.
 */
export function aggregateBars(
  bars: readonly Bar[],
  base: Timeframe,
  timeframe: Timeframe,
  hours: TradingHours | null = null,
): Bar | null {
  const first = bars[0];
  if (!first) return null;
  const time = getBucketStart(first.time, timeframe);
  if (bars.length !== countParts(base, timeframe, time, hours)) return null;
  const start: Bar = { ...first, time };
  return finishBar(bars.slice(1).reduce(mergeBar, start));
}

/** Starts the buckets anew from `bars` (oldest first), such as those of the current UTC day. */
export function rebuildAggregator(aggregator: Aggregator, bars: readonly Bar[]): void {
  aggregator.last = -1;
  for (const bucket of aggregator.buckets) bucket.bar = null;
  for (const bar of bars) addBar(aggregator, bar);
}

/** Returns the running bar of `timeframe` over the folded bars and `later` ones, or null. */
export function getRunningAggregate(
  aggregator: Aggregator,
  timeframe: Timeframe,
  later: readonly Bar[],
): Bar | null {
  const newest = later.at(-1);
  const bucket = aggregator.buckets.find((one) => one.timeframe === timeframe);
  if (!bucket || !newest) return null;
  const time = getBucketStart(newest.time, timeframe);
  let running = bucket.bar?.time === time ? bucket.bar : null;
  for (const bar of later) {
    if (bar.time < time || (running && bar.time <= aggregator.last)) continue;
    running = running ? mergeBar(running, bar) : { ...bar, time };
  }
  return running && { ...running, closed: false };
}
