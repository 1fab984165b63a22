import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { ByteColumn } from "../../lib/cache/byte_column.ts";
import { createChartCache } from "../../lib/cache/charts.ts";
import { computeIndicators, indicatorNames } from "../../lib/indicators/mod.ts";
import { type Bar, toBarColumns } from "../../lib/market/mod.ts";
import type { SeriesKey } from "../../lib/store/types.ts";
import { bars, DAY_MS, MINUTE_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";

const series: SeriesKey = { symbol: "BTCUSDT", timeframe: "1m" };
type Chart = { bars: Bar[]; indicators: Record<string, (number | null)[]>; cached: boolean };

async function setup(stored: readonly Bar[], { bytesMax }: { bytesMax?: number } = {}) {
  const store = createMemoryStore();
  await store.bars.putBars(series, stored);
  const running: { bar: Bar | null } = { bar: null };
  const charts = createChartCache({
    bars: store.bars,
    getRunningBar: () => running.bar,
    epoch: "e1",
    ...(bytesMax === undefined ? {} : { bytesMax }),
  });
  const get = async (limit = 500, extra?: Record<string, unknown>) => {
    const answer = await charts.getChart(series, limit, extra);
    return { ...answer, chart: JSON.parse(new TextDecoder().decode(answer.bytes)) as Chart };
  };
  const close = async (more: readonly Bar[]) => {
    await store.bars.putBars(series, more);
    charts.noteClosedBars(series, more);
  };
  return { store, running, charts, get, close };
}

/** What `computeIndicators` says of the last `count` of these bars, rounded as on the wire. */
function expectIndicators(all: readonly Bar[], count: number) {
  const columns = computeIndicators(toBarColumns(all));
  return Object.fromEntries(indicatorNames.map((name) => [
    name,
    [...columns[name]].slice(-count).map((value) =>
      Number.isNaN(value) ? null : Number(value.toPrecision(12))
    ),
  ]));
}

Deno.test("a chart holds the newest bars and, for each, what the indicators say", async () => {
  const all = bars(900);
  const { get } = await setup(all);
  const { chart, count } = await get(300);
  equal(count, 300);
  deepEqual(chart.bars, all.slice(-300));
  deepEqual(chart.indicators, expectIndicators(all, 300));
});

Deno.test("the first answer is read from the store, the next from memory, with equal figures", async () => {
  const { get, charts } = await setup(bars(50));
  const [first, second] = [await get(), await get()];
  deepEqual([first.cached, second.cached], [false, true]);
  deepEqual([first.chart.cached, second.chart.cached], [false, true]);
  deepEqual(first.chart.bars, second.chart.bars);
  const { hits, misses } = charts.stats();
  deepEqual([hits, misses], [1, 1]);
});

Deno.test("bars that close are added without reading the store, as if all had been loaded", async () => {
  const all = bars(700);
  const { get, close } = await setup(all.slice(0, 400));
  await get(250);
  for (const bar of all.slice(400)) await close([bar]);
  const { chart, cached } = await get(250);
  equal(cached, true);
  deepEqual(chart.bars, all.slice(-250));
  deepEqual(chart.indicators, expectIndicators(all, 250));
});

Deno.test("the running bar is the last one, its indicators as if it had closed, and leaves no trace", async () => {
  const all = bars(300);
  const { get, close, running } = await setup(all.slice(0, 298));
  for (const price of [90, 120, 101]) {
    running.bar = { ...all[298]!, close: price, high: 130, low: 80, closed: false };
    const { chart, count } = await get(100);
    equal(count, 100);
    deepEqual(chart.bars.at(-1), running.bar);
    const shown = [...all.slice(0, 298), running.bar];
    deepEqual(chart.indicators, expectIndicators(shown, 100));
  }
  await close([all[298]!]);
  running.bar = null;
  deepEqual((await get(100)).chart.indicators, expectIndicators(all.slice(0, 299), 100));
  await close([all[299]!]);
  deepEqual((await get(100)).chart.indicators, expectIndicators(all, 100));
});

Deno.test("a running bar that already closed is not shown twice", async () => {
  const all = bars(10);
  const { get, running } = await setup(all);
  running.bar = { ...all[9]!, closed: false };
  deepEqual((await get()).chart.bars, all);
});

Deno.test("a corrected bar makes the series load again", async () => {
  const all = bars(60);
  const { get, close } = await setup(all);
  const before = await get();
  const mended: Bar = { ...all[30]!, volume: 99, quality: "repaired" };
  await close([mended]);
  const after = await get();
  deepEqual(after.chart.bars[30], mended);
  notEqual(after.etag, before.etag);
});

Deno.test("the same closed bar noted twice changes nothing", async () => {
  const all = bars(60);
  const { get, close } = await setup(all);
  await get();
  await close([all[59]!]);
  const { chart, cached } = await get();
  equal(cached, true);
  deepEqual(chart.bars, all);
});

Deno.test("a bar that closes while the series is loading is neither lost nor doubled", async () => {
  const all = bars(61);
  const { get, charts, store } = await setup(all.slice(0, 60));
  const loading = get();
  await store.bars.putBars(series, [all[60]!]);
  charts.noteClosedBars(series, [all[60]!]);
  await loading;
  deepEqual((await get()).chart.bars, all);
});

Deno.test("behind a hole every indicator starts anew", async () => {
  const before = bars(100);
  const after = bars(30, DAY_MS + 200 * MINUTE_MS);
  const { get } = await setup([...before, ...after]);
  const { chart } = await get(40);
  deepEqual(chart.indicators.sma_20!.slice(0, 10).every((value) => value !== null), true);
  deepEqual(chart.indicators.sma_20!.slice(10, 29), Array(19).fill(null));
  ok(chart.indicators.sma_20![29] !== null);
});

for (const { name, stored } of [{ name: "no bar", stored: 0 }, { name: "one bar", stored: 1 }]) {
  Deno.test(`a series of ${name} gives arrays of equal length`, async () => {
    const { get } = await setup(bars(stored));
    const { chart } = await get();
    equal(chart.bars.length, stored);
    for (const indicator of indicatorNames) equal(chart.indicators[indicator]!.length, stored);
  });
}

Deno.test("a limit of one shows the running bar alone", async () => {
  const all = bars(30);
  const { get, running } = await setup(all.slice(0, 29));
  running.bar = { ...all[29]!, closed: false };
  const { chart } = await get(1);
  deepEqual(chart.bars, [running.bar]);
  equal(chart.indicators.sma_20!.length, 1);
});

Deno.test("the ETag stays while nothing changes, and differs by limit, running bar and members", async () => {
  const all = bars(60);
  const { get, running } = await setup(all.slice(0, 59));
  await get();
  const first = await get();
  equal((await get()).etag, first.etag);
  notEqual((await get(10)).etag, first.etag);
  notEqual((await get(500, { recorded: null })).etag, first.etag);
  running.bar = { ...all[59]!, closed: false };
  notEqual((await get()).etag, first.etag);
});

Deno.test("CACHE-06 memory is bounded: the series used least recently goes first", async () => {
  const { store, charts } = await setup(bars(400), { bytesMax: 900_000 });
  const symbols = ["A", "B", "C", "D", "E", "F", "G", "H"];
  for (const symbol of symbols) {
    await store.bars.putBars({ ...series, symbol }, bars(400));
    await charts.getChart({ ...series, symbol }, 100);
  }
  const { bytes, evictions, series: held } = charts.stats();
  ok(bytes <= 900_000, `held ${bytes}`);
  equal(held + evictions, symbols.length);
  equal((await charts.getChart({ ...series, symbol: "H" }, 100)).cached, true);
  equal((await charts.getChart({ ...series, symbol: "A" }, 100)).cached, false);
});

Deno.test("CACHE-05 more than the 1000 bars that are kept is read again, and two who ask at once read once", async () => {
  const all = bars(2_500);
  const { get, store } = await setup(all);
  let reads = 0;
  const { readColumns } = store.bars;
  store.bars.readColumns = (...given) => {
    reads++;
    return readColumns(...given);
  };
  await Promise.all([get(100), get(100)]);
  equal(reads, 1);
  deepEqual((await get(2_500)).chart.bars, all);
  equal(reads, 2);
});

Deno.test("a cleared cache reads again", async () => {
  const { get, charts } = await setup(bars(10));
  await get();
  charts.clear();
  equal((await get()).cached, false);
});

Deno.test("a byte column gives any tail of what was added, after any dropping", () => {
  fc.assert(fc.property(
    fc.array(fc.integer().map(String), { maxLength: 700 }),
    fc.nat(800),
    fc.nat(800),
    (texts, dropped, from) => {
      const column = new ByteColumn();
      for (const text of texts) column.append(text);
      const before = column.view(0);
      column.dropFirst(dropped);
      const left = texts.slice(dropped);
      equal(column.length, left.length);
      equal(new TextDecoder().decode(column.view(from)), left.slice(from).join(","));
      equal(new TextDecoder().decode(before), texts.join(","));
    },
  ));
});

Deno.test("an answer stays what it was while bars close, are dropped and the series loads again", async () => {
  const all = bars(4_000);
  const { charts, close, running, get } = await setup(all.slice(0, 1_000));
  const answers: { parts: readonly Uint8Array[]; before: string }[] = [];
  const join = (parts: readonly Uint8Array[]) =>
    parts.map((part) => new TextDecoder().decode(part)).join("");
  for (let i = 1_000; i < 4_000; i += 150) {
    running.bar = { ...all[i]!, closed: false };
    const { parts, size, bytes } = await charts.getChart(series, 800);
    equal(bytes.byteLength, size);
    equal(join(parts), new TextDecoder().decode(bytes));
    answers.push({ parts, before: join(parts) });
    running.bar = null;
    await close(all.slice(i, i + 150));
  }
  await close([{ ...all[3_990]!, volume: 99 }]);
  await get(800);
  for (const { parts, before } of answers) equal(join(parts), before);
});
