import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { coinmarketcap } from "../../collectors/sources/coinmarketcap.ts";
import { coinmarketcapDex } from "../../collectors/sources/coinmarketcap_dex.ts";
import { SourceParseError } from "../../collectors/source.ts";
import { aContext, aPair, findFeed, parseAs, readBody, receivedMs } from "../support/sources.ts";

const feed = (name: string) => findFeed(coinmarketcapDex, name);
const hour = 3_600_000;
const day = 24 * hour;

/** Rows as the provider documents them, for the functions that no recording exists of. */
const identity = {
  contract_address: "0x9C4fe5ffd9a9fc5678cfbd93aa2d4fd684b67c4c",
  name: "PAXG/WETH",
  base_asset_ucid: "4705",
  base_asset_contract_address: "0x45804880de22913dafe09f4980848ece6ecbaf78",
  quote_asset_ucid: "2396",
  dex_id: "1069",
  dex_slug: "uniswap-v2",
  network_id: "1",
  network_slug: "Ethereum",
  last_updated: "2026-09-24T16:05:11.000Z",
};
const pairId = "ethereum:0x9c4fe5ffd9a9fc5678cfbd93aa2d4fd684b67c4c";
const about = { pairs: pairId };
const answer = (data: unknown) => ({ data, status: { error_code: "0", credit_count: 1 } });
const usd = (figures: Record<string, unknown>) => [{ convert_id: "2781", ...figures }];

Deno.test("a recorded pair quote: text ids, and a fraction that becomes percent", () => {
  const body = readBody("coinmarketcap/v4-dex-pairs-quotes-latest-PAXG-WETH-2026.json");
  deepEqual(parseAs(feed("pair quotes"), body).dexPairs, [{
    id: pairId,
    name: "PAXG/WETH",
    base_currency_id: "ethereum:0x45804880de22913dafe09f4980848ece6ecbaf78",
    quote_currency_id: "ethereum:0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
    network_id: "ethereum",
    dex_id: "uniswap-v2",
    price: 4264.153800061066,
    volume_24h: 351538.4385732713,
    liquidity: 16257792.367634999,
    price_change_24h: -0.33,
    last_updated: Date.parse("2026-09-24T16:05:21.861Z"),
    pool_created_at: null,
    first_seen_at: receivedMs,
    source: "coinmarketcap_dex",
    created_at: receivedMs,
  }]);
});

Deno.test("recorded spot pairs give pairs, and their bases as listed tokens", () => {
  const body = readBody("coinmarketcap/v4-dex-spot-pairs-latest-uniswap-v3-2026.json");
  const { dexPairs = [], dexListings = [] } = parseAs(feed("spot pairs"), body);
  equal(dexPairs.length, 7);
  deepEqual([dexPairs[0]!.name, dexPairs[0]!.price_change_24h], ["WBTC/WETH", -0.79]);
  const wbtc = dexListings.find(({ symbol }) => symbol === "WBTC")!;
  equal(wbtc.network_id, "ethereum");
  equal(wbtc.kind, "token");
  const own = dexPairs.filter(({ base_currency_id }) => base_currency_id === wbtc.id);
  equal(wbtc.volume_24h, own.reduce((sum, { volume_24h }) => sum + volume_24h!, 0));
  equal(new Set(dexListings.map(({ id }) => id)).size, dexListings.length);
});

Deno.test("a token is priced where it is most liquid, and shallow pools do not name its price", () => {
  const row = (contract: string, price: number, liquidity: number) => ({
    ...identity,
    contract_address: contract,
    base_asset_symbol: "PAXG",
    quote: usd({ price, liquidity, volume_24h: 10 }),
  });
  for (
    const rows of [[row("0x1", 9, 1), row("0x2", 5, 100)], [row("0x2", 5, 100), row("0x1", 9, 1)]]
  ) {
    const { dexListings } = parseAs(feed("spot pairs"), answer(rows));
    deepEqual(
      dexListings!.map(({ price, volume_24h, liquidity }) => [price, volume_24h, liquidity]),
      [
        [5, 20, 101],
      ],
    );
  }
});

Deno.test("networks by number and spelling: the BNB chain, spaces, other addresses' case", () => {
  const rows = [
    {
      ...identity,
      network_id: "14",
      network_slug: "BNB Smart Chain",
      quote: usd({ price: "0.5" }),
    },
    {
      ...identity,
      contract_address: "58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
      network_id: "16",
      network_slug: "Solana",
      base_asset_contract_address: null,
      quote_asset_ucid: null,
      quote: usd({ price: 1, liquidity: null }),
    },
  ];
  const { dexPairs } = parseAs(feed("spot pairs"), answer(rows));
  deepEqual(dexPairs!.map(({ id }) => id), [
    `bsc:${identity.contract_address.toLowerCase()}`,
    "solana:58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2",
  ]);
  deepEqual([dexPairs![0]!.price, dexPairs![1]!.price], [0.5, 1]);
  deepEqual(
    [dexPairs![1]!.base_currency_id, dexPairs![1]!.quote_currency_id],
    ["cmc:4705", "unknown"],
  );
});

