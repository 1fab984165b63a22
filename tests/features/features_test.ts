/** Features by their definitions, back-filling and the row in real time (FEA-01 to FEA-11). */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  computeFeatures,
  createFeatureRow,
  featureNames,
  featureVersion,
  getFeatureRecord,
} from "../../lib/features/mod.ts";
import {
  computeLogReturns,
  computeMomentum,
  computeReturns,
  computeRollingStd,
} from "../../lib/features/price.ts";
import {
  computeBollingerPosition,
  computeBollingerSqueeze,
  computeMacdCrossover,
  computePriceAboveSma,
  computeRsiZone,
  computeSmaDistance,
} from "../../lib/features/technical.ts";
import { computeDayOfWeek, computeHour } from "../../lib/features/time.ts";
import {
  computeVolumeChange,
  computeVolumePriceTrend,
  computeVolumeRatio,
} from "../../lib/features/volume.ts";
import { computeIndicators, type IndicatorColumns } from "../../lib/indicators/mod.ts";
import { createBarColumns } from "../../lib/market/mod.ts";
import { flatBars, HOUR_MS, START_MS, walkBars } from "../support/market_series.ts";

const column = (...values: (number | null)[]) => Float64Array.from(values, (v) => v ?? NaN);
const cells = (values: Float64Array) => Array.from(values, (v) => Number.isNaN(v) ? null : v);
const series = { symbol: "BTCUSDT", timeframe: "1h" as const };

const tables = [
  {
    name: "return over two steps",
    actual: computeReturns(column(1, 2, 4, 1), 2),
    expected: [null, null, 3, -0.5],
  },
  {
    name: "return after a price of 0",
    actual: computeReturns(column(0, 2), 1),
    expected: [null, null],
  },
  { name: "log return", actual: computeLogReturns(column(1, Math.E)), expected: [null, 1] },
  {
    name: "momentum",
    actual: computeMomentum(column(1, 4, 9), 2),
    expected: [null, null, 8],
  },
  {
    name: "deviation of a sample of two returns",
    actual: computeRollingStd(column(null, 1, 3), 2),
    expected: [null, null, Math.SQRT2],
  },
  {
    name: "volume change, also after a bar without trades",
    actual: computeVolumeChange(column(2, 3, 0, 5)),
    expected: [null, 0.5, -1, null],
  },
  {
    name: "volume ratio",
    actual: computeVolumeRatio(column(2, 3, 4), column(null, 2, 0)),
    expected: [null, 1.5, null],
  },
  {
    name: "zones of RSI with their edges",
    actual: computeRsiZone(column(null, 29.9, 30, 70, 70.1)),
    expected: [null, 0, 1, 1, 2],
  },
  {
    name: "crossings on the crossing bar only",
    actual: computeMacdCrossover(column(null, -1, 1, 2, -1, -2, 0, 1)),
    expected: [null, null, 1, 0, -1, 0, 0, 1],
  },
  {
    name: "distance from a mean",
    actual: computeSmaDistance(column(3, 3), column(null, 2)),
    expected: [null, 0.5],
  },
  {
    name: "price above a mean, and just at it",
    actual: computePriceAboveSma(column(3, 3, 2), column(null, 2, 2)),
    expected: [null, 1, 0],
  },
  {
    name: "hour and midnight",
    actual: computeHour(column(START_MS - 1, START_MS, START_MS + 13.5 * HOUR_MS)),
    expected: [23, 0, 13],
  },
  {
    name: "day of the week from Sunday",
    actual: computeDayOfWeek(column(START_MS - 1, START_MS, 0)),
    expected: [0, 1, 4],
  },
];
for (const { name, actual, expected } of tables) {
  Deno.test(`feature: ${name}`, () => deepEqual(cells(actual), expected));
}

Deno.test("volume price trend adds volume times return, from where it is told to begin", () => {
  const bars = createBarColumns(3);
  bars.close.set([1, 2, 1]);
  bars.volume.set([9, 10, 4]);
  deepEqual(cells(computeVolumePriceTrend(bars)), [0, 10, 8]);
  deepEqual(cells(computeVolumePriceTrend(bars, 100)), [100, 110, 108]);
});

Deno.test("bollinger position is 0 and 1 at the bands, a half between equal ones", () => {
  const bands = { bb_lower: column(1, 1, 2, null), bb_upper: column(3, 3, 2, null) };
  const position = computeBollingerPosition(column(1, 3, 2, 2), bands as IndicatorColumns);
  deepEqual(cells(position), [0, 1, 0.5, null]);
});

Deno.test("squeeze is a bandwidth in the lowest fifth of the window, once it is full", () => {
  const widths = Float64Array.from({ length: 183 }, (_, i) => 1 + i);
  widths[181] = 30;
  widths[182] = 60;
  const bands = {
    bb_lower: new Float64Array(183),
    bb_middle: new Float64Array(183).fill(1),
    bb_upper: widths,
  };
  const squeeze = computeBollingerSqueeze(bands as IndicatorColumns);
  deepEqual(cells(squeeze.subarray(179)), [null, 0, 1, 0]);
});

