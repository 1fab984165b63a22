/**
 * The newest row of features of each series, worked out when somebody asks.
 *
 * @module
 */
import type { FeatureRecord } from "../contracts/records.ts";
import { createFeatureRow } from "../features/mod.ts";
import { computeIndicators } from "../indicators/mod.ts";
import { type Bar, toBarColumns } from "../market/mod.ts";
import type { SeriesKey } from "../store/types.ts";

/** Bars that features need for every cell, and some to settle recursive ones. */
export const FEATURE_BARS = 500;

/** The newest closed bars of one series, oldest first, and what was worked out from them. */
export interface FeatureTail {
  bars: Bar[];
  /** Undefined when bars changed since it was worked out. */
  row: FeatureRecord | null | undefined;
}

/** Returns the tail of a series whose newest bars are `bars`, oldest first. */
export function createFeatureTail(bars: readonly Bar[] = []): FeatureTail {
  return { bars: bars.slice(-FEATURE_BARS), row: undefined };
}

/** Puts a committed bar in its place; one that is older than a full tail is left out. */
export function noteTailBar(tail: FeatureTail, bar: Bar): void {
  const { bars } = tail;
  let index = bars.length;
  while (index > 0 && bars[index - 1]!.time > bar.time) index--;
  if (bars[index - 1]?.time === bar.time) bars[index - 1] = bar;
  else if (index === 0 && bars.length >= FEATURE_BARS) return;
  else if (index === bars.length) bars.push(bar);
  else bars.splice(index, 0, bar);
  if (bars.length > FEATURE_BARS) bars.shift();
  tail.row = undefined;
}

/** Returns the features of the newest closed bar, or null before any; the same until it changes. */
export function readFeatures(tail: FeatureTail, series: SeriesKey): FeatureRecord | null {
  if (tail.row === undefined) {
    const columns = toBarColumns(tail.bars);
    tail.row = createFeatureRow(columns, computeIndicators(columns), series);
  }
  return tail.row;
}
