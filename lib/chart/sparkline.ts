/**
 * A trend line small enough for a table cell, as an SVG path.
 *
 * @module
 */

/** Scales values into a box; the path is empty below two finite values. */
export function drawSparkline(
  values: readonly number[],
  width: number,
  height: number,
  padding = 1,
): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return "";
  let low = Infinity;
  let high = -Infinity;
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = createScale(low, high, height - padding, padding);
  const step = (width - 2 * padding) / (finite.length - 1);
  return finite.map((value, i) => {
    const x = (padding + i * step).toFixed(1);
    return `${i === 0 ? "M" : "L"}${x} ${scale(value).toFixed(1)}`;
  }).join("");
}

/** Returns a linear scale from `low..high` to `from..to`; a flat range lies in the middle. */
export function createScale(
  low: number,
  high: number,
  from: number,
  to: number,
): (value: number) => number {
  // Halving first keeps the span of two huge values finite.
  const half = high / 2 - low / 2;
  if (!(half > 0)) return () => (from + to) / 2;
  return (value) => from + ((value / 2 - low / 2) / half) * (to - from);
}

/** Percent by which the last value differs from the first; null where that has no meaning. */
export function getTrend(values: readonly number[]): number | null {
  const first = values.find(Number.isFinite);
  const last = values.findLast(Number.isFinite);
  if (first === undefined || last === undefined || first <= 0) return null;
  return (last / first - 1) * 100;
}
