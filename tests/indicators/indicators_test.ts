/** Each indicator on bars that can be reckoned by hand, and the laws of streaming (IND-01, IND-02). */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { Adx } from "../../lib/indicators/adx.ts";
import { Atr, computeTrueRange } from "../../lib/indicators/atr.ts";
import { Bollinger } from "../../lib/indicators/bollinger.ts";
import { Ema } from "../../lib/indicators/ema.ts";
import { Macd } from "../../lib/indicators/macd.ts";
import {
  computeIndicators,
  createIndicatorSet,
  indicatorNames,
  type IndicatorSet,
} from "../../lib/indicators/mod.ts";
import { Rsi } from "../../lib/indicators/rsi.ts";
import { Sma } from "../../lib/indicators/sma.ts";
import { Stochastic } from "../../lib/indicators/stochastic.ts";
import type { Indicator, IndicatorBar } from "../../lib/indicators/types.ts";
import { VolumeSma } from "../../lib/indicators/volume_sma.ts";
import { Vwap } from "../../lib/indicators/vwap.ts";
import { type BarColumns, createBarColumns } from "../../lib/market/mod.ts";
import { flatBars, HOUR_MS, START_MS, walkBars } from "../support/market_series.ts";

const aBar = (close: number, rest: Partial<IndicatorBar> = {}): IndicatorBar => (
  { time: START_MS, open: close, high: close, low: close, close, volume: 1, ...rest }
);

/** Feeds closes and returns the value after each, null for none. */
function feed(indicator: Indicator, bars: readonly IndicatorBar[]): (number | null)[] {
  return bars.map((bar) => {
    indicator.update(bar);
    return Number.isNaN(indicator.value) ? null : indicator.value;
  });
}

const ofCloses = (...closes: number[]) => closes.map((close) => aBar(close));

const tables: { name: string; indicator: Indicator; bars: IndicatorBar[]; expected: unknown[] }[] =
  [
    {
      name: "sma of three closes",
      indicator: new Sma(3),
      bars: ofCloses(1, 2, 3, 4, 5),
      expected: [null, null, 2, 3, 4],
    },
    {
      name: "sma of one close",
      indicator: new Sma(1),
      bars: ofCloses(7, 9),
      expected: [7, 9],
    },
    {
      name: "ema begins as the mean of its first closes",
      indicator: new Ema(3),
      bars: ofCloses(1, 2, 3, 4, 8),
      expected: [null, null, 2, 3, 5.5],
    },
    {
      name: "rsi that only rises",
      indicator: new Rsi(2),
      bars: ofCloses(1, 2, 3, 4),
      expected: [null, null, 100, 100],
    },
    {
      name: "rsi that only falls",
      indicator: new Rsi(2),
      bars: ofCloses(4, 3, 2, 1),
      expected: [null, null, 0, 0],
    },
    {
      name: "rsi without movement",
      indicator: new Rsi(2),
      bars: ofCloses(2, 2, 2, 2),
      expected: [null, null, 50, 50],
    },
    {
      name: "rsi of equal rise and fall",
      indicator: new Rsi(2),
      bars: ofCloses(2, 3, 2),
      expected: [null, null, 50],
    },
    {
      name: "macd of short periods",
      indicator: new Macd({ fast: 1, slow: 2, signal: 2 }),
      bars: ofCloses(1, 3, 3),
      expected: [null, 1, 3 - (2 + (3 - 2) * 2 / 3)],
    },
    {
      name: "bollinger middle",
      indicator: new Bollinger(2),
      bars: ofCloses(1, 3, 5),
      expected: [null, 2, 4],
    },
    {
      name: "atr needs a previous close",
      indicator: new Atr(2),
      bars: [
        aBar(10, { high: 50, low: 1 }),
        aBar(11, { high: 12, low: 9 }),
        aBar(20, { high: 21, low: 19 }),
        aBar(20, { high: 20.5, low: 19.5 }),
      ],
      expected: [null, null, 6.5, 3.75],
    },
    {
      name: "adx of a market that only rises",
      indicator: new Adx(2),
      bars: [1, 2, 3, 4, 5].map((c) => aBar(c, { high: c + 1, low: c - 1 })),
      expected: [null, null, null, 100, 100],
    },
    {
      name: "adx of a market that stands still",
      indicator: new Adx(2),
      bars: ofCloses(1, 1, 1, 1, 1),
      expected: [null, null, null, 0, 0],
    },
    {
      name: "stochastic at the top, the middle and the bottom",
      indicator: new Stochastic({ period: 2, smooth: 1, signal: 1 }),
      bars: [
        aBar(1),
        aBar(3, { high: 3, low: 1 }),
        aBar(2, { high: 3, low: 1 }),
        aBar(1, { high: 3, low: 1 }),
      ],
      expected: [null, 100, 50, 0],
    },
    {
      name: "stochastic of a flat range",
      indicator: new Stochastic({ period: 2, smooth: 1, signal: 1 }),
      bars: ofCloses(5, 5, 5),
      expected: [null, 50, 50],
    },
    {
      name: "mean volume",
      indicator: new VolumeSma(2),
      bars: [aBar(1, { volume: 0 }), aBar(1, { volume: 4 }), aBar(1, { volume: 6 })],
      expected: [null, 2, 5],
    },
    {
      name: "vwap without trades, then weighed by volume, then a new day",
      indicator: new Vwap(),
      bars: [
        aBar(10, { volume: 0 }),
        aBar(10, { volume: 1 }),
        aBar(20, { volume: 3 }),
        aBar(99, { volume: 0, time: START_MS + 24 * HOUR_MS - 1 }),
        aBar(30, { volume: 0, time: START_MS + 24 * HOUR_MS }),
        aBar(40, { volume: 5, time: START_MS + 25 * HOUR_MS }),
      ],
      expected: [null, 10, 17.5, 17.5, null, 40],
    },
  ];
