import { deepEqual, equal, ok } from "node:assert/strict";
import { createMarketReaders } from "../../lib/api/market_readers.ts";
import type { PriceUpdate } from "../../lib/live/types.ts";
import { computeFeatures, getFeatureRecord } from "../../lib/features/mod.ts";
import { computeIndicators } from "../../lib/indicators/mod.ts";
import { timeframes, toBarColumns } from "../../lib/market/mod.ts";
import type { Pipeline } from "../../lib/pipeline/mod.ts";
import { anApi } from "../support/api.ts";
import { aTrade, bars, DAY_MS, MINUTE_MS } from "../support/market.ts";
import { aPipeline } from "../support/pipelines.ts";

const NOON_MS = DAY_MS + 12 * 60 * MINUTE_MS;

const aPrice = (symbol: string, price = 1): PriceUpdate => ({
  symbol,
  price,
  eventMs: 1,
  receivedMs: 2,
  source: "binance",
});

/** A pipeline whose commits take what the test says, and whose prices are a list. */
function aFakePipeline(prices: PriceUpdate[]) {
  const real = aPipeline().pipeline;
  let tell: Parameters<Pipeline["onClosedBar"]>[0] = () => {};
  const latencyMs = { last: 0, max: 0 };
  let listings = 0;
  const pipeline: Pipeline = {
    ...real,
    listPrices() {
      listings++;
      return prices;
    },
    onClosedBar(listener) {
      tell = listener;
      return () => {};
    },
    stats: () => ({ ...real.stats(), tradesPerSecond: 7, latencyMs: { ...latencyMs } }),
  };
  const commit = (ms: number, kind: "closed" | "history" | "repaired" = "closed") => {
    latencyMs.last = ms;
    tell({ symbol: "B", timeframe: "1m" }, [], kind);
  };
  return { pipeline, commit, listings: () => listings };
}

Deno.test("prices, quality and completeness are the pipeline's own", async () => {
  const { pipeline, play } = aPipeline();
  const readers = createMarketReaders(pipeline, () => NOON_MS);
  const day = bars(30);
  await play("BTCUSDT", day);
  await play("ETHUSDT", day);
  deepEqual(readers.listPrices(), pipeline.listPrices());
  equal(readers.getPrice("BTCUSDT")?.price, day.at(-1)!.close);
  equal(readers.getPrice("NOPE"), null);
  deepEqual(readers.listContinuity(), pipeline.getContinuity());
  const quality = readers.getQuality("ETHUSDT")!;
  deepEqual([quality.id, quality.symbol, quality.timestamp], ["ETHUSDT", "ETHUSDT", NOON_MS]);
  equal(quality.score, pipeline.getQuality("ETHUSDT")!.score);
  equal(readers.getQuality("NOPE"), null);
});

Deno.test("a single price is as new as the list, whenever it is asked for", async () => {
  const { pipeline, play } = aPipeline();
  const readers = createMarketReaders(pipeline, () => NOON_MS);
  await play("BTCUSDT", bars(2));
  const tradeAt = async (price: number, minute: number) => {
    const eventMs = DAY_MS + minute * MINUTE_MS;
    pipeline.intake.addTrade(aTrade({ price, eventMs, tradeId: 1_000 + minute }));
    await Promise.resolve();
    return readers.getPrice("BTCUSDT")?.price;
  };
  deepEqual([await tradeAt(101, 2), await tradeAt(102, 3)], [101, 102]);
});

Deno.test("however many prices are read in one turn, they are listed once", async () => {
  const names = Array.from({ length: 70 }, (_, i) => `S${i}`);
  const { pipeline, listings } = aFakePipeline(names.map((name, i) => aPrice(name, i)));
  const readers = createMarketReaders(pipeline, () => 0);
  deepEqual(names.map((name) => readers.getPrice(name)?.price), names.map((_, i) => i));
  equal(listings(), 1);
  await Promise.resolve();
  readers.getPrice("S1");
  equal(listings(), 2);
});

const latencyCases = [
  { name: "nothing", latencies: [], p50: null, p95: null },
  { name: "one", latencies: [4], p50: 4, p95: 4 },
  { name: "1 to 100", latencies: Array.from({ length: 100 }, (_, i) => i + 1), p50: 51, p95: 96 },
  {
    name: "a thousand of 1 after a thousand of 9",
    latencies: [...Array(1_000).fill(9), ...Array(1_000).fill(1)] as number[],
    p50: 1,
    p95: 1,
  },
];
for (const { name, latencies, p50, p95 } of latencyCases) {
  Deno.test(`percentiles of latency are of the newest closed bars: ${name}`, () => {
    const { pipeline, commit } = aFakePipeline([]);
    const readers = createMarketReaders(pipeline, () => 0);
    for (const ms of latencies) commit(ms);
    commit(5_000, "history");
    commit(5_000, "repaired");
    deepEqual(readers.stats(), { tradesPerSecond: 7, latencyMs: { p50, p95 } });
  });
}

Deno.test("realtime features are those of the newest closed bar, in every timeframe", async () => {
  const test = aPipeline();
  const market = createMarketReaders(test.pipeline, () => NOON_MS);
  const { api } = await anApi({ market });
  await test.play("BTCUSDT", bars(3 * 24 * 60));
  for (const timeframe of timeframes) {
    const stored = await test.store.bars.listBars({ symbol: "BTCUSDT", timeframe });
    const tail = toBarColumns(stored.slice(-500));
    const table = computeFeatures(tail, computeIndicators(tail));
    const { time, values, backfilled } = getFeatureRecord(table, tail.length - 1, {
      symbol: "BTCUSDT",
      timeframe,
    });
    const url = `/api/v1/features/BTCUSDT?mode=realtime&timeframe=${timeframe}`;
    const body = await (await api.request(url)).json();
    ok(stored.length > 0, timeframe);
    deepEqual(body.features, { time, values, backfilled }, timeframe);
    deepEqual([body.timeframe, body.version], [timeframe, "v1.0"]);
  }
});

const featureCases = [
  { url: "BTCUSDT?mode=realtime&version=v9", status: 200, must: '"features":null' },
  { url: "ETHUSDT?mode=realtime", status: 200, must: '"features":null' },
  { url: "BTCUSDT?mode=realtime&timeframe=2h", status: 400, must: "/query/timeframe" },
  { url: "BTCUSDT?mode=sometimes", status: 400, must: "/query/mode" },
  { url: "NOPE?mode=realtime", status: 404, must: "NOPE" },
  { url: "OLDUSDT?mode=realtime", status: 404, must: "OLDUSDT" },
];
for (const { url, status, must } of featureCases) {
  Deno.test(`features of ${url} are answered by ${status}`, async () => {
    const test = aPipeline();
    const { api } = await anApi({ market: createMarketReaders(test.pipeline, () => NOON_MS) });
    await test.play("BTCUSDT", bars(300));
    const response = await api.request(`/api/v1/features/${url}`);
    const text = await response.text();
    equal(response.status, status, text);
    ok(text.includes(must), text);
  });
}

Deno.test("batch features do not work the newest row out", async () => {
  const test = aPipeline();
  const market = createMarketReaders(test.pipeline, () => NOON_MS);
  market.getFeatures = () => {
    throw new Error("not asked for");
  };
  const { api } = await anApi({ market });
  equal((await api.request("/api/v1/features/BTCUSDT")).status, 200);
});
