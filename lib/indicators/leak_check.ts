/**
 * Leak check: what a computation says of a bar must not change because later bars arrive.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";

/** Any computation over bars: named columns, an entry per bar, NaN where there is no value. */
export type ColumnComputation = (bars: BarColumns) => Readonly<Record<string, ArrayLike<number>>>;

/** A value that changed when later bars were taken away: proof that it had read the future. */
export interface Leak {
  /** Name of the column. */
  series: string;
  /** Row of the value. */
  index: number;
  /** How many bars were left when it changed. */
  length: number;
  /** The value with all bars, and with `length` of them. */
  full: number;
  truncated: number;
}

/**
 * Computes `columns` whole and cut short, and returns the earliest value of the shortest cut that
 * differs, or null. Values must be equal to the bit; NaN equals NaN.
 *
 * Every cut is tried up to `maxCuts` bars; of longer inputs `maxCuts` cuts, evenly spread with the
 * last bar among them. `compute` gets copies, so it can neither change nor overread its input.
 */
export function checkLeak(
  columns: BarColumns,
  compute: ColumnComputation,
  { maxCuts = 400 }: { maxCuts?: number } = {},
): Leak | null {
  const full = compute(cutColumns(columns, 0, columns.length));
  for (const length of chooseCuts(columns.length, maxCuts)) {
    const truncated = compute(cutColumns(columns, 0, length));
    const leak = findDifference(full, truncated, length);
    if (leak) return leak;
  }
  return null;
}

/** Returns a copy of rows `from` to before `to`. */
export function cutColumns(columns: BarColumns, from: number, to: number): BarColumns {
  return {
    length: to - from,
    time: columns.time.slice(from, to),
    open: columns.open.slice(from, to),
    high: columns.high.slice(from, to),
    low: columns.low.slice(from, to),
    close: columns.close.slice(from, to),
    volume: columns.volume.slice(from, to),
    quality: columns.quality.slice(from, to),
  };
}

function chooseCuts(length: number, maxCuts: number): number[] {
  const count = Math.min(Math.max(length - 1, 0), maxCuts);
  return Array.from(
    { length: count },
    (_, i) => Math.max(1, Math.floor((i + 1) * (length - 1) / count)),
  );
}

function findDifference(
  full: Readonly<Record<string, ArrayLike<number>>>,
  truncated: Readonly<Record<string, ArrayLike<number>>>,
  length: number,
): Leak | null {
  let earliest: Leak | null = null;
  for (const [series, whole] of Object.entries(full)) {
    const cut = truncated[series];
    const end = earliest ? earliest.index : length;
    for (let index = 0; index < end; index++) {
      const before = whole[index] ?? NaN;
      const after = cut?.[index] ?? NaN;
      if (before === after || (before !== before && after !== after)) continue;
      earliest = { series, index, length, full: before, truncated: after };
      break;
    }
  }
  return earliest;
}
