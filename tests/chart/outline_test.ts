import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { outlineChart, outlineSize } from "../../lib/chart/outline.ts";
import type { ChartSeries } from "../../lib/chart/series.ts";
import type { Bar } from "../../lib/market/mod.ts";

const aBar = (index: number, part: Partial<Bar> = {}): Bar => ({
  time: index * 60_000,
  open: 10,
  high: 12,
  low: 9,
  close: 11,
  volume: 5,
  closed: true,
  quality: "observed",
  ...part,
});
const series = (bars: Bar[], indicators: ChartSeries["indicators"] = {}): ChartSeries => ({
  symbol: "BTCUSDT",
  timeframe: "1m",
  bars,
  indicators,
});
const options = { count: 120, names: ["sma_20"] };
const numbersOf = (path: string) =>
  [...path.matchAll(/-?\d+(\.\d+)?/g)].map(([text]) => Number(text));

Deno.test("rising and falling bars have their own paths, with volume below", () => {
  const outline = outlineChart(series([aBar(0), aBar(1, { close: 9.5 })]), options)!;
  match(outline.up, /^M250 /);
  match(outline.down, /^M750 /);
  ok(outline.upVolume.length > 0 && outline.downVolume.length > 0);
  equal(outline.high, 12);
  equal(outline.low, 9);
});

Deno.test("only the newest bars are drawn, and what cannot be drawn is none", () => {
  const bars = Array.from({ length: 300 }, (_, i) => aBar(i));
  equal(outlineChart(series(bars), options)!.up.match(/Z/g)?.length, 120);
  equal(outlineChart(series([]), options), null);
  equal(outlineChart(series([aBar(0, { high: NaN })]), options), null);
});

Deno.test("a flat bar still has a body, a bar without volume none below", () => {
  const flat = aBar(0, { open: 10, high: 10, low: 10, close: 10, volume: 0 });
  const outline = outlineChart(series([flat]), options)!;
  match(outline.up, /Z$/);
  equal(outline.upVolume, "");
});

Deno.test("an indicator's line is broken where it has no value and where it leaves the picture", () => {
  const bars = [aBar(0), aBar(1), aBar(2), aBar(3)];
  const sma_20 = [null, 10, 99, 11];
  const [line] = outlineChart(series(bars, { sma_20 }), options)!.lines;
  equal(line!.path.match(/M/g)?.length, 2);
  equal(outlineChart(series(bars, { sma_20: [null, null, null, null] }), options)!.lines.length, 0);
});

Deno.test("whatever the bars, every point lies in the picture", () => {
  const price = fc.double({ min: 1e-8, max: 1e8, noNaN: true });
  const bar = fc.record({ prices: fc.tuple(price, price, price, price), volume: fc.nat() });
  fc.assert(fc.property(fc.array(bar, { minLength: 1, maxLength: 40 }), (rows) => {
    const bars = rows.map(({ prices, volume }, i) => {
      const [open, close] = prices;
      return aBar(i, { open, close, high: Math.max(...prices), low: Math.min(...prices), volume });
    });
    const { up, down, upVolume, downVolume } = outlineChart(series(bars), options)!;
    for (const path of [up, down, upVolume, downVolume]) {
      const absolute = path.replaceAll(/h-?[\d.]+/g, "");
      for (const value of numbersOf(absolute)) ok(value >= 0 && value <= outlineSize.width, path);
    }
  }));
});

Deno.test("a line's steps end where its last value lies, without an error that grows", () => {
  const value = fc.option(fc.double({ min: 9, max: 12, noNaN: true }));
  fc.assert(fc.property(fc.array(value, { minLength: 2, maxLength: 120 }), (values) => {
    const bars = values.map((_, i) => aBar(i));
    const outline = outlineChart(series(bars, { sma_20: values }), options)!;
    const path = outline.lines[0]?.path ?? "";
    let [x, y] = [0, 0];
    const points = [...path.matchAll(/([Ml])(-?\d+) (-?\d+)/g)].map(([, kind, dx, dy]) => {
      [x, y] = kind === "M" ? [Number(dx), Number(dy)] : [x + Number(dx), y + Number(dy)];
      return [x, y];
    });
    const expected = values.flatMap((value, i) => {
      if (value === null) return [];
      const room = outlineSize.height * 0.78 - 16;
      return [[
        Math.round((i + 0.5) * outlineSize.width / values.length),
        Math.round(8 + (12 - value) / 3 * room),
      ]];
    });
    deepEqual(points, expected);
  }));
});
