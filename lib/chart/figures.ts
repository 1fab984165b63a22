/**
 * Geometry of small drawings: gauge, bars, candles, lines and marks over time. Numbers in, numbers out.
 *
 * @module
 */
import { createScale } from "./sparkline.ts";

/** A point of a drawing, in its own units. */
export interface Point {
  x: number;
  y: number;
}

/** Rounds to what a screen can show. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/**
 * Returns the tip of a gauge's needle: a half circle of `radius` around `centre`, -1 at its left end,
 * 0 at the top, 1 at its right end. Scores beyond are taken for the ends, NaN for the middle.
 */
export function pointGauge(score: number, centre: Point, radius: number): Point {
  const sound = Number.isFinite(score) ? Math.min(1, Math.max(-1, score)) : 0;
  const angle = (1 - sound) / 2 * Math.PI;
  return {
    x: round(centre.x + radius * Math.cos(angle)),
    y: round(centre.y - radius * Math.sin(angle)),
  };
}

/** Returns the arc of a gauge from one score to a greater one, as an SVG path. */
export function drawArc(from: number, to: number, centre: Point, radius: number): string {
  const [start, end] = [pointGauge(from, centre, radius), pointGauge(to, centre, radius)];
  return `M${start.x} ${start.y}A${radius} ${radius} 0 0 1 ${end.x} ${end.y}`;
}

/** A bar that lies: its share of the whole, and its length. */
export interface BarRow {
  /** From 0 to 1. */
  share: number;
  length: number;
}

/**
 * Returns lying bars, the longest being `width`; what is not a number above 0 has no length and no
 * share, and what is above 0 has at least one unit, so that it can be seen.
 */
export function drawBars(values: readonly number[], width: number): BarRow[] {
  const sound = values.map((value) => Number.isFinite(value) && value > 0 ? value : 0);
  const most = Math.max(0, ...sound);
  // Dividing first keeps the sum of huge values finite.
  const sum = sound.reduce((total, value) => total + (most > 0 ? value / most : 0), 0);
  return sound.map((value) => ({
    share: most > 0 ? value / most / sum : 0,
    length: value > 0 ? Math.max(1, round(value / most * width)) : 0,
  }));
}

/** One candle in a drawing. */
export interface CandleShape {
  x: number;
  /** Top and bottom of the wick. */
  high: number;
  low: number;
  /** Top of the body and its height, at least 1. */
  top: number;
  height: number;
  isUp: boolean;
}

/** Candles and how wide each may be. */
export interface CandleDrawing {
  candles: CandleShape[];
  width: number;
  lowest: number;
  highest: number;
}

/**
 * Returns candles, oldest first, side by side in a box; those with a value that is no number are
 * left out. Null below one candle.
 */
export function drawCandles(
  rows: readonly { open: number; high: number; low: number; close: number }[],
  box: { width: number; height: number; padding: number },
): CandleDrawing | null {
  const sound = rows.filter(({ open, high, low, close }) =>
    Number.isFinite(open) && Number.isFinite(high) && Number.isFinite(low) && Number.isFinite(close)
  );
  if (sound.length === 0) return null;
  let [lowest, highest] = [Infinity, -Infinity];
  for (const { high, low } of sound) {
    lowest = Math.min(lowest, low);
    highest = Math.max(highest, high);
  }
  const scale = createScale(lowest, highest, box.height - box.padding, box.padding);
  const step = (box.width - 2 * box.padding) / sound.length;
  const candles = sound.map(({ open, high, low, close }, i) => {
    const top = scale(Math.max(open, close));
    return {
      x: round(box.padding + (i + 0.5) * step),
      high: round(scale(high)),
      low: round(scale(low)),
      top: round(top),
      height: Math.max(1, round(scale(Math.min(open, close)) - top)),
      isUp: close >= open,
    };
  });
  return { candles, width: Math.max(1, Math.min(12, round(step * 0.7))), lowest, highest };
}

/**
 * Returns where marks stand over time: x within `padding..width - padding` from the first to the last
 * moment, y in the middle of the row of each kind. Marks of an unknown kind or time are left out.
 */
export function drawTimeline<T extends { timestamp: number; type: string }>(
  marks: readonly T[],
  kinds: readonly string[],
  box: { width: number; rowHeight: number; padding: number },
): { mark: T; x: number; y: number }[] {
  const sound = marks.filter(({ timestamp, type }) =>
    Number.isFinite(timestamp) && kinds.includes(type)
  );
  let [first, last] = [Infinity, -Infinity];
  for (const { timestamp } of sound) {
    first = Math.min(first, timestamp);
    last = Math.max(last, timestamp);
  }
  const scale = createScale(first, last, box.padding, box.width - box.padding);
  return sound.map((mark) => ({
    mark,
    x: round(scale(mark.timestamp)),
    y: round((kinds.indexOf(mark.type) + 0.5) * box.rowHeight),
  }));
}

/** Strength of a colour, 0 to 3: 0 for none, 3 from `most` upwards. */
export function getHeat(value: number, most: number): 0 | 1 | 2 | 3 {
  if (!(value > 0) || !(most > 0)) return 0;
  const share = value / most;
  return share > 2 / 3 ? 3 : share > 1 / 3 ? 2 : 1;
}
