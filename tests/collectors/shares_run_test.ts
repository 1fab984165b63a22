/** Sources of shares among all collectors: without a key, with one, and in a recorded world. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { CollectorHealth } from "../../collectors/health.ts";
import { pollSources, streamSources } from "../../collectors/mod.ts";
import { type CollectorOptions, startCollectors } from "../../collectors/run.ts";
import { seedPolled } from "../../collectors/seed_polled.ts";
import { alpaca } from "../../collectors/sources/alpaca.ts";
import { yahoo } from "../../collectors/sources/yahoo.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { createIntake, createSocketFactory, turn, until } from "../support/exchange.ts";
import { grantedLeases } from "../support/leases.ts";
import { aPollSource } from "../support/polled.ts";
import { aChart, aShare, minuteRows } from "../support/stocks.ts";

const at = (text: string) => Date.parse(`${text}Z`);
/** A Friday on which both New York and Istanbul trade. */
const nowMs = at("2026-11-20T14:45");
const keys = { APCA_API_KEY_ID: "PKID", APCA_API_SECRET_KEY: "hush" };

async function start(
  change: Partial<CollectorOptions>,
  respond: (url: URL) => Response = () => Response.json({}, { status: 404 }),
) {
  const clock = createManualClock(nowMs);
  const opened = await openStore({ path: ":memory:", clock, log: silentLogger });
  const store = opened.world("live");
  const intake = createIntake();
  const scoped: [exchange: string, traits: unknown][] = [];
  const asked: { url: string; key: string | null; secret: string | null }[] = [];
  const factory = createSocketFactory();
  const healths: CollectorHealth[] = [];
  const collectors = startCollectors({
    store,
    leases: grantedLeases,
    intake: {
      ...intake,
      forExchange: (exchange, traits) => (scoped.push([exchange, traits]), intake),
    },
    addresses: {},
    clock,
    log: silentLogger,
    mode: "live",
    onHealth: (health) => healths.push(health),
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      const url = String(input);
      const [key, secret] = ["APCA-API-KEY-ID", "APCA-API-SECRET-KEY"].map((name) =>
        headers.get(name)
      );
      asked.push({ url, key: key!, secret: secret! });
      return Promise.resolve(respond(new URL(url)));
    },
    open: factory.open,
    sources: { stream: [alpaca], poll: [] },
    ...change,
  });
  return {
    clock,
    store,
    intake,
    scoped,
    asked,
    factory,
    healths,
    collectors,
    async stop() {
      const stopped = collectors.stop();
      let isStopped = false;
      void stopped.then(() => isStopped = true);
      while (!isStopped) {
        await clock.advance(1_000);
        await turn(2);
      }
      await opened.close();
    },
  };
}

const answerAlpaca = ({ pathname }: URL) =>
  pathname === "/v2/clock"
    ? Response.json({ timestamp: new Date(nowMs).toISOString() })
    : pathname === "/v2/assets"
    ? Response.json(["ZZZ", "SPY", "AAPL"].map((symbol) => ({
      symbol,
      name: symbol,
      status: "active",
      tradable: true,
    })))
    : Response.json({ bars: {}, next_page_token: null });

Deno.test("both sources of shares are collected, as all others are", () => {
  ok(streamSources.some(({ key }) => key === "alpaca"));
  ok(pollSources.some(({ key }) => key === "yahoo"));
});

const missing: [name: string, keys: Record<string, string>][] = [
  ["no key", {}],
  ["a key without its secret", { APCA_API_KEY_ID: "PKID" }],
  ["empty values", { APCA_API_KEY_ID: " ", APCA_API_SECRET_KEY: "" }],
];
for (const [name, given] of missing) {
  Deno.test(`with ${name} the source is disabled, says why, and nothing is asked`, async () => {
    const run = await start({ keys: given });
    await run.collectors.ready;
    await turn();
    const health = run.collectors.health()[0]!;
    deepEqual([health.source, health.state], ["alpaca", "disabled"]);
    match(health.detail, /APCA_API_SECRET_KEY must be set/);
    deepEqual([run.asked, run.factory.attempts], [[], []]);
    await run.stop();
  });
}

Deno.test("with its key it lists, asks and signs in at the right servers, in its exchange's room", async () => {
  const run = await start({ keys }, answerAlpaca);
  await run.collectors.ready;
  await until(() => run.factory.sockets.length === 1);
  ok(run.asked.every(({ key, secret }) => key === "PKID" && secret === "hush"));
  const hosts = new Map(run.asked.map(({ url }) => [new URL(url).pathname, new URL(url).host]));
  equal(hosts.get("/v2/assets"), "paper-api.alpaca.markets");
  equal(hosts.get("/v2/stocks/bars"), "data.alpaca.markets");
  await until(() => run.factory.sockets[0]!.sent.length === 1);
  deepEqual(JSON.parse(run.factory.sockets[0]!.sent[0]!), {
    action: "auth",
    key: "PKID",
    secret: "hush",
  });
  deepEqual(run.scoped, [["alpaca", alpaca.traits]]);
  // Usual ones first, then what else it lists.
  deepEqual(run.intake.symbols, ["SPY", "AAPL", "ZZZ"]);
  await run.stop();
});

