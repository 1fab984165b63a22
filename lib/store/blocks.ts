/**
 * The packed form of bars: a fixed number of slots, five float64 columns, two bits of quality a bar.
 *
 * A block covers `slots` consecutive buckets of one timeframe. The slot is the bucket's number, so
 * times need no storage and writing twice changes nothing. Layout: open, high, low, close, volume as
 * columns of `slots` float64 each, then two bits a slot: 0 = no bar, else the quality plus one.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";

/** Slots of a long block: one UTC day of 1m bars. 1440 · 5 · 8 + 360 = 57 960 bytes. */
export const LONG_SLOTS = 1_440;
/** Slots of the short block that gathers the newest bars: one hour of 1m bars, 2 415 bytes. */
export const SHORT_SLOTS = 60;
const COLUMNS = 5;

/** One packed block and the views on it. */
export interface Block {
  slots: number;
  bytes: Uint8Array<ArrayBuffer>;
  prices: Float64Array<ArrayBuffer>;
  codes: Uint8Array<ArrayBuffer>;
}

const countBytes = (slots: number) => slots * COLUMNS * 8 + Math.ceil(slots / 4);

function viewBlock(bytes: Uint8Array<ArrayBuffer>, slots: number): Block {
  return {
    slots,
    bytes,
    prices: new Float64Array(bytes.buffer, bytes.byteOffset, slots * COLUMNS),
    codes: bytes.subarray(slots * COLUMNS * 8),
  };
}

/** Returns a block of `slots` slots without bars. */
export function createBlock(slots: number): Block {
  return viewBlock(new Uint8Array(countBytes(slots)), slots);
}

/** Returns a block over a copy of `bytes`, safe to change. Throws `RangeError` on a wrong length. */
export function copyBlock(bytes: Uint8Array, slots: number): Block {
  return viewBlock(checkLength(new Uint8Array(bytes), slots), slots);
}

/** Returns a block over `bytes` themselves, to read from. Throws `RangeError` on a wrong length. */
export function openBlock(bytes: Uint8Array, slots: number): Block {
  const owned = bytes.byteOffset % 8 === 0 && bytes.buffer instanceof ArrayBuffer
    ? bytes as Uint8Array<ArrayBuffer>
    : new Uint8Array(bytes);
  return viewBlock(checkLength(owned, slots), slots);
}

function checkLength<T extends Uint8Array>(bytes: T, slots: number): T {
  const wanted = countBytes(slots);
  if (bytes.byteLength === wanted) return bytes;
  throw new RangeError(
    `Cannot read a block of ${slots} slots: expected ${wanted} bytes, got ${bytes.byteLength}`,
  );
}

/** Returns 0 where slot has no bar, else its quality plus one. */
export function getCode(block: Block, slot: number): number {
  return (block.codes[slot >> 2]! >> ((slot & 3) << 1)) & 3;
}

function setCode(block: Block, slot: number, code: number): void {
  const shift = (slot & 3) << 1;
  block.codes[slot >> 2] = (block.codes[slot >> 2]! & ~(3 << shift)) | (code << shift);
}

/** Writes row `row` of `columns` into `slot`; returns 1 when the slot was empty, else 0. */
export function writeSlot(block: Block, slot: number, columns: BarColumns, row: number): number {
  const added = getCode(block, slot) === 0 ? 1 : 0;
  const { prices, slots } = block;
  prices[slot] = columns.open[row]!;
  prices[slots + slot] = columns.high[row]!;
  prices[2 * slots + slot] = columns.low[row]!;
  prices[3 * slots + slot] = columns.close[row]!;
  prices[4 * slots + slot] = columns.volume[row]!;
  setCode(block, slot, columns.quality[row]! + 1);
  return added;
}

/** Copies `count` slots, those that hold a bar, from one block to another. */
export function copySlots(
  from: Block,
  fromSlot: number,
  to: Block,
  toSlot: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const code = getCode(from, fromSlot + i);
    if (code === 0) continue;
    for (let column = 0; column < COLUMNS; column++) {
      to.prices[column * to.slots + toSlot + i] = from.prices[column * from.slots + fromSlot + i]!;
    }
    setCode(to, toSlot + i, code);
  }
}

/** Returns how many of the slots from `start` to `end` (exclusive) hold a bar. */
export function countSlots(block: Block, start = 0, end = block.slots): number {
  let count = 0;
  for (let slot = start; slot < end; slot++) if (getCode(block, slot) !== 0) count++;
  return count;
}

/**
 * Writes the bars of slots `start` to `end` (exclusive) into `columns` from row `row` on; the first
 * slot of the block begins at `baseMs`. Returns the row after the last one written.
 */
export function readSlots(
  block: Block,
  { start, end, baseMs, slotMs }: { start: number; end: number; baseMs: number; slotMs: number },
  columns: BarColumns,
  row: number,
): number {
  const { prices, slots } = block;
  for (let slot = start; slot < end; slot++) {
    const code = getCode(block, slot);
    if (code === 0) continue;
    columns.time[row] = baseMs + slot * slotMs;
    columns.open[row] = prices[slot]!;
    columns.high[row] = prices[slots + slot]!;
    columns.low[row] = prices[2 * slots + slot]!;
    columns.close[row] = prices[3 * slots + slot]!;
    columns.volume[row] = prices[4 * slots + slot]!;
    columns.quality[row] = code - 1;
    row++;
  }
  return row;
}
