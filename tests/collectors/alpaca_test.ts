/** Alpaca: frames, bars, symbols and refusals, as recorded and as documented. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { SourceParseError, StreamRefusedError } from "../../collectors/source.ts";
import { alpaca } from "../../collectors/sources/alpaca.ts";
import { readFixture } from "../support/exchange.ts";
import {
  alpacaControl,
  alpacaRows,
  anAlpacaBar,
  anAlpacaTrade,
  readJson,
} from "../support/stocks.ts";

const readLines = (path: string) =>
  Deno.readTextFileSync(new URL(`../fixtures/${path}`, import.meta.url)).trim().split("\n")
    .map((line) => JSON.parse(line));
const at = (text: string) => Date.parse(`${text}Z`);

Deno.test("recorded and documented frames are read: one trade, one bar, the rest is control", () => {
  const lines = readLines("alpaca/ws-stock-stream-frames.jsonl").filter(({ from }) =>
    from === "server"
  );
  const read = lines.map(({ message }) => {
    try {
      return alpaca.parse(JSON.stringify(message), 7).map(({ kind }) => kind).join();
    } catch (error) {
      ok(error instanceof StreamRefusedError, String(error));
      return "refused";
    }
  });
  // The documented trade is an odd lot, which sets no price.
  deepEqual(read, ["", "", "", "", "bar", "", "refused", "refused", "refused"]);
});

Deno.test("a trade is read with its time cut to the millisecond", () => {
  deepEqual(alpaca.parse(anAlpacaTrade(), 7), [{
    kind: "trade",
    trade: {
      symbol: "AAPL",
      price: 190.5,
      size: 100,
      tradeId: 1,
      eventMs: at("2026-11-20T15:00:00.123"),
      receivedMs: 7,
      source: "alpaca",
    },
  }]);
});

const conditions = [
  { name: "a regular sale", c: ["@"], z: "C", counts: true },
  { name: "an intermarket sweep", c: ["@", "F"], z: "A", counts: true },
  { name: "the opening trade", c: ["@", "O"], z: "A", counts: true },
  { name: "the closing trade", c: ["@", "6"], z: "A", counts: true },
  { name: "no condition", c: [], z: "B", counts: true },
  { name: "an odd lot", c: ["@", "I"], z: "C", counts: false },
  { name: "extended hours", c: ["@", "T"], z: "C", counts: false },
  { name: "an official close told again", c: ["M"], z: "A", counts: false },
  { name: "a contingent trade", c: ["@", "7", "V"], z: "B", counts: false },
  { name: "a late report", c: [" ", "Z"], z: "A", counts: false },
  { name: "a corrected close without size", c: ["9"], z: "A", counts: false },
  { name: "an average price on tape A", c: ["B"], z: "A", counts: false },
  { name: "a bunched trade on tape C", c: ["@", "B"], z: "C", counts: true },
  { name: "an average price on tape C", c: ["@", "W"], z: "C", counts: false },
];
for (const { name, c, z, counts } of conditions) {
  Deno.test(`a trade with ${name} ${counts ? "sets" : "does not set"} a price`, () => {
    equal(alpaca.parse(anAlpacaTrade({ c, z }), 1).length, counts ? 1 : 0);
  });
}

Deno.test("a trade of size zero is an update, not a trade", () => {
  deepEqual(alpaca.parse(anAlpacaTrade({ s: 0 }), 1), []);
});

Deno.test("a minute bar, and its correction half a minute later, are closed bars of that minute", () => {
  for (const T of ["b", "u"]) {
    deepEqual(alpaca.parse(anAlpacaBar({ T }), 1), [{
      kind: "bar",
      symbol: "AAPL",
      timeframe: "1m",
      bar: {
        time: at("2026-11-20T15:00"),
        open: 190,
        high: 191,
        low: 189.5,
        close: 190.5,
        volume: 1_200,
        closed: true,
        quality: "observed",
      },
      eventMs: at("2026-11-20T15:01"),
    }]);
  }
});

Deno.test("corrections, cancellations, quotes, halts and price bands say nothing of their own", () => {
  const frame = JSON.stringify([
    { T: "c", S: "AAPL", oi: 101, op: 211.25, os: 40, ci: 102, cp: 211.2, cs: 35, z: "C" },
    { T: "x", S: "AAPL", i: 102, p: 211.2, s: 35, a: "C", z: "C" },
    { T: "q", S: "AAPL", bp: 1, ap: 2 },
    { T: "s", S: "AAPL", sc: "H", sm: "Halted" },
    { T: "l", S: "AAPL", u: 1, d: 2 },
    { T: "d", S: "AAPL" },
    ...JSON.parse(anAlpacaTrade({ i: 5 })),
  ]);
  deepEqual(alpaca.parse(frame, 1).map((event) => event.kind), ["trade"]);
});

const refusals = [
  { code: 400, words: /did not understand our message/, retryAfterMs: null },
  { code: 401, words: /sign in first/, retryAfterMs: null },
  { code: 402, words: /does not accept the key/, retryAfterMs: 900_000 },
  { code: 404, words: /signing in took too long/, retryAfterMs: null },
  { code: 405, words: /allows fewer symbols/, retryAfterMs: 900_000 },
  { code: 406, words: /one connection is in use/, retryAfterMs: 60_000 },
  { code: 407, words: /read too slowly/, retryAfterMs: null },
  { code: 409, words: /plan does not include this feed/, retryAfterMs: 900_000 },
  { code: 500, words: /fault of its own/, retryAfterMs: null },
  { code: 999, words: /it refused \(999: as told\)/, retryAfterMs: null },
];
for (const { code, words, retryAfterMs } of refusals) {
  Deno.test(`error ${code} of the stream is told in words, with how long to wait`, () => {
    throws(() => alpaca.parse(alpacaControl.error(code, "as told"), 1), (error) => {
      ok(error instanceof StreamRefusedError);
      match(error.message, words);
      equal(error.retryAfterMs, retryAfterMs);
      return true;
    });
  });
}

const garbage = [
  { name: "no JSON", frame: "[{" },
  { name: "an object", frame: "{}" },
  { name: "an unknown message", frame: '[{"T":"zz"}]' },
  { name: "a price of zero", frame: anAlpacaTrade({ p: 0 }) },
  { name: "a price as text", frame: anAlpacaBar({ o: "190" }) },
  { name: "a missing close", frame: anAlpacaBar({ c: undefined }) },
  { name: "a time without a zone", frame: anAlpacaTrade({ t: "2026-11-20T15:00:00" }) },
  { name: "a time that does not exist", frame: anAlpacaTrade({ t: "2026-13-40T15:00:00Z" }) },
  { name: "a negative volume", frame: anAlpacaBar({ v: -1 }) },
  { name: "an error page", frame: "<html>502</html>" },
];
for (const { name, frame } of garbage) {
  Deno.test(`a frame with ${name} is a SourceParseError`, () => {
    throws(() => alpaca.parse(frame, 1), SourceParseError);
  });
}

Deno.test("the frames we send are those of the documentation", () => {
  const sent = readLines("alpaca/ws-stock-stream-frames.jsonl").filter(({ from }) =>
    from === "client"
  );
  deepEqual(JSON.parse(alpaca.authFrame!("REDACTED", "REDACTED")), sent[0].message);
  const { updatedBars, ...subscribe } = JSON.parse(alpaca.subscribeFrame(["AAPL"], 1));
  deepEqual(subscribe, sent[1].message);
  deepEqual(updatedBars, ["AAPL"]);
  equal(JSON.parse(alpaca.unsubscribeFrame(["AAPL"], 2)).action, "unsubscribe");
  ok(alpaca.isReady!(alpacaControl.authenticated));
  ok(!alpaca.isReady!(alpacaControl.connected));
  equal(alpaca.streamPath(["AAPL"]), "/v2/iex");
});

Deno.test("both halves of the key are sent as headers", () => {
  deepEqual(alpaca.apiKey!.headers("id", "secret"), {
    "APCA-API-KEY-ID": "id",
    "APCA-API-SECRET-KEY": "secret",
  });
});

Deno.test("bars are asked for by symbol, stretch and feed, split-adjusted", () => {
  const { path } = alpaca.bars.request(
    "BRK.B",
    "1h",
    at("2026-11-19T00:00"),
    at("2026-11-20T00:00"),
  );
  const query = Object.fromEntries(new URL(path, "http://x").searchParams);
  deepEqual(query, {
    symbols: "BRK.B",
    timeframe: "30Min",
    start: "2026-11-19T00:00:00.000Z",
    end: "2026-11-19T23:59:59.999Z",
    limit: "10000",
    adjustment: "split",
    feed: "iex",
    sort: "asc",
  });
});

Deno.test("recorded days lie on the session's date in New York, at 00:00 UTC", () => {
  const { body } = readFixture("alpaca/stocks-bars-AAPL-1day.json");
  const request = { ...alpaca.bars.request("AAPL", "1d", 0, 1) };
  deepEqual(alpaca.bars.parse(body, request).map(({ time, close }) => [time, close]), [
    [at("2022-02-01T00:00"), 174.61],
    [at("2022-02-02T00:00"), 175.84],
  ]);
});

Deno.test("of an answer about several shares only the asked one's bars are taken", () => {
  const { body } = readFixture("alpaca/stocks-bars-multi.json");
  const bars = alpaca.bars.parse(body, alpaca.bars.request("TSLA", "1d", 0, 1));
  deepEqual(bars.map(({ close }) => close), [858.97]);
  deepEqual(alpaca.bars.parse(body, alpaca.bars.request("toString", "1d", 0, 1)), []);
});

Deno.test("an answer without bars is an empty one, whatever stands in their place", () => {
  const request = alpaca.bars.request("AAPL", "1m", 0, 1);
  const { body } = readFixture("alpaca/stocks-bars-empty.json");
  for (const empty of [body, { bars: null, next_page_token: null }, { bars: { AAPL: null } }]) {
    deepEqual(alpaca.bars.parse(empty, request), []);
    equal(alpaca.bars.next!(empty, request), null);
  }
});

Deno.test("minutes before the opening bell and after the closing bell are left out", () => {
  const rows = [
    ...alpacaRows(at("2026-11-20T14:29"), 2, 60_000),
    ...alpacaRows(at("2026-11-20T20:59"), 2, 60_000),
  ];
  const request = alpaca.bars.request("AAPL", "1m", 0, 1);
  const bars = alpaca.bars.parse({ bars: { AAPL: rows } }, request);
  deepEqual(bars.map(({ time }) => new Date(time).toISOString().slice(11, 16)), ["14:30", "20:59"]);
});

Deno.test("the next page is the same question with the page's token", () => {
  const request = alpaca.bars.request("AAPL", "1d", 0, at("2026-11-20T00:00"));
  const { body } = readFixture("alpaca/stocks-bars-AAPL-1day.json");
  const next = alpaca.bars.next!(body, request)!;
  const token = readJson("alpaca/stocks-bars-AAPL-1day.json").response.body.next_page_token;
  equal(new URL(next.path, "http://x").searchParams.get("page_token"), token);
  deepEqual(next.about, request.about);
  equal(
    new URL(alpaca.bars.next!(body, next)!.path, "http://x").searchParams.getAll("page_token")
      .length,
    1,
  );
});

const anAsset = (symbol: string, change = {}) => ({
  symbol,
  name: `${symbol} Inc.`,
  status: "active",
  tradable: true,
  ...change,
});

Deno.test("shares that trade are listed, the usual ones first", () => {
  const list = alpaca.listSymbols.parse([
    anAsset("ZZZ"),
    anAsset("AAA", { name: null }),
    anAsset("MSFT"),
    anAsset("AAPL"),
    anAsset("GONE", { status: "inactive" }),
    anAsset("HALT", { tradable: false }),
  ]);
  deepEqual(list.map(({ symbol }) => symbol), ["AAPL", "MSFT", "AAA", "ZZZ"]);
  deepEqual(list[0], {
    symbol: "AAPL",
    id: "stock:AAPL@alpaca",
    exchange: "alpaca",
    kind: "stock",
    base: "AAPL",
    quote: "USD",
    name: "AAPL Inc.",
    active: true,
  });
  equal(new Set(alpaca.usualSymbols!.map(({ id }) => id)).size, alpaca.symbolsPerConnection);
});

Deno.test("the clock tells the exchange's time in any zone", () => {
  const body = { timestamp: "2026-11-20T10:00:00.123456789-05:00", is_open: true };
  equal(alpaca.time.parse(body), at("2026-11-20T15:00:00.123"));
});

Deno.test("list and clock are asked at the account's own server, prices at the data server", () => {
  const find = alpaca.findAddress!;
  equal(find("/v2/assets", "PKABC"), "https://paper-api.alpaca.markets");
  equal(find("/v2/clock", "AKABC"), "https://api.alpaca.markets");
  equal(find("/v2/stocks/bars", "PKABC"), null);
});

const refusedBodies = [
  {
    name: "forbidden",
    body: readFixture("alpaca/error-403-forbidden.json").body,
    words: /an error: forbidden\./,
  },
  { name: "no object", body: [], words: /wrong at the top/ },
  { name: "bars that are no list", body: { bars: { AAPL: {} } }, words: /wrong at bars\.AAPL/ },
  {
    name: "a row without volume",
    body: { bars: { AAPL: [{ ...alpacaRows(0, 1, 1)[0], v: undefined }] } },
    words: /bars\.AAPL\.0\.v/,
  },
  {
    name: "a negative price",
    body: { bars: { AAPL: [{ ...alpacaRows(0, 1, 1)[0], l: -1 }] } },
    words: /bars\.AAPL\.0\.l/,
  },
];
for (const { name, body, words } of refusedBodies) {
  Deno.test(`a bars answer with ${name} is refused in words`, () => {
    const request = alpaca.bars.request("AAPL", "1m", 0, 1);
    for (
      const read of [() => alpaca.bars.parse(body, request), () => alpaca.bars.next!(body, request)]
    ) {
      throws(read, (error) => error instanceof SourceParseError && words.test(error.message));
    }
  });
}
