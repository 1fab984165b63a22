/** Yahoo: what is asked for, and how its answers are read. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { SourceParseError } from "../../collectors/source.ts";
import { yahoo } from "../../collectors/sources/yahoo.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import { readFixture } from "../support/exchange.ts";
import {
  aChart,
  aChartRequest,
  aContext,
  aShare,
  minuteRows,
  readJson,
} from "../support/stocks.ts";

const [minutes, days] = yahoo.feeds as [typeof yahoo.feeds[0], typeof yahoo.feeds[0]];
const minuteMs = 60_000;
const dayMs = 86_400_000;
const at = (text: string) => Date.parse(`${text}Z`);
/** Friday, 20 November 2026, 12:00 in Istanbul. */
const noon = at("2026-11-20T09:00");
const read = (body: unknown, receivedMs = noon + dayMs, timeframe: "1m" | "1d" = "1m") =>
  minutes.parse(body, { receivedMs, request: aChartRequest(timeframe) });
const barsOf = (body: unknown, receivedMs?: number, timeframe?: "1m" | "1d") =>
  read(body, receivedMs, timeframe).bars?.[0]?.bars ?? [];

/** The asked stretches as [from, to] in ISO, by request. */
function listStretches(feed: typeof minutes, context: Parameters<typeof minutes.requests>[0]) {
  return feed.requests(context).map(({ path }) => {
    const query = new URL(path, "http://x").searchParams;
    return ["period1", "period2"].map((name) =>
      new Date(Number(query.get(name)) * 1_000).toISOString().slice(0, 16)
    );
  });
}

Deno.test("every followed share of Borsa Istanbul is asked for, and nothing else", () => {
  const symbols = [aShare("THYAO"), aShare("GARAN"), aShare("AAPL", { exchange: "alpaca" })];
  const paths = minutes.requests(aContext({ symbols, nowMs: noon })).map(({ path }) => path);
  equal(paths.length, 2);
  match(paths[0]!, /^\/v8\/finance\/chart\/THYAO\.IS\?interval=1m&period1=\d+&period2=\d+&/);
  match(paths[1]!, /^\/v8\/finance\/chart\/GARAN\.IS\?/);
  deepEqual(minutes.requests(aContext({ symbols: [], nowMs: noon })), []);
});

const asked = [
  {
    name: "a share without bars: the last week",
    nowMs: noon,
    last: null,
    wanted: [["2026-11-13T09:00", "2026-11-20T09:00"]],
  },
  {
    name: "five minutes later: what came since",
    nowMs: noon,
    last: "2026-11-20T08:54",
    wanted: [["2026-11-20T08:55", "2026-11-20T09:00"]],
  },
  {
    name: "twenty days later: a piece for each week",
    nowMs: noon,
    last: "2026-10-31T08:59",
    wanted: [["2026-10-31T09:00", "2026-11-07T09:00"], ["2026-11-07T09:00", "2026-11-14T09:00"], [
      "2026-11-14T09:00",
      "2026-11-20T09:00",
    ]],
  },
  {
    name: "half a year later: only what Yahoo still has",
    nowMs: noon,
    last: "2026-05-05T08:59",
    wanted: [
      ["2026-10-22T09:00", "2026-10-29T09:00"],
      ["2026-10-29T09:00", "2026-11-05T09:00"],
      ["2026-11-05T09:00", "2026-11-12T09:00"],
      ["2026-11-12T09:00", "2026-11-19T09:00"],
      ["2026-11-19T09:00", "2026-11-20T09:00"],
    ],
  },
  {
    name: "a weekend with Friday's end stored: nothing",
    nowMs: at("2026-11-21T12:00"),
    last: "2026-11-20T14:59",
    wanted: [],
  },
  {
    name: "a weekend with Friday's end missing",
    nowMs: at("2026-11-21T12:00"),
    last: "2026-11-20T12:00",
    wanted: [["2026-11-20T12:01", "2026-11-21T12:00"]],
  },
  {
    name: "shortly after the close, as prices are late",
    nowMs: at("2026-11-20T15:20"),
    last: "2026-11-20T14:59",
    wanted: [["2026-11-20T15:00", "2026-11-20T15:20"]],
  },
  {
    name: "beyond the calendar's table it still asks",
    nowMs: at("2028-03-01T09:00"),
    last: "2028-03-01T08:54",
    wanted: [["2028-03-01T08:55", "2028-03-01T09:00"]],
  },
];
for (const { name, nowMs, last, wanted } of asked) {
  Deno.test(`minutes of ${name}`, () => {
    const context = aContext({ nowMs, last: last ? { "THYAO.IS 1m": at(last) } : {} });
    deepEqual(listStretches(minutes, context), wanted);
  });
}

