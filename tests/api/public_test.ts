import { deepEqual, equal, ok } from "node:assert/strict";
import { NOW_MS } from "../support/api.ts";
import { aPair, DAY_MS, HOUR_MS, withPublicApi } from "../support/public_api.ts";
import { buildSignal } from "../support/store.ts";

interface Scenario {
  name: string;
  url: string;
  status?: number;
  must?: string[];
  mustNot?: string[];
}

const scenarios: Scenario[] = [
  {
    name: "signals of all filters at once",
    url: "/signals?type=price_alert&entity=BTCUSDT&minConfidence=0.75&timeRange=24h",
    must: ['"count":1', '"id":"s1"', '"entity_name":"Bitcoin"', '"entity_type":"token"'],
    mustNot: ["created_at", '"id":"s2"', "entity_sentiment"],
  },
  {
    name: "a signal with the entity and the mood it came from",
    url: "/signals?type=sentiment_shift",
    must: ['"count":1', '"entity_name":"BTC"', '"entity_type":"token"', '"entity_sentiment":0.5'],
  },
  {
    name: "no signals above the confidence within its bucket",
    url: "/signals?minConfidence=0.85",
    must: ['"count":0', '"next_cursor":null'],
  },
  {
    name: "pairs, newest figures first",
    url: "/dex/pairs?limit=2",
    must: [
      '"id":"ethereum:0xaa"',
      '"count":2',
      '"cached":false',
      '"ageMs":60000',
      '"next_cursor":"',
    ],
    mustNot: ["0xcc", '"created_at"'],
  },
  {
    name: "pairs, most traded first",
    url: "/dex/pairs?sort=volume_24h",
    must: ['{"pairs":[{"id":"base:0xbb"', '"count":3'],
  },
  {
    name: "pairs of a network and an exchange",
    url: "/dex/pairs?network=base&dex=aerodrome&sort=volume_24h",
    must: ['"count":1', "0xbb"],
  },
  {
    name: "pairs of nothing",
    url: "/dex/pairs?network=none",
    must: ['"pairs":[]', '"ageMs":null'],
  },
  {
    name: "pairs in no known order",
    url: "/dex/pairs?sort=name",
    status: 400,
    must: ['"pointer":"/query/sort"'],
  },
  {
    name: "networks",
    url: "/dex/networks",
    must: ['"chain_id":"1"', '"native_currency_id":"eth"'],
  },
  {
    name: "leaders with the names of network and exchange",
    url: "/dex/volume-leaders?limit=2",
    must: [
      '"network_name":"base"',
      '"dex_name":"Aerodrome"',
      '"network_name":"Ethereum"',
      "Uniswap V3",
    ],
    mustNot: ["0xcc"],
  },
  {
    name: "listings by volume",
    url: "/dex/listings?limit=1",
    must: ['"id":"b"', '"next_cursor":"'],
  },
  {
    name: "listings, newest first",
    url: "/dex/listings?sort=timestamp&limit=1",
    must: ['"id":"b"'],
  },
  {
    name: "listings, least liquid first",
    url: "/dex/listings?sort=liquidity&order=asc&limit=1",
    must: ['"id":"c"'],
  },
  {
    name: "listings, oldest first",
    url: "/dex/listings?sort=timestamp&order=asc&limit=2",
    mustNot: ['"id":"b"'],
  },
  { name: "trades of a pair", url: "/dex/trades?pair_id=ethereum%3A0xaa", must: ['"id":"t1"'] },
  { name: "trades of another pair", url: "/dex/trades?pair_id=base:0xbb", must: ['"trades":[]'] },
  {
    name: "DEX signals of a type and pair",
    url: "/dex/signals?type=new_pair&pair_id=base:0xbb",
    must: ['"id":"d2"', '"count":1'],
  },
  {
    name: "DEX signals of no type",
    url: "/dex/signals?type=price_alert",
    status: 400,
    must: ["/query/type"],
  },
  {
    name: "candles made of samples",
    url: "/dex/historical/ethereum:0xaa?range=24h&interval=4h",
    must: ['"made_from":"samples"', '"volume":null', '"samples":'],
  },
  { name: "candles of an unknown pair", url: "/dex/historical/none", status: 404, must: ["none"] },
  {
    name: "candles of no interval",
    url: "/dex/historical/ethereum:0xaa?interval=2h",
    status: 400,
    must: ["/query/interval"],
  },
  {
    name: "the analysis of a pair",
    url: "/dex/analysis/ethereum%3A0xaa",
    must: ['"volume_rank":2', '"signal_count":1', '"recommendations":[', '"liquidity_score":0.7'],
  },
  { name: "the analysis of an unknown pair", url: "/dex/analysis/x", status: 404, must: ["x"] },
  {
    name: "market analysis of the usual assets, of which one is not known",
    url: "/market-analysis",
    must: ['"symbol":"bitcoin"', '"series":"BTCUSDT"', '"market_cap":800000000000', '"trend":"b'],
    mustNot: ["NaN", "Infinity"],
  },
  {
    name: "market analysis of a symbol without history",
    url: "/market-analysis?symbols=ETHUSDT",
    must: ['"trend":null', '"reason":"The hourly history of ETHUSDT is too short"'],
    mustNot: ["support_level"],
  },
  {
    name: "market analysis of two, with their correlation",
    url: "/market-analysis?symbols=BTCUSDT&symbols=bitcoin",
    must: ['"correlation":[{"a":"BTCUSDT","b":"bitcoin","correlation":1'],
  },
  {
    name: "market analysis of an unknown one",
    url: "/market-analysis?symbols=bitcoin,nope",
    status: 404,
    must: ["nope"],
  },
  {
    name: "sums for the dashboard",
    url: "/dashboard/api/stats",
    must: [
      '"total":3',
      '"total_revenue":"0.35"',
      '"avg_transaction":"0.175"',
      '"unique_users":1',
      '"symbols_tracked":2',
      '"data_points":null',
      '"avg_change":null',
      '"entity_name":"BTC","entity_type":"token","mention_count":3,"avg_sentiment":0.5',
      '"source":"coingecko","request_count":20,"avg_response_time":100,"success_count":18',
    ],
    mustNot: ["0xwallet"],
  },
  {
    name: "signals for the dashboard",
    url: "/dashboard/api/signals?type=volume_anomaly&limit=5",
    must: ['"id":"s2"', '"count":1'],
  },
  {
    name: "payments by day",
    url: "/dashboard/api/transactions?range=7d",
    must: ['"date":"2024-01-02","currency":"USDC","count":1,"revenue":"0.1"', '"revenue":"0.35"'],
    mustNot: ["0xwallet", "x3"],
  },
  {
    name: "payments of an hour",
    url: "/dashboard/api/transactions?range=1h",
    must: ['"timeRange":"1h"', '"truncated":false'],
  },
  {
    name: "payments of a year",
    url: "/dashboard/api/transactions?range=1y",
    status: 400,
    must: ["/query/range"],
  },
  {
    name: "the health of the parts",
    url: "/dashboard/api/health",
    must: ['"database":{"status":"healthy"', '"cache":{"status":"healthy"', '"uptime":0'],
  },
  {
    name: "sources that were used",
    url: "/api/v1/sources",
    must: [
      '"source":"coingecko"',
      '"name":"markets"',
      '"request_count":20',
      '"creditsPerMonth":null',
    ],
  },
  {
    name: "jobs and cycles",
    url: "/api/v1/jobs?limit=1",
    must: ['"stages":["collect","compute"', '"successShare":0.5', '"parked":[]', '"next_cursor":"'],
  },
  {
    name: "cycles that failed",
    url: "/api/v1/jobs?status=failed",
    must: ['"id":"r2"'],
    mustNot: ['"id":"r1"'],
  },
  {
    name: "the quality of all symbols",
    url: "/api/v1/quality",
    must: ['"quality_score":null', '"average":null', '"count":2'],
  },
];

