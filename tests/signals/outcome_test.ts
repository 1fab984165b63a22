/** Outcomes from the past's own thresholds, and what may be said of accuracy (NEW-03). */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import type { OutcomeRecord, SignalRecord } from "../../lib/contracts/records.ts";
import { cutColumns } from "../../lib/indicators/leak_check.ts";
import type { BarColumns } from "../../lib/market/mod.ts";
import {
  buildSignal,
  computeWilsonInterval,
  findDetector,
  judgeOutcome,
  measureBaseRate,
  summariseCalibration,
  summariseOutcomes,
} from "../../lib/signals/mod.ts";
import { HOUR_MS, walkBars } from "../support/market_series.ts";

const PAST = 91 * 24;
const LAST = PAST - 1;

/** 91 days of steady alternation, then a day whose volume and movement are multiplied. */
function makeBars({ volume = 1, movement = 1 } = {}): BarColumns {
  const bars = walkBars(PAST + 24, { seed: 4 });
  for (let i = 0; i < bars.length; i++) {
    const isAfter = i >= PAST;
    bars.volume[i] = 10 * (isAfter ? volume : 1);
    const step = 0.001 * (1 + (i % 7) / 10) * (isAfter ? movement : 1);
    bars.close[i] = (i === 0 ? 100 : bars.close[i - 1]!) * Math.exp(i % 2 ? step : -step);
  }
  return bars;
}

function aSignal(bars: BarColumns, row = LAST): SignalRecord {
  const detector = findDetector("price_alert")!;
  return buildSignal({
    find: { type: "price_alert", magnitude: 2, data: {} },
    detector,
    thresholds: {},
    bars: cutColumns(bars, 0, row + 1),
    entity: "BTCUSDT",
    source: "binance",
    timestamp: bars.time[row]! + HOUR_MS,
    now: 0,
  });
}

const cases = [
  { name: "a quiet day", edits: { movement: 0.5 }, expected: "wrong" },
  {
    name: "volume at 1.49 times the median",
    edits: { volume: 1.49, movement: 0.5 },
    expected: "wrong",
  },
  {
    name: "volume at 1.51 times the median",
    edits: { volume: 1.51, movement: 0.5 },
    expected: "right",
  },
  { name: "a wild day at usual volume", edits: { movement: 3 }, expected: "right" },
  { name: "no trade at all", edits: { volume: 0, movement: 0 }, expected: "wrong" },
] as const;
for (const { name, edits, expected } of cases) {
  Deno.test(`activity claimed before ${name} was ${expected}`, () => {
    const bars = makeBars(edits);
    const outcome = judgeOutcome(aSignal(bars), bars);
    equal(outcome?.outcome, expected);
    equal(outcome?.figures.volumeMedian, 240);
    ok(outcome!.reason.length > 0);
  });
}

Deno.test("no outcome while the horizon has not passed", () => {
  const bars = makeBars();
  const signal = aSignal(bars);
  for (const cut of [0, 1, PAST, PAST + 23]) {
    equal(judgeOutcome(signal, cutColumns(bars, 0, cut)), null);
  }
  equal(judgeOutcome(signal, bars)?.id, signal.id);
});

Deno.test("bars after the horizon and beyond 90 days before change nothing", () => {
  const bars = makeBars({ volume: 1.2 });
  const row = LAST - 12;
  const signal = aSignal(bars, row);
  const judged = judgeOutcome(signal, bars);
  deepEqual(judgeOutcome(signal, cutColumns(bars, 0, row + 25)), judged);
  deepEqual(judgeOutcome(signal, cutColumns(bars, row + 1 - 90 * 24, bars.length)), judged);
});

Deno.test("with too short a past the outcome is not measurable, whatever the volume", () => {
  for (const days of [2, 29, 60]) {
    const bars = cutColumns(makeBars({ volume: 9 }), PAST - days * 24, PAST + 24);
    const outcome = judgeOutcome(aSignal(bars, days * 24 - 1), bars);
    equal(outcome?.outcome, "not_measurable");
    ok(outcome?.reason.includes("too short"));
  }
});

