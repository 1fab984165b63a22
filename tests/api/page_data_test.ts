/** What pages read: prices, signals with their accuracy, gaps, health. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { createPageData } from "../../lib/api/mod.ts";
import { createAccuracyReader } from "../../lib/api/page_accuracy.ts";
import { createPriceReader } from "../../lib/api/page_prices.ts";
import { listAll } from "../../lib/api/page_records.ts";
import type { GapRecord, OutcomeRecord, SignalRecord } from "../../lib/contracts/records.ts";
import type { PriceUpdate } from "../../lib/live/types.ts";
import { anApi, aSymbol, NOW_MS } from "../support/api.ts";
import { bars, MINUTE_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";

const HOUR_MS = 60 * MINUTE_MS;

const aPrice = (part: Partial<PriceUpdate> = {}): PriceUpdate => ({
  symbol: "BTCUSDT",
  price: 200,
  eventMs: NOW_MS - 5,
  receivedMs: NOW_MS,
  source: "binance",
  ...part,
});

const aSignal = (part: Partial<SignalRecord> = {}): SignalRecord => ({
  id: "s1",
  source: "detector",
  type: "price_alert",
  entity: "BTCUSDT",
  data: {},
  confidence_score: 0.8,
  timestamp: NOW_MS - 1,
  processed: false,
  created_at: 0,
  updated_at: 0,
  evidence: {
    inputHash: "ab",
    parameterVersion: "price_alert/1",
    modelVersion: null,
    barTime: 0,
    timeframe: "1h",
    claim: "activity",
    horizonMs: 1,
  },
  factors: {},
  ...part,
});

const anOutcome = (part: Partial<OutcomeRecord> = {}): OutcomeRecord => ({
  id: "s1",
  signalType: "price_alert",
  entity: "BTCUSDT",
  timestamp: NOW_MS,
  outcome: "right",
  reason: "volume",
  figures: {},
  ...part,
});

const aGap = (part: Partial<GapRecord> = {}): GapRecord => ({
  id: "g1",
  source: "binance",
  symbol: "BTCUSDT",
  timeframe: "1m",
  from: 0,
  to: MINUTE_MS,
  status: "open",
  reason: "socket gone",
  timestamp: NOW_MS,
  ...part,
});

async function putHours(deps: ApiDeps, count: number, symbol = "BTCUSDT") {
  const stored = bars(count, NOW_MS - count * HOUR_MS, HOUR_MS);
  await deps.store.bars.putBars({ symbol, timeframe: "1h" }, stored);
  return stored;
}

const isBitcoin = ({ symbol }: { symbol: string }) => symbol === "BTCUSDT";

async function readPrices(deps: ApiDeps, ...names: string[]) {
  const prices = await createPriceReader(deps).listPrices();
  return names.map((name) => prices.find(({ symbol }) => symbol === name));
}

Deno.test("a price without a live one is the newest close, its change and volume those of 24 hours", async () => {
  const { deps } = await anApi();
  const stored = await putHours(deps, 25);
  const [btc, eth] = await readPrices(deps, "BTCUSDT", "ETHUSDT");
  const close = stored.at(-1)!.close;
  deepEqual([btc!.symbol, btc!.name, btc!.price, btc!.eventMs], [
    "BTCUSDT",
    "Bitcoin",
    close,
    NOW_MS,
  ]);
  equal(btc!.price_change_24h, (close / stored[0]!.close - 1) * 100);
  const day = stored.slice(-24);
  equal(btc!.volume_24h, day.reduce((sum, bar) => sum + bar.volume * bar.close, 0));
  equal(btc!.volumeHours, 24);
  deepEqual(btc!.spark, day.map((bar) => bar.close));
  deepEqual([eth!.symbol, eth!.price, eth!.volume_24h, eth!.eventMs], [
    "ETHUSDT",
    null,
    null,
    null,
  ]);
});

Deno.test("a live price and its change win over stored figures, and are never kept", async () => {
  const { deps } = await anApi();
  await putHours(deps, 25);
  let price = aPrice({ price_change_24h: 3 });
  deps.market.getPrice = (symbol) => symbol === price.symbol ? price : null;
  const reader = createPriceReader(deps);
  const read = async () => {
    const { price, price_change_24h, eventMs } = (await reader.listPrices()).find(isBitcoin)!;
    return [price, price_change_24h, eventMs];
  };
  deepEqual(await read(), [200, 3, NOW_MS - 5]);
  price = aPrice({ price: 0.5, price_change_24h: null });
  const [now, change] = await read();
  equal(now, 0.5);
  ok(change! < -99, "without a change of its own it is worked out from the stored day");
});

Deno.test("with less than a day there is no change, and a newer minute gives the price", async () => {
  const { deps } = await anApi();
  await putHours(deps, 24);
  const [minute] = bars(1, NOW_MS);
  await deps.store.bars.putBars({ symbol: "BTCUSDT", timeframe: "1m" }, [minute!]);
  const [btc] = await readPrices(deps, "BTCUSDT");
  deepEqual([btc!.price, btc!.price_change_24h, btc!.eventMs], [
    minute!.close,
    null,
    NOW_MS + MINUTE_MS,
  ]);
});

Deno.test("figures of the day are read once a minute by however many, sooner while one is missing", async () => {
  const { deps, time } = await anApi();
  let reads = 0;
  const { readColumns } = deps.store.bars;
  deps.store.bars.readColumns = (...given) => {
    reads++;
    return readColumns(...given);
  };
  await putHours(deps, 25);
  const reader = createPriceReader(deps);
  const count = async (ms: number) => {
    time.nowMs += ms;
    reads = 0;
    await Promise.all([reader.listPrices(), reader.listByVolume(), reader.listPrices()]);
    return reads;
  };
  deepEqual([await count(0), await count(1_999), await count(2)], [4, 0, 4]);
  await putHours(deps, 25, "ETHUSDT");
  deepEqual([await count(2_001), await count(59_000), await count(1_001)], [4, 0, 4]);
  equal(await count(-3_600_000), 4, "a clock that went back keeps nothing for an hour");
});

Deno.test("a symbol that is followed since has its figures at once, whatever was kept before it", async () => {
  const { deps } = await anApi();
  const { list } = deps.symbols;
  deps.symbols.list = () => Promise.resolve({ symbols: [] } as never);
  const { listPrices } = createPriceReader(deps);
  deepEqual(await listPrices(), []);
  deps.symbols.list = list;
  await putHours(deps, 25);
  const price = (await listPrices()).find(({ symbol }) => symbol === "BTCUSDT")?.price;
  ok(price !== undefined && price !== null);
});

Deno.test("a store that fails once is asked again", async () => {
  const { deps } = await anApi();
  await putHours(deps, 25);
  const { readColumns } = deps.store.bars;
  deps.store.bars.readColumns = () => Promise.reject(new Error("disk"));
  const reader = createPriceReader(deps);
  const failed = await reader.listPrices().then(() => null, (error: Error) => error.message);
  equal(failed, "disk");
  deps.store.bars.readColumns = readColumns;
  ok((await reader.listPrices()).find(isBitcoin)!.price !== null);
});

Deno.test("symbols come by volume, those without any last", async () => {
  const { deps } = await anApi();
  await deps.store.symbols.put(aSymbol({ base: "AAA" }));
  await putHours(deps, 25, "ETHUSDT");
  const data = createPageData(deps, () => []);
  const names = (await data.listSymbols()).map(({ symbol }) => symbol);
  equal(names[0], "ETHUSDT");
  deepEqual(names.toSorted(), ["AAAUSDT", "BTCUSDT", "ETHUSDT"]);
});

Deno.test("no accuracy is told while nothing was judged, or nothing could be", async () => {
  const { deps, time } = await anApi();
  const reader = createAccuracyReader(deps);
  equal(await reader.read("price_alert"), null);
  await deps.store.outcomes.put(anOutcome({ outcome: "not_measurable" }));
  time.nowMs += 30_001;
  equal(await reader.read("price_alert"), null);
});

Deno.test("accuracy has its count, its base rate and its interval, and its kind's outcomes alone", async () => {
  const { deps } = await anApi();
  await putHours(deps, 150 * 24);
  await deps.store.outcomes.putMany([
    ...Array.from(
      { length: 30 },
      (_, i) => anOutcome({ id: `r${i}`, outcome: i < 20 ? "right" : "wrong" }),
    ),
    anOutcome({ id: "n", outcome: "not_measurable" }),
    anOutcome({ id: "v", signalType: "volume_anomaly" }),
  ]);
  const found = (await createAccuracyReader(deps).read("price_alert"))!;
  deepEqual([found.n, found.right], [30, 20]);
  ok(found.low > 0 && found.low < 20 / 30 && found.high > 20 / 30 && found.high < 1);
  ok(found.baseRate !== null && found.baseRate >= 0 && found.baseRate <= 1);
});

Deno.test("accuracy stays for ten minutes, a failure not at all", async () => {
  const { deps, time } = await anApi();
  await deps.store.outcomes.put(anOutcome());
  const reader = createAccuracyReader(deps);
  const { list } = deps.store.outcomes;
  deps.store.outcomes.list = () => Promise.reject(new Error("disk"));
  equal(await reader.read("price_alert").then(() => "", (error: Error) => error.message), "disk");
  deps.store.outcomes.list = list;
  const right = async () => (await reader.read("price_alert"))?.right;
  equal(await right(), 1);
  await deps.store.outcomes.put(anOutcome({ id: "s2" }));
  time.nowMs += 599_000;
  equal(await right(), 1);
  time.nowMs += 2_000;
  equal(await right(), 2);
});

for (
  const [most, expected] of [[0, 0], [1, 1], [499, 499], [500, 500], [1_201, 1_201], [5_000, 1_300]]
) {
  Deno.test(`of 1300 records, ${most} asked for are ${expected}, the newest first`, async () => {
    const { gaps } = createMemoryStore();
    await gaps.putMany(
      Array.from({ length: 1_300 }, (_, i) => aGap({ id: `g${i}`, timestamp: i })),
    );
    const found = await listAll(gaps, {}, most!);
    deepEqual(found.map(({ timestamp }) => timestamp), found.map((_, i) => 1_299 - i));
    equal(found.length, expected);
  });
}

const filter = {
  types: [] as SignalRecord["type"][],
  entity: "",
  from: null,
  to: null,
  minConfidence: 0,
  limit: 50,
};
const filterCases: { name: string; part: Partial<typeof filter>; ids: string[] }[] = [
  { name: "everything, newest first", part: {}, ids: ["s1", "s2", "s3"] },
  { name: "one type", part: { types: ["volume_anomaly"] }, ids: ["s2"] },
  {
    name: "two types",
    part: { types: ["volume_anomaly", "price_alert"] },
    ids: ["s1", "s2", "s3"],
  },
  { name: "a symbol in any case", part: { entity: " ethusdt " }, ids: ["s2"] },
  { name: "a symbol by its id", part: { entity: "crypto:BTC/USDT@binance" }, ids: ["s1", "s3"] },
  { name: "part of a name", part: { entity: "eth" }, ids: ["s2"] },
  { name: "nobody", part: { entity: "nobody" }, ids: [] },
  { name: "a least confidence", part: { minConfidence: 0.5 }, ids: ["s1"] },
  { name: "at most two", part: { limit: 2 }, ids: ["s1", "s2"] },
];
for (const { name, part, ids } of filterCases) {
  Deno.test(`signals of a page are narrowed to ${name}`, async () => {
    const { deps } = await anApi();
    await deps.store.signals.putMany([
      aSignal(),
      aSignal({
        id: "s2",
        type: "volume_anomaly",
        entity: "ETHUSDT",
        confidence_score: 0.4,
        timestamp: NOW_MS - 2,
      }),
      aSignal({ id: "s3", confidence_score: 0.3, timestamp: NOW_MS - 3 }),
    ]);
    await deps.store.outcomes.put(anOutcome());
    const found = await createPageData(deps, () => []).listSignals({ ...filter, ...part });
    deepEqual(found.map(({ record }) => record.id), ids);
    for (const { record, outcome, accuracy } of found) {
      equal(outcome?.id, record.id === "s1" ? "s1" : undefined);
      equal(accuracy?.n, record.type === "price_alert" ? 1 : undefined);
    }
  });
}

Deno.test("a page's chart is the API's, with the gaps and signals of its symbol", async () => {
  const { deps, api } = await anApi();
  await putHours(deps, 40);
  await deps.store.gaps.putMany([aGap(), aGap({ id: "g2", symbol: "ETHUSDT" })]);
  await deps.store.signals.put(aSignal());
  const data = createPageData(deps, () => []);
  const chart = (await data.getChart("btcusdt", "1h", 30))!;
  const answer = await (await api.request("/api/v1/charts/BTCUSDT?timeframe=1h&limit=30")).json();
  deepEqual([chart.bars, chart.indicators], [answer.bars, answer.indicators]);
  deepEqual([chart.source, chart.gaps, chart.markers?.map(({ id }) => id)], ["binance", [], [
    "s1",
  ]]);
  const minutes = (await data.getChart("BTCUSDT", "1m", 30))!;
  deepEqual(minutes.gaps, [{ from: 0, to: MINUTE_MS, status: "open" }]);
  equal(await data.getChart("NOPE", "1h", 30), null);
});

Deno.test("continuity names the first and the last bar by their starts, and counts open gaps", async () => {
  const { deps } = await anApi();
  await deps.store.gaps.putMany([aGap(), aGap({ id: "g2", status: "repaired" })]);
  const row = {
    source: "binance",
    symbol: "BTCUSDT",
    timeframe: "5m" as const,
    from: 0,
    to: 10 * MINUTE_MS,
    expected: 2,
    received: 1,
    repaired: 1,
    filled: 0,
    missing: 0,
  };
  const empty = { ...row, symbol: "ETHUSDT", expected: 0, received: 0, repaired: 0 };
  const { series, gaps, openGaps } = await createPageData(deps, () => [row, empty]).getContinuity();
  deepEqual(series.map(({ first, last, observed }) => [first, last, observed]), [
    [0, 5 * MINUTE_MS, 1],
    [null, null, 0],
  ]);
  deepEqual([gaps.length, openGaps], [2, 1]);
});

const healthCases = [
  { name: "no source", statuses: [], expected: "healthy" },
  { name: "all well", statuses: ["healthy", "healthy"], expected: "healthy" },
  { name: "one lame", statuses: ["healthy", "degraded"], expected: "degraded" },
  { name: "one down", statuses: ["healthy", "down"], expected: "degraded" },
  { name: "all down", statuses: ["down", "down"], expected: "down" },
] as const;
for (const { name, statuses, expected } of healthCases) {
  Deno.test(`a page's health with ${name} is ${expected}`, async () => {
    const { deps } = await anApi({
      listCollectors: () =>
        statuses.map((status, i) => ({ source: `c${i}`, status, lastMessageMs: i, detail: "why" })),
    });
    const health = await createPageData(deps, () => []).getHealth();
    equal(health.status, expected);
    deepEqual(
      health.sources,
      statuses.map((status, i) => ({ name: `c${i}`, status, lastMs: i, detail: "why" })),
    );
  });
}

const marketCases = [
  { query: "", symbols: ["BTCUSDT", "ETHUSDT"] },
  { query: "?symbols=ethusdt", symbols: ["ETHUSDT"] },
  { query: "?symbols=BTCUSDT,ETHUSDT", symbols: ["BTCUSDT", "ETHUSDT"] },
  { query: "?symbols=ETHUSDT&symbols=BTCUSDT", symbols: ["BTCUSDT", "ETHUSDT"] },
  { query: "?symbols=NOPE", symbols: [] },
  { query: "?symbols=,", symbols: ["BTCUSDT", "ETHUSDT"] },
];
for (const { query, symbols } of marketCases) {
  Deno.test(`/dashboard/api/market${query} lists ${symbols.join(" and ") || "nothing"}`, async () => {
    const { api, deps } = await anApi();
    deps.market.listPrices = () => [
      aPrice({ price_change_24h: 5 }),
      aPrice({ symbol: "ETHUSDT", price: 3 }),
    ];
    const body = await (await api.request(`/dashboard/api/market${query}`)).json();
    const all = [
      {
        symbol: "BTCUSDT",
        price: 200,
        price_change_24h: 5,
        timestamp: NOW_MS - 5,
        source: "binance",
      },
      {
        symbol: "ETHUSDT",
        price: 3,
        price_change_24h: null,
        timestamp: NOW_MS - 5,
        source: "binance",
      },
    ];
    deepEqual(body, {
      marketData: all.filter(({ symbol }) => symbols.includes(symbol)),
      timestamp: NOW_MS,
    });
  });
}

Deno.test("/dashboard/api/market refuses names that are none, and too many of them", async () => {
  const { api } = await anApi();
  const ask = async (symbols: string) =>
    (await api.request(`/dashboard/api/market?symbols=${symbols}`)).status;
  deepEqual([await ask("x".repeat(81)), await ask(Array(501).fill("A").join())], [400, 400]);
});
