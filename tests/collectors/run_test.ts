import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { CollectorHealth } from "../../collectors/health.ts";
import { createHistory } from "../../collectors/history.ts";
import { listMissing } from "../../collectors/holes.ts";
import type { Leases } from "../../collectors/lease.ts";
import { startCollectors } from "../../collectors/run.ts";
import type { Clock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { type MarketSymbol, timeframeMs, timeframes } from "../../lib/market/mod.ts";
import type { WorldStore } from "../../lib/store/types.ts";
import { createManualClock } from "../support/clock.ts";
import {
  aKlineRow,
  anHttp,
  aSource,
  aTradeFrame,
  createIntake,
  createSocketFactory,
  turn,
  until,
} from "../support/exchange.ts";

const startMs = 1_700_000_040_000;

/** The part of a store that collectors use, in memory. */
function createStore() {
  const symbols = new Map<string, MarketSymbol>();
  const store = {
    world: "live",
    symbols: {
      list: () => Promise.resolve({ items: [...symbols.values()], cursor: null }),
      putMany: (records: MarketSymbol[]) => {
        for (const record of records) symbols.set(record.id, record);
        return Promise.resolve();
      },
    },
    bars: { getExtent: () => Promise.resolve(null) },
    marketData: { putMany: () => Promise.resolve() },
  };
  return { store: store as unknown as WorldStore, symbols };
}

/** Leases in memory that end by the clock, for several processes. */
function createLeases(clock: Clock) {
  let holder = 0;
  let endsAtMs = 0;
  let next = 0;
  const dead = new Set<number>();
  const leasesOf = (process: number): Leases => ({
    acquireLease(_name, { ttlMs }) {
      if (holder !== 0 && clock.now() < endsAtMs) return Promise.resolve(null);
      const mine = holder = ++next;
      endsAtMs = clock.now() + ttlMs;
      return Promise.resolve({
        renew: () => {
          if (dead.has(process)) return Promise.reject(new Error("no store"));
          if (holder !== mine) return Promise.resolve(false);
          endsAtMs = clock.now() + ttlMs;
          return Promise.resolve(true);
        },
        release: () => {
          if (holder === mine && !dead.has(process)) holder = 0;
          return Promise.resolve();
        },
      });
    },
  });
  return { of: leasesOf, kill: (process: number) => void dead.add(process) };
}

/** Answers of a small Binance with these symbols. */
function answer(url: string, now: number): Response {
  const { pathname, searchParams } = new URL(url);
  if (pathname.endsWith("/time")) return Response.json({ serverTime: now });
  if (pathname.endsWith("/exchangeInfo")) {
    const info = (base: string, quote = "USDT") => ({
      symbol: base + quote,
      status: "TRADING",
      baseAsset: base,
      quoteAsset: quote,
    });
    return Response.json({ symbols: [info("ABC"), info("ETH"), info("BTC"), info("BTC", "EUR")] });
  }
  const timeframe = timeframes.find((name) => name === searchParams.get("interval"))!;
  const from = Number(searchParams.get("startTime"));
  return Response.json([aKlineRow(from, "2", timeframeMs[timeframe])]);
}

function start(
  { clock = createManualClock(startMs), store = createStore(), leases, respond, ...options }: {
    clock?: ReturnType<typeof createManualClock>;
    store?: ReturnType<typeof createStore>;
    leases?: Leases;
    respond?: (url: string) => Response;
    mode?: "live" | "replay";
    symbolsMax?: number;
    onSymbolsChanged?: (listener: () => void) => () => void;
  } = {},
) {
  const intake = createIntake();
  const factory = createSocketFactory();
  const healths: CollectorHealth[] = [];
  const collectors = startCollectors({
    mode: "live",
    ...options,
    store: store.store,
    leases: leases ?? createLeases(clock).of(1),
    intake,
    addresses: { binance: { rest: ["http://exchange"], stream: ["ws://exchange"] } },
    clock,
    log: silentLogger,
    onHealth: (health) => healths.push(health),
    fetch: (input) =>
      Promise.resolve((respond ?? ((url) => answer(url, clock.now())))(String(input))),
    open: factory.open,
    sources: { stream: [aSource()], poll: [] },
  });
  return { clock, store, intake, factory, healths, collectors };
}

Deno.test("a fresh live start takes over the usual pairs, fetches history, then streams", async () => {
  const run = start();
  await run.collectors.ready;
  await until(() => run.factory.sockets.length === 1);
  deepEqual([...run.store.symbols.keys()], ["crypto:BTC/USDT@binance", "crypto:ETH/USDT@binance"]);
  deepEqual(run.intake.symbols, ["BTCUSDT", "ETHUSDT"]);
  await until(() => run.intake.history.length === 2 * timeframes.length);
  equal(run.intake.history[0]?.timeframe, "1m");
  ok(run.intake.history.every(({ reason }) => reason === "history"));
  run.factory.sockets[0]!.push(aTradeFrame());
  await until(() => run.collectors.health()[0]?.state === "live");
  await run.collectors.stop();
  equal(run.collectors.health()[0]?.state, "stopped");
});

Deno.test("a recorded world gives all its symbols, up to the configured number", async () => {
  const run = start({ mode: "replay", symbolsMax: 3 });
  await run.collectors.ready;
  deepEqual(run.intake.symbols, ["ABCUSDT", "ETHUSDT", "BTCUSDT"]);
  await run.collectors.stop();
});

Deno.test("a symbol switched off or on in the store changes the open subscription", async () => {
  let hook = () => {};
  const run = start({ onSymbolsChanged: (listener) => (hook = listener, () => {}) });
  await until(() => run.factory.sockets.length === 1);
  const socket = run.factory.sockets[0]!;
  const id = "crypto:ETH/USDT@binance";
  run.store.symbols.set(id, { ...run.store.symbols.get(id)!, active: false });
  await run.clock.advance(3_000);
  await until(() => socket.sent.length === 1);
  match(socket.sent[0]!, /UNSUBSCRIBE.*ethusdt/);
  deepEqual(run.intake.symbols, ["BTCUSDT"]);
  await until(() => run.intake.history.length === 2 * timeframes.length);
  const before = run.intake.history.length;
  run.store.symbols.set(id, { ...run.store.symbols.get(id)!, active: true });
  hook();
  await until(() => socket.sent.length === 2);
  await until(() => run.intake.history.length === before + timeframes.length);
  equal(run.factory.sockets.length, 1);
  await run.collectors.stop();
});

Deno.test("one of two processes collects; the other takes over within 30 s of its loss", async () => {
  const clock = createManualClock(startMs);
  const leases = createLeases(clock);
  const store = createStore();
  const first = start({ clock, store, leases: leases.of(1) });
  await until(() => first.factory.sockets.length === 1);
  const second = start({ clock, store, leases: leases.of(2) });
  await second.collectors.ready;
  match(second.collectors.health()[0]!.detail, /another process/);
  for (let i = 0; i < 4; i++) {
    await clock.advance(15_000);
    await turn();
  }
  equal(second.factory.sockets.length, 0);
  leases.kill(1);
  for (let i = 0; i < 6; i++) {
    await clock.advance(5_000);
    await turn();
  }
  equal(second.factory.sockets.length, 1);
  equal(first.factory.sockets[0]!.isClosed, true);
  await Promise.all([first.collectors.stop(), second.collectors.stop()]);
});

Deno.test("a stopped collector gives its lease back, so that the next one starts at once", async () => {
  const clock = createManualClock(startMs);
  const leases = createLeases(clock);
  const first = start({ clock, leases: leases.of(1) });
  await until(() => first.factory.sockets.length === 1);
  await first.collectors.stop();
  const second = start({ clock, leases: leases.of(2) });
  await until(() => second.factory.sockets.length === 1);
  await second.collectors.stop();
});

Deno.test("a blocked region reads blocked, says what helps, and does not hold up the start", async () => {
  const run = start({ respond: () => new Response("", { status: 451 }) });
  await run.collectors.ready;
  const [health] = run.collectors.health();
  equal(health?.state, "blocked");
  match(health!.detail, /Configure another address: set CRYPTOINTEL_BINANCE_REST/);
  equal(health?.retryAtMs, startMs + 300_000);
  await run.collectors.stop();
});

Deno.test("an exchange that refuses us at the start is blocked, and is asked again later", async () => {
  let isRefused = true;
  const clock = createManualClock(startMs);
  const run = start({
    clock,
    respond: (url) => isRefused ? new Response("{}", { status: 403 }) : answer(url, clock.now()),
  });
  await run.collectors.ready;
  const [health] = run.collectors.health();
  equal(health?.state, "blocked");
  match(health!.detail, /HTTP 403/);
  isRefused = false;
  await clock.advance(300_000);
  await until(() => run.intake.history.length > 0);
  await run.collectors.stop();
});

Deno.test("an exchange that is away at the start is asked again until it answers", async () => {
  let isDown = true;
  const clock = createManualClock(startMs);
  const run = start({
    clock,
    respond: (url) => isDown ? new Response("", { status: 503 }) : answer(url, clock.now()),
  });
  await run.collectors.ready;
  equal(run.collectors.health()[0]?.state, "reconnecting");
  isDown = false;
  await clock.advance(1_000);
  await until(() => run.factory.sockets.length === 1);
  await run.collectors.stop();
});

Deno.test("history is fetched once; later only what closed since; never the running bar", async () => {
  const noonMs = Date.UTC(2026, 10, 20, 12);
  const clock = createManualClock(noonMs);
  const intake = createIntake();
  const asked: string[] = [];
  const http = anHttp(clock, (url) => {
    if (!url.includes("/time")) asked.push(url);
    return answer(url, clock.now());
  });
  const { signal } = new AbortController();
  const history = createHistory(aSource(), { intake, http, log: silentLogger, signal });
  equal(await history.fetch(["BTCUSDT"], { timeframes: ["1m"] }), 0);
  await history.fetch(["BTCUSDT"], { timeframes: ["1m"] });
  equal(asked.length, 1);
  match(asked[0]!, new RegExp(`startTime=${noonMs - 60_000_000}&endTime=${noonMs - 1}&`));
  await clock.advance(60_000);
  await history.fetch(["BTCUSDT"], { timeframes: ["1m"] });
  match(asked[1]!, new RegExp(`startTime=${noonMs}&endTime=${noonMs + 59_999}&`));
});

Deno.test("late in the day a fresh start fetches all its minutes, as the running day needs them", async () => {
  const dayMs = 86_400_000;
  const dayStart = Math.floor(startMs / dayMs) * dayMs;
  for (const [lateMs, from] of [[dayMs - 60_000, dayStart], [3_600_000, dayStart - 940 * 60_000]]) {
    const nowMs = dayStart + lateMs!;
    const intake = createIntake();
    const http = anHttp(createManualClock(nowMs), (url) => {
      const query = new URL(url).searchParams;
      const [first, last] = [Number(query.get("startTime")), Number(query.get("endTime"))];
      if (url.includes("/time")) return Response.json({ serverTime: nowMs });
      const count = Math.round((last + 1 - first) / 60_000);
      return Response.json(Array.from({ length: count }, (_, i) => aKlineRow(first + i * 60_000)));
    });
    const { signal } = new AbortController();
    const history = createHistory(aSource(), { intake, http, log: silentLogger, signal });
    equal(await history.fetch(["BTCUSDT"], { timeframes: ["1m"] }), 0);
    const { bars } = intake.history[0]!;
    deepEqual([bars[0]?.time, bars.length], [from, (nowMs - from!) / 60_000]);
  }
});

Deno.test("a series that fails is counted and does not stop the others", async () => {
  const clock = createManualClock(startMs);
  const intake = createIntake();
  const http = anHttp(
    clock,
    (url) =>
      url.includes("symbol=BAD") ? new Response("no", { status: 400 }) : answer(url, clock.now()),
  );
  const { signal } = new AbortController();
  const history = createHistory(aSource(), { intake, http, log: silentLogger, signal });
  equal(await history.fetch(["BAD", "BTCUSDT"], { timeframes: ["1m"] }), 1);
  deepEqual(intake.history.map(({ symbol }) => symbol), ["BTCUSDT"]);
});

Deno.test("listMissing() names the stretches that no bar covers", () => {
  const aBar = (time: number) => ({
    time,
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    volume: 1,
    closed: true,
    quality: "observed" as const,
  });
  const wanted = { symbol: "A", timeframe: "1m" as const, from: 0, to: 240_000 };
  deepEqual(listMissing([], wanted), [{ from: 0, to: 240_000 }]);
  deepEqual(listMissing([aBar(60_000)], wanted), [
    { from: 0, to: 60_000 },
    { from: 120_000, to: 240_000 },
  ]);
  deepEqual(listMissing([0, 60_000, 120_000, 180_000].map(aBar), wanted), []);
});
