import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import type { FeatureRecord, MarketDataRecord, SignalRecord } from "../../lib/contracts/records.ts";
import { takesGzip } from "../../lib/api/bodies.ts";
import { anApi, aSymbol, checkSchema, NOW_MS, type TestApi } from "../support/api.ts";
import { aBar, bars } from "../support/market.ts";

const HOUR_MS = 3_600_000;

const aSignal = (part: Partial<SignalRecord> = {}): SignalRecord => ({
  id: "s1",
  source: "detector",
  type: "price_alert",
  entity: "BTCUSDT",
  data: { change: 0.1 },
  confidence_score: 0.8,
  timestamp: NOW_MS - HOUR_MS / 2,
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
  factors: { magnitude: 0.8 },
  ...part,
});

const figures: MarketDataRecord = {
  id: "asset:bitcoin@coingecko",
  symbol: "BTC",
  price: 42_000,
  volume_24h: 1e9,
  market_cap: 8e11,
  price_change_24h: 5,
  timestamp: NOW_MS - 60_000,
  source: "coingecko",
  created_at: 0,
};

const featureRow = (time: number): FeatureRecord => ({
  id: `BTCUSDT 1h ${time}`,
  symbol: "BTCUSDT",
  timeframe: "1h",
  version: "v1.0",
  time,
  values: { returns_1: 0.5 },
  backfilled: [],
});

/** An API with something of everything in it. */
async function aFullApi(part: Parameters<typeof anApi>[0] = {}): Promise<TestApi> {
  const test = await anApi(part);
  const { store } = test;
  await store.bars.putBars(
    { symbol: "BTCUSDT", timeframe: "1h" },
    bars(600, NOW_MS - 600 * HOUR_MS, HOUR_MS),
  );
  await store.signals.putMany([
    aSignal(),
    aSignal({ id: "s2", type: "volume_anomaly", entity: "ETHUSDT", confidence_score: 0.4 }),
    aSignal({ id: "s3", timestamp: NOW_MS - 48 * HOUR_MS }),
  ]);
  await store.marketData.put(figures);
  await store.features.putMany([1, 2, 3].map(featureRow));
  await store.gaps.put({
    id: "g1",
    source: "binance",
    symbol: "BTCUSDT",
    timeframe: "1m",
    from: 0,
    to: 1,
    status: "open",
    reason: "socket gone",
    timestamp: 1,
  });
  test.deps.market.getQuality = () => ({
    id: "q",
    symbol: "BTCUSDT",
    timestamp: 5,
    score: 0.9,
    checks: { freshness: { passed: 9, failed: 1 } },
  });
  test.deps.market.listContinuity = () => [{
    source: "binance",
    symbol: "BTCUSDT",
    timeframe: "1m",
    from: 0,
    to: 600_000,
    expected: 10,
    received: 8,
    repaired: 1,
    filled: 0,
    missing: 1,
  }];
  test.deps.listCollectors = () => [{ source: "binance", status: "healthy", lastMessageMs: 1 }];
  return test;
}

interface Scenario {
  name: string;
  url: string;
  status: number;
  must: string[];
  mustNot?: string[];
}

