/** Filters of lists, to and from their address. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { dexSignalTypes } from "../../lib/contracts/dex_records.ts";
import { isRecordedElsewhere } from "../../lib/ui/Age.tsx";
import {
  dexColumns,
  filterMarkets,
  formatQuery,
  matchesText,
  moods,
  parseDexFilter,
  parseMarketFilter,
  parseNewsFilter,
  turnDexSort,
} from "../../lib/ui/list_query.ts";
import {
  formatFindings,
  formatScore,
  getMood,
  isWebAddress,
  linkMarket,
  readParam,
  toMoment,
} from "../../lib/ui/PageParts.tsx";
import { aMarket } from "../support/pages.ts";

Deno.test("a filter survives the way through its address", () => {
  const text = fc.string({ maxLength: 64 }).map((each) => each.trim());
  const dex = fc.record({
    network: text,
    exchange: text,
    type: fc.constantFrom("" as const, ...dexSignalTypes),
    sort: fc.constantFrom(...dexColumns),
    order: fc.constantFrom("asc" as const, "desc" as const),
  });
  fc.assert(fc.property(dex, (filter) => {
    deepEqual(parseDexFilter(new URLSearchParams(formatQuery({ ...filter }))), filter);
  }));
  const news = fc.record({
    entity: text,
    source: text,
    mood: fc.constantFrom("" as const, ...moods),
  });
  fc.assert(fc.property(news, (filter) => {
    const { mood, ...rest } = filter;
    const query = new URLSearchParams(formatQuery({ ...rest, sentiment: mood }));
    deepEqual(parseNewsFilter(query), filter);
  }));
});

Deno.test("whatever stands in an address gives a filter of bounded texts", () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (raw) => {
    const query = new URLSearchParams({ q: raw, exchange: raw, type: raw, sentiment: raw });
    const { text, exchange } = parseMarketFilter(query);
    ok(text.length <= 64 && exchange.length <= 64 && text === text.trim());
    ok(["", ...dexSignalTypes].includes(parseDexFilter(query).type));
    ok(["", ...moods].includes(parseNewsFilter(query).mood));
  }));
  equal(formatQuery({ q: "", exchange: "" }), "");
});

Deno.test("a heading turns the order of its column round, and begins another one anew", () => {
  const filter = parseDexFilter(new URLSearchParams("network=base"));
  const turn = (sort: Parameters<typeof turnDexSort>[1]) => {
    const { network, sort: next, order } = parseDexFilter(
      new URLSearchParams(turnDexSort(filter, sort)),
    );
    return [network, next, order];
  };
  deepEqual(turn("volume_24h"), ["base", "volume_24h", "asc"]);
  deepEqual(turn("name"), ["base", "name", "asc"]);
  deepEqual(turn("price"), ["base", "price", "desc"]);
});

Deno.test("markets are found by symbol, name or code, whatever the case", () => {
  const rows = [
    aMarket(),
    aMarket({ symbol: "AAPL", name: "Apple", base: "AAPL", exchange: "alpaca" }),
  ];
  const find = (text: string, exchange = "") =>
    filterMarkets(rows, { text, exchange }).map(({ symbol }) => symbol);
  deepEqual(find(""), ["BTCUSDT", "AAPL"]);
  deepEqual(find("bit"), ["BTCUSDT"]);
  deepEqual(find("APPLE"), ["AAPL"]);
  deepEqual(find("", "alpaca"), ["AAPL"]);
  deepEqual(find("btc", "alpaca"), []);
  ok(matchesText([undefined, "x"], "X"));
  ok(!matchesText([undefined], "x"));
});

Deno.test("names in a path are decoded, and a broken one is left as it is", () => {
  equal(readParam("crypto%3ABTC%2FUSDT%40binance"), "crypto:BTC/USDT@binance");
  equal(readParam("%E0%A4%A"), "%E0%A4%A");
  equal(readParam(undefined), "");
  equal(readParam("x".repeat(1_000)).length, 300);
  fc.assert(fc.property(fc.string({ maxLength: 20, unit: "grapheme" }), (name) => {
    equal(readParam(linkMarket(name).slice("/explore/market/".length)), name);
  }));
});

Deno.test("scores carry their sign, moods begin at a quarter, and only the web is linked", () => {
  deepEqual([0.254, -0.5, 0, -0.001, NaN].map(formatScore), [
    "+0.25",
    "−0.50",
    "0.00",
    "0.00",
    "–",
  ]);
  deepEqual([0.25, 0.24, -0.24, -0.25, null, NaN].map(getMood), [
    "positive",
    "neutral",
    "neutral",
    "negative",
    "unjudged",
    "unjudged",
  ]);
  for (const url of ["javascript:alert(1)", "data:text/html,x", " https://x", "", null]) {
    ok(!isWebAddress(url), String(url));
  }
  ok(isWebAddress("https://x.example/a") && isWebAddress("HTTP://x.example"));
  deepEqual([5, null, NaN].map(toMoment), [5, 0, 0]);
  equal(
    formatFindings({ data: { volume_24h: 1_234_567.8, ratio: 3.14159, direction: "up" } }),
    "Volume in 24 h 1.23M, Times the usual 3.14 ×, direction up",
  );
});

Deno.test("only a recording has answers of other dates", () => {
  const times = { marketMs: 50, wallMs: 9, isStill: false, recorded: { from: 10, to: 100 } };
  deepEqual([9, 10, 100, 101].map((ms) => isRecordedElsewhere(ms, times)), [
    true,
    false,
    false,
    true,
  ]);
  ok(!isRecordedElsewhere(9e9, { ...times, recorded: null }));
});
