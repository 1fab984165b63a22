/**
 * Replay parity: one hash over bars and signals, and the first place where two runs differ.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { SignalRecord } from "../contracts/records.ts";
import type { Bar } from "../market/mod.ts";
import type { SeriesKey, WorldStore } from "../store/types.ts";

const PAGE_RECORDS = 500;

/** The bars of one series. */
export interface SeriesBars {
  series: SeriesKey;
  bars: readonly Bar[];
}

/** Everything of a run that has to be the same the next time, one line each, in a fixed order. */
export function listRunLines(
  all: readonly SeriesBars[],
  signals: readonly SignalRecord[],
): string[] {
  const bars = all.flatMap(({ series, bars }) =>
    bars.map((bar) => {
      const { time, open, high, low, close, volume, quality } = bar;
      const figures = [time, open, high, low, close, volume].join(" ");
      return `bar ${series.symbol} ${series.timeframe} ${figures} ${quality}`;
    })
  );
  const found = signals.map((signal) => {
    // When it was written down is wall time, and differs between runs by right.
    const { created_at: _created, updated_at: _updated, ...rest } = signal;
    return `signal ${JSON.stringify(sortKeys(rest))}`;
  });
  return [...bars.sort(), ...found.sort()];
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([key, part]) => [key, sortKeys(part)]));
}

/** Returns the SHA-256 (hex) of a run. */
export function hashRun(all: readonly SeriesBars[], signals: readonly SignalRecord[]): string {
  const hash = createHash("sha256");
  for (const line of listRunLines(all, signals)) hash.update(line).update("\n");
  return hash.digest("hex");
}

/** Reads a world's stored bars of these series, and all its signals. */
export async function readRun(
  store: WorldStore,
  seriesList: readonly SeriesKey[],
): Promise<{ all: SeriesBars[]; signals: SignalRecord[] }> {
  const all: SeriesBars[] = [];
  for (const series of seriesList) all.push({ series, bars: await store.bars.listBars(series) });
  const signals: SignalRecord[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: SignalRecord[]; cursor: string | null } = await store.signals.list({
      limit: PAGE_RECORDS,
      ...(cursor && { cursor }),
    });
    signals.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  return { all, signals };
}

/** Returns the hash of all that a world has stored of these series, and of its signals. */
export async function hashWorld(
  store: WorldStore,
  seriesList: readonly SeriesKey[],
): Promise<string> {
  const { all, signals } = await readRun(store, seriesList);
  return hashRun(all, signals);
}

/** Returns the first line in which two runs differ, null where one has none; null when equal. */
export function findFirstDifference(
  left: readonly string[],
  right: readonly string[],
): { index: number; left: string | null; right: string | null } | null {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index++) {
    if (left[index] === right[index]) continue;
    return { index, left: left[index] ?? null, right: right[index] ?? null };
  }
  return null;
}
