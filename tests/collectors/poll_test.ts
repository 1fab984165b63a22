import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mergeFeeds } from "../../collectors/health.ts";
import { createManualClock, type ManualClock } from "../support/clock.ts";
import { readFixture, turn } from "../support/exchange.ts";
import { aFeed, anAskedFeed, aPoller, aPollSource } from "../support/polled.ts";

const startMs = Date.UTC(2026, 10, 21, 12);

async function pass(clock: ManualClock, ms: number, stepMs = 1_000) {
  for (let done = 0; done < ms; done += stepMs) {
    await clock.advance(stepMs);
    await turn(1);
  }
}

Deno.test("a poll asks at its pace, survives failures with growing delays, and recovers", async () => {
  const clock = createManualClock(startMs);
  let answer = () => Response.json(["BTC"]);
  const { poller, asked, kept, healths } = aPoller(clock, { respond: () => answer() });
  const stop = new AbortController();
  const done = poller.run(stop.signal);
  await turn();
  equal(kept.length, 1);
  equal(healths.at(-1)?.state, "live");
  answer = () => new Response("<!doctype html>");
  await pass(clock, 115_000);
  await pass(clock, 10_000, 100);
  deepEqual(asked.map(({ atMs }) => Math.floor((atMs - startMs) / 1000)), [0, 116, 117, 119, 123]);
  equal(healths.at(-1)?.state, "reconnecting");
  match(healths.at(-1)!.feeds![0]!.error!, /a web page/);
  answer = () => Response.json({ id: 1 });
  await pass(clock, 16_000);
  ok(healths.at(-1)!.parseErrors >= 1);
  answer = () => Response.json([]);
  await pass(clock, 120_000);
  equal(healths.at(-1)?.state, "live");
  ok(!("retryAtMs" in healths.at(-1)!));
  stop.abort();
  await done;
  equal(healths.at(-1)?.state, "stopped");
});

const errors = [
  { name: "coingecko/error-429-rate-limit", state: "reconnecting", words: /429/ },
  { name: "coingecko/coins-ohlc-500", state: "reconnecting", words: /500/ },
  { name: "coingecko/coins-markets-422-missing-vs", state: "reconnecting", words: /422/ },
  { name: "coinmarketcap/v1-403-plan-1006", state: "blocked", words: /1006/ },
  { name: "coinmarketcap/v1-429-rate-limit-1008", state: "reconnecting", words: /429/ },
  { name: "coinmarketcap/v4-dex-spot-pairs-400-no-dex", state: "reconnecting", words: /400/ },
  { name: "defillama/protocol-404", state: "reconnecting", words: /404/ },
  { name: "binance/error-418-1003-ban", state: "reconnecting", words: /418/ },
] as const;
for (const { name, state, words } of errors) {
  Deno.test(`the recorded ${name} makes its feed ${state}, and no other one`, async () => {
    const clock = createManualClock(startMs);
    const { status, text } = readFixture(`recorded/api/${name}.json`);
    const stop = new AbortController();
    const source = aPollSource({
      feeds: [
        aFeed({ name: "good", requests: () => [{ path: "/good", weight: 1 }] }),
        aFeed({ name: "bad", requests: () => [{ path: "/bad", weight: 1 }] }),
      ],
    });
    const { poller } = aPoller(clock, {
      source,
      respond: ({ pathname }) =>
        pathname === "/good" ? Response.json(["BTC"]) : new Response(text, { status }),
    });
    const done = poller.run(stop.signal);
    await turn();
    const { state: whole, feeds, detail } = poller.health();
    deepEqual(feeds!.map(({ state }) => state), ["live", state]);
    match(feeds![1]!.error!, words);
    equal(whole, "reconnecting");
    match(detail, /^bad \(1 of 2 feeds\)/);
    ok(feeds![1]!.nextMs! > clock.now());
    stop.abort();
    await clock.advance(0);
    await done;
  });
}

