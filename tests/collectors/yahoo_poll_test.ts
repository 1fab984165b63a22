/** Yahoo through the shared polling: pace, closed market, single failures, refusals. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { yahoo } from "../../collectors/sources/yahoo.ts";
import { createManualClock, type ManualClock } from "../support/clock.ts";
import { readFixture, turn } from "../support/exchange.ts";
import { aPoller } from "../support/polled.ts";
import { aChart, aContext, aShare, minuteRows } from "../support/stocks.ts";

const minuteMs = 60_000;
const at = (text: string) => Date.parse(`${text}Z`);
/** Friday, 20 November 2026, noon in Istanbul. */
const noon = at("2026-11-20T09:00");

/** Yahoo on a manual clock; a store of newest minutes that grows with what is kept. */
function start(
  { nowMs = noon, codes = ["THYAO"], respond }: {
    nowMs?: number;
    codes?: string[];
    respond?: (url: URL, clock: ManualClock) => Response;
  } = {},
) {
  const clock = createManualClock(nowMs);
  const last: Record<string, number> = {};
  const stop = new AbortController();
  const answer = (url: URL) => {
    if (respond) return respond(url, clock);
    return Response.json(
      url.searchParams.get("interval") === "1d"
        ? aChart([])
        : aChart(minuteRows(clock.now() - 5 * minuteMs, [10, 10.1, 10.2, 10.3, 10.4])),
    );
  };
  const run = aPoller(clock, {
    source: yahoo,
    respond: answer,
    signal: stop.signal,
    readContext: () =>
      Promise.resolve(aContext({
        nowMs: clock.now(),
        symbols: codes.map((code) => aShare(code)),
        last,
      })),
    put: (records) => {
      for (const { symbol, timeframe, bars } of records.bars ?? []) {
        last[`${symbol} ${timeframe}`] = bars.at(-1)!.time;
      }
      return Promise.resolve(records.bars?.length ?? 0);
    },
  });
  const done = run.poller.run(stop.signal);
  return {
    ...run,
    clock,
    last,
    minutes: () => run.asked.filter(({ path }) => path.includes("interval=1m")),
    feed: (name: string) => run.poller.health().feeds!.find((feed) => feed.name === name)!,
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 5_000) {
        await clock.advance(5_000);
        await turn(2);
      }
    },
    async stop() {
      stop.abort();
      await done;
    },
  };
}

Deno.test("while the market is open minutes are asked for every five minutes, since the last", async () => {
  const run = start();
  await turn();
  await run.pass(11 * minuteMs);
  const asked = run.minutes();
  ok(asked.length >= 3 && asked.length <= 4, String(asked.length));
  const starts = asked.map(({ path }) => Number(/period1=(\d+)/.exec(path)![1]) * 1_000);
  equal(starts[0], noon - 7 * 24 * 60 * minuteMs);
  equal(starts[1], noon);
  ok(asked.every(({ headers }) => headers.get("user-agent")!.includes("Mozilla")));
  equal(run.poller.health().state, "live");
  await run.stop();
});

Deno.test("while it is closed Yahoo is left alone, and asked again when it opens", async () => {
  const run = start({ nowMs: at("2026-11-20T16:30") });
  run.last["THYAO.IS 1m"] = at("2026-11-20T15:00");
  run.last["THYAO.IS 1d"] = at("2026-11-20T00:00");
  await turn();
  equal(run.asked.length, 0);
  equal(run.poller.health().state, "market_closed");
  await run.pass(90 * minuteMs);
  equal(run.asked.length, 0);
  await run.stop();
});

Deno.test("one delisted share is told, and does not stop the others", async () => {
  const { text } = readFixture("yahoo/chart-404-not-found.json");
  const run = start({
    codes: ["GONE", "THYAO"],
    respond: (url, clock) =>
      url.pathname.includes("GONE")
        ? new Response(text, { status: 404 })
        : Response.json(aChart(minuteRows(clock.now() - 3 * minuteMs, [10, 10.1]))),
  });
  await turn(30);
  equal(run.feed("minutes").state, "live");
  match(run.feed("minutes").error!, /^1 of 2 requests failed: .*404/);
  equal(run.last["THYAO.IS 1m"], noon - 2 * minuteMs);
  await run.stop();
});

const failures = [
  {
    name: "a web page",
    answer: () => new Response("<!doctype html><p>consent"),
    words: /a web page/,
  },
  { name: "an empty body", answer: () => new Response(""), words: /empty body/ },
  {
    name: "the recorded refusal of a range",
    answer: () => new Response(readFixture("yahoo/chart-422-15m-range.json").text, { status: 422 }),
    words: /422/,
  },
  {
    name: "its own error with status 200",
    answer: () => new Response(readFixture("yahoo/chart-404-not-found.json").text),
    words: /No data found, symbol may be delisted/,
  },
  { name: "another shape", answer: () => Response.json({ spark: {} }), words: /wrong at chart/ },
  {
    name: "a hundredfold of the share's own price",
    answer: () =>
      Response.json(
        aChart(minuteRows(noon - 5 * minuteMs, [10]), { meta: { regularMarketPrice: 1_000 } }),
      ),
    words: /not one bar that can be true/,
  },
];
for (const { name, answer, words } of failures) {
  Deno.test(`${name} keeps nothing, is told in words, and Yahoo recovers`, async () => {
    let isGood = false;
    const run = start({
      respond: (_url, clock) =>
        isGood ? Response.json(aChart(minuteRows(clock.now() - 3 * minuteMs, [10]))) : answer(),
    });
    await turn(30);
    equal(run.feed("minutes").state, "reconnecting");
    match(run.feed("minutes").error!, words);
    deepEqual(run.last, {});
    isGood = true;
    await run.pass(6 * minuteMs);
    equal(run.feed("minutes").state, "live");
    await run.stop();
  });
}

Deno.test("told to slow down, Yahoo is not asked for a minute", async () => {
  const { text } = readFixture("yahoo/chart-429-too-many-requests.json");
  const run = start({
    respond: () => new Response(text ?? "Too Many Requests\r\n", { status: 429 }),
  });
  await turn(30);
  const before = run.asked.length;
  ok(before >= 1 && before <= 2);
  await run.pass(50_000);
  equal(run.asked.length, before);
  match(run.poller.health().detail, /429/);
  await run.stop();
});
