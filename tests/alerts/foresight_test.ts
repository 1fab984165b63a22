import assert from "node:assert/strict";
import fc from "fast-check";
import { createAlertBook, createBarCourse, foresee, foreseeMoments } from "../../lib/alerts/mod.ts";
import type { AlertRecord } from "../../lib/contracts/owned.ts";
import { computeIndicators } from "../../lib/indicators/mod.ts";
import { type BarColumns, createBarColumns, getBarRow } from "../../lib/market/mod.ts";
import { buildPrice, buildSignalMoment } from "../support/alerts.ts";
import { HOUR_MS, START_MS, walkBars } from "../support/market_series.ts";
import { buildAlert } from "../support/owned.ts";

const DAY_MS = 24 * HOUR_MS;
const series = { symbol: "BTCUSDT", timeframe: "1h" as const };

/** Hourly bars that stand at the given closes. */
function buildSteps(closes: readonly number[]): BarColumns {
  const bars = createBarColumns(closes.length);
  closes.forEach((close, i) => {
    bars.time[i] = START_MS + i * HOUR_MS;
    bars.open[i] =
      bars.close[i] =
      bars.high[i] =
      bars.low[i] =
        close;
    bars.volume[i] = 1;
  });
  return bars;
}

Deno.test("NEW-05 counts, and the price an hour, four hours and a day later", () => {
  const columns = buildSteps([99, 99, 110, 121, 99, ...Array(21).fill(99), 55, 99]);
  const nowMs = START_MS + columns.length * HOUR_MS;
  const alert = buildAlert("a", { parameters: { repeats: false }, cooldown: 0 });
  const { counts, aftermath, firings } = foresee(alert, { ...series, columns, nowMs });
  assert.deepEqual(counts.map(({ days, firings }) => [days, firings]), [[7, 1], [30, 1], [90, 1]]);
  assert.ok(Math.abs(counts[0]!.coveredDays - columns.length / 24) < 1e-9);
  const [firing] = firings;
  assert.equal(firing!.timeMs, START_MS + 2 * HOUR_MS);
  assert.equal(firing!.price, 110);
  assert.deepEqual(firing!.changes.map((change) => Math.round(change!)), [10, -10, -50]);
  assert.deepEqual(aftermath.map(({ count, higherShare }) => [count, higherShare]), [
    [1, 1],
    [1, 0],
    [1, 0],
  ]);
});

Deno.test("NEW-05 seven, thirty and ninety days are counted apart, and older firings not", () => {
  const closes = Array<number>(100 * 24).fill(99);
  for (const daysAgo of [95, 60, 20, 3]) closes[closes.length - daysAgo * 24] = 101;
  const columns = buildSteps(closes);
  const nowMs = START_MS + closes.length * HOUR_MS;
  const alert = buildAlert("a", { parameters: { repeats: false } });
  const { counts } = foresee(alert, { ...series, columns, nowMs });
  assert.deepEqual(counts.map(({ firings, coveredDays }) => [firings, coveredDays]), [
    [1, 7],
    [2, 30],
    [3, 90],
  ]);
});

