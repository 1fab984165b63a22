/**
 * Trend: which way prices went over a stretch, and how steadily.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";

/** Fewest bars that a trend is told from. */
export const TREND_BARS_MIN = 48;

/** Where a price went. */
export interface Trend {
  direction: "bullish" | "bearish";
  /** From 0 to 1: the share of the price's movement that a straight line explains (R²). */
  strength: number;
  /** Growth a day along that line, as a fraction. */
  growthPerDay: number;
}

const DAY_MS = 86_400_000;

/**
 * Returns the trend of bars, oldest first, by least squares of log close on time. Rows without a
 * finite price above 0 are left out; null for fewer than `TREND_BARS_MIN` rows. A flat price is
 * bullish by definition with strength 0. O(n).
 */
export function measureTrend(bars: BarColumns): Trend | null {
  let n = 0;
  let [sumX, sumY, sumXX, sumXY, sumYY] = [0, 0, 0, 0, 0];
  // Times and prices are taken from the first row, so that nothing is lost in large numbers.
  let start: number | null = null;
  let level = 0;
  for (let i = 0; i < bars.length; i++) {
    const close = bars.close[i]!;
    const time = bars.time[i]!;
    if (!(close > 0) || !Number.isFinite(close) || !Number.isFinite(time)) continue;
    if (start === null) [start, level] = [time, Math.log(close)];
    const x = (time - start) / DAY_MS;
    const y = Math.log(close) - level;
    n++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
    sumYY += y * y;
  }
  if (n < TREND_BARS_MIN) return null;
  const xx = sumXX - sumX * sumX / n;
  const xy = sumXY - sumX * sumY / n;
  const yy = sumYY - sumY * sumY / n;
  if (!(xx > 0)) return null;
  const growthPerDay = xy / xx;
  const strength = yy <= 1e-18 ? 0 : Math.min(1, Math.max(0, xy * xy / (xx * yy)));
  return { direction: growthPerDay < 0 ? "bearish" : "bullish", strength, growthPerDay };
}
