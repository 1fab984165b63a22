/** Geometry of small drawings: it stays in its box, whatever the numbers. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  drawArc,
  drawBars,
  drawCandles,
  drawTimeline,
  getHeat,
  pointGauge,
} from "../../lib/chart/figures.ts";

const centre = { x: 100, y: 100 };
const anyNumber = fc.double();

Deno.test("UI-13 the needle of a gauge points left for -1, up for 0, right for +1", () => {
  const cases: [number, number, number][] = [
    [-1, 50, 100],
    [0, 100, 50],
    [1, 150, 100],
    [-7, 50, 100],
    [Infinity, 100, 50],
    [NaN, 100, 50],
  ];
  for (const [score, x, y] of cases) deepEqual(pointGauge(score, centre, 50), { x, y }, `${score}`);
});

Deno.test("the needle stays on its circle and moves right as the score grows", () => {
  fc.assert(fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (score) => {
    const { x, y } = pointGauge(score, centre, 50);
    ok(Math.abs(Math.hypot(x - 100, y - 100) - 50) < 0.2);
    ok(y <= 100);
    ok(pointGauge(Math.min(1, score + 0.1), centre, 50).x >= x);
  }));
});

Deno.test("an arc runs from one score to the other", () => {
  match(drawArc(-1, 1, centre, 50), /^M50 100A50 50 0 0 1 150 100$/);
});

Deno.test("bars have the length of their value, and their shares are of the whole", () => {
  const bars = drawBars([32, 64, 32], 120);
  deepEqual(bars, [
    { share: 0.25, length: 60 },
    { share: 0.5, length: 120 },
    { share: 0.25, length: 60 },
  ]);
  deepEqual(drawBars([], 120), []);
  deepEqual(drawBars([0, NaN, -5], 120).map(({ share, length }) => [share, length]), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});

Deno.test("bars stay within their width, small ones can be seen, shares sum up to one", () => {
  fc.assert(fc.property(fc.array(anyNumber, { maxLength: 20 }), (values) => {
    const bars = drawBars(values, 300);
    for (const [i, { length }] of bars.entries()) {
      ok(length >= 0 && length <= 300);
      if (values[i]! > 0 && Number.isFinite(values[i]!)) ok(length >= 1);
    }
    const sum = bars.reduce((total, { share }) => total + share, 0);
    ok(Math.abs(sum - (bars.some(({ length }) => length > 0) ? 1 : 0)) < 1e-9);
  }));
});

const box = { width: 640, height: 220, padding: 8 };

Deno.test("candles stand side by side: wick around body, up where it closed higher", () => {
  const drawing = drawCandles([
    { open: 1, high: 4, low: 0, close: 3 },
    { open: 3, high: 3, low: 1, close: 1 },
  ], box)!;
  const [up, down] = drawing.candles;
  deepEqual([up!.isUp, down!.isUp], [true, false]);
  deepEqual([drawing.lowest, drawing.highest, drawing.width], [0, 4, 12]);
  deepEqual([up!.high, up!.low], [8, 212]);
  ok(up!.top > up!.high && up!.top + up!.height < up!.low && up!.x < down!.x);
});

Deno.test("candles stay in their box and broken ones are left out", () => {
  const candle = fc.record({ open: anyNumber, high: anyNumber, low: anyNumber, close: anyNumber });
  fc.assert(fc.property(fc.array(candle, { maxLength: 50 }), (rows) => {
    const sound = rows
      .filter((row) => Object.values(row).every(Number.isFinite))
      .map(({ open, high, low, close }) => ({
        open,
        close,
        high: Math.max(open, high, low, close),
        low: Math.min(open, high, low, close),
      }));
    const broken = { open: NaN, high: 1, low: 0, close: 1 };
    const drawing = drawCandles([...sound, broken], box);
    equal(drawing?.candles.length ?? 0, sound.length);
    for (const { x, high, low, top, height } of drawing?.candles ?? []) {
      ok(x >= 0 && x <= 640 && height >= 1);
      for (const y of [high, low, top]) ok(y >= 7.9 && y <= 212.1, String(y));
    }
  }));
});

Deno.test("marks stand in the row of their kind, from the first moment to the last", () => {
  const marks = [
    { id: "a", timestamp: 0, type: "one" },
    { id: "b", timestamp: 50, type: "two" },
    { id: "c", timestamp: 100, type: "one" },
    { id: "d", timestamp: NaN, type: "one" },
    { id: "e", timestamp: 10, type: "unknown" },
  ];
  const at = { width: 100, rowHeight: 20, padding: 10 };
  deepEqual(drawTimeline(marks, ["one", "two"], at).map(({ mark, x, y }) => [mark.id, x, y]), [
    ["a", 10, 10],
    ["b", 50, 30],
    ["c", 90, 10],
  ]);
  deepEqual(drawTimeline([], ["one"], at), []);
  equal(drawTimeline([marks[0]!], ["one"], at)[0]!.x, 50);
});

Deno.test("heat grows with the value and is none for nothing", () => {
  const cases: [number, number, number][] = [
    [0, 9, 0],
    [1, 9, 1],
    [3, 9, 1],
    [4, 9, 2],
    [9, 9, 3],
    [50, 9, 3],
    [NaN, 9, 0],
    [5, 0, 0],
  ];
  for (const [value, most, heat] of cases) equal(getHeat(value, most), heat, `${value} of ${most}`);
});
