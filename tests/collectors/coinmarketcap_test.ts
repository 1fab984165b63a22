import { deepEqual, equal, throws } from "node:assert/strict";
import { coinmarketcap, findUsdQuote } from "../../collectors/sources/coinmarketcap.ts";
import { SourceParseError } from "../../collectors/source.ts";
import { aContext, aSymbol, findFeed, parseAs, readBody, receivedMs } from "../support/sources.ts";

const listings = findFeed(coinmarketcap, "listings");
const quotes = findFeed(coinmarketcap, "quotes");
const parse = (body: unknown) => parseAs(listings, body).marketData!;

const aQuote = (change: Record<string, unknown> = {}) => ({
  id: 2781,
  symbol: "USD",
  price: 100,
  volume_24h: 5,
  market_cap: 1_000,
  percent_change_24h: -1.5,
  last_updated: "2026-09-24T16:02:00.000Z",
  ...change,
});
const aCoin = (change: Record<string, unknown> = {}) => ({
  id: 1,
  name: "Bitcoin",
  symbol: "BTC",
  slug: "bitcoin",
  cmc_rank: 1,
  quote: [aQuote()],
  ...change,
});
const ofCoins = (...data: unknown[]) => ({ data, status: { error_code: "0" } });

Deno.test("the first version: a map by id, quotes by currency, percent as percent", () => {
  const records = parse(readBody("coinmarketcap/v1-quotes-latest-2019.json"));
  equal(records.length, 10);
  deepEqual(records[0], {
    id: "asset:bitcoin@coinmarketcap",
    symbol: "BTC",
    price: 3475.55287338,
    volume_24h: 4998928970.98657,
    market_cap: 60886038568.19836,
    price_change_24h: -0.139657,
    timestamp: Date.parse("2019-02-04T08:22:25.000Z"),
    source: "coinmarketcap",
    created_at: receivedMs,
  });
});

Deno.test("the second version: lists by symbol, of which the best ranked is meant", () => {
  const usd = (price: number) => ({ USD: { ...aQuote(), price } });
  const body = {
    status: { error_code: 0 },
    data: {
      BTC: [
        aCoin({ slug: "fake", cmc_rank: null, quote: usd(1) }),
        aCoin({ quote: usd(84_000) }),
        aCoin({ slug: "faker", cmc_rank: 4_000, quote: usd(2) }),
      ],
      NONE: [],
    },
  };
  deepEqual(parse(body).map(({ id, price }) => [id, price]), [
    ["asset:bitcoin@coinmarketcap", 84_000],
  ]);
});

for (
  const [name, symbols] of [
    ["v3-listings-latest-2026", ["BTC", "ETH"]],
    ["v3-quotes-latest-2026", ["BTC", "PAXG"]],
  ] as const
) {
  Deno.test(`the third version: lists of coins and of quotes (${name})`, () => {
    const records = parse(readBody(`coinmarketcap/${name}.json`));
    deepEqual(records.slice(0, 2).map(({ symbol }) => symbol), symbols);
    const [bitcoin] = records;
    equal(bitcoin?.price, 84278.77808276);
    equal(bitcoin?.price_change_24h, 0.71749051);
    equal(bitcoin?.market_cap, 1693054713258.5984);
  });
}

