/** The batch over columns against the streaming classes, bit for bit (IND-01, IND-03). */
import { deepEqual, equal, throws } from "node:assert/strict";
import { Adx, computeAdx } from "../../lib/indicators/adx.ts";
import { Atr, computeAtr } from "../../lib/indicators/atr.ts";
import { Bollinger, computeBollinger } from "../../lib/indicators/bollinger.ts";
import { computeEma, Ema } from "../../lib/indicators/ema.ts";
import { computeMacd, Macd } from "../../lib/indicators/macd.ts";
import {
  computeIndicators,
  createIndicatorSet,
  indicatorNames,
  type IndicatorSet,
} from "../../lib/indicators/mod.ts";
import { computeRsi, Rsi } from "../../lib/indicators/rsi.ts";
import { computeSma, Sma } from "../../lib/indicators/sma.ts";
import { computeStochastic, Stochastic } from "../../lib/indicators/stochastic.ts";
import type { Indicator } from "../../lib/indicators/types.ts";
import { computeVolumeSma, VolumeSma } from "../../lib/indicators/volume_sma.ts";
import { type BarColumns, getBarRow } from "../../lib/market/mod.ts";
import { flatBars, START_MS, walkBars } from "../support/market_series.ts";

function pushRow(set: IndicatorSet, bars: BarColumns, i: number): void {
  const { open, high, low, close, volume, time } = bars;
  set.update(open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!, time[i]!);
}

/** Asserts that the batch gives each value of the streaming set, bit for bit, −0 and NaN included. */
function assertBatchStreams(bars: BarColumns): void {
  const batch = computeIndicators(bars);
  const set = createIndicatorSet();
  for (let i = 0; i < bars.length; i++) {
    pushRow(set, bars, i);
    for (const [j, name] of indicatorNames.entries()) {
      equal(set.values[j], batch[name][i], `${name}[${i}]`);
    }
  }
}

/** Applies `change` to each price of `bars`. */
function changePrices(bars: BarColumns, change: (price: number, i: number) => number): BarColumns {
  for (const field of ["open", "high", "low", "close"] as const) {
    bars[field] = bars[field].map(change);
  }
  return bars;
}

// Longer than two blocks of the longest window, and not a multiple of any.
const LONG = 611;
const hostileSeries: Record<string, BarColumns> = {
  "a walk": walkBars(LONG, { seed: 21 }),
  "a walk of minutes across days": walkBars(3001, { seed: 22, stepMs: 60_000 }),
  "tiny prices": walkBars(LONG, { seed: 23, price: 1e-12 }),
  "prices below 0": changePrices(walkBars(LONG, { seed: 24 }), (price) => price - 100),
  "prices of 0 and -0": changePrices(walkBars(LONG), (_, i) => i % 3 === 0 ? -0 : 0),
  "a flat market": flatBars(LONG),
  "a spike": changePrices(walkBars(LONG), (price, i) => i === 300 ? 1e15 : price),
  "a market that stands still after one move": changePrices(
    flatBars(9000),
    (price, i) => i === 0 ? 2 * price : price,
  ),
  "prices whose squares overflow": walkBars(LONG, { seed: 25, price: 1e160 }),
  "prices whose ranges overflow": changePrices(
    walkBars(LONG, { seed: 26, price: 1 }),
    (price, i) => i > 250 && i < 260 ? (i % 2 ? -4e307 : 4e307) : price,
  ),
};
for (const [what, bars] of Object.entries(hostileSeries)) {
  Deno.test(`the batch equals streaming bit for bit: ${what}`, () => assertBatchStreams(bars));
}

for (const length of [1, 2, 14, 15, 16, 20, 21, 27, 28, 34, 200, 201, 400, 401]) {
  Deno.test(`the batch equals streaming at ${length} bars, where windows fill and blocks end`, () => {
    assertBatchStreams(walkBars(length, { seed: length }));
  });
}

Deno.test("the batch equals streaming when clocks go back, bars repeat and nothing is traded", () => {
  const bars = walkBars(LONG, { seed: 27 });
  bars.time[100] = bars.time[40]!;
  bars.time[101] = bars.time[100]!;
  bars.time[200] = START_MS - 1;
  bars.volume.fill(0, 300, 360);
  assertBatchStreams(bars);
});

Deno.test("the batch leaves its input alone and gives no column twice", () => {
  const bars = walkBars(300);
  const copy = structuredClone(bars);
  const columns = Object.values(computeIndicators(bars));
  deepEqual(bars, copy);
  equal(new Set(columns.map((column) => column.buffer)).size, indicatorNames.length);
  for (const column of columns) column.fill(0);
  deepEqual(bars, copy);
});

Deno.test("the batch reads no further than the length of its bars", () => {
  const bars = walkBars(300);
  const half = computeIndicators({ ...bars, length: 150 });
  const cut = computeIndicators(walkBars(150));
  for (const name of indicatorNames) deepEqual(Array.from(half[name]), Array.from(cut[name]), name);
});

Deno.test("the batch names the first row that it refuses", () => {
  const bars = walkBars(50);
  bars.low[31] = NaN;
  bars.close[40] = Infinity;
  throws(() => computeIndicators(bars), /Cannot take bar 31: .* low NaN/);
});

Deno.test("columns of other periods equal the class they belong to", () => {
  const bars = walkBars(90, { seed: 28 });
  const { high, low, close, volume } = bars;
  const fast = computeEma(close, 3);
  const slow = computeEma(close, 7);
  const columns: [Indicator, Float64Array][] = [
    [new Sma(1), computeSma(close, 1)],
    [new Ema(1), computeEma(close, 1)],
    [new Rsi(5), computeRsi(close, 5)],
    [new Atr(3), computeAtr(high, low, close, 3)],
    [new Adx(4), computeAdx(high, low, 4)],
    [new VolumeSma(7), computeVolumeSma(volume, 7)],
    [new Bollinger(9, 3), computeBollinger(close, 9, 3).middle],
    [
      new Macd({ fast: 3, slow: 7, signal: 2 }),
      computeMacd(fast, slow, { slow: 7, signal: 2 }).macd,
    ],
    [
      new Stochastic({ period: 5, smooth: 1, signal: 1 }),
      computeStochastic(high, low, close, { period: 5, smooth: 1, signal: 1 }).k,
    ],
  ];
  for (const [indicator, column] of columns) {
    for (let i = 0; i < bars.length; i++) {
      indicator.update(getBarRow(bars, i));
      equal(indicator.value, column[i], `${indicator.constructor.name}[${i}]`);
    }
  }
});

Deno.test("a column refuses a period that its class refuses", () => {
  const { high, low, close } = walkBars(5);
  for (const period of [0, -1, 1.5, NaN]) {
    throws(() => computeSma(close, period), RangeError);
    throws(() => computeEma(close, period), RangeError);
    throws(() => computeRsi(close, period), RangeError);
    throws(() => computeBollinger(close, period), RangeError);
    throws(() => computeStochastic(high, low, close, { period }), RangeError);
  }
});