Deno.test("a table has every feature, as long as the bars, with its version", () => {
  const bars = walkBars(300);
  const table = computeFeatures(bars, computeIndicators(bars));
  equal(table.version, featureVersion);
  equal(featureVersion, "v1.0");
  deepEqual(Object.keys(table.columns), featureNames);
  for (const name of featureNames) {
    equal(table.columns[name].length, 300);
    ok(table.columns[name].every(Number.isFinite), name);
  }
});

Deno.test("missing cells are filled from the next later row and flagged", () => {
  const bars = walkBars(300);
  const table = computeFeatures(bars, computeIndicators(bars));
  for (let i = 0; i < 10; i++) {
    equal(table.columns.returns_10[i], table.columns.returns_10[10]);
    equal(table.backfilled.returns_10[i], 1);
  }
  equal(table.backfilled.returns_10[10], 0);
  equal(table.backfilled.hour.includes(1), false);
  const record = getFeatureRecord(table, 0, series);
  ok(record.backfilled.includes("returns_10"));
  ok(!record.backfilled.includes("hour"));
  equal(getFeatureRecord(table, 299, series).backfilled.length, 0);
});

Deno.test("the newest row in real time equals the last row of the batch", () => {
  const bars = walkBars(300);
  const indicators = computeIndicators(bars);
  const row = createFeatureRow(bars, indicators, series);
  deepEqual(row, getFeatureRecord(computeFeatures(bars, indicators), 299, series));
  equal(row?.id, `BTCUSDT:1h:${bars.time[299]}`);
  equal(typeof row?.values.price_above_sma_200, "boolean");
  equal(typeof row?.values.bollinger_squeeze, "boolean");
  ok(["oversold", "neutral", "overbought"].includes(String(row?.values.rsi_zone)));
});

Deno.test("the newest row equals the last row of the batch at any length, with quiet bars too", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 520 }),
      fc.integer({ min: 2, max: 9 }),
      (length, every) => {
        const bars = walkBars(length);
        for (let i = 0; i < length; i += every) bars.volume[i] = 0;
        const indicators = computeIndicators(bars);
        const options = { volumePriceTrendStart: every };
        deepEqual(
          createFeatureRow(bars, indicators, series, options),
          getFeatureRecord(computeFeatures(bars, indicators, options), length - 1, series),
        );
      },
    ),
    { numRuns: 60, examples: [[1, 2], [200, 3], [201, 3], [202, 3], [500, 7]] },
  );
});

Deno.test("what the newest row cannot know is null, not made up", () => {
  const bars = walkBars(1);
  const row = createFeatureRow(bars, computeIndicators(bars), series);
  equal(row?.values.returns_1, null);
  equal(row?.values.rsi_zone, null);
  equal(row?.values.is_market_open, true);
  deepEqual(row?.backfilled, []);
});

Deno.test("no bars give no row and an empty table", () => {
  const bars = walkBars(0);
  equal(createFeatureRow(bars, computeIndicators(bars), series), null);
  equal(computeFeatures(bars, computeIndicators(bars)).length, 0);
});

Deno.test("each exchange says when it is open", () => {
  const bars = walkBars(3);
  const table = computeFeatures(bars, computeIndicators(bars), {
    isMarketOpen: (timeMs) => timeMs === bars.time[1],
  });
  deepEqual(cells(table.columns.is_market_open), [0, 1, 0]);
});

Deno.test("indicators of another length are refused", () => {
  throws(() => computeFeatures(walkBars(3), computeIndicators(walkBars(2))), RangeError);
});

Deno.test("a flat market has finite features and no change", () => {
  const bars = flatBars(300);
  const row = createFeatureRow(bars, computeIndicators(bars), series);
  for (const [name, value] of Object.entries(row?.values ?? {})) ok(value !== null, name);
  equal(row?.values.rolling_std_20, 0);
  equal(row?.values.bollinger_position, 0.5);
  equal(row?.values.rsi_zone, "neutral");
});

Deno.test("features never hold an infinity, and leave bars as they were", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }), (volumes) => {
      const bars = walkBars(volumes.length);
      bars.volume.set(volumes);
      const before = structuredClone(bars);
      const table = computeFeatures(bars, computeIndicators(bars));
      for (const name of featureNames) {
        ok(table.columns[name].every((v) => Number.isNaN(v) || Number.isFinite(v)), name);
      }
      deepEqual(bars, before);
    }),
    { numRuns: 50 },
  );
});

Deno.test("one row of 1000 bars takes less than 100 ms", () => {
  const bars = walkBars(1000);
  const indicators = computeIndicators(bars);
  const start = performance.now();
  createFeatureRow(bars, indicators, series);
  ok(performance.now() - start < 100);
});
