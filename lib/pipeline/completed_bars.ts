/**
 * Completed bars on their way to the store: folded, compared, grouped into one commit, then told.
 *
 * One batch is under way at a time and everything is done in the order in which it arrived, so that
 * the same input makes the same bars at any speed.
 *
 * @module
 */
import { aggregateBars, isIdenticalBar, isSameBar, rebuildAggregator } from "../bars/mod.ts";
import { type Bar, getBucketStart, type Timeframe, timeframeMs } from "../market/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { applyExchange, applyOwn, fold, getComparison } from "./apply.ts";
import { type Batch, type Completed, findBar, putChange, readExisting } from "./batch.ts";
import { applyPolled, applyQuiet } from "./polled_bars.ts";
import { getSeries, type SymbolState } from "./state.ts";

/** Works out all that a batch changes; nothing is written yet. */
export async function prepareBatch(store: WorldStore, items: readonly Completed[]): Promise<Batch> {
  const batch: Batch = { entries: new Map(), refolds: new Map(), compared: 0, equal: 0 };
  for (const item of items) {
    if (item.kind === "own") await applyOwnBase(store, batch, item.state, item.bar);
    else if (item.kind === "exchange") {
      const kind = item.isRepair ? "repaired" : "closed";
      await applyExchange(store, batch, item.state, item.timeframe, item.bar, kind);
    } else if (item.kind === "polled") await applyPolled(store, batch, item);
    else if (item.kind === "quiet") await applyQuiet(store, batch, item);
    else {
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
      const bar = aggregateBars(group, base.key.timeframe, timeframe, base.ledger.hours);
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
  // A day that was fetched is told in today's unit, after a split also the days before it.
  if (state.isPolled && timeframe === "1d") return;
  const isSame = isSameBar(existing, bar, getComparison(state));
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
