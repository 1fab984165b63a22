/**
 * Bars without trades of ours: what a source tells when asked, and the quiet between.
 *
 * @module
 */
import { findBucketClose, isIdenticalBar, isSameBar, reconcileBar } from "../bars/mod.ts";
import { type Bar, getBarRow, timeframeMs } from "../market/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { fold } from "./apply.ts";
import {
  type Batch,
  type Completed,
  confirm,
  findInMemory,
  noteRefold,
  putChange,
  readExisting,
} from "./batch.ts";
import { getSeries, type SeriesState, type SymbolState } from "./state.ts";
import type { ClosedBarKind } from "./types.ts";

/**
 * A longer quiet stretch (of open time, ms) is none: no session is so long, so something was not
 * told, and it is left open.
 */
const QUIET_MAX_MS = 10 * 3_600_000;
const DAY_MS = 86_400_000;

type Polled = Extract<Completed, { kind: "polled" }>;
type Quiet = Extract<Completed, { kind: "quiet" }>;

/** What is being applied: `known` are the stored bars of the stretch. */
interface Applying {
  store: WorldStore;
  batch: Batch;
  state: SymbolState;
  series: SeriesState;
  known: ReadonlyMap<number, Bar>;
  freshFromMs: number;
}

/** Puts the bars of one answer (oldest first) in their place, and fills what lies between them. */
export async function applyPolled(store: WorldStore, batch: Batch, item: Polled): Promise<void> {
  const { state, timeframe, bars, freshFromMs } = item;
  const series = getSeries(state, timeframe);
  const known = await readExisting(store, item);
  const applying = { store, batch, state, series, known, freshFromMs };
  const isBase = timeframe === state.aggregator.base;
  let previous = isBase && bars[0] ? await findPrevious(store, batch, series, bars[0].time) : null;
  for (const bar of bars) {
    if (previous) await fillBetween(applying, previous, bar.time);
    await putPolled(applying, bar);
    if (isBase) previous = bar;
  }
  const last = bars.at(-1);
  if (timeframe === "1d" && last) await fillSessionEnd(applying, last.time);
}

/** A day's bar is told when its session is over: what its last minutes do not tell was quiet. */
async function fillSessionEnd(applying: Applying, day: number): Promise<void> {
  const { store, batch, state } = applying;
  const series = getSeries(state, state.aggregator.base);
  const { hours } = series.ledger;
  const session = hours?.listOpen(day, day + DAY_MS).at(-1);
  if (!session) return;
  const newest = await findPrevious(store, batch, series, session.to);
  if (!newest || newest.time < session.from) return;
  await fillBetween({ ...applying, series, known: new Map() }, newest, session.to);
}

async function fillBetween(applying: Applying, previous: Bar, to: number): Promise<void> {
  const { state, series } = applying;
  const from = previous.time + series.lengthMs;
  const times = listBuckets(state, series, { from, to });
  if (times.length * series.lengthMs > QUIET_MAX_MS) return;
  for (const time of times) await putPolled(applying, createQuietBar(time, previous.close));
}

/** Starts of the base bars of a stretch in which the market was open, oldest first. */
function listBuckets(
  { room }: SymbolState,
  { lengthMs }: SeriesState,
  { from, to }: { from: number; to: number },
): number[] {
  const times: number[] = [];
  for (const open of room.hours ? room.hours.listOpen(from, to) : [{ from, to }]) {
    const first = Math.floor(open.from / lengthMs) * lengthMs;
    for (let time = first; time < open.to; time += lengthMs) times.push(time);
  }
  return times;
}

function createQuietBar(time: number, price: number): Bar {
  return {
    time,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 0,
    closed: true,
    quality: "filled",
  };
}

async function putPolled(applying: Applying, bar: Bar): Promise<void> {
  const { store, batch, state, series, known } = applying;
  const isBase = series.key.timeframe === state.aggregator.base;
  const existing = findInMemory(batch, series, bar.time) ?? known.get(bar.time) ?? null;
  const kind = getKind(applying, bar.time);
  if (!existing) {
    putChange(batch, state, series, { bar, previous: null, kind, isConfirmed: true });
    if (!isBase) return;
    const isNext = kind === "closed" && bar.time > state.aggregator.last;
    if (isNext) await fold(store, batch, state, bar);
    else noteRefold(batch, state, bar.time);
    return;
  }
  if (bar.quality === "filled" && !isStale(existing, bar)) {
    return confirm(batch, series, bar.time);
  }
  // Longer bars are the source's own word, also when a split changed the unit of what was told.
  const renewed = isBase ? renewMinute(existing, bar) : { ...bar, quality: "observed" as const };
  if (isIdenticalBar(existing, renewed) && existing.quality === renewed.quality) {
    return confirm(batch, series, bar.time);
  }
  const isQuiet = kind === "history" && isSameBar(existing, bar);
  putChange(batch, state, series, {
    bar: renewed,
    previous: existing,
    kind: isQuiet ? "history" : "repaired",
    isConfirmed: true,
  });
  if (isBase) noteRefold(batch, state, bar.time);
}

/** Says whether a minute was filled at a close that is no longer the one before it. */
function isStale(existing: Bar, quiet: Bar): boolean {
  return existing.quality === "filled" && existing.close !== quiet.close;
}

function renewMinute(existing: Bar, bar: Bar): Bar {
  return bar.quality === "filled" ? bar : reconcileBar(existing, bar).bar;
}

function getKind({ state, series, freshFromMs }: Applying, time: number): ClosedBarKind {
  const to = time + timeframeMs[series.key.timeframe];
  const endMs = findBucketClose(state.room.hours, { from: time, to });
  return endMs > freshFromMs ? "closed" : "history";
}

/** Fills a stretch of which the exchange has no bars, and confirms what is there already. */
export async function applyQuiet(
  store: WorldStore,
  batch: Batch,
  { state, from, to }: Quiet,
): Promise<void> {
  const series = getSeries(state, state.aggregator.base);
  const stored = await store.bars.listBars(series.key, { from, to });
  const known = new Map(stored.map((bar) => [bar.time, bar]));
  let previous = await findPrevious(store, batch, series, from);
  for (const time of listBuckets(state, series, { from, to })) {
    const existing = findInMemory(batch, series, time) ?? known.get(time) ?? null;
    const bar: Bar | null = existing ?? (previous && createQuietBar(time, previous.close));
    if (!bar) continue;
    // One that is there is told again, as that mends its hole.
    putChange(batch, state, series, {
      bar,
      previous: existing,
      kind: "repaired",
      isConfirmed: true,
    });
    if (!existing) noteRefold(batch, state, time);
    previous = bar;
  }
}

/** Returns the newest bar that starts before `time`, or null. */
async function findPrevious(
  store: WorldStore,
  batch: Batch,
  series: SeriesState,
  time: number,
): Promise<Bar | null> {
  const columns = await store.bars.readColumns(series.key, { to: time, limit: 1 });
  let newest = columns.length > 0 ? getBarRow(columns, columns.length - 1) : null;
  for (const { bar } of batch.entries.get(series)?.changes.values() ?? []) {
    if (bar.time < time && bar.time >= (newest?.time ?? -Infinity)) newest = bar;
  }
  return newest;
}
