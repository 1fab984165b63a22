import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { coingecko } from "../../collectors/sources/coingecko.ts";
import { SourceParseError } from "../../collectors/source.ts";
import { aContext, aSymbol, findFeed, parseAs, readBody, receivedMs } from "../support/sources.ts";

const markets = findFeed(coingecko, "markets");
const followed = findFeed(coingecko, "followed coins");
const parse = (body: unknown, atMs = receivedMs) => parseAs(markets, body, { atMs }).marketData!;

const aCoin = (change: Record<string, unknown> = {}) => ({
  ...(readBody("coingecko/coins-markets-2024.json") as object[])[0],
  ...change,
});

Deno.test("a recorded answer becomes records, percent as percent", () => {
  deepEqual(parse(readBody("coingecko/coins-markets-2024.json"), 42), [{
    id: "asset:bitcoin@coingecko",
    symbol: "BTC",
    price: 70187,
    volume_24h: 20154184933,
    market_cap: 1381651251183,
    price_change_24h: 3.12502,
    timestamp: Date.parse("2024-04-07T16:49:31.736Z"),
    source: "coingecko",
    created_at: 42,
  }]);
});

for (
  const [name, count] of [["coins-markets-bitcoin", 1], ["coins-markets-top5-2023", 5]] as const
) {
  Deno.test(`the recorded ${name} gives ${count} records`, () => {
    equal(parse(readBody(`coingecko/${name}.json`)).length, count);
  });
}

Deno.test("nulls survive, unknown fields are ignored, a coin without a price is left out", () => {
  const records = parse([
    aCoin({ market_cap: null, total_volume: null, price_change_percentage_24h: null, new: {} }),
    aCoin({ id: "b", symbol: "b", current_price: null }),
    aCoin({ id: "c", symbol: "c", last_updated: null }),
  ], 42);
  deepEqual(records.map(({ symbol }) => symbol), ["C", "BTC"]);
  const [none, coin] = records;
  deepEqual([coin?.market_cap, coin?.volume_24h, coin?.price_change_24h], [null, null, null]);
  equal(none?.timestamp, 42);
  deepEqual(parse([]), []);
});

Deno.test("of coins that share a symbol the largest is meant, wherever it stands", () => {
  const fakes = [
    aCoin({ id: "fake-1", current_price: 1, market_cap: 5_000 }),
    aCoin({ id: "fake-2", current_price: 2, market_cap: null }),
  ];
  for (const rows of [[aCoin(), ...fakes], [...fakes, aCoin()]]) {
    deepEqual(parse(rows).map(({ id }) => id), ["asset:bitcoin@coingecko"]);
  }
  const priceless = aCoin({ id: "other", current_price: null, market_cap: 1e15 });
  deepEqual(parse([priceless, aCoin()]).map(({ price }) => price), [70187]);
});

for (const name of ["coins-markets-422-missing-vs", "error-429-rate-limit", "coins-ohlc-500"]) {
  Deno.test(`the recorded error ${name} is a SourceParseError in every feed`, () => {
    for (const feed of coingecko.feeds) {
      const about = { coin: "bitcoin", symbols: "btc" };
      throws(() => parseAs(feed, readBody(`coingecko/${name}.json`), { about }), SourceParseError);
    }
  });
}

const badRows = [
  { current_price: "1" },
  { current_price: -1 },
  { id: "" },
  { last_updated: "yesterday" },
  { market_cap: {} },
  { market_cap: -1 },
  { total_volume: "many" },
];
for (const change of badRows) {
  Deno.test(`a coin with ${JSON.stringify(change)} is a SourceParseError`, () => {
    throws(() => parse([aCoin(change)]), SourceParseError);
  });
}

Deno.test("one bad row of many is left out, one in ten is another language", () => {
  const rows = Array.from({ length: 20 }, (_, i) => aCoin({ id: `c${i}`, symbol: `s${i}` }));
  equal(parse([...rows, aCoin({ id: "" })]).length, 20);
  throws(
    () => parse([...rows, aCoin({ id: "" }), aCoin({ id: "" }), aCoin({ id: "" })]),
    /3 of 23 rows/,
  );
});

Deno.test("the largest coins are asked for whatever is followed, in one request", () => {
  const [request, ...more] = markets.requests(aContext());
  deepEqual(more, []);
  const query = new URL(`http://x${request!.path}`).searchParams;
  deepEqual(Object.fromEntries(query), {
    vs_currency: "usd",
    order: "market_cap_desc",
    per_page: "250",
    page: "1",
  });
});

Deno.test("followed bases are asked for once each, stocks and odd spellings not at all", () => {
  const symbols = [
    ...["BTC", "BTC", "ETH", "A,B&x=1"].map((base) => aSymbol(base)),
    aSymbol("AAPL", { kind: "stock" }),
  ];
  const requests = followed.requests(aContext({ symbols }));
  equal(requests.length, 1);
  const query = new URL(`http://x${requests[0]!.path}`).searchParams;
  deepEqual([query.get("symbols"), query.get("include_tokens")], ["btc,eth", "top"]);
  const many = Array.from({ length: 600 }, (_, i) => aSymbol(`C${i}`));
  equal(followed.requests(aContext({ symbols: many })).length, 3);
  deepEqual(followed.requests(aContext()), []);
});

