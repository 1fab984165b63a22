/**
 * Volume by price: how much was traded at which height, and where most of it was.
 *
 * @module
 */
import type { Bar } from "../market/mod.ts";

/** One row of prices, from `low` up to, not including, `high`. */
export interface ProfileRow {
  low: number;
  high: number;
  /** Volume of bars that closed at or above their open, and of those that closed below. */
  up: number;
  down: number;
}

/** Volume by price of some bars. */
export interface VolumeProfile {
  /** Ascending, without holes. */
  rows: ProfileRow[];
  /** Up and down volume of all rows; equals the volume of the bars counted. */
  total: number;
  /** Index of the row with the most volume (the point of control); the lower one of equals. */
  control: number;
  /** First and last row of the value area. */
  valueFrom: number;
  valueTo: number;
}

/** How many rows a profile has when nothing else is asked for. */
export const profileRows = 24;
/** Share of the volume that makes the value area. */
export const valueAreaShare = 0.7;

function isCountable({ open, high, low, close, volume }: Bar): boolean {
  return [open, high, low, close].every(Number.isFinite) && high >= low && low > 0 &&
    Number.isFinite(volume) && volume > 0;
}

/**
 * Spreads the volume of each bar evenly over its range from low to high, and finds the point of
 * control and the value area; null when no bar has volume. Bars with impossible prices or volumes
 * are left out. `rowCount` is at least 1.
 *
 * Point of control and value area are those of Market Profile (J. P. Steidlmayer; Chicago Board of
 * Trade, 1985), with volume in place of time: the row of the most volume, and around it the rows
 * that hold 70 % of all, taken two at a time from the side where two rows hold more.
 */
export function computeVolumeProfile(
  bars: readonly Bar[],
  rowCount = profileRows,
): VolumeProfile | null {
  const counted = bars.filter(isCountable);
  if (counted.length === 0) return null;
  let low = Infinity;
  let high = -Infinity;
  for (const bar of counted) {
    low = Math.min(low, bar.low);
    high = Math.max(high, bar.high);
  }
  const height = (high - low) / rowCount;
  // Prices that do not differ, or by less than a number can tell, lie in one row.
  const count = height > 0 && low + height > low && Number.isFinite(height) ? rowCount : 1;
  const rows = Array.from({ length: count }, (_, i): ProfileRow => ({
    low: low + i * (count > 1 ? height : 0),
    high: i === count - 1 ? high : low + (i + 1) * height,
    up: 0,
    down: 0,
  }));
  for (const bar of counted) spreadBar(rows, bar);
  const volumes = rows.map(({ up, down }) => up + down);
  const control = volumes.indexOf(Math.max(...volumes));
  const total = volumes.reduce((sum, volume) => sum + volume, 0);
  return { rows, total, control, ...findValueArea(volumes, control, total * valueAreaShare) };
}

/** Adds a bar's volume to the rows it touches, in proportion to how far it reaches into each. */
function spreadBar(rows: ProfileRow[], bar: Bar): void {
  const side = bar.close >= bar.open ? "up" : "down";
  const range = bar.high - bar.low;
  const first = findRow(rows, bar.low);
  const last = findRow(rows, bar.high);
  if (range <= 0 || first === last) {
    rows[first]![side] += bar.volume;
    return;
  }
  let rest = bar.volume;
  for (let i = first; i < last; i++) {
    const row = rows[i]!;
    const overlap = Math.max(0, Math.min(row.high, bar.high) - Math.max(row.low, bar.low));
    const part = Math.min(rest, bar.volume * (overlap / range));
    row[side] += part;
    rest -= part;
  }
  // What is left goes to the last row, so that nothing is lost to rounding.
  rows[last]![side] += rest;
}

function findRow(rows: readonly ProfileRow[], price: number): number {
  const first = rows[0]!;
  const span = rows.at(-1)!.high - first.low;
  if (span <= 0) return 0;
  const at = Math.floor(((price - first.low) / span) * rows.length);
  return Math.min(rows.length - 1, Math.max(0, at));
}

/** Grows from the point of control until `wanted` volume is inside. */
function findValueArea(volumes: readonly number[], control: number, wanted: number) {
  let from = control;
  let to = control;
  let inside = volumes[control]!;
  const pair = (a: number, b: number) => (volumes[a] ?? 0) + (volumes[b] ?? 0);
  while (inside < wanted && (from > 0 || to < volumes.length - 1)) {
    const above = to < volumes.length - 1 ? pair(to + 1, to + 2) : -1;
    const below = from > 0 ? pair(from - 1, from - 2) : -1;
    if (above >= below) {
      to = Math.min(volumes.length - 1, to + 2);
      inside += above;
    } else {
      from = Math.max(0, from - 2);
      inside += below;
    }
  }
  return { valueFrom: from, valueTo: to };
}
