/**
 * A batch of changed bars on its way to the store: what is known of a bar, and what becomes of it.
 *
 * @module
 */
import type { Bar, Timeframe } from "../market/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { getSeries, rememberBar, type SeriesState, type SymbolState } from "./state.ts";
import type { ClosedBarKind } from "./types.ts";

/** What can arrive. */
export type Completed =
  | { kind: "own"; state: SymbolState; bar: Bar }
  | { kind: "exchange"; state: SymbolState; timeframe: Timeframe; bar: Bar; isRepair: boolean }
  | {
    kind: "history";
    state: SymbolState;
    timeframe: Timeframe;
    bars: readonly Bar[];
    isRepair: boolean;
    /** A stretch of the past by itself: it need not reach to what is there. */
    isBackfill?: boolean;
  }
  | {
    kind: "polled";
    state: SymbolState;
    timeframe: Timeframe;
    bars: readonly Bar[];
    /** Bars that ended by then (epoch ms) count as history. */
    freshFromMs: number;
  }
  | { kind: "quiet"; state: SymbolState; from: number; to: number };

/** A bar to be written, and what it replaces. */
export interface Change {
  bar: Bar;
  previous: Bar | null;
  kind: ClosedBarKind;
  isConfirmed: boolean;
}

/** The changes of one series, by start of their bar. */
export interface SeriesChanges {
  state: SymbolState;
  series: SeriesState;
  changes: Map<number, Change>;
}

/** A batch being prepared. */
export interface Batch {
  entries: Map<SeriesState, SeriesChanges>;
  /** Stretches of base bars that changed after they were folded. */
  refolds: Map<SymbolState, { from: number; to: number }>;
  compared: number;
  equal: number;
}

/** Notes that the exchange has confirmed the bar at `time`. */
export function confirm(batch: Batch, series: SeriesState, time: number): void {
  const change = batch.entries.get(series)?.changes.get(time);
  if (change) change.isConfirmed = true;
  const entry = series.recent.find((recent) => recent.bar.time === time);
  if (entry) entry.isConfirmed = true;
}

/** Notes that the base bar at `time` changed after it was folded. */
export function noteRefold(batch: Batch, state: SymbolState, time: number): void {
  const range = batch.refolds.get(state);
  batch.refolds.set(state, {
    from: Math.min(range?.from ?? time, time),
    to: Math.max(range?.to ?? time, time),
  });
}

/** Adds a change; a later one of the same bar continues the earlier. */
export function putChange(
  batch: Batch,
  state: SymbolState,
  series: SeriesState,
  change: Change,
): void {
  let entry = batch.entries.get(series);
  if (!entry) batch.entries.set(series, entry = { state, series, changes: new Map() });
  const earlier = entry.changes.get(change.bar.time);
  // Within one batch the bar was never told, so it is still new, and replaces what is stored.
  entry.changes.set(
    change.bar.time,
    earlier ? { ...change, previous: earlier.previous, kind: earlier.kind } : change,
  );
}

/** Returns a bar of the batch or of the newest ones, or null. */
export function findInMemory(batch: Batch, series: SeriesState, time: number): Bar | null {
  return batch.entries.get(series)?.changes.get(time)?.bar ??
    series.recent.find((entry) => entry.bar.time === time)?.bar ?? null;
}

/** Returns the bar at `time` that holds now, or null. */
export async function findBar(
  store: WorldStore,
  batch: Batch,
  series: SeriesState,
  time: number,
): Promise<Bar | null> {
  const known = findInMemory(batch, series, time);
  // Whatever is newer than the newest committed bar cannot be in the store.
  if (known || (series.isCounted && time > series.last)) return known;
  const [stored] = await store.bars.listBars(series.key, { from: time, to: time + 1 });
  return stored ?? null;
}

/** Returns the stored bars of the stretch that `bars` cover, by their start. */
export async function readExisting(
  store: WorldStore,
  item: { state: SymbolState; timeframe: Timeframe; bars: readonly Bar[] },
): Promise<Map<number, Bar>> {
  let from = Infinity;
  let to = -Infinity;
  for (const { time } of item.bars) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  if (from > to) return new Map();
  const { key } = getSeries(item.state, item.timeframe);
  const bars = await store.bars.listBars(key, { from, to: to + 1 });
  return new Map(bars.map((bar) => [bar.time, bar]));
}

/** Commits a batch in one go. */
export async function commitBatch(store: WorldStore, batch: Batch): Promise<void> {
  const entries = [...batch.entries.values()].map(({ series, changes }) => ({
    series: series.key,
    bars: sortChanges(changes).map((change) => change.bar),
  }));
  if (entries.length > 0) await store.bars.putManyBars(entries);
  for (const { series, changes } of batch.entries.values()) {
    for (const { bar, isConfirmed } of sortChanges(changes)) {
      const isNewest = series.recent.length === 0 || bar.time >= series.recent[0]!.bar.time;
      if (isNewest) rememberBar(series, bar, isConfirmed);
    }
  }
}

/** Returns the changes of a series, oldest first. */
export function sortChanges(changes: ReadonlyMap<number, Change>): Change[] {
  return [...changes.values()].sort((a, b) => a.bar.time - b.bar.time);
}