const encoded = encodeURIComponent("crypto:BTC/USDT@binance");
const scenarios: Scenario[] = [
  { name: "health", url: "/health", status: 200, must: ['"status":"healthy"', '"database"'] },
  {
    name: "full health",
    url: "/api/v1/health",
    status: 200,
    must: ['"memoryBytes"', '"gate"', '"tradesPerSecond"'],
  },
  {
    name: "symbols, active ones only",
    url: "/api/v1/symbols",
    status: 200,
    must: [
      '"Binance":[{"symbol":"',
      '{"symbol":"BTCUSDT"',
      '"Alpaca":[]',
      '"count":2',
      '"name":"Bitcoin"',
    ],
    mustNot: ["OLDUSDT"],
  },
  {
    name: "a chart",
    url: "/api/v1/charts/BTCUSDT",
    status: 200,
    must: ['"timeframe":"1h"', '"rsi_14":[', '"source":"binance"', '"recorded":null'],
    mustNot: ["NaN", "undefined"],
  },
  {
    name: "a chart by canonical id, encoded",
    url: `/api/v1/charts/${encoded}?limit=1`,
    status: 200,
    must: ['"symbol":"BTCUSDT"'],
  },
  {
    name: "a chart by canonical id, not encoded",
    url: "/api/v1/charts/crypto:BTC/USDT@binance?limit=1",
    status: 200,
    must: ['"symbol":"BTCUSDT"'],
  },
  {
    name: "a chart of an unknown symbol",
    url: "/api/v1/charts/NOPE",
    status: 404,
    must: ['"title":"Not Found"', '"instance":"/api/v1/charts/NOPE"', '"request_id":"'],
    mustNot: ["at ", "stack"],
  },
  {
    name: "a chart of an inactive symbol",
    url: "/api/v1/charts/OLDUSDT",
    status: 404,
    must: ["OLDUSDT"],
  },
  {
    name: "a chart of a bad timeframe",
    url: "/api/v1/charts/BTCUSDT?timeframe=2h",
    status: 400,
    must: ['"pointer":"/query/timeframe"'],
    mustNot: ["bars"],
  },
  ...["0", "5001", "-1", "1.5", "x"].map((limit) => ({
    name: `a chart of limit ${limit}`,
    url: `/api/v1/charts/BTCUSDT?limit=${limit}`,
    status: 400,
    must: ['"pointer":"/query/limit"'],
  })),
  {
    name: "both faults of a bad request",
    url: "/api/v1/charts/BTCUSDT?limit=0&timeframe=9",
    status: 400,
    must: ["/query/limit", "/query/timeframe"],
  },
  {
    name: "market data of an asset by its name",
    url: "/market-data/bitcoin",
    status: 200,
    must: ['"price":42000', '"source":"coingecko"', '"ageMs":60000', '"cached":false'],
  },
  {
    name: "market data of an asset by its id",
    url: "/market-data/asset%3Abitcoin?cache=false",
    status: 200,
    must: ['"price":42000'],
  },
  { name: "market data of nothing", url: "/market-data/nothing", status: 404, must: ["nothing"] },
  {
    name: "market data with a bad flag",
    url: "/market-data/bitcoin?cache=maybe",
    status: 400,
    must: ["/query/cache"],
  },
  {
    name: "signals, newest first",
    url: "/signals",
    status: 200,
    must: ['"count":3', '"entity_name":"Bitcoin"', '"claim":"activity"'],
  },
  {
    name: "signals of a type",
    url: "/signals?type=volume_anomaly",
    status: 200,
    must: ['"id":"s2"', '"count":1'],
    mustNot: ['"id":"s1"'],
  },
  {
    name: "signals of an entity by canonical id",
    url: `/signals?entity=${encoded}&type=price_alert`,
    status: 200,
    must: ['"count":2'],
    mustNot: ["ETHUSDT"],
  },
  {
    name: "signals of a least confidence within a time",
    url: "/signals?minConfidence=0.5&timeRange=24h",
    status: 200,
    must: ['"count":1', '"id":"s1"'],
    mustNot: ['"id":"s2"', '"id":"s3"'],
  },
  { name: "signals of too many", url: "/signals?limit=201", status: 400, must: ["/query/limit"] },
  { name: "signals of no type", url: "/signals?type=x", status: 400, must: ["/query/type"] },
  {
    name: "features, oldest first",
    url: "/api/v1/features/BTCUSDT",
    status: 200,
    must: ['"version":"v1.0"', '"features":[{"time":1'],
  },
  {
    name: "features in realtime mode where none are kept",
    url: "/api/v1/features/BTCUSDT?mode=realtime",
    status: 200,
    must: ['"features":null'],
  },
  {
    name: "features of a time that runs backwards",
    url: "/api/v1/features/BTCUSDT?start=5&end=1",
    status: 400,
    must: ["/query/start"],
  },
  {
    name: "quality",
    url: "/api/v1/quality/BTCUSDT",
    status: 200,
    must: ['"quality_score":0.9', '"freshness":{"passed":9,"failed":1}'],
  },
  {
    name: "continuity",
    url: "/api/v1/continuity",
    status: 200,
    must: ['"missing":1', '"reason":"socket gone"'],
  },
  {
    name: "continuity of another symbol",
    url: "/api/v1/continuity?symbol=ETHUSDT",
    status: 200,
    must: ['"series":[]', '"gaps":[]'],
  },
  { name: "an unknown address", url: "/api/v1/nothing", status: 404, must: ["/api/v1/nothing"] },
  {
    name: "events of an unknown channel",
    url: "/api/v1/events?channels=prices,alerts",
    status: 400,
    must: ["/query/channels", "alerts"],
  },
  {
    name: "the reference page",
    url: "/docs",
    status: 200,
    must: ["/docs/start.js"],
    mustNot: ["//"],
  },
  { name: "its script", url: "/docs/start.js", status: 200, must: ["/openapi.json"] },
  { name: "its style", url: "/docs/swagger-ui.css", status: 200, must: [".swagger-ui"] },
];

