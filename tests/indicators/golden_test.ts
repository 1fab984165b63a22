/** Our indicators against two other implementations, on the same bars (IND-02). */
import { equal, ok } from "node:assert/strict";
import { computeIndicators, type IndicatorName } from "../../lib/indicators/mod.ts";
import { cutColumns } from "../../lib/indicators/leak_check.ts";
import { type BarColumns, toBarColumns } from "../../lib/market/mod.ts";
import { flatBars, walkBars } from "../support/market_series.ts";
import type { BarRow } from "../support/recorded.ts";
import {
  computeByTechnicalIndicators,
  computeByTradingSignals,
  computeVwapByTechnicalIndicators,
} from "../support/reference_indicators.ts";

const length = 1500;
const TOLERANCE = 1e-9;

/** Asserts that two columns agree from row `from`, relative to `scale` or the value itself. */
function assertSame(
  name: string,
  ours: Float64Array,
  theirs: Float64Array,
  { from = 0, tolerance = TOLERANCE, scale = 0 } = {},
): void {
  let compared = 0;
  for (let i = from; i < theirs.length; i++) {
    const expected = theirs[i]!;
    equal(Number.isNaN(ours[i]!), Number.isNaN(expected), `${name}[${i}]: none on one side only`);
    if (Number.isNaN(expected)) continue;
    compared++;
    const bound = tolerance * Math.max(Math.abs(expected), scale, 1e-12);
    ok(
      Math.abs(ours[i]! - expected) <= bound,
      `${name}[${i}]: ours ${ours[i]}, theirs ${expected}`,
    );
  }
  ok(compared > 100, `${name}: only ${compared} values compared`);
}

/** Differences of prices (MACD) are judged by the price, whose rounding they carry. */
const scaleOf = (name: string, price: number) => name.startsWith("macd") ? price : 0;

/** Reads the newest `rows` bars of a recorded file. */
async function readRecordedBars(path: string, rows: number): Promise<BarColumns> {
  const file = await Deno.open(new URL(`../fixtures/recorded/${path}`, import.meta.url));
  const text = await new Response(file.readable.pipeThrough(new DecompressionStream("gzip")))
    .text();
  const lines = text.trim().split("\n").slice(1).slice(-rows);
  return toBarColumns(lines.map((line) => {
    const [time, open, high, low, close, volume] = line.split(",").map(Number) as BarRow;
    return { time, open, high, low, close, volume, closed: true, quality: "observed" };
  }));
}

const recorded = {
  BTCUSDT: await readRecordedBars("candles/binance/BTCUSDT-1h.csv.gz", 2000),
  SOLUSDT: await readRecordedBars("candles/binance/SOLUSDT-1h.csv.gz", 2000),
  // A token whose market broke down within days: its price falls to a twentieth.
  FTTUSDT: await readRecordedBars("candles/binance/FTTUSDT-1h.csv.gz", 2000),
};
const series: Record<string, BarColumns> = {};
for (const [symbol, bars] of Object.entries(recorded)) series[`of recorded ${symbol}`] = bars;
for (const price of [0.00001234, 100, 64_000]) {
  series[`around ${price}`] = walkBars(length, { seed: 7, price });
}

for (const [what, bars] of Object.entries(series)) {
  const price = bars.close[0]!;
  const ours = computeIndicators(bars);

  const technical = computeByTechnicalIndicators(bars);
  for (const [name, theirs] of Object.entries(technical) as [IndicatorName, Float64Array][]) {
    // Its RSI is rounded to two decimals; all the rest must agree from the first value on.
    const tolerance = name === "rsi_14" ? 0.00501 / 10 : TOLERANCE;
    Deno.test(`${name} ${what} equals technicalindicators`, () => {
      assertSame(name, ours[name], theirs, { tolerance, scale: scaleOf(name, price) });
    });
  }

  // Its EMA begins with the first close, its ATR and ADX with a bar that has no previous close:
  // the difference fades with each bar and is below rounding after 1000.
  const late = new Set(["macd", "macd_signal", "macd_histogram", "atr_14", "adx_14"]);
  const isLate = (name: string) => late.has(name) || name.startsWith("ema");
  // It gives %K and %D together only, so its first two %K are missing.
  const fromOf = (name: string) => isLate(name) ? 1000 : name === "stoch_k" ? 17 : 0;
  const signals = computeByTradingSignals(bars);
  for (const [name, theirs] of Object.entries(signals) as [IndicatorName, Float64Array][]) {
    Deno.test(`${name} ${what} equals trading-signals`, () => {
      assertSame(name, ours[name], theirs, { from: fromOf(name), scale: scaleOf(name, price) });
    });
  }
}

Deno.test("vwap equals technicalindicators within one day", () => {
  const bars = walkBars(1440, { seed: 3, stepMs: 60_000 });
  assertSame("vwap", computeIndicators(bars).vwap, computeVwapByTechnicalIndicators(bars));
});

for (const [symbol, bars] of Object.entries(recorded)) {
  Deno.test(`vwap of recorded ${symbol} equals technicalindicators begun anew each UTC day`, () => {
    const dayOf = (i: number) => Math.floor(bars.time[i]! / 86_400_000);
    const theirs = new Float64Array(bars.length);
    for (let from = 0, to = 0; from < bars.length; from = to) {
      while (to < bars.length && dayOf(to) === dayOf(from)) to++;
      theirs.set(computeVwapByTechnicalIndicators(cutColumns(bars, from, to)), from);
    }
    assertSame("vwap", computeIndicators(bars).vwap, theirs);
  });

  Deno.test(`the recording of ${symbol} holds 2000 bars in order`, () => {
    equal(bars.length, 2000);
    ok(bars.time.every((time, i) => i === 0 || time > bars.time[i - 1]!));
  });
}

Deno.test("a flat market has a value for everything, by our definitions", () => {
  const last = Object.fromEntries(
    Object.entries(computeIndicators(flatBars(300))).map(([name, column]) => [name, column.at(-1)]),
  );
  const at = { macd: 0, macd_signal: 0, macd_histogram: 0, adx_14: 0, atr_14: 0 };
  const half = { rsi_14: 50, stoch_k: 50, stoch_d: 50, volume_sma_20: 10 };
  for (const [name, value] of Object.entries(last)) {
    equal(value, { ...at, ...half }[name] ?? 100, name);
  }
});
