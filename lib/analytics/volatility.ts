/**
 * Volatility: how far prices move, as a yearly percentage and against their own past.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";

const YEAR_MS = 365 * 86_400_000;
/** Fewest returns that a volatility is told from. */
export const VOLATILITY_RETURNS_MIN = 24;

/**
 * Returns the yearly volatility of bars in percent (80 means 80 %): the root of the mean squared log
 * return, scaled to a year by the time the returns took. Returns across a hole or a bad row are left
 * out; null for fewer than `VOLATILITY_RETURNS_MIN`.
 */
export function measureVolatility(bars: BarColumns, stepMs: number): number | null {
  let squares = 0;
  let n = 0;
  for (let i = 1; i < bars.length; i++) {
    if (bars.time[i]! - bars.time[i - 1]! !== stepMs) continue;
    const change = Math.log(bars.close[i]! / bars.close[i - 1]!);
    if (!Number.isFinite(change)) continue;
    squares += change * change;
    n++;
  }
  if (n < VOLATILITY_RETURNS_MIN) return null;
  return Math.sqrt(squares / n * YEAR_MS / stepMs) * 100;
}

/**
 * Returns the volatility index, 0 to 100: the share of the past windows of `window` bars that were
 * calmer than the newest one. Null where fewer than `windowsMin` whole windows came before. Windows
 * do not overlap; one with a hole or a bad row is left out. O(n).
 */
export function measureVolatilityIndex(
  bars: BarColumns,
  stepMs: number,
  { window = 24, windowsMin = 7 }: { window?: number; windowsMin?: number } = {},
): number | null {
  const levels: number[] = [];
  for (let end = bars.length; end - window - 1 >= 0; end -= window) {
    levels.push(measureWindow(bars, end, window, stepMs));
  }
  const [newest = NaN, ...past] = levels;
  const sound = past.filter(Number.isFinite);
  if (!Number.isFinite(newest) || sound.length < windowsMin) return null;
  return sound.filter((level) => level < newest).length / sound.length * 100;
}

function measureWindow(bars: BarColumns, end: number, window: number, stepMs: number): number {
  let squares = 0;
  for (let i = end - window; i < end; i++) {
    if (bars.time[i]! - bars.time[i - 1]! !== stepMs) return NaN;
    squares += Math.log(bars.close[i]! / bars.close[i - 1]!) ** 2;
  }
  return squares;
}
