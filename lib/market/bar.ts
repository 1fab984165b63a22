/**
 * Bars: open, high, low, close and volume over one timeframe, one by one or as columns.
 *
 * @module
 */

/**
 * Where a bar comes from: our own trades, agreed with the exchange (`observed`); mended from the
 * exchange after a hole or a difference (`repaired`); a minute with no trade, made by the clock at
 * the previous close with volume 0 (`filled`).
 */
export type BarQuality = "observed" | "repaired" | "filled";

/** The qualities in the order of their stored number (0, 1, 2). */
export const barQualities = ["observed", "repaired", "filled"] as const satisfies BarQuality[];

/** One bar; `time` is the epoch ms of its start. Field order is the order on the wire. */
export interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** True only after the bar was committed to the store. */
  closed: boolean;
  quality: BarQuality;
}

/** Many bars of one series as parallel columns, oldest first; `length` entries each. */
export interface BarColumns {
  length: number;
  time: Float64Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  /** Index into `barQualities`. */
  quality: Uint8Array;
}

/** Returns empty columns with room for `length` bars. */
export function createBarColumns(length: number): BarColumns {
  const column = () => new Float64Array(length);
  return {
    length,
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    quality: new Uint8Array(length),
  };
}

/** Writes `bar` into row `index` of `columns`. */
export function setBarRow(columns: BarColumns, index: number, bar: Bar): void {
  columns.time[index] = bar.time;
  columns.open[index] = bar.open;
  columns.high[index] = bar.high;
  columns.low[index] = bar.low;
  columns.close[index] = bar.close;
  columns.volume[index] = bar.volume;
  columns.quality[index] = barQualities.indexOf(bar.quality);
}

/** Returns bars as columns, in their order. */
export function toBarColumns(bars: readonly Bar[]): BarColumns {
  const columns = createBarColumns(bars.length);
  for (let i = 0; i < bars.length; i++) setBarRow(columns, i, bars[i]!);
  return columns;
}

/** Returns rows `from` to `to` (exclusive) as a view, without copying them. */
export function sliceColumns(
  { length, time, open, high, low, close, volume, quality }: BarColumns,
  from: number,
  to = length,
): BarColumns {
  return {
    length: to - from,
    time: time.subarray(from, to),
    open: open.subarray(from, to),
    high: high.subarray(from, to),
    low: low.subarray(from, to),
    close: close.subarray(from, to),
    volume: volume.subarray(from, to),
    quality: quality.subarray(from, to),
  };
}

/** Returns row `index` of `columns` as a closed bar. */
export function getBarRow(columns: BarColumns, index: number): Bar {
  return {
    time: columns.time[index]!,
    open: columns.open[index]!,
    high: columns.high[index]!,
    low: columns.low[index]!,
    close: columns.close[index]!,
    volume: columns.volume[index]!,
    closed: true,
    quality: barQualities[columns.quality[index]!]!,
  };
}
