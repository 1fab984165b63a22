import assert from "node:assert/strict";
import fc from "fast-check";
import {
  applyBar,
  barsMax,
  type ChartSeries,
  createScale,
  describeBar,
  describeChart,
  drawSparkline,
  findEmptyRuns,
  findGaps,
  gapSlotsMax,
  getTrend,
  indicatorGroups,
  indicatorKeys,
  layOutSlots,
  mergeGaps,
  normalizeBars,
  normalizeSeries,
  parseIndicators,
} from "../../lib/chart/mod.ts";
import { makeBar } from "../support/web.ts";

const series = (minutes: number[]): ChartSeries => ({
  symbol: "A",
  timeframe: "1m",
  bars: minutes.map((minute) => makeBar(minute)),
  indicators: { rsi_14: minutes.map((minute) => minute) },
});
const change = (minute: number, closed = true) => ({
  symbol: "A",
  timeframe: "1m" as const,
  bar: makeBar(minute, { closed, close: 7 }),
});

Deno.test("bars are put in order, one a time, and without what cannot be drawn", () => {
  const bars = [makeBar(2), makeBar(1), makeBar(2, { close: 5 }), makeBar(3, { high: NaN })];
  assert.deepEqual(normalizeBars(bars).map((bar) => [bar.time, bar.close]), [
    [60_000, 101],
    [120_000, 5],
  ]);
  assert.deepEqual(normalizeBars([]), []);
});

Deno.test("indicators follow their bars through sorting and are always as long", () => {
  const mixed = { ...series([3, 1]), indicators: { a: [30, 10], b: [5] } };
  const made = normalizeSeries(mixed);
  assert.deepEqual(made.indicators, { a: [10, 30], b: [null, 5] });
});

Deno.test("a hole is found exactly where bars are missing", () => {
  const gaps = findGaps(series([1, 2, 5, 6]).bars, "1m");
  assert.deepEqual(gaps, [{ from: 180_000, to: 300_000 }]);
  for (const minutes of [[], [1], [1, 2]]) {
    assert.deepEqual(findGaps(series(minutes).bars, "1m"), []);
  }
});

Deno.test("holes that touch become one, and empty ones vanish", () => {
  const gaps = [{ from: 5, to: 9 }, { from: 1, to: 5 }, { from: 20, to: 20 }, { from: 8, to: 3 }];
  assert.deepEqual(mergeGaps(gaps), [{ from: 1, to: 9 }]);
});

Deno.test("a hole takes its own room on the time axis, but never more than its bound", () => {
  const bars = series([1, 2, 5, 6, 1000]).bars;
  const slots = layOutSlots(bars, "1m", findGaps(bars, "1m"));
  const runs = findEmptyRuns(slots);
  assert.deepEqual(runs[0], { first: 2, last: 3 });
  assert.equal(runs[1]!.last - runs[1]!.first + 1, gapSlotsMax);
});

Deno.test("slots ascend strictly and hold every bar once, whatever the holes", () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { maxLength: 60 }),
    fc.array(
      fc.record({ from: fc.integer({ min: 0, max: 500 }), to: fc.integer({ min: 0, max: 500 }) }),
    ),
    (minutes, told) => {
      const bars = normalizeBars(series(minutes).bars);
      const gaps = mergeGaps([
        ...findGaps(bars, "1m"),
        ...told.map((gap) => ({ from: gap.from * 60_000, to: gap.to * 60_000 })),
      ]);
      const slots = layOutSlots(bars, "1m", gaps);
      const isAscending = slots.every((slot, i) => i === 0 || slot.time > slots[i - 1]!.time);
      const indices = slots.filter((slot) => slot.index >= 0).map((slot) => slot.index);
      return isAscending && indices.length === bars.length && indices.every((at, i) => at === i);
    },
  ));
});

Deno.test("a live bar replaces, is appended, or is put where it belongs", () => {
  const cases = [[2, [1, 2, 4]], [5, [1, 2, 4, 5]], [3, [1, 2, 3, 4]], [0, [0, 1, 2, 4]]] as const;
  for (const [minute, expected] of cases) {
    const next = applyBar(series([1, 2, 4]), change(minute));
    assert.deepEqual(next.bars.map((bar) => bar.time / 60_000), expected);
    assert.equal(next.indicators.rsi_14!.length, next.bars.length);
  }
});

Deno.test("a running bar never undoes a closed one, and other series are left alone", () => {
  const before = series([1, 2]);
  assert.equal(applyBar(before, change(2, false)), before);
  assert.equal(applyBar(before, { ...change(3), symbol: "B" }), before);
  assert.equal(applyBar(before, { ...change(3), timeframe: "5m" }), before);
  assert.equal(applyBar(before, { ...change(3), bar: makeBar(NaN) }), before);
});

Deno.test("live bars in any order keep the series sorted and bounded", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (minutes) => {
    const end = minutes.reduce((all, minute) => applyBar(all, change(minute)), series([]));
    return end.bars.length === new Set(minutes).size &&
      end.bars.every((bar, i) => i === 0 || bar.time > end.bars[i - 1]!.time);
  }));
  const full = series(Array.from({ length: barsMax }, (_, i) => i));
  const next = applyBar(full, change(barsMax));
  assert.equal(next.bars.length, barsMax);
  assert.equal(next.indicators.rsi_14!.length, barsMax);
});

Deno.test("a bar and a chart are said in words, with direction and state", () => {
  const text = describeBar(makeBar(1, { closed: false }), [{ label: "RSI 14", value: 55 }, {
    label: "none",
    value: null,
  }]);
  assert.match(text, /1 Jan 1970, 00:01 UTC, open 100\.00.*\+1\.00%.*still running, RSI 14 55/);
  assert.doesNotMatch(text, /none/);
  assert.equal(describeChart("A", "1m", [], []), "A, 1m: no bars.");
  assert.match(
    describeChart("A", "1m", series([1, 3]).bars, [{ from: 1, to: 2 }]),
    /2 bars.*1 gap/,
  );
});

Deno.test("a sparkline stays in its box and is absent without two values", () => {
  for (const values of [[], [1], [NaN, 1]]) assert.equal(drawSparkline(values, 96, 24), "");
  fc.assert(fc.property(
    fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 2 }),
    (values) => {
      const numbers = drawSparkline(values, 96, 24).match(/-?[\d.]+/g)!.map(Number);
      return numbers.every((n, i) => n >= 0 && n <= (i % 2 === 0 ? 96 : 24));
    },
  ));
  assert.equal(createScale(5, 5, 0, 10)(5), 5);
  assert.equal(getTrend([100, 110]), 10.000000000000009);
  assert.equal(getTrend([0, 1]), null);
});

Deno.test("every toggle has its group, and lines of a group differ by more than colour", () => {
  assert.deepEqual(indicatorGroups.map((group) => group.key), [...indicatorKeys]);
  const sma = indicatorGroups.find((group) => group.key === "sma")!;
  assert.equal(new Set(sma.lines.map((each) => each.stroke)).size, sma.lines.length);
  assert.deepEqual(parseIndicators(["rsi", "bogus", "bb", "rsi"]), ["bb", "rsi"]);
  assert.deepEqual(parseIndicators([]), []);
  assert.ok(parseIndicators("x").length > 0);
});
