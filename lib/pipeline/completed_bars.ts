/**
 * Completed bars on their way to the store: folded, compared, grouped into one commit, then told.
 *
 * One batch is under way at a time and everything is done in the order in which it arrived, so that
 * the same input makes the same bars at any speed.
 *
 * @module
 */
import {
  addBar,
  aggregateBars,
  isIdenticalBar,
  isSameBar,
  rebuildAggregator,
  reconcileBar,
} from "../bars/mod.ts";
import { type Bar, getBucketStart, type Timeframe, timeframeMs } from "../market/mod.ts";
import { noteScore } from "../quality/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { isInside } from "./holes.ts";
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
  };

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

/** Works out all that a batch changes; nothing is written yet. */
export async function prepareBatch(store: WorldStore, items: readonly Completed[]): Promise<Batch> {
  const batch: Batch = { entries: new Map(), refolds: new Map(), compared: 0, equal: 0 };
  for (const item of items) {
    if (item.kind === "own") await applyOwnBase(store, batch, item.state, item.bar);
    else if (item.kind === "exchange") {
      const kind = item.isRepair ? "repaired" : "closed";
      await applyExchange(store, batch, item.state, item.timeframe, item.bar, kind);
    } else {
      const kind = item.isRepair ? "repaired" : "history";
      const existing = await readExisting(store, item);
      for (const bar of item.bars) {
        await applyExchange(store, batch, item.state, item.timeframe, bar, kind, existing);
      }
    }
  }
  for (const [state, range] of batch.refolds) await refold(store, batch, state, range);
  return batch;
}

async function applyOwnBase(
  store: WorldStore,
  batch: Batch,
  state: SymbolState,
  own: Bar,
): Promise<void> {
  const index = state.unfolded.indexOf(own);
  if (index >= 0) state.unfolded.splice(index, 1);
  const bar = await applyOwn(store, batch, state, state.aggregator.base, own);
  await fold(store, batch, state, bar);
}

async function fold(
  store: WorldStore,
  batch: Batch,
  state: SymbolState,
  bar: Bar,
): Promise<void> {
  for (const longer of addBar(state.aggregator, bar)) {
    await applyOwn(store, batch, state, longer.timeframe, longer.bar);
  }
}

/** Our own bar; where the exchange's is already there, that one stays. Returns what holds. */
async function applyOwn(
  store: WorldStore,
  batch: Batch,
  state: SymbolState,
  timeframe: Timeframe,
  bar: Bar,
): Promise<Bar> {
  const series = getSeries(state, timeframe);
  const existing = await findBar(store, batch, series, bar.time);
  if (!existing) {
    putChange(batch, state, series, { bar, previous: null, kind: "closed", isConfirmed: false });
    return bar;
  }
  if (timeframe === state.aggregator.base) {
    batch.compared++;
    if (isSameBar(existing, bar)) batch.equal++;
  }
  return existing;
}

/** The exchange's bar: fills what is missing, confirms or corrects what is there. */
async function applyExchange(
  store: WorldStore,
  batch: Batch,
  state: SymbolState,
  timeframe: Timeframe,
  bar: Bar,
  kind: ClosedBarKind,
  known?: ReadonlyMap<number, Bar>,
): Promise<void> {
  const series = getSeries(state, timeframe);
  const isBase = timeframe === state.aggregator.base;
  const existing = findInMemory(batch, series, bar.time) ??
    (known ? known.get(bar.time) ?? null : await findBar(store, batch, series, bar.time));
  if (!existing) {
    const quality = kind === "repaired" ? "repaired" : "observed";
    const added: Bar = { ...bar, closed: true, quality };
    putChange(batch, state, series, { bar: added, previous: null, kind, isConfirmed: true });
    if (!isBase) return;
    const isNext = kind === "closed" && bar.time > state.aggregator.last;
    if (isNext) await fold(store, batch, state, added);
    else noteRefold(batch, state, bar.time);
    return;
  }
  const result = reconcileBar(existing, bar);
  if (kind === "closed" && isBase) {
    batch.compared++;
    if (result.isEqual) batch.equal++;
    else noteScore(state.history, 0);
  }
  // Asked for again since it was doubtful: that it was right all along has to be told, too.
  const isMending = isBase && kind === "repaired" && existing.quality !== "repaired" &&
    state.holes.some((hole) => isInside(hole, bar.time));
  if (!result.isChanged && !isMending) {
    confirm(batch, series, bar.time);
    return;
  }
  const change: ClosedBarKind = kind === "history" && result.isEqual ? "history" : "repaired";
  putChange(batch, state, series, {
    bar: isMending ? { ...result.bar, quality: "repaired" } : result.bar,
    previous: existing,
    kind: change,
    isConfirmed: true,
  });
  if (isBase) noteRefold(batch, state, bar.time);
}