Deno.test("a source without its key is disabled, is never asked, and says which key", async () => {
  const clock = createManualClock(startMs);
  const apiKey = { variable: "ONE_KEY", headers: () => ({}), isRequired: true };
  const { poller, asked } = aPoller(clock, {
    source: aPollSource({ apiKey }),
    respond: () => Response.json([]),
  });
  const { status } = await poller.collect(new AbortController().signal);
  equal(status, "skipped");
  const { state, detail } = poller.health();
  deepEqual([state, detail, asked.length], [
    "disabled",
    "a key is required: set ONE_KEY",
    0,
  ]);
});

Deno.test("a key goes along in headers and address; a feed that needs one waits for it", async () => {
  const clock = createManualClock(startMs);
  const apiKey = {
    variable: "ONE_KEY",
    headers: (key: string) => ({ "x-key": key }),
    query: (key: string) => ({ token: key }),
    isRequired: false,
  };
  const source = aPollSource({ apiKey, feeds: [aFeed(), aFeed({ name: "paid", needsKey: true })] });
  const without = aPoller(clock, { source, respond: () => Response.json([]) });
  await without.poller.collect(new AbortController().signal);
  equal(without.asked.length, 1);
  equal(without.poller.health().state, "live");
  equal(without.poller.health().feeds![1]!.state, "disabled");
  const withKey = aPoller(clock, { source, apiKey: "s3", respond: () => Response.json([]) });
  await withKey.poller.collect(new AbortController().signal);
  equal(withKey.asked.length, 2);
  equal(withKey.asked[0]!.path, "/markets?token=s3");
  equal(withKey.asked[0]!.headers.get("x-key"), "s3");
});

Deno.test("a closed market is asked seldom, and again when it opens", async () => {
  const clock = createManualClock(startMs);
  const openMs = startMs + 40 * 60_000;
  const calendar = {
    name: "test",
    timeZone: "UTC",
    firstDay: "",
    lastDay: "",
    isOpen: (ms: number) => ms >= openMs,
    getSession: () => ({ day: "", openMs, closeMs: openMs + 1, isHalfDay: false }),
    listSessions: () => [],
  };
  const { poller, asked } = aPoller(clock, {
    source: aPollSource({ calendar, closedCadenceMs: 30 * 60_000 }),
    respond: () => Response.json([]),
  });
  const stop = new AbortController();
  const done = poller.run(stop.signal);
  await turn();
  equal(poller.health().state, "market_closed");
  await pass(clock, 39 * 60_000, 60_000);
  equal(asked.length, 2);
  await pass(clock, 4 * 60_000, 10_000);
  equal(poller.health().state, "live");
  stop.abort();
  await clock.advance(0);
  await done;
});

Deno.test("a few requests that fail do not make a round fail, and are told", async () => {
  const clock = createManualClock(startMs);
  const source = aPollSource({
    feeds: [aFeed({
      requests: () => ["a", "b", "c"].map((path) => ({ path: `/${path}`, weight: 1 })),
    })],
  });
  const { poller, kept } = aPoller(clock, {
    source,
    respond: ({ pathname }) =>
      pathname === "/b" ? new Response("gone", { status: 410 }) : Response.json(["X"]),
  });
  const result = await poller.collect(new AbortController().signal);
  deepEqual([result.status, result.records, kept.length], ["ok", 2, 2]);
  match(poller.health().feeds![0]!.error!, /^1 of 3 requests failed: .*410/);
  equal(poller.health().state, "live");
});

Deno.test("a refusal of the region is tried again after a quarter of an hour", async () => {
  const clock = createManualClock(startMs);
  const { poller, asked } = aPoller(clock, { respond: () => new Response("", { status: 451 }) });
  const stop = new AbortController();
  const done = poller.run(stop.signal);
  await turn();
  equal(poller.health().state, "blocked");
  await pass(clock, 14 * 60_000, 60_000);
  equal(asked.length, 1);
  await pass(clock, 2 * 60_000, 60_000);
  equal(asked.length, 2);
  stop.abort();
  await clock.advance(0);
  await done;
});