for (const { name, url, status, must, mustNot = [] } of scenarios) {
  Deno.test(`GET ${url.slice(0, 70)} gives ${name}`, async () => {
    const { api } = await aFullApi();
    const response = await api.request(url);
    const text = await response.text();
    equal(response.status, status, text.slice(0, 300));
    for (const part of must) ok(text.includes(part), `must have ${part}: ${text.slice(0, 300)}`);
    for (const part of mustNot) ok(!text.includes(part), `must not have ${part}`);
    if (status >= 400) {
      equal(response.headers.get("content-type"), "application/problem+json");
      equal(JSON.parse(text).request_id, response.headers.get("x-request-id"));
    }
  });
}

const guarded = [
  "/api/v1/charts/BTCUSDT",
  "/api/v1/features/BTCUSDT",
  "/signals",
  "/api/v1/events",
];
for (const url of guarded) {
  Deno.test(`without public read, ${url} asks for sign-in`, async () => {
    const { api } = await anApi({ publicRead: false });
    equal((await api.request(url)).status, 401);
  });
}

interface Document {
  openapi: string;
  paths: Record<
    string,
    Record<string, {
      responses: Record<string, { content?: Record<string, { schema: Record<string, unknown> }> }>;
    }>
  >;
  components: { schemas: Record<string, Record<string, unknown>> };
}

const documented: [path: string, url: string, status: number][] = [
  ["/health", "/health", 200],
  ["/api/v1/health", "/api/v1/health", 200],
  ["/api/v1/symbols", "/api/v1/symbols", 200],
  ["/api/v1/charts/{symbol}", "/api/v1/charts/BTCUSDT?limit=50", 200],
  ["/api/v1/charts/{symbol}", "/api/v1/charts/NOPE", 404],
  ["/api/v1/charts/{symbol}", "/api/v1/charts/BTCUSDT?limit=0", 400],
  ["/market-data/{symbol}", "/market-data/bitcoin", 200],
  ["/signals", "/signals", 200],
  ["/api/v1/features/{symbol}", "/api/v1/features/BTCUSDT", 200],
  ["/api/v1/quality/{symbol}", "/api/v1/quality/BTCUSDT", 200],
  ["/api/v1/continuity", "/api/v1/continuity", 200],
];
for (const [path, url, status] of documented) {
  Deno.test(`the answer ${status} of ${url} fits the OpenAPI document`, async () => {
    const { api } = await aFullApi();
    const document = await (await api.request("/openapi.json")).json() as Document;
    match(document.openapi, /^3\.1/);
    const { content } = document.paths[path]!.get!.responses[status]!;
    const type = status === 200 ? "application/json" : "application/problem+json";
    const body: unknown = await (await api.request(url)).json();
    deepEqual(checkSchema(body, content![type]!.schema, document.components.schemas), []);
  });
}

Deno.test("a recording says so, with its borders, in every answer", async () => {
  const { api } = await aFullApi({
    getMode: () => ({ mode: "replay", recordedFrom: 5, recordedTo: 9 }),
  });
  for (const url of ["/api/v1/symbols", "/api/v1/charts/BTCUSDT", "/signals", "/health"]) {
    const body = await (await api.request(url)).json() as { recorded: unknown };
    deepEqual(body.recorded, { from: 5, to: 9 }, url);
  }
});

