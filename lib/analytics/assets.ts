/**
 * Cross-asset correlation: how alike the returns of symbols were.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";

/** Fewest common returns that a correlation is told from. */
export const COMMON_RETURNS_MIN = 30;

/** How alike two symbols moved. */
export interface AssetCorrelation {
  a: string;
  b: string;
  /** Pearson's correlation of log returns, from -1 to 1; null where too few are common. */
  correlation: number | null;
  /** Returns that both have. */
  n: number;
}

/**
 * Returns the correlation of each two symbols, in the order of the map. Only returns over exactly
 * `stepMs` that both symbols have count; bad rows are left out.
 */
export function correlateAssets(
  series: ReadonlyMap<string, BarColumns>,
  stepMs: number,
): AssetCorrelation[] {
  const names = [...series.keys()];
  const returns = names.map((name) => listReturns(series.get(name)!, stepMs));
  const found: AssetCorrelation[] = [];
  for (let i = 0; i < names.length; i++) {
    for (let j = i + 1; j < names.length; j++) {
      found.push({ a: names[i]!, b: names[j]!, ...correlate(returns[i]!, returns[j]!) });
    }
  }
  return found;
}

function listReturns(bars: BarColumns, stepMs: number): Map<number, number> {
  const returns = new Map<number, number>();
  for (let i = 1; i < bars.length; i++) {
    if (bars.time[i]! - bars.time[i - 1]! !== stepMs) continue;
    const change = Math.log(bars.close[i]! / bars.close[i - 1]!);
    if (Number.isFinite(change)) returns.set(bars.time[i]!, change);
  }
  return returns;
}

function correlate(
  a: ReadonlyMap<number, number>,
  b: ReadonlyMap<number, number>,
): { correlation: number | null; n: number } {
  const both: [number, number][] = [];
  for (const [time, x] of a) {
    const y = b.get(time);
    if (y !== undefined) both.push([x, y]);
  }
  const n = both.length;
  if (n < COMMON_RETURNS_MIN) return { correlation: null, n };
  const meanX = both.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = both.reduce((sum, [, y]) => sum + y, 0) / n;
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of both) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
    yy += (y - meanY) ** 2;
  }
  // A price that never moved is like nothing.
  if (!(xx > 0 && yy > 0)) return { correlation: null, n };
  return { correlation: Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy))), n };
}