for (
  const name of ["v1-403-plan-1006", "v1-429-rate-limit-1008", "v4-dex-spot-pairs-400-no-dex"]
) {
  Deno.test(`the recorded error ${name} is a SourceParseError with its code`, () => {
    const body = readBody(`coinmarketcap/${name}.json`);
    for (const feed of coinmarketcap.feeds) {
      throws(() => parseAs(feed, body), /an error \(\d{3,4}:/);
    }
  });
}

Deno.test("an error code is one as number and as text, 0 is none", () => {
  for (const error_code of [1001, "1001", "400"]) {
    const body = { status: { error_code, error_message: "no" }, data: [aCoin()] };
    throws(() => parse(body), SourceParseError);
  }
  for (const error_code of [0, "0"]) {
    equal(parse({ status: { error_code, error_message: null }, data: [aCoin()] }).length, 1);
  }
});

Deno.test("figures in another currency are not taken for dollars", () => {
  for (
    const quote of [{ EUR: aQuote() }, [aQuote({ id: 2790, symbol: "EUR" })], [], null, "USD", {
      USD: null,
    }]
  ) {
    throws(() => parse(ofCoins(aCoin({ quote }))), SourceParseError);
  }
  const both = [aQuote({ id: 2790, symbol: "EUR", price: 7 }), aQuote({ price: 9 })];
  equal(parse(ofCoins(aCoin({ quote: both })))[0]?.price, 9);
  deepEqual(findUsdQuote([{ convert_id: "2781", price: 3 }]), { convert_id: "2781", price: 3 });
  equal(findUsdQuote([{ convert_id: 1, price: 3 }]), null);
});

Deno.test("nulls survive, a coin without a price is left out, text figures are numbers", () => {
  const records = parse(ofCoins(
    aCoin({ quote: [aQuote({ volume_24h: null, market_cap: undefined, last_updated: null })] }),
    aCoin({ symbol: "b", quote: [aQuote({ price: null })] }),
    aCoin({ symbol: "c", cmc_rank: 2, quote: [aQuote({ volume_24h: "12.5" })], unknown: {} }),
  ));
  deepEqual(
    records.map(({ symbol, volume_24h, market_cap, timestamp }) => [
      symbol,
      volume_24h,
      market_cap,
      timestamp,
    ]),
    [
      ["BTC", null, null, receivedMs],
      ["C", 12.5, 1_000, Date.parse("2026-09-24T16:02:00.000Z")],
    ],
  );
  deepEqual(parse(ofCoins()), []);
  deepEqual(parse({ data: {}, status: { error_code: 0 } }), []);
});

for (const body of [null, [], {}, "x", 1, { data: null }, { data: "x" }, { data: [1] }]) {
  Deno.test(`${JSON.stringify(body)} is a SourceParseError`, () => {
    throws(() => parse(body), SourceParseError);
  });
}

Deno.test("followed coins are asked by id where one is certain, else by symbol, 100 at once", () => {
  const many = Array.from({ length: 150 }, (_, i) => aSymbol(`C${i}`));
  const symbols = [
    aSymbol("ETH"),
    aSymbol("BTC"),
    aSymbol("BTC"),
    aSymbol("AAPL", { kind: "stock" }),
    ...many,
  ];
  const requests = quotes.requests(aContext({ symbols }));
  deepEqual(requests.map(({ path }) => path.split("?")[1]!.slice(0, 12)), [
    "id=1,1027&co",
    "symbol=C0,C1",
    requests[2]!.path.split("?")[1]!.slice(0, 12),
  ]);
  deepEqual(requests.map(({ about }) => about!.symbols!.split(",").length), [2, 100, 50]);
  deepEqual(requests.map(({ credits }) => credits), [1, 1, 1]);
  deepEqual(quotes.requests(aContext()), []);
});

Deno.test("an answer with another coin than the asked one says nothing of it", () => {
  const body = ofCoins(aCoin({ symbol: "SCAM" }), aCoin());
  const { marketData } = parseAs(quotes, body, { about: { symbols: "BTC,ETH" } });
  deepEqual(marketData!.map(({ symbol }) => symbol), ["BTC"]);
});

Deno.test("the cadences fit into the month's credits, and the key goes into its header", () => {
  const cost = coinmarketcap.feeds.reduce((sum, feed) => {
    const symbols = Array.from({ length: 200 }, (_, i) => aSymbol(`C${i}`));
    const round = feed.requests(aContext({ symbols })).reduce(
      (n, { credits = 0 }) => n + credits,
      0,
    );
    return sum + round * 31 * 86_400_000 / feed.cadenceMs;
  }, 0);
  equal(cost <= coinmarketcap.creditsPerMonth!, true, `${cost} credits`);
  deepEqual(coinmarketcap.apiKey?.headers("k"), { "X-CMC_PRO_API_KEY": "k" });
  equal(coinmarketcap.apiKey?.isRequired, true);
});
