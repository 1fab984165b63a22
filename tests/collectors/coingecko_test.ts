import { deepEqual, equal, throws } from "node:assert/strict";
import { coingecko } from "../../collectors/sources/coingecko.ts";
import { SourceParseError } from "../../collectors/source.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";
import { readFixture } from "../support/exchange.ts";

const markets = coingecko.feeds.find(({ name }) => name === "markets")!;
const parse = (body: unknown, receivedMs: number) =>
  markets.parse(body, { receivedMs, request: { path: "/", weight: 1 } }).marketData!;
const ask = (symbols: readonly MarketSymbol[]) =>
  markets.requests({ symbols, nowMs: 0, getLastBarTime: () => null, dexPairs: [] });

const aCoin = (change: Record<string, unknown> = {}) => ({
  ...(readFixture("coingecko/coins-markets-2024.json").body as object[])[0],
  ...change,
});

Deno.test("a recorded answer becomes records, percent as percent", () => {
  const { body } = readFixture("coingecko/coins-markets-2024.json");
  deepEqual(parse(body, 42), [{
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
    equal(parse(readFixture(`coingecko/${name}.json`).body, 1).length, count);
  });
}

Deno.test("nulls survive, unknown fields are ignored, a coin without a price is left out", () => {
  const rows = [
    aCoin({ market_cap: null, total_volume: null, price_change_percentage_24h: null, new: {} }),
    aCoin({ current_price: null }),
    aCoin({ last_updated: null }),
  ];
  const records = parse(rows, 42);
  equal(records.length, 2);
  deepEqual([records[0]?.market_cap, records[0]?.volume_24h, records[0]?.price_change_24h], [
    null,
    null,
    null,
  ]);
  equal(records[1]?.timestamp, 42);
  deepEqual(parse([], 1), []);
});

for (const name of ["coins-markets-422-missing-vs", "error-429-rate-limit", "coins-ohlc-500"]) {
  Deno.test(`the recorded error ${name} is a SourceParseError`, () => {
    throws(() => parse(readFixture(`coingecko/${name}.json`).body, 1), SourceParseError);
  });
}

const badRows = [
  { current_price: "1" },
  { current_price: -1 },
  { id: "" },
  { last_updated: "yesterday" },
  { market_cap: {} },
];
for (const change of badRows) {
  Deno.test(`a coin with ${JSON.stringify(change)} is a SourceParseError`, () => {
    throws(() => parse([aCoin(change)], 1), SourceParseError);
  });
}

Deno.test("coins are asked for once each, whatever pairs they trade in; unknown ones are left out", () => {
  const bases = ["BTC", "BTC", "ETH", "constructor", "NOBODY"];
  const requests = ask(bases.map((base) => ({ base }) as MarketSymbol));
  equal(requests.length, 1);
  const query = new URL(`http://x${requests[0]!.path}`).searchParams;
  equal(query.get("ids"), "bitcoin,ethereum");
  equal(query.get("vs_currency"), "usd");
  equal(query.get("per_page"), "250");
  deepEqual(ask([]), []);
});
