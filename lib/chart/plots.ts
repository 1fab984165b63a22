/**
 * Geometry of shares of a ring and of dots in a field. Numbers in, numbers out.
 *
 * @module
 */
import { createScale } from "./sparkline.ts";

/** A part of a ring, both as fractions of the whole: where it begins, clockwise, and how long it is. */
export interface RingPart {
  start: number;
  share: number;
}

/**
 * Returns the parts of a ring in the order of the values; what is no number above 0 has no length.
 * The shares sum to 1, or are all 0 where there is nothing to share.
 */
export function divideRing(values: readonly number[]): RingPart[] {
  const sound = values.map((value) => Number.isFinite(value) && value > 0 ? value : 0);
  const most = Math.max(0, ...sound);
  // Dividing first keeps the sum of huge values finite.
  const sum = sound.reduce((total, value) => total + (most > 0 ? value / most : 0), 0);
  let start = 0;
  return sound.map((value) => {
    const part = { start, share: most > 0 ? value / most / sum : 0 };
    start += part.share;
    return part;
  });
}

/** Something with a place in a field. */
export interface Dot {
  x: number;
  y: number;
}

/** Dots as placed in a box, and the values at its edges. */
export interface Field<T> {
  dots: { row: T; x: number; y: number }[];
  /** Least and greatest value of each axis, in the units of the values. */
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** A box to draw in, with room at its edges. */
export interface Box {
  width: number;
  height: number;
  padding: number;
}

const round = (value: number) => Math.round(value * 10) / 10;

/**
 * Returns dots placed in a box, x to the right and y upwards from `floor` at its bottom. Rows with a
 * value that is no number are left out; null where none is left.
 */
export function placeDots<T extends Dot>(
  rows: readonly T[],
  { width, height, padding }: Box,
  floor: number,
): Field<T> | null {
  const sound = rows.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (sound.length === 0) return null;
  let [left, right, bottom, top] = [Infinity, -Infinity, floor, -Infinity];
  for (const { x, y } of sound) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }
  const toX = createScale(left, right, padding, width - padding);
  const toY = createScale(bottom, top, height - padding, padding);
  const dots = sound.map((row) => ({ row, x: round(toX(row.x)), y: round(toY(row.y)) }));
  return { dots, left, right, bottom, top };
}
