/** What the pages of markets, exchanges, news and operation read. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createPageData } from "../../lib/api/mod.ts";
import { sortPairs, sumNetworks } from "../../lib/api/page_dex.ts";
import { readSession } from "../../lib/api/page_markets.ts";
import { drawHeat, measureGauge, readMood } from "../../lib/api/page_news.ts";
import type { ApiDeps } from "../../lib/api/deps.ts";
import type { NewsRecord } from "../../lib/contracts/records.ts";
import type { WorldStore } from "../../lib/store/types.ts";
import type { PageData } from "../../lib/ui/state.ts";
import { NOW_MS } from "../support/api.ts";
import { aHeadline as aPageHeadline } from "../support/pages.ts";
import { aMention, aPair, DAY_MS, HOUR_MS, withPublicApi } from "../support/public_api.ts";

const aHeadline = (part: Partial<NewsRecord> = {}) =>
  aPageHeadline({ timestamp: NOW_MS - HOUR_MS, ...part });

const allPairs = {
  network: "",
  exchange: "",
  type: "",
  sort: "volume_24h",
  order: "desc",
} as const;
const allNews = { entity: "", source: "", mood: "" } as const;

async function withPages(
  test: (pages: PageData, world: WorldStore) => Promise<void>,
  { part = {}, filled = true }: { part?: Partial<ApiDeps>; filled?: boolean } = {},
) {
  await withPublicApi(
    async ({ deps, world }) => {
      deps.listCollectors = part.listCollectors ?? deps.listCollectors;
      await test(createPageData(deps, () => deps.market.listContinuity()), world);
    },
    { part, filled },
  );
}

Deno.test("markets are the followed symbols and the assets that sources tell of", async () => {
  await withPages(async (pages) => {
    const { symbols, assets } = await pages.listMarkets();
    deepEqual(symbols.map(({ symbol, kind, base, session }) => [symbol, kind, base, session]), [
      ["BTCUSDT", "crypto", "BTC", null],
      ["ETHUSDT", "crypto", "ETH", null],
    ]);
    deepEqual(assets.map(({ id, source }) => [id, source]), [
      ["asset:bitcoin@coingecko", "coingecko"],
    ]);
  });
});

Deno.test("an exchange with hours is open or closed, and says until when", () => {
  // Wednesday 3 January 2024: New York trades from 14:30 to 21:00 UTC, Istanbul from 06:40 to 15:10.
  const at = (hour: number, minute = 0) => Date.UTC(2024, 0, 3, hour, minute);
  deepEqual(readSession("alpaca", at(16)), { isOpen: true, untilMs: at(21) });
  deepEqual(readSession("alpaca", at(12)), { isOpen: false, untilMs: at(14, 30) });
  deepEqual(readSession("alpaca", at(21)), { isOpen: false, untilMs: at(14, 30) + DAY_MS });
  deepEqual(readSession("bist", at(7)), { isOpen: true, untilMs: at(15, 10) });
  equal(readSession("binance", at(12)), null);
  equal(readSession("alpaca", Date.UTC(1990, 0, 1)), null, "outside the table nothing is known");
  equal(readSession("constructor", at(12)), null);
});

Deno.test("a market is told from every side, by symbol, canonical id or asset", async () => {
  await withPages(async (pages, world) => {
    await world.news.put(aHeadline());
    await world.marketData.put({
      id: "asset:bitcoin@coinmarketcap",
      symbol: "BTC",
      price: 42_100,
      volume_24h: null,
      market_cap: null,
      price_change_24h: null,
      timestamp: NOW_MS - 30_000,
      source: "coinmarketcap",
      created_at: 0,
    });
    for (const name of ["BTCUSDT", "crypto:BTC/USDT@binance", "bitcoin", "asset:bitcoin"]) {
      const found = await pages.getMarket(name);
      equal(found?.symbol?.symbol, "BTCUSDT", name);
      deepEqual(found!.figures.map(({ source }) => source), ["coinmarketcap", "coingecko"], name);
      ok(found!.analysis.trend && found!.analysis.bars === 300, name);
      equal(found!.analysis.barsToMs, NOW_MS, name);
      deepEqual(found!.signals.map(({ record }) => record.id), ["s1", "s3"], name);
      deepEqual(found!.headlines.map(({ id }) => id), ["n1"], name);
    }
    const ether = await pages.getMarket("ETHUSDT");
    deepEqual([ether!.analysis.bars, ether!.analysis.barsToMs, ether!.figures], [0, null, []]);
    match(ether!.analysis.reason!, /too short/);
    equal(await pages.getMarket("NOPE"), null);
  });
});

Deno.test("SIG-05 SIG-06 a market is compared with others and related to what is named beside it", async () => {
  await withPages(async (pages, world) => {
    const alone = await pages.getMarket("BTCUSDT");
    deepEqual(alone!.correlations, [], "no other has bars");
    const series = { symbol: "BTCUSDT", timeframe: "1h" } as const;
    const bars = await world.bars.listBars(series);
    await world.bars.putBars(
      { symbol: "ETHUSDT", timeframe: "1h" },
      bars.map((bar) => ({
        ...bar,
        open: 1 / bar.open,
        high: 1 / bar.low,
        low: 1 / bar.high,
        close: 1 / bar.close,
      })),
    );
    await world.mentions.putMany([
      aMention({ id: "a", signal_id: null, news_id: "n1" }),
      aMention({
        id: "b",
        signal_id: null,
        news_id: "n1",
        entity_type: "exchange",
        entity_name: "kraken",
      }),
      aMention({
        id: "c",
        signal_id: null,
        news_id: "n2",
        entity_type: "exchange",
        entity_name: "okx",
      }),
    ]);
    const found = await pages.getMarket("BTCUSDT");
    deepEqual(found!.correlations.map(({ symbol, n }) => [symbol, n]), [["ETHUSDT", 299]]);
    ok(Math.abs(found!.correlations[0]!.correlation + 1) < 1e-9, "an inverted price is opposed");
    deepEqual(found!.relations.map(({ kind, name }) => [kind, name]).sort(), [
      ["mentioned_with", "kraken"],
      ["traded_on", "binance"],
    ]);
  });
});

Deno.test("DEX-08 pairs are filtered by network, exchange and signal, most traded first", async () => {
  await withPages(async (pages) => {
    const list = async (part: Partial<Parameters<PageData["getDex"]>[0]>) => {
      const { pairs, total, signals } = await pages.getDex({ ...allPairs, ...part });
      equal(total, pairs.length);
      return [pairs.map(({ id }) => id), signals.map(({ id }) => id)];
    };
    deepEqual((await list({}))[0], ["base:0xbb", "ethereum:0xaa", "base:0xcc"]);
    deepEqual((await list({ network: "base" }))[0], ["base:0xbb", "base:0xcc"]);
    deepEqual((await list({ exchange: "aerodrome" }))[0], ["base:0xbb"]);
    deepEqual(await list({ type: "new_pair" }), [["base:0xbb"], ["d2"]]);
    deepEqual(await list({ type: "liquidity_risk" }), [[], []]);
    const { networks, leaders, exchanges, reason } = await pages.getDex(allPairs);
    deepEqual(networks.map(({ name, pairs, volume }) => [name, pairs, volume]), [
      ["base", 2, 5_000_000],
      ["Ethereum", 1, 1_000_000],
    ]);
    deepEqual(leaders.map(({ id }) => id), ["base:0xbb", "ethereum:0xaa"]);
    deepEqual(exchanges, ["aerodrome", "uniswap_v3"]);
    equal(reason, undefined);
  });
});

Deno.test("DEX-07 a pair has its metrics, candles and advice; an unknown one is null", async () => {
  await withPages(async (pages) => {
    const found = await pages.getDexPair("ethereum:0xaa");
    deepEqual([found!.networkName, found!.madeFrom, found!.candles.length], [
      "Ethereum",
      "samples",
      4,
    ]);
    deepEqual([found!.metrics.volume_rank, found!.metrics.signal_count], [2, 1]);
    ok(found!.recommendations.length > 0);
    equal(await pages.getDexPair("x"), null);
  });
});

Deno.test("where nothing is stored the reason is told: the recording, or who does not answer", async () => {
  const cases: [Partial<ApiDeps>, RegExp][] = [
    [{ getMode: () => ({ mode: "replay", recordedFrom: 0, recordedTo: 1 }) }, /recording .* none/],
    [{}, /No source in use has told any yet/],
    [{
      listCollectors: () => [
        { source: "coinmarketcap_dex", status: "down", lastMessageMs: null, detail: "no key" },
        { source: "news_coindesk_com", status: "down", lastMessageMs: null, detail: "no key" },
        { source: "alpaca", status: "down", lastMessageMs: null, detail: "tells neither" },
        { source: "binance", status: "healthy", lastMessageMs: 1 },
      ],
    }, /^Sources that do not answer: (coinmarketcap_dex|news_coindesk_com): no key$/],
  ];
  for (const [part, words] of cases) {
    await withPages(async (pages) => {
      match((await pages.getDex(allPairs)).reason!, words);
      match((await pages.getNews(allNews)).reason!, words);
    }, { part, filled: false });
  }
});

Deno.test("SIG-04 headlines are filtered by entity, source and mood, and mapped by day", async () => {
  await withPages(async (pages, world) => {
    await world.news.putMany([
      aHeadline(),
      aHeadline({ id: "n2", source: "coindesk", currencies: [], sentiment_score: -0.8 }),
      aHeadline({ id: "n3", currencies: ["ETH"], sentiment_score: null, sentiment_model: null }),
      aHeadline({ id: "n4", currencies: [], sentiment_score: 0.1, timestamp: NOW_MS - 2 * DAY_MS }),
    ]);
    await world.mentions.putMany([
      aMention({
        id: "a",
        signal_id: null,
        news_id: "n2",
        entity_type: "exchange",
        entity_name: "binance",
      }),
      aMention({ id: "b", signal_id: null, news_id: "n1", sentiment_score: 0.6 }),
      aMention({ id: "c", signal_id: null, news_id: "n4", timestamp: NOW_MS - 2 * DAY_MS }),
    ]);
    const list = async (part: Partial<Parameters<PageData["getNews"]>[0]>) =>
      (await pages.getNews({ ...allNews, ...part })).headlines.map(({ id }) => id).sort();
    deepEqual(await list({}), ["n1", "n2", "n3", "n4"]);
    deepEqual(await list({ entity: "btc" }), ["n1", "n4"]);
    deepEqual(await list({ entity: "Binance" }), ["n2"]);
    deepEqual(await list({ entity: "eth" }), ["n3"]);
    deepEqual(await list({ source: "coindesk" }), ["n2"]);
    deepEqual(await list({ mood: "negative" }), ["n2"]);
    deepEqual(await list({ mood: "unjudged" }), ["n3"]);
    deepEqual(await list({ mood: "positive", entity: "eth" }), []);
    const { gauge, days, heat, sources } = await pages.getNews({ ...allNews, mood: "negative" });
    deepEqual([gauge!.n, gauge!.models], [2, ["rules/1"]]);
    ok(Math.abs(gauge!.score + 0.1) < 1e-12, "the filter does not change what all say together");
    equal(days.length, 7);
    deepEqual(heat.map(({ name }) => name), ["BTC", "binance"]);
    deepEqual(heat[0]!.cells.map((cell) => cell?.mentions ?? 0), [0, 0, 0, 0, 0, 1, 1]);
    deepEqual(sources, ["coindesk", "cryptopanic"]);
  });
});

Deno.test("the gauge weighs by certainty and is nothing where nothing was judged", () => {
  equal(measureGauge([]), null);
  equal(
    measureGauge([aHeadline({ sentiment_score: null }), aHeadline({ sentiment_score: NaN })]),
    null,
  );
  const gauge = measureGauge([
    aHeadline({ sentiment_score: 1, sentiment_confidence: 0.75 }),
    aHeadline({ sentiment_score: -1, sentiment_confidence: 0.25 }),
  ]);
  equal(gauge!.score, 0.5);
  equal(measureGauge([aHeadline({ sentiment_confidence: null })])!.score, 0);
  const bounded = measureGauge([aHeadline({ sentiment_score: 50, sentiment_confidence: 9 })]);
  equal(bounded!.score, 1);
  deepEqual([0.25, 0.2, -0.25, null, NaN].map((score) => readMood({ sentiment_score: score })), [
    "positive",
    "neutral",
    "negative",
    "unjudged",
    "unjudged",
  ]);
});

Deno.test("the map names the most mentioned, and a day without a mention has no cell", () => {
  const day = NOW_MS;
  const mentions = [
    aMention({ id: "1", entity_name: "ETH", timestamp: day }),
    aMention({ id: "2", entity_name: "ETH", timestamp: day + DAY_MS - 1 }),
    aMention({ id: "3", timestamp: day + DAY_MS }),
  ];
  const heat = drawHeat(mentions, [day, day + DAY_MS]);
  deepEqual(heat.map(({ name, cells }) => [name, cells.map((cell) => cell?.mentions ?? null)]), [
    ["ETH", [2, null]],
    ["BTC", [null, 1]],
  ]);
  deepEqual(drawHeat([], [day]), []);
});

Deno.test("UI-02 pairs are sorted by any column, those without the figure last either way", () => {
  const pairs = [
    aPair({ id: "a", name: "B", price: 3, liquidity: null }),
    aPair({ id: "b", name: "C", price: NaN, liquidity: 1 }),
    aPair({ id: "c", name: "A", price: 1, liquidity: 1 }),
  ];
  const sort = (column: Parameters<typeof sortPairs>[1]["sort"], order: "asc" | "desc") =>
    sortPairs(pairs, { sort: column, order }).map(({ id }) => id).join("");
  deepEqual([sort("name", "asc"), sort("name", "desc")], ["cab", "bac"]);
  deepEqual([sort("price", "asc"), sort("price", "desc")], ["cab", "acb"]);
  deepEqual([sort("liquidity", "asc"), sort("liquidity", "desc")], ["bca", "bca"]);
});

Deno.test("networks are summed up, unknown figures counting as nothing", () => {
  const pairs = [aPair(), aPair({ id: "x", volume_24h: null, liquidity: null })];
  deepEqual(sumNetworks(pairs, new Map()), [
    { id: "ethereum", name: "ethereum", pairs: 2, volume: 1_000_000, liquidity: 500_000 },
  ]);
  deepEqual(sumNetworks([], new Map()), []);
});

Deno.test("NEW-09 a source tells its use, and what its collector says of its feeds", async () => {
  const part: Partial<ApiDeps> = {
    listCollectors: () => [{
      source: "coingecko",
      status: "degraded",
      state: "reconnecting",
      lastMessageMs: NOW_MS - 5,
      detail: "rate limited",
      retryAtMs: NOW_MS + 60_000,
      feeds: [
        {
          name: "markets",
          state: "blocked",
          error: "refused",
          nextMs: NOW_MS + 9,
          cadenceMs: 5,
          lastSuccessMs: 3,
        },
        { name: "history", state: "live", error: null, nextMs: "soon", lastSuccessMs: NaN },
        null,
        { state: "live" },
        7,
      ],
    }],
  };
  await withPages(async (pages) => {
    const [source] = await pages.listSources();
    deepEqual([source!.state, source!.nextMs, source!.detail], [
      "reconnecting",
      NOW_MS + 60_000,
      "rate limited",
    ]);
    equal(source!.month.request_count, 20);
    const byName = new Map(source!.feeds.map((feed) => [feed.name, feed]));
    deepEqual([...byName.keys()].sort(), ["global", "history", "markets"]);
    const { state, lastError, nextMs, cadenceMs, lastSuccessMs, month } = byName.get("markets")!;
    deepEqual([state, lastError, nextMs, cadenceMs, lastSuccessMs], [
      "blocked",
      "refused",
      NOW_MS + 9,
      5,
      3,
    ]);
    equal(month.credits, 10);
    const history = byName.get("history")!;
    deepEqual([history.nextMs, history.lastSuccessMs, history.month.request_count], [
      null,
      null,
      0,
    ]);
    ok(!("lastError" in history));
  }, { part });
});

Deno.test("COL-03 cycles come newest first with the share that went well", async () => {
  await withPages(async (pages) => {
    const { runs, successShare, stages, parked } = await pages.getJobs();
    equal(runs.length, 2);
    deepEqual([successShare, stages[0], parked], [0.5, "collect", []]);
  });
});

Deno.test("DQ-10 quality has its past, oldest first, and the newest row where nothing runs", async () => {
  await withPages(async (pages, world) => {
    const row = (minutes: number, score: number) => ({
      id: `q${minutes}`,
      symbol: "BTCUSDT",
      timestamp: NOW_MS - minutes * 60_000,
      score,
      checks: { freshness: { passed: 9, failed: 1 } },
    });
    await world.quality.putMany([row(1, 0.9), row(3, 0.7), row(2, 0.8)]);
    const found = await pages.getQuality("crypto:BTC/USDT@binance");
    deepEqual(found!.history.map(({ score }) => score), [0.7, 0.8, 0.9]);
    deepEqual([found!.symbol, found!.score, found!.timeMs], ["BTCUSDT", 0.9, NOW_MS - 60_000]);
    deepEqual(found!.checks, { freshness: { passed: 9, failed: 1 } });
    deepEqual((await pages.getQuality("ETHUSDT"))!.history, []);
    equal(await pages.getQuality("NOPE"), null);
    deepEqual((await pages.listQuality()).map(({ symbol }) => symbol), ["BTCUSDT", "ETHUSDT"]);
  });
});
