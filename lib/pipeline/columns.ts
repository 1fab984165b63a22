/**
 * A stretch of columns, without copying them.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";

/** Returns the rows from `from` on as a view. */
export function sliceColumns(columns: BarColumns, from: number): BarColumns {
  const { length, time, open, high, low, close, volume, quality } = columns;
  return {
    length: length - from,
    time: time.subarray(from, length),
    open: open.subarray(from, length),
    high: high.subarray(from, length),
    low: low.subarray(from, length),
    close: close.subarray(from, length),
    volume: volume.subarray(from, length),
    quality: quality.subarray(from, length),
  };
}

/** Returns a view of the last `count` rows that start before `endMs` (epoch ms). */
export function cutColumns(columns: BarColumns, endMs: number, count: number): BarColumns {
  const { time } = columns;
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! < endMs) low = middle + 1;
    else high = middle;
  }
  return sliceColumns({ ...columns, length: low }, Math.max(0, low - count));
}