for (const { name, url, status = 200, must = [], mustNot = [] } of scenarios) {
  Deno.test(`GET ${url.slice(0, 60)} gives ${name}`, () =>
    withPublicApi(async ({ api }) => {
      const response = await api.request(url);
      const text = await response.text();
      equal(response.status, status, text.slice(0, 400));
      for (const part of must) ok(text.includes(part), `must have ${part}: ${text.slice(0, 900)}`);
      for (const part of mustNot) ok(!text.includes(part), `must not have ${part}`);
      if (status >= 400) {
        equal(response.headers.get("content-type"), "application/problem+json");
      }
    }));
}

for (const what of ["pairs", "networks", "listings", "trades", "volume-leaders"]) {
  Deno.test(`/dex/${what} of an empty store is 503 and says why`, () =>
    withPublicApi(async ({ api, deps }) => {
      const fresh = await api.request(`/dex/${what}`);
      equal(fresh.status, 503);
      ok((await fresh.json()).detail.endsWith("no source in use has told any yet"));
      deps.listCollectors = () => [
        { source: "coinmarketcap_dex", status: "down", lastMessageMs: null, detail: "needs a key" },
      ];
      const answer = await api.request(`/dex/${what}`);
      equal(answer.status, 503);
      ok((await answer.json()).detail.includes("coinmarketcap_dex: needs a key"));
    }, { filled: false }));
}