Deno.test("days are asked for once after each session, two years at a time", () => {
  const ask = (now: string, last?: string) =>
    listStretches(
      days,
      aContext({
        nowMs: at(now),
        last: last ? { "THYAO.IS 1d": Date.parse(last) } : {},
      }),
    );
  deepEqual(ask("2026-11-20T09:00"), [["2024-11-20T09:00", "2026-11-20T09:00"]]);
  deepEqual(ask("2026-11-20T09:00", "2026-11-19"), []);
  deepEqual(ask("2026-11-20T15:20", "2026-11-19"), []);
  equal(ask("2026-11-20T15:30", "2026-11-19").length, 1);
  deepEqual(ask("2026-11-22T09:00", "2026-11-20"), []);
});

Deno.test("minutes are read as closed observed bars, oldest first", () => {
  const { bars, refusedBars } = read(aChart(minuteRows(noon, [300, 301])));
  equal(refusedBars, undefined);
  deepEqual(bars, [{
    symbol: "THYAO.IS",
    timeframe: "1m",
    bars: [300, 301].map((close, i) => ({
      time: noon + i * minuteMs,
      open: close,
      high: close + 0.1,
      low: close - 0.1,
      close,
      volume: 10,
      closed: true,
      quality: "observed" as const,
    })),
  }]);
});

Deno.test("rows of nulls are minutes without a trade; a null volume beside prices is none", () => {
  const rows = [[noon, 5, 5, 5, 5, null], [noon + minuteMs, null, null, null, null, null]];
  const [bar, ...more] = barsOf(aChart(rows, { meta: { regularMarketPrice: 5 } }));
  deepEqual([bar!.volume, more], [0, []]);
  equal(barsOf(aChart([[noon, 5, null, 5, 5, 1]], { meta: { regularMarketPrice: 5 } })).length, 0);
});

Deno.test("the running minute and the live price between two minutes are no bars yet", () => {
  const rows = [...minuteRows(noon, [10, 10.1, 10.2]), [noon + 135_000, 10.2, 10.2, 10.2, 10.2, 0]];
  const meta = { regularMarketTime: (noon + 135_000) / 1_000 };
  equal(barsOf(aChart(rows, { meta }), noon + 17 * minuteMs).length, 2);
  // Twenty minutes later nothing more can come.
  equal(barsOf(aChart(rows, { meta }), noon + 23 * minuteMs).length, 3);
});

Deno.test("a day becomes a bar after its session, at 00:00 UTC of its date", () => {
  const opening = at("2026-11-20T06:40");
  const body = aChart([[opening - dayMs, 9, 10, 9, 10, 5], [opening, 10, 11, 10, 11, 5]]);
  const list = (receivedMs: number) =>
    barsOf(body, receivedMs, "1d").map(({ time }) => new Date(time).toISOString().slice(0, 16));
  deepEqual(list(at("2026-11-20T15:00")), ["2026-11-19T00:00"]);
  deepEqual(list(at("2026-11-20T15:30")), ["2026-11-19T00:00", "2026-11-20T00:00"]);
});

