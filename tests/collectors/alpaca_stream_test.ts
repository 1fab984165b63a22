/** Alpaca through the shared stream: signing in, refusals, losses, symbols and trading hours. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { CollectorHealth } from "../../collectors/health.ts";
import { runStream } from "../../collectors/stream.ts";
import { alpaca } from "../../collectors/sources/alpaca.ts";
import type { LogFields, Logger } from "../../lib/log.ts";
import { createManualClock } from "../support/clock.ts";
import { anHttp, createIntake, createSocketFactory, turn, until } from "../support/exchange.ts";
import { alpacaControl, alpacaRows, anAlpacaBar, anAlpacaTrade } from "../support/stocks.ts";

const at = (text: string) => Date.parse(`${text}Z`);
/** Friday, 20 November 2026, an hour and a half after the bell. */
const midSession = at("2026-11-20T16:00");
const minuteMs = 60_000;

/** A stream of Alpaca on sockets in the test's hand. */
function start(
  { nowMs = midSession, symbols = ["AAPL"], bars = [] }: {
    nowMs?: number;
    symbols?: string[];
    bars?: ReturnType<typeof alpacaRows>;
  } = {},
) {
  const clock = createManualClock(nowMs);
  const intake = createIntake();
  const factory = createSocketFactory();
  const stop = new AbortController();
  const healths: CollectorHealth[] = [];
  const logged: { text: string; fields?: LogFields }[] = [];
  const write = (text: string, fields?: LogFields) =>
    void logged.push({ text, ...(fields && { fields }) });
  const log: Logger = { debug: write, info: write, warn: write, error: write };
  let followed = symbols;
  let notify = () => {};
  const done = runStream(alpaca, {
    intake,
    addresses: ["wss://stream"],
    symbols: () => followed,
    onSymbolsChange: (listener) => (notify = listener, () => {}),
    http: anHttp(
      clock,
      (url) =>
        url.includes("/v2/clock")
          ? Response.json({ timestamp: new Date(clock.now()).toISOString() })
          : Response.json({ bars: { AAPL: bars }, next_page_token: null }),
    ),
    clock,
    log,
    onHealth: (health) => healths.push(health),
    signal: stop.signal,
    open: factory.open,
    credentials: { key: "PKID", secret: "hush" },
  });
  const socket = (index = factory.sockets.length - 1) => factory.sockets[index]!;
  return {
    clock,
    intake,
    factory,
    logged,
    socket,
    health: () => healths.at(-1)!,
    sent: (index?: number) => socket(index).sent.map((text) => JSON.parse(text)),
    /** Welcomes, accepts the key and confirms the subscription. */
    async accept() {
      await turn();
      socket().push(alpacaControl.connected);
      socket().push(alpacaControl.authenticated);
      socket().push(alpacaControl.subscription);
      await turn();
    },
    follow(next: string[]) {
      followed = next;
      notify();
    },
    async pass(ms: number) {
      await clock.advance(ms);
      await turn();
    },
    async stop() {
      stop.abort();
      await done;
    },
  };
}

Deno.test("the key is sent at once, the subscription only after it was accepted", async () => {
  const run = start({ symbols: ["AAPL", "SPY"] });
  await turn();
  equal(run.socket().url, "wss://stream/v2/iex");
  deepEqual(run.sent(), [{ action: "auth", key: "PKID", secret: "hush" }]);
  run.socket().push(alpacaControl.connected);
  await turn();
  equal(run.sent().length, 1);
  equal(run.health().state, "connecting");
  run.socket().push(alpacaControl.authenticated);
  await turn();
  deepEqual(run.sent()[1], {
    action: "subscribe",
    trades: ["AAPL", "SPY"],
    bars: ["AAPL", "SPY"],
    updatedBars: ["AAPL", "SPY"],
  });
  equal(run.health().state, "live");
  await run.stop();
  ok(!JSON.stringify(run.logged).includes("hush"), "no secret is logged");
});

Deno.test("trades and bars of followed shares reach the intake, and market time moves", async () => {
  const run = start();
  await run.accept();
  run.socket().push(anAlpacaTrade({ t: "2026-11-20T16:00:01Z" }));
  run.socket().push(anAlpacaTrade({ S: "MSFT", i: 2, t: "2026-11-20T16:00:02Z" }));
  run.socket().push(anAlpacaBar({ t: "2026-11-20T16:00:00Z" }));
  await until(() => run.intake.bars.length === 1);
  deepEqual(run.intake.trades.map(({ symbol }) => symbol), ["AAPL"]);
  deepEqual(run.intake.times, [at("2026-11-20T16:00:01"), at("2026-11-20T16:01")]);
  await run.stop();
});