Deno.test("a pair without quotes in dollars, or with a negative price, is refused", () => {
  for (
    const quote of [
      [],
      null,
      [{ convert_id: "2790", price: 1 }],
      usd({ price: -1 }),
      usd({
        price: "1e999",
      }),
    ]
  ) {
    throws(
      () => parseAs(feed("spot pairs"), answer([{ ...identity, quote }])),
      SourceParseError,
    );
  }
});

Deno.test("the recorded refusal of a search without an exchange is a SourceParseError in every feed", () => {
  const body = readBody("coinmarketcap/v4-dex-spot-pairs-400-no-dex.json");
  equal(coinmarketcapDex.feeds.length, 8);
  for (const one of coinmarketcapDex.feeds) {
    throws(() => parseAs(one, body, { about }), /400: Please provide/);
  }
});

Deno.test("documented networks are told, with the chain id where it is certain", () => {
  const rows = [
    { id: 1, name: "Ethereum", network_slug: "ethereum", cryptocurrencySlug: "ethereum" },
    { id: 14, name: "BNB Smart Chain", network_slug: "bsc", cryptocurrencyId: "1839" },
    { id: 99, name: "New Chain", network_slug: null },
  ];
  const { dexNetworks } = parseAs(feed("networks list"), answer(rows));
  deepEqual(dexNetworks!.map((one) => [one.id, one.chain_id, one.native_currency_id]), [
    ["ethereum", "1", "ethereum"],
    ["bsc", "56", "cmc:1839"],
    ["new-chain", null, null],
  ]);
});

Deno.test("documented exchanges are told, with volume by one function and facts by the other", () => {
  const rows = [{
    id: 1348,
    name: "Uniswap v3",
    slug: "uniswap-v3",
    status: "active",
    urls: { website: ["javascript:alert(1)", "https://uniswap.org"] },
    date_launched: "2021-05-05T00:00:00.000Z",
    num_market_pairs: "1234",
    quote: usd({ volume_24h: 1e9, market_type: "spot", last_updated: "2026-09-24T16:05:11Z" }),
  }];
  const { dexListings } = parseAs(feed("listings quotes"), answer(rows));
  deepEqual(dexListings!.map(({ id, kind, volume_24h, price }) => [id, kind, volume_24h, price]), [
    ["dex:uniswap-v3", "exchange", 1e9, null],
  ]);
  const { dexExchanges } = parseAs(feed("listings info"), answer(rows));
  deepEqual(dexExchanges, [{
    id: "uniswap-v3",
    name: "Uniswap v3",
    status: "active",
    website: "https://uniswap.org",
    launched_at: Date.UTC(2021, 4, 5),
    source: "coinmarketcap_dex",
    timestamp: receivedMs,
  }]);
});

const figures = { open: 10, high: 12, low: 9, close: 11, volume: 1_000 };

Deno.test("the running day of a pair is a candle that is not closed", () => {
  const row = { ...identity, quote: usd({ ...figures, last_updated: identity.last_updated }) };
  const { dexCandles } = parseAs(feed("pair OHLCV"), answer([row]));
  deepEqual(dexCandles, [{
    pairId,
    timeframe: "1d",
    bars: [],
    running: { time: Date.UTC(2026, 8, 24), ...figures, closed: false, quality: "observed" },
  }]);
});

const aCandle = (at: number, change: Record<string, unknown> = {}) => ({
  time_open: new Date(at).toISOString(),
  time_close: new Date(at + hour - 1).toISOString(),
  quote: usd({ ...figures, ...change }),
});

Deno.test("a pair's past: closed candles in order, the running one apart, others left out", () => {
  const now = Math.floor(receivedMs / hour) * hour;
  const quotes = [
    aCandle(now),
    aCandle(now - hour, { close: "10.5" }),
    aCandle(now - 3 * hour),
    aCandle(now - 2 * hour - 60_000),
  ];
  const options = { about: { ...about, timeframe: "1h" } };
  const history = feed("pair OHLCV history");
  for (const data of [[{ ...identity, quotes }], { ...identity, quotes }]) {
    const { dexCandles: [candles] = [] } = parseAs(history, answer(data), options);
    deepEqual(candles?.bars.map(({ time, close, closed }) => [time, close, closed]), [
      [now - 3 * hour, 11, true],
      [now - hour, 10.5, true],
    ]);
    equal(candles?.running?.time, now);
    equal(candles?.timeframe, "1h");
  }
  const days = { about: { ...about, timeframe: "1d" } };
  const daily = answer([{ ...identity, quotes: [aCandle(Date.UTC(2026, 8, 1))] }]);
  const { dexCandles: [some] = [] } = parseAs(history, daily, days);
  deepEqual([some?.timeframe, some?.bars.length], ["1d", 1]);
});