const guarded = [
  "/signals",
  "/dex/signals",
  "/dashboard/api/signals",
  "/udf/history",
  "/udf/config",
];
for (const url of guarded) {
  Deno.test(`without public read, ${url} asks for sign-in`, () =>
    withPublicApi(async ({ api }) => equal((await api.request(url)).status, 401), {
      part: { publicRead: false },
    }));
}

Deno.test("pairs tell truly whether the answer was kept, and are read anew after a while", () =>
  withPublicApi(async ({ api, time, world }) => {
    const read = async () => {
      const { cached, count, timestamp } = await (await api.request("/dex/pairs")).json();
      return { cached, count, timestamp };
    };
    deepEqual(await read(), { cached: false, count: 3, timestamp: NOW_MS });
    await world.dexPairs.put(aPair({ id: "base:0xdd" }));
    time.nowMs += 5_000;
    deepEqual(await read(), { cached: true, count: 3, timestamp: NOW_MS });
    time.nowMs += 15_000;
    deepEqual(await read(), { cached: false, count: 4, timestamp: NOW_MS });
    time.nowMs -= HOUR_MS;
    equal((await read()).cached, false, "a clock that went back proves nothing");
  }));

Deno.test("signals keep their ETag within a minute, and change it with a new signal", () =>
  withPublicApi(async ({ api, time, world }) => {
    const etag = (await api.request("/signals")).headers.get("etag")!;
    const ask = () => api.request("/signals", { headers: { "if-none-match": etag } });
    time.nowMs += 59_000;
    equal((await ask()).status, 304);
    await world.signals.put(buildSignal("s9", { timestamp: NOW_MS - 1 }));
    equal((await ask()).status, 200);
  }));

Deno.test("quality lists the worst symbol first and symbols without judgement last", () =>
  withPublicApi(async ({ api, deps, world }) => {
    await world.symbols.put({
      symbol: "SOLUSDT",
      id: "crypto:SOL/USDT@binance",
      exchange: "binance",
      kind: "crypto",
      base: "SOL",
      quote: "USDT",
      active: true,
    });
    deps.symbols.invalidate();
    const scores: Record<string, number> = { BTCUSDT: 0.9, SOLUSDT: 0.5 };
    deps.market.getQuality = (symbol) =>
      scores[symbol] === undefined ? null : {
        id: symbol,
        symbol,
        timestamp: 7,
        score: scores[symbol],
        checks: { freshness: { passed: 9, failed: 1 }, ohlc: { passed: 10, failed: 0 } },
      };
    const { symbols, average } = await (await api.request("/api/v1/quality")).json();
    deepEqual(symbols.map(({ symbol }: { symbol: string }) => symbol), [
      "SOLUSDT",
      "BTCUSDT",
      "ETHUSDT",
    ]);
    deepEqual(symbols[0].failed, { freshness: 1 });
    equal(average, 0.7);
  }));

