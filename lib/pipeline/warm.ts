/**
 * Warm series: what memory must know of stored bars before new ones are added.
 *
 * @module
 */
import { isNextBucket } from "../bars/mod.ts";
import { createIndicatorSet, indicatorNames, type IndicatorSet } from "../indicators/mod.ts";
import { type Bar, type BarColumns, getBarRow } from "../market/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { createFeatureTail, FEATURE_BARS } from "./features.ts";
import { readIslands } from "./islands.ts";
import { countBars } from "./ledger.ts";
import {
  getSeries,
  noteHourClose,
  RECENT_BARS_MAX,
  type SeriesState,
  type SymbolState,
} from "./state.ts";

/**
 * So many stored bars are read. What an average with the longest period (200) keeps of a bar that
 * old is far below the last digit of a float64.
 */
const WARM_BARS_MAX = 10_000;

/** Reads a series' stored bars and brings indicators, ledger and newest bars up to them. */
export async function warmSeries(
  store: WorldStore,
  state: SymbolState,
  series: SeriesState,
): Promise<void> {
  const columns = await store.bars.readColumns(series.key, { limit: WARM_BARS_MAX });
  series.indicators = runIndicators(columns, series);
  const { to, islands: known } = series.ledger;
  const islands = series.isCounted ? known : await readIslands(store, series.key);
  series.ledger = countBars(series.lengthMs, columns, state.room.hours, islands);
  if (series.ledger.from >= 0) series.ledger.to = Math.max(series.ledger.to, to);
  series.isCounted = true;
  const length = columns.length;
  if (length > 0) series.last = Math.max(series.last, columns.time[length - 1]!);
  const confirmed = new Set(
    series.recent.filter((entry) => entry.isConfirmed).map((entry) => entry.bar.time),
  );
  series.recent = [];
  for (let i = Math.max(0, length - RECENT_BARS_MAX); i < length; i++) {
    const bar = getBarRow(columns, i);
    series.recent.push({ bar, isConfirmed: confirmed.has(bar.time) });
  }
  const tailFrom = Math.max(0, length - FEATURE_BARS);
  series.tail = createFeatureTail(
    Array.from({ length: length - tailFrom }, (_, i) => getBarRow(columns, tailFrom + i)),
  );
  if (series.key.timeframe !== "1h") return;
  for (let i = Math.max(0, length - 30); i < length; i++) {
    noteHourClose(state, columns.time[i]!, columns.close[i]!);
  }
}

/** Runs indicators from the first bar of the newest stretch that has no hole. */
function runIndicators(
  columns: BarColumns,
  { lengthMs, ledger: { hours } }: SeriesState,
): IndicatorSet {
  const { time, open, high, low, close, volume, length } = columns;
  let first = Math.max(0, length - 1);
  while (first > 0 && isNextBucket(hours, time[first - 1]!, time[first]!, lengthMs)) first--;
  const set = createIndicatorSet();
  for (let i = first; i < length; i++) {
    set.update(open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!, time[i]!);
  }
  return set;
}

/** Tells the indicators of a committed bar; behind a hole they start anew. */
export function updateIndicators(series: SeriesState, bar: Bar): void {
  const { time, open, high, low, close, volume } = bar;
  if (time === series.last) {
    series.indicators?.replaceLast(open, high, low, close, volume, time);
    return;
  }
  if (time < series.last) {
    series.indicators = null;
    return;
  }
  const { last, lengthMs, ledger } = series;
  if (last >= 0 && !isNextBucket(ledger.hours, last, time, lengthMs)) {
    series.indicators = createIndicatorSet();
  }
  series.indicators?.update(open, high, low, close, volume, time);
  series.last = time;
}

/** Returns the newest values by name, null where none exists. */
export function readIndicators(series: SeriesState): Record<string, number | null> {
  const values = series.indicators?.values;
  return Object.fromEntries(
    indicatorNames.map((name, i) => {
      const value = values?.[i];
      return [name, value === undefined || Number.isNaN(value) ? null : value];
    }),
  );
}

/** Counts anew the series whose first bars are no longer stored. */
export async function recountSymbols(
  store: WorldStore,
  symbols: Iterable<SymbolState>,
): Promise<void> {
  for (const state of symbols) {
    for (const series of state.series.values()) {
      const { from, islands } = series.ledger;
      const first = islands[0]?.from ?? from;
      if (first < 0) continue;
      const extent = await store.bars.getExtent(series.key);
      if (first < (extent?.first ?? Infinity)) await warmSeries(store, state, series);
    }
  }
}

/** Warms every series of a symbol that has stored bars. */
export async function warmSymbol(store: WorldStore, state: SymbolState): Promise<void> {
  for (const series of state.series.values()) await warmSeries(store, state, series);
  const base = getSeries(state, state.aggregator.base);
  if (base.last >= 0) state.knownEnd = base.last + base.lengthMs;
}