Deno.test("what an earlier process was told lately is not asked again before its time", async () => {
  const clock = createManualClock(startMs);
  const { poller, asked } = aPoller(clock, { respond: () => Response.json([]) });
  const { feeds } = poller.health();
  poller.recall([{ ...feeds![0]!, lastSuccessMs: startMs - 60_000, records: 7 }]);
  deepEqual([poller.health().state, poller.health().lastMessageMs], ["live", startMs - 60_000]);
  const stop = new AbortController();
  const done = poller.run(stop.signal);
  await pass(clock, 59_000);
  equal(asked.length, 0);
  await pass(clock, 2_000);
  equal(asked.length, 1);
  stop.abort();
  await clock.advance(0);
  await done;
});

Deno.test("a short month makes feeds slower, so that the credits last", async () => {
  const clock = createManualClock(startMs);
  const source = aPollSource({
    creditsPerMonth: 1_000,
    feeds: [aFeed({ requests: () => [{ path: "/", weight: 1, credits: 1 }] })],
  });
  const { poller } = aPoller(clock, { source, respond: () => Response.json([]) });
  await poller.collect(new AbortController().signal);
  const [feed] = poller.health().feeds!;
  const leftMs = Date.UTC(2026, 11, 1) - startMs;
  ok(Math.abs(feed!.cadenceMs - leftMs / (999 * 0.95)) < 1_000, `${feed!.cadenceMs}`);
});

Deno.test("a clock that was set back does not keep a feed waiting", async () => {
  const clock = createManualClock(startMs);
  let offsetMs = 0;
  const set = { ...clock, now: () => clock.now() + offsetMs };
  const { poller, asked } = aPoller(set, { respond: () => Response.json([]) });
  const stop = new AbortController();
  const done = poller.run(stop.signal);
  await turn();
  offsetMs = -7_200_000;
  await pass(clock, 200_000);
  ok(asked.length >= 2);
  stop.abort();
  await clock.advance(0);
  await done;
});

Deno.test("a question beside the rounds is one request, kept and returned", async () => {
  const clock = createManualClock(startMs);
  const feed = anAskedFeed();
  const { poller, asked, kept } = aPoller(clock, {
    source: aPollSource({ feeds: [feed] }),
    respond: ({ searchParams }) => Response.json(searchParams.get("of")!.split(",")),
  });
  const symbols = ["BTC", "ETH"].map((base) => ({
    symbol: base,
    id: base,
    exchange: "x",
    kind: "crypto" as const,
    base,
    quote: "USD",
    active: true,
  }));
  const told = await poller.askFor(feed, symbols, {
    urgency: "user",
    signal: new AbortController().signal,
  });
  deepEqual(told.flatMap(({ marketData = [] }) => marketData).map(({ symbol }) => symbol), [
    "BTC",
    "ETH",
  ]);
  deepEqual([asked.length, kept.length], [1, 1]);
});

const aState = (state: string) => ({
  ...{ name: "x", error: null, records: 0, cadenceMs: 1 },
  state,
});
const merges = [
  { states: [], whole: "disabled" },
  { states: ["disabled", "disabled"], whole: "disabled" },
  { states: ["live", "disabled"], whole: "live" },
  { states: ["live", "connecting"], whole: "live" },
  { states: ["connecting"], whole: "connecting" },
  { states: ["live", "blocked"], whole: "reconnecting" },
  { states: ["blocked", "blocked"], whole: "blocked" },
  { states: ["blocked", "reconnecting"], whole: "reconnecting" },
  { states: ["market_closed", "live"], whole: "market_closed" },
  { states: ["stopped", "stopped"], whole: "stopped" },
];
for (const { states, whole } of merges) {
  Deno.test(`feeds that are ${states.join(", ") || "none"} make a source ${whole}`, () => {
    const feeds = states.map((state) => ({
      ...aState(state),
      lastSuccessMs: null,
      nextMs: null,
    })) as Parameters<typeof mergeFeeds>[1];
    const rest = { breaker: "CLOSED" as const, reconnects: 0, parseErrors: 0 };
    equal(mergeFeeds("one", feeds, rest).state, whole);
  });
}
