/**
 * Decides into which blocks new bars go; pure but for the loading of a long block.
 *
 * The newest bars of a series gather in one short block, the hot one. When a newer one begins, it is
 * folded into its long block. Many bars at once, and corrections of older ones, go straight to the
 * long block. While a short block is hot it alone tells about its slots, as it starts as a copy.
 *
 * @module
 */
import { assert } from "../assert.ts";
import { type BarColumns, barQualities, type Timeframe, timeframeMs } from "../market/mod.ts";
import {
  type Block,
  copyBlock,
  copySlots,
  createBlock,
  LONG_SLOTS,
  SHORT_SLOTS,
  writeSlot,
} from "./blocks.ts";
import type { SeriesKey } from "./types.ts";

/** From this many bars of one long block on, they go there at once. */
export const BULK_BARS = SHORT_SLOTS;
const SHORTS_PER_LONG = LONG_SLOTS / SHORT_SLOTS;

/** What is known of a series without reading its bars. */
export interface SeriesMeta {
  /** First and last bar start, epoch ms. */
  first: number;
  last: number;
  count: number;
  /** Rises with every commit, even after the series was cleared and filled anew. */
  revision: number;
  /** Number of the short block in use, or null. */
  hot: number | null;
}

/** A series while a commit is prepared: what was read, and what is to be written. */
export interface SeriesDraft {
  series: SeriesKey;
  /** Of the meta key, as read; null when there was none. */
  versionstamp: string | null;
  meta: SeriesMeta;
  /** The hot block; ours to change once `shortChanged`. */
  short: Block | null;
  shortChanged: boolean;
  /** Changed long blocks by number. */
  longs: Map<number, Block>;
  /** Returns the committed long block, or null. */
  loadLong(block: number): Promise<Block | null>;
}

/** Throws `RangeError` unless every row is a bar that can be stored in a series of `timeframe`. */
export function checkColumns(columns: BarColumns, timeframe: Timeframe): void {
  const slotMs = timeframeMs[timeframe];
  const { time, open, high, low, close, volume, quality } = columns;
  for (let row = 0; row < columns.length; row++) {
    const sum = open[row]! + high[row]! + low[row]! + close[row]! + volume[row]!;
    const known = quality[row]! < barQualities.length;
    if (Number.isFinite(sum) && known && time[row]! >= 0 && time[row]! % slotMs === 0) continue;
    throw new RangeError(
      `Cannot store a ${timeframe} bar at ${time[row]}: ` +
        "its time must be the start of a bucket, its figures finite and its quality known",
    );
  }
}

/** Returns the rows of `columns` by the number of the long block they belong to, ascending. */
export function groupRows(columns: BarColumns, timeframe: Timeframe): Map<number, number[]> {
  const blockMs = timeframeMs[timeframe] * LONG_SLOTS;
  const groups = new Map<number, number[]>();
  let current = NaN, rows: number[] = [];
  for (let row = 0; row < columns.length; row++) {
    const block = Math.floor(columns.time[row]! / blockMs);
    if (block !== current) {
      current = block;
      rows = groups.get(block) ?? [];
      groups.set(block, rows);
    }
    rows.push(row);
  }
  return new Map([...groups].sort(([a], [b]) => a - b));
}

/** Puts the rows of one long block into the draft. */
export async function draftRows(
  draft: SeriesDraft,
  columns: BarColumns,
  block: number,
  rows: readonly number[],
): Promise<void> {
  const { meta, series } = draft;
  const slotMs = timeframeMs[series.timeframe];
  const slots = rows.map((row) => columns.time[row]! / slotMs);
  const newest = meta.hot ?? (meta.count > 0 ? Math.floor(meta.last / slotMs / SHORT_SLOTS) : -1);
  const correctsOlder = slots.some((slot) => Math.floor(slot / SHORT_SLOTS) < newest);
  if (rows.length >= BULK_BARS || correctsOlder) {
    await draftLong(draft, columns, block, rows, slots);
  } else {
    await draftShort(draft, columns, rows, slots);
  }
  for (const row of rows) {
    const time = columns.time[row]!;
    if (time < meta.first) meta.first = time;
    if (time > meta.last) meta.last = time;
  }
}

async function draftLong(
  draft: SeriesDraft,
  columns: BarColumns,
  block: number,
  rows: readonly number[],
  slots: readonly number[],
): Promise<void> {
  const { hot } = draft.meta;
  const lastSlot = slots.reduce((last, slot) => Math.max(last, slot), -1);
  const reachesHot = hot !== null && lastSlot >= hot * SHORT_SLOTS;
  if (reachesHot) await foldHot(draft);
  const long = await openLong(draft, block);
  for (let i = 0; i < rows.length; i++) {
    draft.meta.count += writeSlot(long, slots[i]! - block * LONG_SLOTS, columns, rows[i]!);
  }
}

async function draftShort(
  draft: SeriesDraft,
  columns: BarColumns,
  rows: readonly number[],
  slots: readonly number[],
): Promise<void> {
  const order = rows.map((_, i) => i).sort((a, b) => slots[a]! - slots[b]! || a - b);
  for (const i of order) {
    const number = Math.floor(slots[i]! / SHORT_SLOTS);
    if (draft.meta.hot !== number) {
      await foldHot(draft);
      await beginHot(draft, number);
    }
    const short = openShort(draft);
    draft.meta.count += writeSlot(short, slots[i]! - number * SHORT_SLOTS, columns, rows[i]!);
  }
}

/** Moves the bars of the hot block, if any, into their long block. */
async function foldHot(draft: SeriesDraft): Promise<void> {
  const { hot } = draft.meta;
  if (hot === null) return;
  assert(draft.short, "a hot block has a number but no bars");
  const long = await openLong(draft, Math.floor(hot / SHORTS_PER_LONG));
  copySlots(draft.short, 0, long, (hot % SHORTS_PER_LONG) * SHORT_SLOTS, SHORT_SLOTS);
  draft.meta.hot = null;
  draft.short = null;
  draft.shortChanged = true;
}

/** Begins a hot block with what the long block holds of it. */
async function beginHot(draft: SeriesDraft, number: number): Promise<void> {
  const { meta, series } = draft;
  draft.short = createBlock(SHORT_SLOTS);
  draft.shortChanged = true;
  const startMs = number * SHORT_SLOTS * timeframeMs[series.timeframe];
  if (meta.count > 0 && meta.last >= startMs) {
    const block = Math.floor(number / SHORTS_PER_LONG);
    const long = draft.longs.get(block) ?? await draft.loadLong(block);
    const from = (number % SHORTS_PER_LONG) * SHORT_SLOTS;
    if (long) copySlots(long, from, draft.short, 0, SHORT_SLOTS);
  }
  meta.hot = number;
}

/** Returns the hot block, copied once so that readers of the committed one see no half-made bar. */
function openShort(draft: SeriesDraft): Block {
  assert(draft.short, "no hot block was begun");
  if (!draft.shortChanged) draft.short = copyBlock(draft.short.bytes, SHORT_SLOTS);
  draft.shortChanged = true;
  return draft.short;
}

async function openLong(draft: SeriesDraft, block: number): Promise<Block> {
  let long = draft.longs.get(block);
  if (!long) {
    const stored = await draft.loadLong(block);
    long = stored ? copyBlock(stored.bytes, LONG_SLOTS) : createBlock(LONG_SLOTS);
    draft.longs.set(block, long);
  }
  return long;
}