for (const { name, indicator, bars, expected } of tables) {
  Deno.test(`indicator: ${name}`, () => deepEqual(feed(indicator, bars), expected));
}

Deno.test("bollinger bands lie two deviations of the population from the middle", () => {
  const bands = new Bollinger(2, 2);
  feed(bands, ofCloses(1, 3));
  deepEqual([bands.lower, bands.value, bands.upper], [0, 2, 4]);
  feed(bands, ofCloses(3));
  deepEqual([bands.lower, bands.value, bands.upper], [3, 3, 3]);
});

Deno.test("adx shows which side the movement took", () => {
  const adx = new Adx(2);
  feed(adx, [1, 2, 3].map((c) => aBar(c, { high: c, low: c })));
  deepEqual([adx.plus, adx.minus], [100, 0]);
});

Deno.test("a true range counts the gap from the previous close", () => {
  equal(computeTrueRange(12, 10, 11), 2);
  equal(computeTrueRange(12, 10, 5), 7);
  equal(computeTrueRange(12, 10, 20), 10);
});

Deno.test("every indicator has its first value where its definition says, and not before", () => {
  const first: Record<string, number> = {
    rsi_14: 14,
    macd: 25,
    macd_signal: 33,
    macd_histogram: 33,
    bb_upper: 19,
    bb_middle: 19,
    bb_lower: 19,
    sma_20: 19,
    sma_50: 49,
    sma_100: 99,
    sma_200: 199,
    ema_12: 11,
    ema_26: 25,
    ema_50: 49,
    vwap: 0,
    stoch_k: 15,
    stoch_d: 17,
    atr_14: 14,
    adx_14: 27,
    volume_sma_20: 19,
  };
  const indicators = computeIndicators(walkBars(250));
  for (const name of indicatorNames) {
    equal(indicators[name].findIndex((value) => !Number.isNaN(value)), first[name], name);
    ok(indicators[name].subarray(first[name]).every(Number.isFinite), name);
  }
});

for (const length of [0, 1]) {
  Deno.test(`${length} bars give columns of length ${length}`, () => {
    const indicators = computeIndicators(walkBars(length));
    for (const name of indicatorNames) equal(indicators[name].length, length);
  });
}

for (const bad of [NaN, Infinity, -Infinity]) {
  for (const field of ["open", "high", "low", "close", "volume", "time"] as const) {
    Deno.test(`a bar whose ${field} is ${bad} is refused`, () => {
      const bars = walkBars(5);
      bars[field][3] = bad;
      throws(() => computeIndicators(bars), RangeError);
    });
  }
}

Deno.test("a refused bar leaves the set as it was", () => {
  const set = createIndicatorSet();
  pushRow(set, walkBars(1), 0);
  const before = set.values.slice();
  throws(() => set.update(1, 1, 1, NaN, 1, 1), /Cannot take bar 1/);
  throws(() => set.replaceLast(1, 1, 1, NaN, 1, 1), RangeError);
  deepEqual(Array.from(set.values), Array.from(before));
  equal(set.length, 1);
});

Deno.test("there must be a bar before one can be replaced", () => {
  throws(() => createIndicatorSet().replaceLast(1, 1, 1, 1, 1, 1), /at least one bar is required/);
  const all = [new Sma(2), new Ema(2), new Rsi(), new Macd(), new Bollinger(), new Vwap()];
  for (const indicator of [...all, new Stochastic(), new Atr(), new Adx(), new VolumeSma()]) {
    throws(() => indicator.replaceLast(aBar(1)), RangeError);
  }
});