const wrongCandles: Record<string, unknown>[] = [
  { high: 10 },
  { low: 10.5 },
  { open: 0 },
  { close: null },
  { volume: -1 },
];
for (const change of wrongCandles) {
  Deno.test(`a candle with ${JSON.stringify(change)} is refused`, () => {
    const body = answer([{ ...identity, quotes: [aCandle(0 + day, change)] }]);
    throws(() => parseAs(feed("pair OHLCV history"), body, { about }), SourceParseError);
  });
}

const aTrade = (change: Record<string, unknown> = {}) => ({
  date: "2026-09-24T16:05:00.000Z",
  type: "Buy",
  quote: usd({ price: 4264, total: 8528, amount_base_asset: 2 }),
  transaction_hash: "0xabc",
  ...change,
});

Deno.test("documented trades are told once each, several of one transaction apart", () => {
  const two = { quote: usd({ price: 4264, total: 4264, amount_base_asset: 1 }) };
  const trades = [
    aTrade(),
    aTrade(),
    aTrade(two),
    aTrade({ type: "sell", transaction_hash: null }),
  ];
  const { dexTrades } = parseAs(feed("pair trades"), answer([{ ...identity, trades }]), { about });
  deepEqual(dexTrades!.map(({ side, size, value_usd }) => [side, size, value_usd]), [
    ["buy", 2, 8528],
    ["buy", 1, 4264],
    ["sell", 2, 8528],
  ]);
  equal(dexTrades![0]!.pair_id, pairId);
  equal(dexTrades![0]!.timestamp, Date.parse("2026-09-24T16:05:00.000Z"));
  const odd = [aTrade({ type: "swap" }), aTrade({ quote: usd({ price: 0, total: 1 }) })];
  for (const trade of odd) {
    const body = answer([{ ...identity, trades: [trade] }]);
    throws(() => parseAs(feed("pair trades"), body, { about }), SourceParseError);
  }
});

Deno.test("an answer about another pair than the asked one says nothing", () => {
  const other = { about: { pairs: "ethereum:0xother" } };
  const trades = answer([{ ...identity, trades: [aTrade()] }]);
  deepEqual(parseAs(feed("pair trades"), trades, other).dexTrades, []);
  const candles = answer([{ ...identity, quotes: [aCandle(day)] }]);
  deepEqual(parseAs(feed("pair OHLCV history"), candles, other).dexCandles, []);
});

for (const one of coinmarketcapDex.feeds) {
  Deno.test(`an empty answer to ${one.name} is no news, and no answer is refused`, () => {
    const records = parseAs(one, answer([]), { about });
    ok(Object.values(records).every((list) => list.length === 0));
    for (const body of [null, [], {}, "", { data: null }, answer(undefined), answer([1])]) {
      throws(() => parseAs(one, body, { about }), SourceParseError);
    }
  });
}

Deno.test("pairs are searched in named exchanges only, as a network alone is refused", () => {
  const requests = feed("spot pairs").requests(aContext());
  ok(requests.length > 0);
  for (const { path } of requests) {
    const { searchParams, pathname } = new URL(`http://x${path}`);
    equal(pathname, "/v4/dex/spot-pairs/latest");
    ok(searchParams.get("dex_slug"));
    ok(searchParams.get("network_slug") ?? searchParams.get("network_id"));
  }
});

Deno.test("known pairs are asked about together, one request a network", () => {
  const many = Array.from({ length: 50 }, (_, i) => aPair(`ethereum:0x${i}`));
  const dexPairs = [...many, aPair("bsc:0xb"), aPair("solana:Abc")];
  for (const name of ["pair quotes", "pair OHLCV"]) {
    const queries = feed(name).requests(aContext({ dexPairs })).map(({ path }) =>
      Object.fromEntries(new URL(`http://x${path}`).searchParams)
    );
    equal(queries.length, 3);
    equal(queries[0]!.contract_address!.split(",").length, 30);
    deepEqual([queries[1]!.network_id, queries[1]!.contract_address], ["14", "0xb"]);
    deepEqual([queries[2]!.network_slug, queries[2]!.contract_address], ["solana", "Abc"]);
    deepEqual(feed(name).requests(aContext()), []);
  }
  equal(feed("pair OHLCV history").requests(aContext({ dexPairs })).length, 16);
  equal(feed("pair trades").requests(aContext({ dexPairs })).length, 5);
});

Deno.test("the cadences fit into the month's credits", () => {
  const dexPairs = ["ethereum", "base", "solana", "bsc"].flatMap((network) =>
    Array.from({ length: 25 }, (_, i) => aPair(`${network}:0x${i}`))
  );
  const cost = coinmarketcapDex.feeds.reduce((sum, one) => {
    const round = one.requests(aContext({ dexPairs })).reduce(
      (n, { credits = 0 }) => n + credits,
      0,
    );
    return sum + round * 31 * day / one.cadenceMs;
  }, 0);
  ok(cost <= coinmarketcapDex.creditsPerMonth!, `${cost} credits`);
  // One key opens both, and pays for both.
  ok(coinmarketcapDex.creditsPerMonth! + coinmarketcap.creditsPerMonth! <= 15_000);
});
