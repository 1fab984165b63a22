/** Trend, volatility, correlation, levels: known shapes, hostile rows, recorded bars (SIG-06, SIG-07). */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  analyseMarket,
  correlateAssets,
  findLevels,
  LEVEL_BARS_MIN,
  measureTrend,
  measureVolatility,
  measureVolatilityIndex,
  TREND_BARS_MIN,
} from "../../lib/analytics/mod.ts";
import type { BarColumns } from "../../lib/market/mod.ts";
import { flatBars, HOUR_MS, walkBars } from "../support/market_series.ts";
import { getDatasets, print, readCandles } from "../support/signals.ts";

/** Bars whose price is a function of their number. */
function shape(length: number, price: (i: number) => number): BarColumns {
  const bars = flatBars(length);
  for (let i = 0; i < length; i++) {
    bars.close[i] = price(i);
    bars.open[i] = price(Math.max(0, i - 1));
    bars.high[i] = Math.max(bars.open[i]!, bars.close[i]!) + 0.1;
    bars.low[i] = Math.min(bars.open[i]!, bars.close[i]!) - 0.1;
  }
  return bars;
}

const trends = [
  {
    name: "a steady rise",
    bars: shape(100, (i) => 100 * 1.001 ** i),
    direction: "bullish",
    strong: true,
  },
  {
    name: "a steady fall",
    bars: shape(100, (i) => 100 * 0.999 ** i),
    direction: "bearish",
    strong: true,
  },
  { name: "a saw", bars: shape(100, (i) => 100 + i % 2), direction: "bullish", strong: false },
];
for (const { name, bars, direction, strong } of trends) {
  Deno.test(`the trend of ${name} is ${strong ? "strongly" : "weakly"} ${direction}`, () => {
    const trend = measureTrend(bars)!;
    equal(trend.direction, direction);
    equal(trend.strength > 0.9, strong);
  });
}

Deno.test("a trend's growth a day is that of the line", () => {
  const growth = measureTrend(shape(100, (i) => 100 * Math.exp(0.001 * i)))!.growthPerDay;
  ok(Math.abs(growth - 0.024) < 1e-9);
});

Deno.test("too few bars have no trend, and a flat price a strength of 0", () => {
  equal(measureTrend(flatBars(TREND_BARS_MIN - 1)), null);
  equal(measureTrend(flatBars(TREND_BARS_MIN))!.strength, 0);
});

Deno.test("volatility is that of the formula, and absent rather than guessed", () => {
  const bars = shape(49, (i) => 100 * Math.exp(0.01 * (i % 2)));
  ok(Math.abs(measureVolatility(bars, HOUR_MS)! - 0.01 * Math.sqrt(365 * 24) * 100) < 1e-6);
  equal(measureVolatility(flatBars(24), HOUR_MS), null);
  equal(measureVolatility(flatBars(25), HOUR_MS), 0);
});

Deno.test("a hole is no return", () => {
  const bars = shape(60, (i) => i < 30 ? 100 : 1_000);
  for (let i = 30; i < 60; i++) bars.time[i] = bars.time[i]! + HOUR_MS;
  equal(measureVolatility(bars, HOUR_MS), 0);
});

Deno.test("the volatility index is the share of calmer days", () => {
  const wild = shape(24 * 9 + 1, (i) => i < 24 * 8 ? 100 + i % 2 : 100 + 9 * (i % 2));
  equal(measureVolatilityIndex(wild, HOUR_MS), 100);
  const calm = shape(24 * 9 + 1, (i) => i < 24 * 8 ? 100 + 9 * (i % 2) : 100);
  equal(measureVolatilityIndex(calm, HOUR_MS), 0);
  equal(measureVolatilityIndex(shape(24 * 7, () => 1), HOUR_MS), null);
});

/** Prices that swing between 90 and 110, and end at 100. */
const swings = shape(205, (i) => 100 + 10 * Math.sin(i * Math.PI / 20));

Deno.test("swings have support below and resistance above, with their touches", () => {
  const { support, resistance } = findLevels(swings);
  ok(Math.abs(support!.price - 89.9) < 0.5);
  ok(Math.abs(resistance!.price - 110.1) < 0.5);
  ok(support!.touches >= 4 && resistance!.touches >= 4);
  ok(support!.lastTouch > swings.time[150]!);
});