for (const period of [0, -1, 1.5, NaN]) {
  Deno.test(`a period of ${period} is refused`, () => {
    throws(() => new Sma(period), RangeError);
    throws(() => new Ema(period), RangeError);
    throws(() => new Stochastic({ period }), RangeError);
  });
}

Deno.test("macd refuses a fast period that is not the faster one", () => {
  throws(() => new Macd({ fast: 26, slow: 12 }), RangeError);
});

Deno.test("a market that stood still for 20 000 bars after moving is still defined", () => {
  const bars = flatBars(20_000);
  bars.close[0] = bars.high[0] = 200;
  const indicators = computeIndicators(bars);
  equal(indicators.rsi_14.at(-1), 50);
  equal(indicators.adx_14.at(-1)! < 1e-6, true);
});

function pushRow(set: IndicatorSet, bars: BarColumns, i: number): void {
  const { open, high, low, close, volume, time } = bars;
  set.update(open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!, time[i]!);
}

const price = fc.double({ min: 1e-8, max: 1e8, noNaN: true });
const barRows = fc.array(
  fc.record({
    prices: fc.tuple(price, price, price, price),
    volume: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true })),
  }),
  { minLength: 1, maxLength: 90 },
).map((rows) => {
  const bars = createBarColumns(rows.length);
  rows.forEach(({ prices, volume }, i) => {
    bars.time[i] = START_MS + i * HOUR_MS;
    bars.open[i] = prices[0];
    bars.close[i] = prices[1];
    bars.high[i] = Math.max(...prices);
    bars.low[i] = Math.min(...prices);
    bars.volume[i] = volume;
  });
  return bars;
});

Deno.test("streaming bar by bar gives what the batch gives", () => {
  fc.assert(fc.property(barRows, (bars) => {
    const batch = computeIndicators(bars);
    const set = createIndicatorSet();
    for (let i = 0; i < bars.length; i++) {
      pushRow(set, bars, i);
      indicatorNames.forEach((name, j) => equal(set.values[j], batch[name][i], `${name}[${i}]`));
    }
    equal(set.length, bars.length);
  }));
});

Deno.test("replacing a bar any number of times equals never having seen the replaced ones", () => {
  fc.assert(fc.property(barRows, barRows, fc.nat(3), (bars, others, times) => {
    const plain = createIndicatorSet();
    const moved = createIndicatorSet();
    for (let i = 0; i < bars.length; i++) {
      const { open, high, low, close, volume, time } = bars;
      pushRow(plain, bars, i);
      pushRow(moved, others, i % others.length);
      for (let n = 0; n < times; n++) {
        const o = (i + n) % others.length;
        moved.replaceLast(
          others.open[o]!,
          others.high[o]!,
          others.low[o]!,
          others.close[o]!,
          others.volume[o]!,
          others.time[o]!,
        );
      }
      moved.replaceLast(open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!, time[i]!);
      deepEqual(Array.from(moved.values), Array.from(plain.values));
    }
  }));
});

Deno.test("bounded indicators stay within their bounds, and bands in their order", () => {
  fc.assert(fc.property(barRows, (bars) => {
    const all = computeIndicators(bars);
    for (let i = 0; i < bars.length; i++) {
      for (const name of ["rsi_14", "stoch_k", "stoch_d", "adx_14"] as const) {
        const value = all[name][i]!;
        ok(Number.isNaN(value) || (value >= -1e-9 && value <= 100 + 1e-9), `${name} ${value}`);
      }
      if (i >= 19) ok(all.bb_upper[i]! >= all.bb_middle[i]!);
      if (i >= 14) ok(all.atr_14[i]! >= 0);
    }
  }));
});

Deno.test("100 000 bars of great and small prices do not drift", () => {
  const bars = walkBars(100_000, { seed: 11, volatility: 0.02 });
  // A spike of a billion would stay for ever in a running sum.
  bars.close[50_000] = 1e15;
  bars.high[50_000] = 1e15;
  const all = computeIndicators(bars);
  for (let i = 60_000; i < bars.length; i += 997) {
    for (const n of [20, 50, 100, 200] as const) {
      const direct = bars.close.subarray(i - n + 1, i + 1).reduce((a, b) => a + b) / n;
      const ours = all[`sma_${n}`][i]!;
      ok(Math.abs(ours / direct - 1) < 1e-9, `sma_${n}[${i}]: ${ours}, direct ${direct}`);
    }
    const window = bars.close.subarray(i - 19, i + 1);
    const mean = window.reduce((a, b) => a + b) / 20;
    const deviation = Math.sqrt(window.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 20);
    ok(Math.abs((all.bb_upper[i]! - all.bb_middle[i]!) / (2 * deviation) - 1) < 1e-9);
  }
});