Deno.test("a hole in the day after makes the outcome not measurable", () => {
  const bars = makeBars();
  const signal = aSignal(bars);
  for (let i = PAST + 5; i < bars.length; i++) bars.time[i]! += HOUR_MS;
  equal(judgeOutcome(signal, bars)?.outcome, "not_measurable");
});

Deno.test("a small hole in the past is borne, a large one is not", () => {
  for (
    const { at, expected } of [{ at: 500, expected: "right" }, { at: 1600, expected: "right" }]
  ) {
    const bars = makeBars({ volume: 2 });
    const signal = aSignal(bars);
    for (let i = 0; i < at; i++) bars.time[i]! -= HOUR_MS;
    equal(judgeOutcome(signal, bars)?.outcome, expected);
  }
  const bars = makeBars({ volume: 2 });
  const signal = aSignal(bars);
  for (let i = 0; i < 1900; i++) bars.time[i]! -= 30 * 24 * HOUR_MS;
  equal(judgeOutcome(signal, bars)?.outcome, "not_measurable");
});

Deno.test("a market without trades in the past cannot be judged", () => {
  const bars = makeBars();
  bars.volume.fill(0);
  equal(judgeOutcome(aSignal(bars), bars)?.outcome, "not_measurable");
});

Deno.test("a change of TVL claims something else and is refused", () => {
  const bars = makeBars();
  throws(() => judgeOutcome({ ...aSignal(bars), type: "tvl_anomaly" }, bars), RangeError);
});

Deno.test("the base rate counts every hour that can be judged", () => {
  const bars = walkBars(100 * 24, { seed: 9 });
  const base = measureBaseRate(bars, { stepHours: 8 });
  ok(base.n > 10 && base.rate !== null && base.rate > 0 && base.rate < 1);
  deepEqual(measureBaseRate(walkBars(50)), { n: 0, rate: null });
});

function anOutcome(id: string, outcome: OutcomeRecord["outcome"]): OutcomeRecord {
  const rest = { entity: "BTCUSDT", timestamp: 0, reason: "", figures: {} };
  return {
    id,
    outcome,
    signalType: id.startsWith("v") ? "volume_anomaly" : "price_alert",
    ...rest,
  };
}

Deno.test("accuracy comes with its size, interval and base rate, by type", () => {
  const summary = summariseOutcomes([
    anOutcome("p1", "right"),
    anOutcome("p1", "right"),
    anOutcome("p2", "wrong"),
    anOutcome("p3", "not_measurable"),
    anOutcome("v1", "right"),
  ], { baseRate: 0.29 });
  equal(summary.overall.n, 3);
  equal(summary.byType.price_alert?.hitRate, 0.5);
  equal(summary.byType.price_alert?.notMeasurable, 1);
  equal(summary.byType.volume_anomaly?.baseRate, 0.29);
  ok(summary.overall.interval!.low < 2 / 3 && summary.overall.interval!.high > 2 / 3);
});

Deno.test("no outcomes give no accuracy", () => {
  const { overall, byType } = summariseOutcomes([]);
  deepEqual([overall.hitRate, overall.interval, overall.baseRate, overall.n], [
    null,
    null,
    null,
    0,
  ]);
  deepEqual(byType, {});
});

Deno.test("the Wilson interval equals the published figures for 8 of 10 and stays in bounds", () => {
  const { low, high } = computeWilsonInterval(8, 10)!;
  equal(low.toFixed(4), "0.4902");
  equal(high.toFixed(4), "0.9433");
  equal(computeWilsonInterval(0, 0), null);
  equal(computeWilsonInterval(0, 5)!.low, 0);
  equal(computeWilsonInterval(5, 5)!.high, 1);
});

Deno.test("calibration compares confidence with what came, bin by bin", () => {
  const bins = summariseCalibration([
    { confidence: 0.1, outcome: "wrong" },
    { confidence: 1, outcome: "right" },
    { confidence: 0.9, outcome: "wrong" },
    { confidence: 0.5, outcome: "not_measurable" },
  ]);
  deepEqual(bins.map((bin) => bin.n), [1, 0, 0, 0, 2]);
  deepEqual(bins.map((bin) => bin.hitRate), [0, null, null, null, 0.5]);
});