Deno.test("market data tells truly whether it came from the cache", async () => {
  const { api } = await aFullApi();
  const cached = async (url: string) =>
    (await (await api.request(url)).json() as { cached: boolean }).cached;
  deepEqual(
    [
      await cached("/market-data/bitcoin"),
      await cached("/market-data/bitcoin"),
      await cached("/market-data/bitcoin?cache=false"),
    ],
    [false, true, false],
  );
});

Deno.test("a live price wins over stored figures, and its age is the market's", async () => {
  const test = await aFullApi();
  test.deps.market.getPrice = (symbol) => ({
    symbol,
    price: 7,
    eventMs: NOW_MS - 500,
    receivedMs: NOW_MS,
    source: "binance",
  });
  const body = await (await test.api.request("/market-data/BTCUSDT")).json();
  deepEqual([body.price, body.source, body.ageMs, body.cached], [7, "binance", 500, false]);
});

Deno.test("NEW-02 each figure of a pair has the source that told it, and its volume is its own", async () => {
  const { api, deps, store } = await aFullApi();
  deps.market.getPrice = (symbol) => ({
    symbol,
    price: 7,
    eventMs: NOW_MS - 500,
    receivedMs: NOW_MS,
    source: "binance",
  });
  const asset = (await store.marketData.list({ limit: 1 })).items[0]!;
  await store.marketData.put({
    ...asset,
    id: "asset:btc@coingecko",
    symbol: "BTCUSDT",
    source: "coingecko",
    volume_24h: 38e9,
    market_cap: 800e9,
  });
  const told = await (await api.request("/market-data/BTCUSDT?cache=false")).json();
  equal(told.market_cap, 800e9);
  equal(told.figures.market_cap.source, "coingecko");
  equal(told.figures.price.source, "binance");
  notEqual(told.volume_24h, 38e9);
  notEqual(told.figures.volume_24h?.source, "coingecko");
  const whole = await (await api.request("/market-data/bitcoin")).json();
  equal(whole.figures.volume_24h.source, whole.source);
});

Deno.test("an ETag brings 304, and a new running bar a new answer", async () => {
  const { api, running } = await aFullApi();
  const url = "/api/v1/charts/BTCUSDT";
  await api.request(url);
  const etag = (await api.request(url)).headers.get("etag")!;
  match(etag, /^"[^"]+"$/);
  const headers = { "if-none-match": `"other", ${etag}` };
  const same = await api.request(url, { headers });
  deepEqual([same.status, await same.text()], [304, ""]);
  running.bar = aBar({ time: NOW_MS, closed: false });
  equal((await api.request(url, { headers })).status, 200);
});