Deno.test("trades and bars outside regular hours are dropped", async () => {
  const run = start();
  await run.accept();
  run.socket().push(anAlpacaTrade({ i: 1, t: "2026-11-20T14:29:59.999Z" }));
  run.socket().push(anAlpacaTrade({ i: 2, t: "2026-11-20T14:30:00Z" }));
  run.socket().push(anAlpacaTrade({ i: 3, t: "2026-11-20T21:00:00Z" }));
  run.socket().push(anAlpacaTrade({ i: 4, t: "2026-11-26T16:00:00Z" }));
  run.socket().push(anAlpacaBar({ t: "2026-11-20T21:00:00Z" }));
  run.socket().push(anAlpacaBar({ t: "2026-11-20T20:59:00Z" }));
  await until(() => run.intake.bars.length === 1);
  deepEqual(run.intake.trades.map(({ tradeId }) => tradeId), [2]);
  equal(run.intake.bars[0]!.bar.time, at("2026-11-20T20:59"));
  await run.stop();
});

const refusals = [
  { name: "a wrong key", code: 402, waitMs: 15 * minuteMs, words: /does not accept the key/ },
  { name: "a second connection", code: 406, waitMs: minuteMs, words: /one connection is in use/ },
  {
    name: "a plan without the feed",
    code: 409,
    waitMs: 15 * minuteMs,
    words: /plan does not include/,
  },
];
for (const { name, code, waitMs, words } of refusals) {
  Deno.test(`${name} ends the connection in words, and is tried again after ${waitMs / 1_000} s`, async () => {
    const run = start();
    await turn();
    run.socket().push(alpacaControl.connected);
    run.socket().push(alpacaControl.error(code, "no"));
    await turn();
    equal(run.socket(0).isClosed, true);
    equal(run.health().retryAtMs ?? 0, 0);
    await run.pass(5_000);
    equal(run.health().state, code === 406 ? "reconnecting" : "blocked");
    match(run.health().detail, words);
    equal(run.health().retryAtMs, midSession + waitMs);
    equal(run.health().parseErrors, 0);
    await run.pass(waitMs - 5_001);
    equal(run.factory.attempts.length, 1);
    await run.pass(1);
    equal(run.factory.attempts.length, 2);
    await run.accept();
    equal(run.health().state, "live");
    deepEqual(run.intake.lost, []);
    await run.stop();
  });
}

Deno.test("a loss is marked, reconnected with the key, and its hole fetched by REST", async () => {
  const run = start({ bars: alpacaRows(midSession, 2, minuteMs) });
  await run.accept();
  run.socket().push(anAlpacaTrade({ t: "2026-11-20T16:00:01Z" }));
  await turn();
  run.socket().end();
  await turn();
  deepEqual(run.intake.lost.map(({ atMs }) => atMs), [at("2026-11-20T16:00:01")]);
  const hole = { symbol: "AAPL", timeframe: "1m" as const };
  run.intake.holes = [{ ...hole, from: midSession, to: midSession + 2 * minuteMs }];
  await run.pass(5 * minuteMs);
  await run.accept();
  deepEqual(run.sent().map(({ action }) => action), ["auth", "subscribe"]);
  await until(() => run.intake.history.length === 1);
  deepEqual(run.intake.history[0]!.bars.map(({ time }) => time), [
    midSession,
    midSession + minuteMs,
  ]);
  equal(run.intake.history[0]!.reason, "repair");
  await run.stop();
});

Deno.test("of a hole over a night only what lies in sessions can stay unrepaired", async () => {
  const run = start();
  await run.accept();
  run.socket().push(anAlpacaTrade({ t: "2026-11-20T16:00:01Z" }));
  const [from, to] = [at("2026-11-19T20:59"), at("2026-11-20T14:31")];
  run.intake.holes = [{ symbol: "AAPL", timeframe: "1m", from, to }];
  await run.pass(6_000);
  await until(() => run.intake.unrepairable.length === 2);
  deepEqual(run.intake.unrepairable.map((hole) => [hole.from, hole.to]), [
    [from, from + minuteMs],
    [to - minuteMs, to],
  ]);
  await run.stop();
});

Deno.test("malformed frames and schema drift are counted, and the stream goes on", async () => {
  const run = start();
  await run.accept();
  run.socket().push(anAlpacaTrade({ t: "2026-11-20T16:00:01Z" }).slice(0, 40));
  run.socket().push('[{"T":"t2","symbol":"AAPL"}]');
  run.socket().push(anAlpacaTrade({ i: 9, t: "2026-11-20T16:00:02Z" }));
  await until(() => run.intake.trades.length === 1);
  await run.pass(5_000);
  equal(run.health().parseErrors, 2);
  equal(run.health().state, "live");
  await run.stop();
});