Deno.test("sources show what is configured, how old it is, and when its credits end", () =>
  withPublicApi(async ({ api }) => {
    const { sources } = await (await api.request("/api/v1/sources")).json();
    deepEqual(sources.map(({ source }: { source: string }) => source), ["coingecko", "alpaca"]);
    const [coingecko, alpaca] = sources;
    // 10 credits in the hour watched, 90 left: they last 9 hours, till 09:00 of the same day.
    deepEqual(coingecko.budget, {
      limitPerMinute: 30,
      creditsPerMonth: 100,
      creditsLeft: 90,
      creditsExpected: 10 + 10 * 24 * 29,
      runsOutOn: "2024-01-03",
    });
    equal(coingecko.ageMs, 5_000);
    deepEqual([coingecko.feeds[0].name, coingecko.feeds[0].ageMs], ["markets", 60_000]);
    equal(coingecko.feeds[0].feature, "market data");
    deepEqual([coingecko.feeds[1].name, coingecko.feeds[1].cadenceMs], ["global", null]);
    deepEqual([alpaca.enabled, alpaca.status, alpaca.reason], [
      false,
      "down",
      "its key is missing",
    ]);
    deepEqual(alpaca.today, {
      request_count: 0,
      success_count: 0,
      refused_count: 0,
      avg_response_time: null,
      credits: 0,
    });
  }, {
    part: {
      listCollectors: () => [
        { source: "coingecko", status: "healthy", lastMessageMs: NOW_MS - 5_000 },
      ],
      listSources: () => [
        {
          source: "coingecko",
          name: "CoinGecko",
          enabled: true,
          limitPerMinute: 30,
          creditsPerMonth: 100,
          feeds: [{
            name: "markets",
            cadenceMs: 60_000,
            lastSuccessMs: NOW_MS - 60_000,
            feature: "market data",
          }],
        },
        {
          source: "alpaca",
          name: "Alpaca",
          enabled: false,
          reason: "its key is missing",
          limitPerMinute: 200,
          creditsPerMonth: null,
          feeds: [],
        },
      ],
    },
  }));

Deno.test("parked work is shown by its first line, without its body", () =>
  withPublicApi(async ({ api }) => {
    const text = await (await api.request("/api/v1/jobs")).text();
    ok(text.includes('"error":"no answer"'));
    ok(!text.includes("secret") && !text.includes("at file"));
  }, {
    part: {
      listParkedJobs: () =>
        Promise.resolve([{
          id: "j1",
          topic: "notify",
          body: { secret: 1 },
          attempt: 5,
          error: "no answer\n  at file:///x.ts",
          parkedAt: NOW_MS,
        }]),
    },
  }));

Deno.test("the dashboard's health tells a store that does not answer, and no secret of it", () =>
  withPublicApi(async ({ api, world, deps }) => {
    world.getState = () => Promise.reject(new Error("disk /secret/path"));
    const part = { lastMessageMs: null };
    deps.listCollectors = () => [
      { source: "coingecko", status: "healthy", lastMessageMs: NOW_MS },
      { source: "binance", status: "down", lastMessageMs: null, detail: "no network" },
      {
        ...part,
        source: "yahoo",
        status: "degraded",
        state: "reconnecting",
        detail: "HTTP 404 (x)",
      },
      { ...part, source: "alpaca", status: "down", state: "disabled", detail: "a key is required" },
      { ...part, source: "defillama", status: "degraded", state: "connecting" },
    ];
    const text = await (await api.request("/dashboard/api/health")).text();
    const { database, apis } = JSON.parse(text);
    deepEqual(database, { status: "unhealthy", error: "does not answer" });
    deepEqual(apis.coingecko, { status: "healthy", responseTime: 100 });
    deepEqual(apis.binance, { status: "unhealthy", error: "no network" });
    deepEqual(apis.yahoo, { status: "unhealthy", statusCode: 404, error: "HTTP 404 (x)" });
    deepEqual(apis.alpaca, { status: "disabled", error: "a key is required" });
    equal(apis.defillama.status, "healthy", "one that was not asked yet is not ill");
    const short = await (await api.request("/health")).json();
    deps.getStoreBytes = () => Promise.resolve(4_096);
    const full = await (await api.request("/api/v1/health")).json();
    equal(full.store.bytes, 4_096);
    const nameOf = (each: { name?: string; source?: string }) => each.name ?? each.source;
    for (const list of [short.sources, full.collectors]) {
      const alpaca = list.find((each: { name?: string }) => nameOf(each) === "alpaca");
      equal(alpaca.status, "disabled");
    }
    ok(!text.includes("secret"));
  }));

Deno.test("candles of the exchange come before those made of samples", () =>
  withPublicApi(async ({ api, world }) => {
    await world.bars.putBars({ symbol: "ethereum:0xaa", timeframe: "1d" }, [{
      time: NOW_MS - DAY_MS,
      open: 1,
      high: 2,
      low: 1,
      close: 2,
      volume: 77,
      closed: true,
      quality: "observed",
    }]);
    const url = "/dex/historical/ethereum:0xaa?interval=1d&range=7d";
    const { made_from, candles } = await (await api.request(url)).json();
    equal(made_from, "exchange");
    deepEqual(candles, [
      { time: NOW_MS - DAY_MS, open: 1, high: 2, low: 1, close: 2, volume: 77, samples: null },
    ]);
  }));