Deno.test("gzip is sent to whoever takes it, under a tag of its own, and identity otherwise", async () => {
  const { api } = await aFullApi();
  const url = "/api/v1/charts/BTCUSDT";
  await (await api.request(url)).body?.cancel();
  const plain = await api.request(url, { headers: { "accept-encoding": "identity" } });
  const packed = await api.request(url, { headers: { "accept-encoding": "gzip" } });
  equal(plain.headers.get("content-encoding"), null);
  equal(packed.headers.get("content-encoding"), "gzip");
  equal(packed.headers.get("etag"), plain.headers.get("etag")!.replace(/"$/, '-gz"'));
  match(packed.headers.get("vary")!, /accept-encoding/);
  const unpacked = new Response(packed.body!.pipeThrough(new DecompressionStream("gzip")));
  equal(await unpacked.text(), await plain.text());
});

const encodings: [accepted: string, expected: boolean][] = [
  ["", false],
  ["gzip", true],
  ["br, GZIP;q=0.5", true],
  ["gzip;q=0", false],
  ["gzip;q=0.0, *", false],
  ["*", true],
  ["identity", false],
];
for (const [accepted, expected] of encodings) {
  Deno.test(`Accept-Encoding "${accepted}" ${expected ? "takes" : "refuses"} gzip`, () => {
    equal(takesGzip(accepted), expected);
  });
}

Deno.test("requests beyond the limit get 429 with Retry-After, health never does", async () => {
  const { api, time } = await anApi({ rateLimit: 3 });
  const get = (url: string, ip = "10.0.0.1") => api.request(url, {}, { ip });
  for (let i = 0; i < 3; i++) equal((await get("/api/v1/symbols")).status, 200);
  const refused = await get("/api/v1/symbols");
  equal(refused.status, 429);
  equal(refused.headers.get("retry-after"), "20");
  equal((await get("/api/v1/symbols", "10.0.0.2")).status, 200);
  for (let i = 0; i < 10; i++) equal((await get("/health")).status, 200);
  time.nowMs += 20_000;
  equal((await get("/api/v1/symbols")).status, 200);
  time.nowMs -= 3_600_000;
  equal((await get("/api/v1/symbols")).status, 429);
});

Deno.test("any origin may read, only listed ones with credentials", async () => {
  const { api } = await anApi();
  const from = async (origin: string) =>
    (await api.request("/api/v1/symbols", { headers: { origin } })).headers;
  const other = await from("https://other.example");
  equal(other.get("access-control-allow-origin"), "*");
  equal(other.get("access-control-allow-credentials"), null);
  const listed = await from("http://localhost:3000");
  equal(listed.get("access-control-allow-origin"), "http://localhost:3000");
  const asked = await api.request("/api/v1/symbols", {
    method: "OPTIONS",
    headers: { origin: "https://other.example", "access-control-request-method": "GET" },
  });
  equal(asked.status, 204);
  equal(asked.headers.get("access-control-allow-methods"), "GET, HEAD");
});

Deno.test("a write from a page of another origin is refused", async () => {
  const { api } = await anApi();
  const post = (origin: string) =>
    api.request("/api/v1/symbols", { method: "POST", headers: { origin } });
  equal((await post("https://evil.example")).status, 403);
  equal((await post("http://localhost")).status, 404);
});

Deno.test("a failure on our side is a bare 500 and is logged with its request", async () => {
  const lines: unknown[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_message: string, fields?: unknown) => lines.push(fields),
  };
  const { api, deps } = await anApi({ log });
  deps.symbols.list = () => Promise.reject(new Error("secret of the house"));
  const response = await api.request("/api/v1/symbols");
  equal(response.status, 500);
  const text = await response.text();
  ok(!text.includes("secret"));
  equal((lines[0] as { request_id: string }).request_id, JSON.parse(text).request_id);
});

Deno.test("a store that does not answer makes health 503 and down; a lame collector degrades it", async () => {
  const { api, store, deps } = await anApi();
  deps.listCollectors = () => [{ source: "x", status: "down", lastMessageMs: null }];
  const degraded = await api.request("/health");
  deepEqual([degraded.status, (await degraded.json()).status], [200, "degraded"]);
  store.getState = () => Promise.reject(new Error("disk"));
  const down = await api.request("/health");
  deepEqual([down.status, (await down.json()).status], [503, "down"]);
});

Deno.test("the event stream begins with an initial event", async () => {
  const { api, hub } = await anApi();
  const response = await api.request("/api/v1/events?channels=prices&symbols=BTCUSDT");
  equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const reader = response.body!.getReader();
  let text = "";
  while (!text.includes("data:")) text += new TextDecoder().decode((await reader.read()).value);
  match(text, /event: initial/);
  await reader.cancel();
  equal(hub.stats().connections, 0);
});

Deno.test("symbols of every exchange have their heading", async () => {
  const { api, store } = await anApi();
  await store.symbols.put(aSymbol({ symbol: "AAPL", id: "stock:AAPL@alpaca", exchange: "alpaca" }));
  await store.symbols.put(
    aSymbol({ symbol: "THYAO.IS", id: "stock:THYAO@bist", exchange: "bist" }),
  );
  const { exchanges } = await (await api.request("/api/v1/symbols")).json();
  deepEqual([exchanges.Alpaca[0].symbol, exchanges.Yahoo[0].symbol], ["AAPL", "THYAO.IS"]);
});