function confirm(batch: Batch, series: SeriesState, time: number): void {
  const change = batch.entries.get(series)?.changes.get(time);
  if (change) change.isConfirmed = true;
  const entry = series.recent.find((recent) => recent.bar.time === time);
  if (entry) entry.isConfirmed = true;
}

function noteRefold(batch: Batch, state: SymbolState, time: number): void {
  const range = batch.refolds.get(state);
  batch.refolds.set(state, {
    from: Math.min(range?.from ?? time, time),
    to: Math.max(range?.to ?? time, time),
  });
}

/**
 * Folds changed base bars anew into every longer bar that holds them. What the exchange itself
 * said of a longer bar stays.
 */
async function refold(
  store: WorldStore,
  batch: Batch,
  state: SymbolState,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const base = getSeries(state, state.aggregator.base);
  const start = getBucketStart(from, "1d");
  const stored = await store.bars.listBars(base.key, { from: start });
  const byTime = new Map(stored.map((bar) => [bar.time, bar]));
  for (const { bar } of batch.entries.get(base)?.changes.values() ?? []) {
    if (bar.time >= start) byTime.set(bar.time, bar);
  }
  const bars = [...byTime.values()].sort((a, b) => a.time - b.time);
  for (const { timeframe } of state.aggregator.buckets) {
    const first = getBucketStart(from, timeframe);
    const last = getBucketStart(to, timeframe);
    const groups = groupBars(bars, timeframe, first, last + timeframeMs[timeframe]);
    for (const group of groups.values()) {
      const bar = aggregateBars(group, state.aggregator.base, timeframe);
      if (bar) await applyRefolded(store, batch, state, timeframe, bar);
    }
  }
  const folded = state.aggregator.last;
  const today = getBucketStart(Math.max(folded, to), "1d");
  rebuildAggregator(state.aggregator, bars.filter((bar) => bar.time >= today));
  if (folded > state.aggregator.last) state.aggregator.last = folded;
}

function groupBars(
  bars: readonly Bar[],
  timeframe: Timeframe,
  from: number,
  to: number,
): Map<number, Bar[]> {
  const groups = new Map<number, Bar[]>();
  for (const bar of bars) {
    if (bar.time < from || bar.time >= to) continue;
    const start = getBucketStart(bar.time, timeframe);
    const group = groups.get(start);
    if (group) group.push(bar);
    else groups.set(start, [bar]);
  }
  return groups;
}

async function applyRefolded(
  store: WorldStore,
  batch: Batch,
  state: SymbolState,
  timeframe: Timeframe,
  bar: Bar,
): Promise<void> {
  const series = getSeries(state, timeframe);
  const existing = await findBar(store, batch, series, bar.time);
  if (!existing) {
    const kind = bar.quality === "repaired" ? "repaired" : "history";
    putChange(batch, state, series, { bar, previous: null, kind, isConfirmed: false });
    return;
  }
  const known = batch.entries.get(series)?.changes.get(bar.time) ??
    series.recent.find((recent) => recent.bar.time === bar.time);
  if (known?.isConfirmed) return;
  const isSame = isSameBar(existing, bar);
  // An equal bar keeps the better word: what was observed is not worse for a part confirmed later.
  const kept = existing.quality === "filled" ? bar.quality : existing.quality;
  const quality = isSame ? kept : "repaired";
  if (isSame && quality === existing.quality) {
    // A sum that nobody confirms follows its parts to the last digit, so that it does not depend
    // on when they came; behind the newest bars it may be the exchange's, and stays.
    if (!known || isIdenticalBar(existing, bar)) return;
  }
  putChange(batch, state, series, {
    bar: { ...bar, quality },
    previous: existing,
    kind: "repaired",
    isConfirmed: false,
  });
}

function putChange(batch: Batch, state: SymbolState, series: SeriesState, change: Change): void {
  let entry = batch.entries.get(series);
  if (!entry) batch.entries.set(series, entry = { state, series, changes: new Map() });
  const earlier = entry.changes.get(change.bar.time);
  // Within one batch the bar was never told, so it is still new, and replaces what is stored.
  entry.changes.set(
    change.bar.time,
    earlier ? { ...change, previous: earlier.previous, kind: earlier.kind } : change,
  );
}

function findInMemory(batch: Batch, series: SeriesState, time: number): Bar | null {
  return batch.entries.get(series)?.changes.get(time)?.bar ??
    series.recent.find((entry) => entry.bar.time === time)?.bar ?? null;
}

async function findBar(
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

async function readExisting(
  store: WorldStore,
  item: Extract<Completed, { kind: "history" }>,
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
