import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPrice } from "../../lib/format/mod.ts";
import { barQualities } from "../../lib/market/mod.ts";
import { fromColumns, roundAsShown, toColumns } from "../../lib/ui/chart_columns.ts";
import type { ChartView } from "../../lib/ui/state.ts";
import { makeBar } from "../support/web.ts";

const anyChart: fc.Arbitrary<ChartView> = fc.uniqueArray(fc.integer({ min: 0, max: 3e7 }), {
  maxLength: 30,
}).chain((minutes) =>
  fc.tuple(
    ...minutes.toSorted((a, b) => a - b).map((minute) =>
      fc.record({ closed: fc.boolean(), quality: fc.constantFrom(...barQualities) })
        .map((change) => makeBar(minute, change))
    ),
  )
).map((bars) => ({
  symbol: "A",
  timeframe: "1m",
  bars,
  indicators: { rsi_14: bars.map((_, i) => i === 0 ? null : i * 0.25) },
}));

Deno.test("columns are the same chart again, whatever its holes and qualities", () => {
  fc.assert(fc.property(anyChart, (chart) => {
    const back = fromColumns(JSON.parse(JSON.stringify(toColumns(chart, ["rsi_14"], 100))));
    assert.deepEqual(back, chart);
  }));
});

Deno.test("a page carries only the newest bars and the indicators of its first view", () => {
  const chart: ChartView = {
    symbol: "A",
    timeframe: "1m",
    bars: [makeBar(1), makeBar(2), makeBar(3)],
    indicators: { sma_20: [1, 2, 3], macd: [4, 5, 6] },
    source: "binance",
    gaps: [],
    markers: [],
  };
  const back = fromColumns(toColumns(chart, ["sma_20", "unknown"], 2));
  assert.deepEqual(back.bars, chart.bars.slice(1));
  assert.deepEqual(back.indicators, { sma_20: [2, 3] });
  assert.deepEqual([back.source, back.gaps, back.markers], ["binance", [], []]);
});

Deno.test("rounding changes no digit that is shown, and never adds any", () => {
  const isSame = (value: number) => {
    const rounded = roundAsShown(value);
    return formatPrice(rounded) === formatPrice(value) &&
      String(rounded).length <= String(value).length;
  };
  for (const value of [0, -0, 99.9996, 9.99996, 0.99999, 1e-13, 5e-324, 1e300, -18.00449999]) {
    assert.ok(isSame(value), String(value));
  }
  assert.equal(roundAsShown(18123.4745), 18123.47);
  assert.ok(Number.isNaN(roundAsShown(NaN)));
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), isSame));
  fc.assert(fc.property(fc.double({ min: -1e5, max: 1e5, noNaN: true }), isSame));
});