Deno.test("an answer about coins that were not asked for says nothing of them", () => {
  const body = [aCoin(), aCoin({ id: "ethereum", symbol: "eth" })];
  const { marketData } = parseAs(followed, body, { about: { symbols: "eth,sol" } });
  deepEqual(marketData!.map(({ id }) => id), ["asset:ethereum@coingecko"]);
});

Deno.test("recorded totals of the market are told with their shares", () => {
  const { marketTotals: [total] = [] } = parseAs(
    findFeed(coingecko, "global"),
    readBody("coingecko/global.json"),
  );
  equal(total?.market_cap, 2142953338976.9612);
  equal(total?.market, "crypto");
  ok(total.dominance.BTC! > 30 && total.dominance.BTC! < 60);
  equal(total.id, `crypto ${total.timestamp}`);
  ok(total.timestamp > Date.UTC(2021, 0) && total.timestamp < Date.UTC(2022, 0));
});

Deno.test("recorded DeFi totals are read from their long decimals", () => {
  const { marketTotals: [total] = [] } = parseAs(
    findFeed(coingecko, "global DeFi"),
    readBody("coingecko/global-defi.json"),
  );
  equal(total?.market_cap, 126209687895.02651);
  equal(total?.volume_24h, 15401284643.97339);
  equal(total?.dominance.DEFI, 5.894647272122132);
});

Deno.test("a recorded past joins prices, volumes and caps by their stamps", () => {
  const feed = findFeed(coingecko, "history");
  const body = readBody("coingecko/coins-bitcoin-market_chart-90d-daily.json");
  const { assetPrices } = parseAs(feed, body, { about: { coin: "bitcoin" } });
  const chart = body as { prices: number[][]; total_volumes: number[][]; market_caps: number[][] };
  equal(assetPrices!.length, chart.prices.length);
  const [first] = assetPrices!;
  deepEqual(first, {
    id: `asset:bitcoin ${chart.prices[0]![0]}`,
    entity: "asset:bitcoin",
    price: 48607.8745224845,
    volume_24h: chart.total_volumes[0]![1],
    market_cap: chart.market_caps[0]![1],
    timestamp: 1613347200000,
    source: "coingecko",
    created_at: receivedMs,
  });
  const holes = { prices: [[1, null], [2, 5]], total_volumes: [[1, 7]], market_caps: [[2, null]] };
  const { assetPrices: samples } = parseAs(feed, holes, { about: { coin: "x" } });
  deepEqual(
    samples!.map(({ timestamp, price, volume_24h, market_cap }) => [
      timestamp,
      price,
      volume_24h,
      market_cap,
    ]),
    [[2, 5, null, null]],
  );
  throws(() => parseAs(feed, body), SourceParseError);
});

Deno.test("recorded bars give the close at their stamp, which is their end", () => {
  const feed = findFeed(coingecko, "closes");
  const body = readBody("coingecko/coins-bitcoin-ohlc-7d.json") as number[][];
  const { assetPrices } = parseAs(feed, body, { about: { coin: "bitcoin" } });
  deepEqual(
    assetPrices!.map(({ timestamp, price }) => [timestamp, price]),
    body.map((row) => [row[0], row[4]]),
  );
  for (const row of [[1, 2, 1, 2, 2], [1, 2, 3, 2.5, 2], [1, 2, 3, 1], [0, 1, 1, 1, 1]]) {
    throws(() => parseAs(feed, [row], { about: { coin: "b" } }), SourceParseError);
  }
});

Deno.test("the past is asked of the coins that matter, at most eight, never of odd ones", () => {
  const feed = findFeed(coingecko, "history");
  const paths = (coins?: string[]) =>
    feed.requests(aContext(coins ? { coins } : {})).map(({ path }) => path.split("?")[0]);
  deepEqual(paths(["aave", "../etc", "a b"]), ["/api/v3/coins/aave/market_chart"]);
  equal(paths(Array.from({ length: 30 }, (_, i) => `c${i}`)).length, 8);
  deepEqual(paths().map((path) => path!.split("/")[4]), ["bitcoin", "ethereum"]);
});

Deno.test("the cadences fit into the month's credits, and the key goes into its header", () => {
  const symbols = Array.from({ length: 250 }, (_, i) => aSymbol(`C${i}`));
  const coins = Array.from({ length: 8 }, (_, i) => `c${i}`);
  const cost = coingecko.feeds.reduce((sum, feed) => {
    const requests = feed.requests(aContext({ symbols, coins }));
    const round = requests.reduce((n, { credits = 0 }) => n + credits, 0);
    return sum + round * 31 * 86_400_000 / feed.cadenceMs;
  }, 0);
  ok(cost <= coingecko.creditsPerMonth!, `${cost} credits`);
  deepEqual(coingecko.apiKey?.headers("k"), { "x-cg-demo-api-key": "k" });
});