Deno.test("shares that come and go change the open subscription, no reconnect", async () => {
  const run = start();
  await run.accept();
  run.follow(["AAPL", "SPY"]);
  run.follow(["SPY"]);
  await turn();
  deepEqual(run.sent().slice(2).map(({ action, trades }) => [action, trades]), [
    ["subscribe", ["SPY"]],
    ["unsubscribe", ["AAPL"]],
  ]);
  equal(run.factory.attempts.length, 1);
  await run.stop();
});

Deno.test("shares that come before the key is accepted are in the first subscription", async () => {
  const run = start();
  await turn();
  run.follow(["AAPL", "SPY"]);
  await run.accept();
  deepEqual(run.sent().map(({ action, trades }) => [action, trades]), [
    ["auth", undefined],
    ["subscribe", ["AAPL", "SPY"]],
  ]);
  await run.stop();
});

Deno.test("more shares than the plan has room for: thirty are followed, the health tells the rest", async () => {
  const run = start({ symbols: Array.from({ length: 34 }, (_, i) => `S${i}`) });
  await run.accept();
  equal(run.sent()[1].trades.length, 30);
  equal(run.factory.attempts.length, 1);
  await run.pass(5_000);
  equal(run.health().state, "live");
  match(run.health().detail, /4 symbols are beyond what it lets us follow/);
  await run.stop();
});

Deno.test("at the close it pauses with its breaker held open, and goes on before the next open", async () => {
  const run = start({ nowMs: at("2026-11-19T20:59:30") });
  await run.accept();
  run.socket().push(anAlpacaTrade({ t: "2026-11-19T20:59:31Z" }));
  await run.pass(31_000);
  // The last minute's bar comes after the bell.
  run.socket().push(anAlpacaBar({ t: "2026-11-19T20:59:00Z" }));
  await turn();
  equal(run.intake.bars.length, 1);
  equal(run.health().state, "live");
  await run.pass(95_000);
  equal(run.socket(0).isClosed, true);
  const paused = run.health();
  equal(paused.state, "market_closed");
  equal(paused.breaker, "OPEN");
  equal(paused.retryAtMs, at("2026-11-20T14:30"));
  match(
    paused.detail,
    /^market_closed: New York Stock Exchange is closed, opens at 2026-11-20T14:30/,
  );
  deepEqual(run.intake.lost, []);
  equal(paused.reconnects, 0);
  // The whole night passes without an attempt.
  await run.clock.advance(at("2026-11-20T14:28:50") - run.clock.now());
  equal(run.factory.attempts.length, 1);
  await run.pass(15_000);
  equal(run.factory.attempts.length, 2);
  await run.accept();
  equal(run.health().state, "live");
  const told = run.logged.filter(({ fields }) => fields?.reason === "market_closed");
  deepEqual(told.map(({ text }) => text).filter((text) => /market/.test(text)), [
    "a market is closed, its stream pauses",
    "a market opens, its stream goes on",
  ]);
  const moves = run.logged.filter(({ text }) => text === "a breaker moved").map(({ fields }) =>
    fields
  );
  deepEqual(
    moves.slice(0, 2).map((move) => [move?.to, Number(move?.atMs) >= at("2026-11-20T14:00")]),
    [
      ["OPEN", false],
      ["HALF_OPEN", true],
    ],
  );
  equal(moves[0]?.reason, "market_closed");
  await run.stop();
});

Deno.test("a start on a weekend waits paused, changes its shares, and stops at once", async () => {
  const run = start({ nowMs: at("2026-11-21T12:00") });
  await turn();
  equal(run.factory.attempts.length, 0);
  equal(run.health().state, "market_closed");
  run.follow(["SPY"]);
  await run.pass(3_600_000);
  equal(run.factory.attempts.length, 0);
  equal(run.health().state, "market_closed");
  await run.stop();
  equal(run.health().state, "stopped");
});

Deno.test("on a half day it pauses after one o'clock in New York", async () => {
  const run = start({ nowMs: at("2026-11-27T17:59") });
  await run.accept();
  await run.pass(minuteMs);
  run.socket().push(anAlpacaBar({ t: "2026-11-27T17:59:00Z" }));
  await run.pass(minuteMs);
  equal(run.health().state, "live");
  await run.pass(minuteMs);
  equal(run.health().state, "market_closed");
  equal(run.health().retryAtMs, at("2026-11-30T14:30"));
  await run.stop();
});