Deno.test("short history, a flat and a straight price have no levels", () => {
  const none = { support: null, resistance: null, all: [] };
  deepEqual(findLevels(shape(LEVEL_BARS_MIN - 1, (i) => 100 + 10 * Math.sin(i))), none);
  deepEqual(findLevels(flatBars(300)), none);
  deepEqual(findLevels(shape(300, (i) => 100 + i)), none);
});

Deno.test("a price seen once is no level", () => {
  const once = shape(150, (i) => 100 + 50 * Math.exp(-(((i - 75) / 8) ** 2)));
  equal(findLevels(once).resistance, null);
});

Deno.test("rows that are broken or out of order change no level", () => {
  const broken = shape(205, (i) => 100 + 10 * Math.sin(i * Math.PI / 20));
  broken.high[3] = NaN;
  broken.low[4] = -5;
  broken.time[5] = 0;
  broken.close[6] = Infinity;
  const { support, resistance } = findLevels(broken);
  ok(Math.abs(support!.price - 89.9) < 0.5);
  ok(Math.abs(resistance!.price - 110.1) < 0.5);
});

Deno.test("assets correlate with themselves, mirror images against", () => {
  const a = walkBars(100, { seed: 3 });
  const mirror = { ...a, close: a.close.map((close) => 1e4 / close) };
  const other = walkBars(100, { seed: 4 });
  const flat = flatBars(100);
  const found = correlateAssets(
    new Map([["a", a], ["m", mirror], ["o", other], ["f", flat]]),
    HOUR_MS,
  );
  const read = (x: string, y: string) => found.find((pair) => pair.a === x && pair.b === y)!;
  ok(Math.abs(read("a", "m").correlation! + 1) < 1e-9);
  ok(Math.abs(read("a", "o").correlation!) < 0.5);
  equal(read("a", "f").correlation, null);
  equal(found.length, 6);
});

Deno.test("assets without enough common hours have no correlation", () => {
  const a = walkBars(100);
  const later = walkBars(100, { startMs: a.time[80]! });
  deepEqual(correlateAssets(new Map([["a", a], ["b", later]]), HOUR_MS), [
    { a: "a", b: "b", correlation: null, n: 19 },
  ]);
  deepEqual(correlateAssets(new Map([["a", a]]), HOUR_MS), []);
});

Deno.test("an analysis of no bars tells nothing, of a day its change and volume", () => {
  const nothing = analyseMarket(flatBars(0));
  ok(Object.values(nothing).every((value) => value === null));
  const day = analyseMarket(shape(25, (i) => 100 + i));
  ok(Math.abs(day.priceChange24h! - 24) < 1e-9);
  equal(day.volume24h, 240);
  equal(day.trend, null);
});

Deno.test("a hole in the last day leaves its change untold", () => {
  const bars = shape(60, (i) => 100 + i);
  bars.time[59] = bars.time[59]! + HOUR_MS;
  equal(analyseMarket(bars).priceChange24h, null);
});

Deno.test("no series makes a figure that is not one", () => {
  const row = fc.tuple(fc.double(), fc.double(), fc.integer({ min: -5, max: 400 }));
  fc.assert(fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
    const bars = flatBars(rows.length);
    rows.forEach(([close, low, hour], i) => {
      bars.close[i] = close;
      bars.low[i] = low;
      bars.high[i] = close;
      bars.time[i] = hour * HOUR_MS;
    });
    const { trend, support, resistance, ...figures } = analyseMarket(bars);
    const all = [...Object.values(figures), trend?.strength, support?.price, resistance?.price];
    ok(all.every((value) => value === null || value === undefined || Number.isFinite(value)));
  }));
});

Deno.test("recorded hours have trends, levels and correlations that make sense", async () => {
  const folder = getDatasets("market analysis on recorded bars");
  if (folder === null) return;
  const read = async (name: string) =>
    (await readCandles(`${folder}/candles/binance/${name}-1h.csv.gz`)).get("")!;
  const [btc, eth] = [await read("BTCUSDT"), await read("ETHUSDT")];
  const pair = correlateAssets(new Map([["BTC", btc], ["ETH", eth]]), HOUR_MS)[0]!;
  const correlation = pair.correlation!;
  print(`BTC and ETH, hourly: correlation ${correlation.toFixed(3)}, n ${pair.n}`);
  ok(correlation > 0.6 && correlation < 0.95);
  const { volatility, trend, support, resistance, price } = analyseMarket(btc);
  print(`BTC: ${JSON.stringify({ price, volatility, trend, support, resistance })}`);
  ok(volatility! > 10 && volatility! < 200);
  ok(support === null || support.price < price!);
  ok(resistance === null || resistance.price > price!);
});
