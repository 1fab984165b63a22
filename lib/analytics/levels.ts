/**
 * Support and resistance: prices at which the market has turned, more than once.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";

/** Fewest bars that levels are told from. */
export const LEVEL_BARS_MIN = 100;
/** A pivot is the extreme of so many bars on each side. */
const PIVOT_REACH = 5;
/** Pivots this near to one another, in mean true ranges, are one level. */
const CLUSTER_RANGES = 1;
const TOUCHES_MIN = 2;

/** A price where the market turned. */
export interface Level {
  price: number;
  /** How often it turned there. */
  touches: number;
  /** Time of the last touch, epoch ms. */
  lastTouch: number;
}

/** The levels of a series; both null where history is too short or none was touched twice. */
export interface Levels {
  /** The nearest level below the newest close, and above it. */
  support: Level | null;
  resistance: Level | null;
  /** All of them, by price. */
  all: Level[];
}

interface Pivot {
  price: number;
  time: number;
}

/**
 * Finds levels in bars, oldest first: swing pivots (the extreme of `PIVOT_REACH` bars each side),
 * clustered while neighbours lie within one mean true range, at least two touches each. Rows that
 * are not finite, not positive or out of order are left out. O(n log n).
 */
export function findLevels(bars: BarColumns): Levels {
  const rows = listSound(bars);
  const none: Levels = { support: null, resistance: null, all: [] };
  if (rows.length < LEVEL_BARS_MIN) return none;
  const range = measureRange(bars, rows);
  if (!(range > 0)) return none;
  const all = clusterPivots(findPivots(bars, rows), range * CLUSTER_RANGES);
  const price = bars.close[rows.at(-1)!]!;
  const below = all.filter((level) => level.price < price);
  const above = all.filter((level) => level.price > price);
  return { support: below.at(-1) ?? null, resistance: above[0] ?? null, all };
}

function listSound(bars: BarColumns): number[] {
  const rows: number[] = [];
  let last = -Infinity;
  for (let i = 0; i < bars.length; i++) {
    const [time, high, low, close] = [bars.time[i]!, bars.high[i]!, bars.low[i]!, bars.close[i]!];
    const isSound = time > last && low > 0 && close > 0 && high >= low &&
      Number.isFinite(time + high + low + close);
    if (!isSound) continue;
    rows.push(i);
    last = time;
  }
  return rows;
}

/** Mean true range of all rows. */
function measureRange(bars: BarColumns, rows: readonly number[]): number {
  let sum = 0;
  for (let k = 1; k < rows.length; k++) {
    const before = bars.close[rows[k - 1]!]!;
    const [high, low] = [bars.high[rows[k]!]!, bars.low[rows[k]!]!];
    sum += Math.max(high, before) - Math.min(low, before);
  }
  return sum / (rows.length - 1);
}

/** Swing highs and lows; of equal extremes side by side the first is the pivot. */
function findPivots(bars: BarColumns, rows: readonly number[]): Pivot[] {
  const pivots: Pivot[] = [];
  for (let k = PIVOT_REACH; k < rows.length - PIVOT_REACH; k++) {
    const high = bars.high[rows[k]!]!;
    const low = bars.low[rows[k]!]!;
    let isHigh = true;
    let isLow = true;
    for (let j = k - PIVOT_REACH; j <= k + PIVOT_REACH && (isHigh || isLow); j++) {
      const [otherHigh, otherLow] = [bars.high[rows[j]!]!, bars.low[rows[j]!]!];
      if (j < k ? otherHigh >= high : otherHigh > high) isHigh = false;
      if (j < k ? otherLow <= low : otherLow < low) isLow = false;
    }
    const time = bars.time[rows[k]!]!;
    if (isHigh) pivots.push({ price: high, time });
    if (isLow) pivots.push({ price: low, time });
  }
  return pivots;
}

/** Joins pivots whose prices lie within `reach` of their cluster's lowest. */
function clusterPivots(pivots: readonly Pivot[], reach: number): Level[] {
  const sorted = [...pivots].sort((a, b) => a.price - b.price || a.time - b.time);
  const levels: Level[] = [];
  let cluster: Pivot[] = [];
  const close = () => {
    if (cluster.length >= TOUCHES_MIN) {
      levels.push({
        price: cluster.reduce((sum, pivot) => sum + pivot.price, 0) / cluster.length,
        touches: cluster.length,
        lastTouch: cluster.reduce((last, pivot) => Math.max(last, pivot.time), 0),
      });
    }
    cluster = [];
  };
  for (const pivot of sorted) {
    if (cluster.length > 0 && pivot.price - cluster[0]!.price > reach) close();
    cluster.push(pivot);
  }
  close();
  return levels;
}
