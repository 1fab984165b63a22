/**
 * One bar against what is known: our own, the exchange's, and those folded from them.
 *
 * @module
 */
import { addBar, type Comparison, isSameBar, reconcileBar } from "../bars/mod.ts";
import type { Bar, Timeframe } from "../market/mod.ts";
import { noteScore } from "../quality/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { type Batch, confirm, findBar, findInMemory, noteRefold, putChange } from "./batch.ts";
import { isInside } from "./holes.ts";
import { getSeries, type SymbolState } from "./state.ts";
import type { ClosedBarKind } from "./types.ts";

/** Returns what of our bars is compared with the exchange's. */
export function getComparison({ room }: SymbolState): Comparison {
  return { isVolumeApart: room.traits.isVolumeApart };
}

/** Folds a base bar into the longer ones. */
export async function fold(
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
export async function applyOwn(
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
    if (isSameBar(existing, bar, getComparison(state))) batch.equal++;
  }
  return existing;
}

/** The exchange's bar: fills what is missing, confirms or corrects what is there. */
export async function applyExchange(
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
  const result = reconcileBar(existing, bar, getComparison(state));
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