Deno.test("what lies outside the sessions is refused, with the reason", () => {
  const sunday = at("2026-11-15T09:00");
  const { bars, refusedBars } = read(
    aChart([...minuteRows(sunday, [10]), ...minuteRows(noon, [10])]),
  );
  equal(bars![0]!.bars.length, 1);
  deepEqual(refusedBars!.map(({ time, symbol }) => [time, symbol]), [[sunday, "THYAO.IS"]]);
  match(refusedBars![0]!.reason, /outside the exchange's sessions/);
});

Deno.test("a hundredfold stretch is left out and named, the rest is kept", () => {
  const { bars, refusedBars } = read(aChart(minuteRows(noon, [300, 3, 3.01, 301])));
  deepEqual(bars![0]!.bars.map(({ close }) => close), [300, 301]);
  deepEqual(refusedBars!.map(({ time }) => (time - noon) / minuteMs), [1, 2]);
  match(refusedBars![0]!.reason, /100 times below/);
});

Deno.test("a split of which only the older days know nothing leaves those out", () => {
  const opening = at("2026-11-16T06:40");
  const rows = [0, 1, 2, 3].map((i) => {
    const close = i < 2 ? 600 : 100 + i;
    return [opening + i * dayMs, close, close, close, close, 5];
  });
  const events = {
    splits: { a: { date: (opening + 2 * dayMs) / 1_000, numerator: 6, denominator: 1 } },
  };
  const { bars, refusedBars } = read(aChart(rows, { events }), noon + dayMs, "1d");
  deepEqual(bars![0]!.bars.map(({ close }) => close), [102, 103]);
  match(refusedBars![0]!.reason, /the split 6:1 is applied to only a part/);
});

const good = minuteRows(noon, [10]);
const refused = [
  {
    name: "Yahoo's own error",
    body: readFixture("yahoo/chart-404-not-found.json").body,
    words: /Not Found: No data found, symbol may be delisted/,
  },
  {
    name: "a range it does not have",
    body: readFixture("yahoo/chart-422-15m-range.json").body,
    words: /Unprocessable Entity/,
  },
  {
    name: "another share",
    body: aChart(good, { meta: { symbol: "GARAN.IS" } }),
    words: /about GARAN\.IS/,
  },
  {
    name: "another currency",
    body: aChart(good, { meta: { currency: "TRy" } }),
    words: /in TRy, not in TRY/,
  },
  {
    name: "no currency",
    body: aChart(good, { meta: { currency: null } }),
    words: /in no currency/,
  },
  {
    name: "prices in another unit than its own quote",
    body: aChart(good, { meta: { regularMarketPrice: 1000 } }),
    words: /not one bar that can be true/,
  },
  {
    name: "prices without times",
    body: readFixture("yahoo/chart-no-timestamp.json").body,
    symbol: "AAPL",
    words: /0 times with \d+ opens/,
  },
  {
    name: "another endpoint's error",
    body: readFixture("yahoo/quoteSummary-404-THYAO.IS.json").body,
    words: /wrong at chart/,
  },
  { name: "nothing", body: undefined, words: /wrong at the top/ },
  { name: "a web page", body: "<html>", words: /wrong at the top/ },
  {
    name: "two results",
    body: { chart: { result: [1, 2], error: null } },
    words: /wrong at chart/,
  },
  {
    name: "prices as text",
    body: aChart([[noon, "10" as unknown as number, 10, 10, 10, 1]]),
    words: /wrong at chart/,
  },
];
for (const { name, body, words, symbol } of refused) {
  Deno.test(`an answer with ${name} is refused in words`, () => {
    throws(
      () => minutes.parse(body, { receivedMs: noon + dayMs, request: aChartRequest("1m", symbol) }),
      (error) => error instanceof SourceParseError && words.test(error.message),
    );
  });
}

Deno.test("an answer without a bar is an empty one", () => {
  deepEqual(read(aChart([])), {});
  const name = "yahoo/chart-AAPL-2025-02-01-to-2025-02-02-includePrePost-false-interval-1m.json";
  const { body } = readFixture(name);
  deepEqual(minutes.parse(body, { receivedMs: noon, request: aChartRequest("1m", "AAPL") }), {});
});

Deno.test("recorded days across a split of 4:1 are one series, none is refused for its price", () => {
  const { body } = readFixture("yahoo/chart-AAPL-2020-08-31-to-2020-11-07.json");
  const request = aChartRequest("1d", "AAPL");
  const { bars, refusedBars } = days.parse(body, { receivedMs: noon, request });
  // New York traded on two days on which Istanbul, whose calendar judges here, did not.
  deepEqual(refusedBars?.map(({ reason }) => reason.slice(0, 15)), ["it lies outside"]);
  const kept = bars![0]!.bars;
  equal(kept.length, 48);
  deepEqual(
    [new Date(kept[0]!.time).toISOString().slice(0, 10), kept[0]!.close.toFixed(2)],
    ["2020-08-31", "129.04"],
  );
});

Deno.test("recorded days of THYAO.IS pass, from both sides of the closure after the earthquakes", () => {
  const { rows } = readJson("yahoo/days-THYAO.IS-2023.json");
  const shifted = rows.map(([time, ...rest]: number[]) => [time! + 6 * 3_600_000, ...rest]);
  const { bars, refusedBars } = read(aChart(shifted), noon, "1d");
  equal(refusedBars, undefined);
  deepEqual(bars![0]!.bars.map(({ time }) => time), rows.map(([time]: number[]) => time));
});

Deno.test("the usual shares are thirty different ones of Istanbul, ready to be stored", () => {
  const usual = yahoo.usualSymbols!;
  equal(new Set(usual.map(({ id }) => id)).size, 30);
  for (const { symbol, id, base, exchange, quote, kind, active } of usual) {
    deepEqual([symbol, id, exchange, quote, kind, active], [
      `${base}.IS`,
      `stock:${base}@bist`,
      "bist",
      "TRY",
      "stock",
      true,
    ]);
  }
  equal(yahoo.calendar, getCalendar("bist"));
});