Deno.test("NEW-05 a one-time alert fires once, and nothing on no history", () => {
  const columns = buildSteps([99, 101, 99, 101]);
  const nowMs = START_MS + 4 * HOUR_MS;
  const alert = buildAlert("a", { one_time: true, cooldown: 0 });
  assert.equal(foresee(alert, { ...series, columns, nowMs }).counts[0]!.firings, 1);
  const none = foresee(alert, { ...series, columns: createBarColumns(0), nowMs });
  assert.deepEqual(none.counts.map(({ firings, coveredDays }) => [firings, coveredDays]), [
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
  assert.deepEqual(none.aftermath[0], {
    afterMs: HOUR_MS,
    count: 0,
    medianChange: null,
    higherShare: null,
  });
});

Deno.test("NEW-05 a level touched within a bar counts, on filled bars only when asked for", () => {
  const columns = buildSteps([99, 99, 99]);
  columns.high[1] = 101;
  const nowMs = START_MS + 3 * HOUR_MS;
  const count = (fields: Partial<AlertRecord>) =>
    foresee(buildAlert("a", fields), { ...series, columns, nowMs }).counts[0]!.firings;
  assert.equal(count({}), 1);
  columns.quality[1] = 2;
  assert.deepEqual([count({}), count({ allowsUnsure: true })], [0, 1]);
});

const cases: Partial<AlertRecord>[] = [
  { condition: "RSI_ABOVE", threshold: 65, parameters: { repeats: false } },
  { condition: "RSI_BELOW", threshold: 40, holdMs: 2 * HOUR_MS },
  { condition: "MACD_CROSSOVER", threshold: null },
  { condition: "VOLUME_SPIKE", threshold: 1.5 },
  { condition: "PERCENT_CHANGE", threshold: 2, parameters: { windowMs: 4 * HOUR_MS } },
  {
    condition: "CUSTOM",
    threshold: null,
    parameters: {
      group: {
        match: "all",
        rules: [
          { field: "close", is: "above", value: 95 },
          { field: "rsi_14", is: "crosses_above", value: 55 },
        ],
      },
    },
  },
  { condition: "PRICE_ABOVE", threshold: 103, parameters: { repeats: false } },
];

Deno.test("NEW-05 foresight tells what the live book does on the same bars", () => {
  fc.assert(
    fc.property(fc.constantFrom(...cases), fc.nat(), (fields, seed) => {
      const columns = walkBars(400, { seed });
      const nowMs = START_MS + 400 * HOUR_MS;
      const { parameters = {} } = fields;
      const isPrice = fields.condition === "PRICE_ABOVE";
      const alert = buildAlert("a", {
        ...fields,
        parameters: isPrice ? parameters : { ...parameters, timeframe: "1h" },
      });
      const book = createAlertBook();
      book.put(alert, null, 0);
      const course = createBarCourse(series);
      const live: number[] = [];
      for (let i = 0; i < columns.length; i++) {
        const bar = getBarRow(columns, i);
        const moment = course.take(bar, { receivedMs: bar.time, isUnsure: false })!;
        const lowFirst = bar.open - bar.low <= bar.high - bar.open;
        const moments = !isPrice ? [moment] : [
          buildPrice(bar.time, bar.open),
          buildPrice(bar.time + HOUR_MS / 4, lowFirst ? bar.low : bar.high),
          buildPrice(bar.time + HOUR_MS / 2, lowFirst ? bar.high : bar.low),
          buildPrice(bar.time + HOUR_MS - 1, bar.close),
        ];
        for (const one of moments) if (book.offer(one, 0).length > 0) live.push(one.timeMs);
      }
      const { firings, counts } = foresee(alert, { ...series, columns, nowMs });
      assert.equal(counts[2]!.firings, live.length);
      assert.deepEqual(firings.map(({ timeMs }) => timeMs), live.slice(-50).reverse());
    }),
    { numRuns: 60 },
  );
});

Deno.test("NEW-05 signals are foreseen from those that were found", () => {
  const columns = buildSteps([100, 110, 120]);
  const signals = [0, 1].map((hour) => buildSignalMoment(START_MS + hour * HOUR_MS));
  const alert = buildAlert("a", { condition: "SIGNAL_CONFIDENCE", threshold: 0.5, cooldown: 0 });
  const nowMs = START_MS + 3 * HOUR_MS;
  const seen = foreseeMoments(alert, signals, { columns, timeframe: "1h", nowMs });
  assert.equal(seen.counts[0]!.firings, 2);
  assert.deepEqual(seen.firings.map(({ price }) => price), [110, 100]);
});

Deno.test("ALR-05 a course gives the chart's own indicators, and none across a hole", () => {
  const columns = walkBars(300, { seed: 7 });
  const expected = computeIndicators(columns);
  const course = createBarCourse(series);
  const arrival = { receivedMs: 0, isUnsure: false };
  for (let i = 0; i < columns.length; i++) {
    const moment = course.take(getBarRow(columns, i), arrival)!;
    assert.equal(moment.read("rsi_14", 0), expected.rsi_14[i]);
    assert.equal(moment.read("rsi_14", 1), i === 0 ? NaN : expected.rsi_14[i - 1]);
    const past = i < 5 ? NaN : columns.close[i - 5];
    assert.equal(moment.readClose(5 * HOUR_MS), past);
    assert.equal(moment.closeBefore, i === 0 ? NaN : columns.close[i - 1]);
  }
  const last = getBarRow(columns, 299);
  assert.equal(course.take(last, arrival), null);
  const behind = course.take({ ...last, time: last.time + 2 * HOUR_MS }, arrival)!;
  assert.deepEqual(
    [behind.closeBefore, behind.read("rsi_14", 0), behind.readClose(HOUR_MS)],
    [NaN, NaN, NaN],
  );
  assert.equal(behind.readClose(2 * HOUR_MS), last.close);
});

Deno.test("NEW-05 what lies further back than is counted only leads in", () => {
  const columns = walkBars(120 * 24, { seed: 3 });
  const nowMs = START_MS + columns.length * HOUR_MS;
  const alert = buildAlert("a", {
    condition: "RSI_ABOVE",
    threshold: 70,
    parameters: { timeframe: "1h" },
  });
  const { firings, counts } = foresee(alert, { ...series, columns, nowMs });
  assert.ok(counts[2]!.firings > 0);
  assert.ok(firings.every(({ timeMs }) => timeMs >= nowMs - 90 * DAY_MS));
});
