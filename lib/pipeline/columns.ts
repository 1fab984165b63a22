/**
 * A stretch of columns, without copying them.
 *
 * @module
 */
import { type BarColumns, sliceColumns } from "../market/mod.ts";

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
  return sliceColumns(columns, Math.max(0, low - count), low);
}