Deno.test("a key that may not list follows the usual shares", async () => {
  const run = await start(
    { keys },
    (url) =>
      url.pathname === "/v2/assets"
        ? Response.json({ message: "forbidden" }, { status: 403 })
        : answerAlpaca(url),
  );
  for (let i = 0; i < 200 && run.intake.symbols.length === 0; i++) {
    await run.clock.advance(1_000);
    await turn(2);
  }
  equal(run.intake.symbols.length, alpaca.usualSymbols!.length);
  await run.stop();
});

Deno.test("a recorded world needs no key, and only what it lists is followed", async () => {
  const addresses = { alpaca: { rest: ["http://recorded/alpaca"], stream: ["ws://recorded"] } };
  const run = await start(
    { mode: "replay", addresses },
    (url) =>
      url.pathname.endsWith("/v2/assets")
        ? Response.json([])
        : answerAlpaca(new URL(url.href.replace("/alpaca", ""))),
  );
  await run.collectors.ready;
  await turn();
  ok(run.asked.length > 0 && run.asked.every(({ url }) => url.startsWith("http://recorded/")));
  deepEqual([run.intake.symbols, run.factory.attempts], [[], []]);
  await run.stop();
});

Deno.test("polled shares are seeded, kept as polled bars, and those alone are followed", async () => {
  const rows = minuteRows(nowMs - 60 * 60_000, [300, 301, 302]);
  const run = await start(
    // Another source asks at the same moment what is followed.
    { sources: { stream: [], poll: [aPollSource(), yahoo] } },
    ({ pathname, searchParams }) =>
      pathname.endsWith("/THYAO.IS") && searchParams.get("interval") === "1m"
        ? Response.json(aChart(rows))
        : Response.json({ chart: { result: null, error: { code: "Not Found" } } }, { status: 404 }),
  );
  for (let i = 0; i < 400 && run.intake.polled.length === 0; i++) {
    await run.clock.advance(500);
    await turn(2);
  }
  // In the first round, not after the next pause.
  ok(run.clock.now() < nowMs + 4 * 60_000);
  equal((await run.store.symbols.list({ limit: 100 })).items.length, yahoo.usualSymbols!.length);
  deepEqual(run.scoped, [["bist", undefined]]);
  equal(run.intake.symbols.length, yahoo.usualSymbols!.length);
  const [told] = run.intake.polled;
  deepEqual([told?.symbol, told?.timeframe, told?.source], ["THYAO.IS", "1m", "yahoo"]);
  deepEqual(run.intake.history, []);
  await run.stop();
});

Deno.test("a recording seeds the polled shares that it has bars of, and a store is seeded once", async () => {
  const clock = createManualClock(nowMs);
  const opened = await openStore({ path: ":memory:", clock, log: silentLogger });
  const store = opened.world("recorded");
  const asked: string[] = [];
  const options = {
    store,
    clock,
    log: silentLogger,
    mode: "replay" as const,
    marketNow: () => nowMs,
    fetch: (input: string | URL | Request) => {
      asked.push(String(input));
      return Promise.resolve(
        String(input).includes("THYAO.IS")
          ? Response.json(aChart(minuteRows(nowMs - 60 * 60_000, [300, 301])))
          : new Response("no such recording", { status: 404 }),
      );
    },
  };
  await seedPolled(yahoo, { ...options, addresses: {} });
  deepEqual([asked, await store.symbols.count()], [[], 0]);
  const addresses = { yahoo: { rest: ["http://recorded/yahoo"] } };
  await seedPolled(yahoo, { ...options, addresses });
  const list = async () => (await store.symbols.list({ limit: 100 })).items;
  deepEqual((await list()).map(({ symbol }) => symbol), ["THYAO.IS"]);
  ok(asked.every((url) => url.startsWith("http://recorded/yahoo/")));
  await store.symbols.put(aShare("THYAO", { active: false }));
  await seedPolled(yahoo, { ...options, addresses });
  deepEqual((await list()).map(({ active }) => active), [false]);
  await opened.close();
});

Deno.test("seeding that fails is no end, and a source without usual symbols seeds none", async () => {
  const clock = createManualClock(nowMs);
  const opened = await openStore({ path: ":memory:", clock, log: silentLogger });
  const store = opened.world("live");
  const options = { store, clock, log: silentLogger, addresses: {}, mode: "live" as const };
  const { usualSymbols: _none, ...bare } = yahoo;
  await seedPolled(bare, options);
  equal(await store.symbols.count(), 0);
  await opened.close();
  await seedPolled(yahoo, options);
});
