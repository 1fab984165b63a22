/**
 * Backfill: the past of one series, fetched in batches, each a step that is never done twice.
 *
 * @module
 */
import { type Bar, timeframeMs } from "../lib/market/mod.ts";
import type { WorldStore } from "../lib/store/types.ts";
import type { BarsWanted } from "./holes.ts";
import { fetchBarPages } from "./bar_pages.ts";
import type { HttpOptions } from "./http.ts";
import type { StreamSource } from "./source.ts";

/** A source with bars of the past. */
export type HistorySource = Pick<StreamSource, "key" | "bars">;

/** A stretch that was fetched: starts from `from` (inclusive) to `to` (exclusive), epoch ms. */
export interface Stretch {
  from: number;
  to: number;
}

/** How far a backfill has come. */
export interface BackfillProgress {
  /** Bars that came since the start. */
  bars: number;
  /** Of the asked stretch, what is done and all of it, ms of market time. */
  doneMs: number;
  totalMs: number;
}

/** What a backfill needs. */
export interface BackfillOptions extends BarsWanted {
  source: HistorySource;
  store: Pick<WorldStore, "getState" | "putState">;
  /** Keeps bars, oldest first; those that are there already stay. Resolves after the commit. */
  put(bars: readonly Bar[]): Promise<void>;
  http: HttpOptions;
  /** The exchange's time, epoch ms: a bar that still runs then is left out. */
  serverMs: number;
  onProgress?(progress: BackfillProgress): void;
  signal?: AbortSignal;
}

/** What a backfill did. */
export interface BackfillResult extends BackfillProgress {
  /** False when it was stopped before the end; running it again goes on. */
  isComplete: boolean;
}

/**
 * Fetches and stores the bars of a stretch, oldest first. After each batch what is done is written
 * down, so that a later run, after a kill or with other dates, fetches only what is missing.
 *
 * @throws {RangeError} For a stretch that ends before it begins.
 * @throws Whatever `fetchJson` and the source's parser throw; what was stored stays done.
 */
export async function runBackfill(options: BackfillOptions): Promise<BackfillResult> {
  const { symbol, timeframe, from, store, put, onProgress, signal } = options;
  const lengthMs = timeframeMs[timeframe];
  const first = Math.ceil(from / lengthMs) * lengthMs;
  const to = Math.floor(Math.min(options.to, options.serverMs) / lengthMs) * lengthMs;
  if (!(options.from < options.to)) {
    throw new RangeError(
      `Cannot backfill ${symbol}: the start must lie before the end, was ${from} to ${options.to}`,
    );
  }
  const name = `backfill:${options.source.key}:${symbol}:${timeframe}`;
  await noteName(store, name);
  const done = await store.getState<Stretch[]>(name) ?? [];
  const progress: BackfillProgress = { bars: 0, doneMs: 0, totalMs: Math.max(0, to - first) };
  const missing = listUndone({ from: first, to }, done);
  progress.doneMs = progress.totalMs - missing.reduce((sum, part) => sum + part.to - part.from, 0);
  onProgress?.(progress);
  for (const part of missing) {
    for (let next = part.from; next < part.to;) {
      if (signal?.aborted) return { ...progress, isComplete: false };
      const batch = await fetchBatch(options, { from: next, to: part.to });
      if (batch.bars.length > 0) await put(batch.bars);
      // Read anew, as old bars may have been deleted meanwhile.
      const known = await store.getState<Stretch[]>(name) ?? [];
      await store.putState(name, addStretch(known, { from: next, to: batch.to }));
      progress.bars += batch.bars.length;
      progress.doneMs += batch.to - next;
      next = batch.to;
      onProgress?.({ ...progress });
    }
  }
  return { ...progress, isComplete: true };
}

/** Names of the series of which something was fetched. */
const namesState = "backfilled";

async function noteName(store: BackfillOptions["store"], name: string): Promise<void> {
  const names = await store.getState<string[]>(namesState) ?? [];
  if (!names.includes(name)) await store.putState(namesState, [...names, name]);
}

/** Bars before `beforeMs` (epoch ms) were deleted: they are no longer done. */
export async function forgetStretches(
  store: BackfillOptions["store"],
  beforeMs: number,
): Promise<void> {
  for (const name of await store.getState<string[]>(namesState) ?? []) {
    const done = await store.getState<Stretch[]>(name) ?? [];
    const left = done.map(({ from, to }) => ({ from: Math.max(from, beforeMs), to }))
      .filter(({ from, to }) => from < to);
    await store.putState(name, left);
  }
}

/** Asks for the first bars of a stretch; `to` is where the next batch begins. */
async function fetchBatch(
  { source, symbol, timeframe, http }: BackfillOptions,
  { from, to }: Stretch,
): Promise<{ bars: Bar[]; to: number }> {
  const { isWhole, limitMax } = source.bars;
  const lengthMs = timeframeMs[timeframe];
  const end = isWhole ? Math.min(to, from + limitMax * lengthMs) : to;
  const bars = await fetchBarPages(source, { symbol, timeframe, from, to: end }, http);
  const last = bars.at(-1);
  // Where a page may be cut, the next one begins behind its last bar; an empty one is the end.
  return { bars, to: isWhole || !last ? end : last.time + lengthMs };
}

/** Returns the parts of a stretch that no done one covers, oldest first. */
export function listUndone({ from, to }: Stretch, done: readonly Stretch[]): Stretch[] {
  const parts: Stretch[] = [];
  let next = from;
  for (const stretch of done.toSorted((a, b) => a.from - b.from)) {
    if (stretch.to <= next) continue;
    if (stretch.from >= to) break;
    if (stretch.from > next) parts.push({ from: next, to: stretch.from });
    next = Math.max(next, stretch.to);
  }
  if (next < to) parts.push({ from: next, to });
  return parts;
}

/** Adds a stretch to those done; what touches becomes one. */
export function addStretch(done: readonly Stretch[], added: Stretch): Stretch[] {
  const joined: Stretch[] = [];
  for (const stretch of [...done, added].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last && stretch.from <= last.to) last.to = Math.max(last.to, stretch.to);
    else joined.push({ ...stretch });
  }
  return joined;
}
