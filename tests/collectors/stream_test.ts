import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { CollectorHealth } from "../../collectors/health.ts";
import { runStream } from "../../collectors/stream.ts";
import type { StreamSource } from "../../collectors/source.ts";
import { silentLogger } from "../../lib/log.ts";
import { createManualClock } from "../support/clock.ts";
import {
  aKlineRow,
  anHttp,
  aSource,
  aTradeFrame,
  createIntake,
  createSocketFactory,
  startExchange,
  turn,
  until,
} from "../support/exchange.ts";

const startMs = 1_700_000_000_000;

/** A stream on sockets in the test's hand. */
function start(
  { source = aSource(), symbols = ["BTCUSDT"], respond }: {
    source?: StreamSource;
    symbols?: string[];
    respond?: (url: string) => Response;
  } = {},
) {
  const clock = createManualClock(startMs);
  const intake = createIntake();
  const factory = createSocketFactory();
  const stop = new AbortController();
  const healths: CollectorHealth[] = [];
  let followed = symbols;
  let notify = () => {};
  const done = runStream(source, {
    intake,
    addresses: ["ws://one", "ws://two"],
    symbols: () => followed,
    onSymbolsChange: (listener) => (notify = listener, () => {}),
    http: anHttp(clock, respond ?? (() => Response.json({ serverTime: clock.now() }))),
    clock,
    log: silentLogger,
    onHealth: (health) => healths.push(health),
    signal: stop.signal,
    open: factory.open,
  });
  return {
    clock,
    intake,
    factory,
    healths,
    socket: (index: number) => factory.sockets[index]!,
    follow(next: string[]) {
      followed = next;
      notify();
    },
    async stop() {
      stop.abort();
      await done;
    },
  };
}

Deno.test("trades reach the intake with the time of their arrival, then market time moves", async () => {
  const run = start();
  await turn();
  run.socket(0).push(aTradeFrame({ id: 1, eventMs: 5_000 }));
  run.socket(0).push(aTradeFrame({ id: 2, eventMs: 6_000 }));
  await until(() => run.intake.trades.length === 2);
  deepEqual(run.intake.trades.map(({ receivedMs }) => receivedMs), [startMs, startMs]);
  deepEqual(run.intake.times, [5_000, 6_000]);
  equal(run.healths.at(-1)?.state, "live");
  await run.stop();
  equal(run.healths.at(-1)?.state, "stopped");
});

Deno.test("a stream that cannot connect is tried after 1, 2, 4, 8, 16, 32, 60, 60 s", async () => {
  const run = start();
  run.factory.isDown = true;
  await turn();
  // The first one was opened before the exchange went down.
  run.socket(0).end();
  await turn();
  for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
    const before = run.factory.attempts.length;
    await run.clock.advance(seconds * 1_000 - 1);
    await turn();
    equal(run.factory.attempts.length, before, `before ${seconds} s`);
    await run.clock.advance(1);
    await turn();
    equal(run.factory.attempts.length, before + 1, `after ${seconds} s`);
  }
  ok(
    new Set(run.factory.attempts.map((url) => url.slice(0, 8))).size === 2,
    "both hosts are tried",
  );
  await run.clock.advance(5_000);
  equal(run.healths.at(-1)?.state, "reconnecting");
  equal(run.healths.at(-1)?.breaker, "OPEN");
  run.factory.isDown = false;
  await run.clock.advance(60_000);
  await turn();
  run.factory.sockets.at(-1)!.push(aTradeFrame());
  await turn();
  equal(run.healths.at(-1)?.state, "live");
  await run.stop();
});

Deno.test("a loss is marked at the market time of the last message, and counted", async () => {
  const run = start();
  await turn();
  run.socket(0).push(aTradeFrame({ eventMs: 7_000 }));
  await turn();
  run.socket(0).end();
  await turn();
  deepEqual(run.intake.lost, [{
    symbols: ["BTCUSDT"],
    atMs: 7_000,
    reason: "the connection was closed",
  }]);
  equal(run.healths.at(-1)?.reconnects, 1);
  equal(run.healths.at(-1)?.retryAtMs, startMs + 1_000);
  await run.stop();
});

Deno.test("a silent socket is replaced, unless the exchange itself stands still", async () => {
  for (const isStill of [false, true]) {
    const serverMs = isStill ? startMs + 1_000 : startMs + 61_000;
    const run = start({ respond: () => Response.json({ serverTime: serverMs }) });
    await turn();
    run.socket(0).push(aTradeFrame({ eventMs: startMs }));
    await turn();
    await run.clock.advance(59_999);
    await turn();
    equal(run.socket(0).isClosed, false);
    await run.clock.advance(1);
    await turn(30);
    equal(run.socket(0).isClosed, !isStill);
    if (!isStill) match(run.intake.lost[0]!.reason, /silent for 60000 ms/);
    await run.stop();
  }
});

Deno.test("torn and garbage frames are counted and survived", async () => {
  const run = start();
  await turn();
  for (const frame of [aTradeFrame().slice(0, 50), "", "{}", aTradeFrame({ id: 9 })]) {
    run.socket(0).push(frame);
  }
  await until(() => run.intake.trades.length === 1);
  await run.clock.advance(5_000);
  await turn();
  equal(run.healths.at(-1)?.parseErrors, 3);
  equal(run.healths.at(-1)?.reconnects, 0);
  await run.stop();
});

Deno.test("a renewal overlaps: trades on either socket pass exactly once, none is lost", async () => {
  const run = start({ source: aSource({ connectionLifeMs: 30_000 }) });
  await turn();
  const push = async (socket: number, ...ids: number[]) => {
    for (const id of ids) run.socket(socket).push(aTradeFrame({ id, eventMs: 1_000 + id }));
    await turn();
  };
  await push(0, 1, 2);
  await run.clock.advance(30_000);
  await until(() => run.factory.sockets.length === 2);
  await push(0, 3, 4);
  await push(1, 6, 7);
  await push(0, 5, 6, 7);
  await push(1, 8);
  await run.clock.advance(2_000);
  await turn();
  equal(run.socket(0).isClosed, true);
  await push(1, 9);
  const ids = run.intake.trades.map(({ tradeId }) => tradeId);
  deepEqual([...ids].sort((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  deepEqual(run.intake.lost, []);
  ok(run.intake.times.every((time, i, all) => i === 0 || time >= all[i - 1]!));
  await run.stop();
});

Deno.test("a renewal that fails leaves the old socket serving and is tried again", async () => {
  const run = start({ source: aSource({ connectionLifeMs: 30_000, silenceMs: 1e9 }) });
  await turn();
  run.socket(0).push(aTradeFrame({ id: 1 }));
  await turn();
  run.factory.isDown = true;
  await run.clock.advance(30_000);
  await turn();
  run.socket(0).push(aTradeFrame({ id: 2 }));
  await until(() => run.intake.trades.length === 2);
  run.factory.isDown = false;
  await run.clock.advance(60_000);
  await until(() => run.factory.sockets.length === 2);
  equal(run.healths.at(-1)?.state, "live");
  await run.stop();
});

Deno.test("after a reconnect the holes are fetched and handed over as repair", async () => {
  const minute = 60_000;
  const from = Math.floor(startMs / minute) * minute - 3 * minute;
  const run = start({
    respond: (url) =>
      url.includes("/time")
        ? Response.json({ serverTime: startMs })
        : Response.json([aKlineRow(from), aKlineRow(from + 2 * minute)]),
  });
  await turn();
  run.socket(0).push(aTradeFrame());
  await turn();
  run.socket(0).end();
  await turn();
  run.intake.holes = [{ symbol: "BTCUSDT", timeframe: "1m", from, to: from + 3 * minute }];
  await run.clock.advance(1_000);
  await turn();
  run.socket(1).push(aTradeFrame({ id: 2 }));
  await until(() => run.intake.unrepairable.length === 1);
  const [repair] = run.intake.history;
  equal(repair?.reason, "repair");
  deepEqual(repair?.bars.map(({ time }) => time), [from, from + 2 * minute]);
  deepEqual(run.intake.unrepairable, [{
    symbol: "BTCUSDT",
    from: from + minute,
    to: from + 2 * minute,
  }]);
  await run.stop();
});

Deno.test("symbols that come and go are sent on the open socket, no reconnect", async () => {
  const run = start({ source: aSource({ symbolsPerConnection: 2 }) });
  await turn();
  run.socket(0).push(aTradeFrame());
  await turn();
  run.follow(["BTCUSDT", "ETHUSDT", "SOLUSDT"]);
  await turn();
  match(run.socket(0).sent[0]!, /SUBSCRIBE.*ethusdt@trade/);
  equal(run.factory.sockets.length, 2, "what has no room gets a connection of its own");
  run.follow(["ETHUSDT"]);
  await turn();
  match(run.socket(0).sent[1]!, /UNSUBSCRIBE.*btcusdt@trade/);
  equal(run.socket(1).isClosed, true);
  run.socket(0).push(aTradeFrame({ id: 5 }));
  run.socket(0).push(aTradeFrame({ id: 6, symbol: "ETHUSDT" }));
  await until(() => run.intake.trades.length === 2);
  equal(run.intake.trades[1]?.symbol, "ETHUSDT");
  equal(run.socket(0).isClosed, false);
  await run.stop();
});

Deno.test("a source with nothing to follow is off, says so, and begins with the first symbol", async () => {
  const run = start({ symbols: [] });
  await turn();
  equal(run.factory.sockets.length, 0);
  deepEqual([run.healths.at(-1)?.state, run.healths.at(-1)?.detail], [
    "disabled",
    "no symbols to follow",
  ]);
  run.follow(["BTCUSDT"]);
  await turn();
  run.socket(0).push(aTradeFrame());
  await until(() => run.healths.at(-1)?.state === "live");
  await run.stop();
});

Deno.test("with several connections market time is what the slowest has reached", async () => {
  const run = start({
    source: aSource({ symbolsPerConnection: 1 }),
    symbols: ["BTCUSDT", "ETHUSDT"],
  });
  await turn();
  run.socket(1).push(aTradeFrame({ symbol: "ETHUSDT", eventMs: 1_000 }));
  await turn();
  run.socket(0).push(aTradeFrame({ eventMs: 9_000 }));
  await turn();
  run.socket(1).push(aTradeFrame({ symbol: "ETHUSDT", eventMs: 4_000, id: 2 }));
  await turn();
  deepEqual(run.intake.times, [1_000, 1_000, 4_000]);
  await run.stop();
});

Deno.test("nothing is read while the intake is full, and waiting for it is not silence", async () => {
  const run = start();
  await turn();
  const full = Promise.withResolvers<void>();
  run.intake.settled = () => full.promise;
  for (const id of [1, 2]) run.socket(0).push(aTradeFrame({ id }));
  await turn();
  await run.clock.advance(120_000);
  await turn();
  equal(run.intake.trades.length, 1);
  equal(run.socket(0).isClosed, false);
  full.resolve();
  await until(() => run.intake.trades.length === 2);
  await run.stop();
});

Deno.test("a real socket on loopback connects, subscribes, breaks and comes back", async () => {
  const exchange = startExchange(() => Response.json({ serverTime: startMs }));
  const clock = createManualClock(startMs);
  const intake = createIntake();
  const stop = new AbortController();
  const symbols = ["BTCUSDT"];
  let notify = () => {};
  const done = runStream(aSource(), {
    intake,
    addresses: [exchange.stream],
    symbols: () => symbols,
    onSymbolsChange: (listener) => (notify = listener, () => {}),
    http: anHttp(clock, () => Response.json({ serverTime: startMs })),
    clock,
    log: silentLogger,
    onHealth: () => {},
    signal: stop.signal,
  });
  await until(() => exchange.sockets.length === 1, "the first connection");
  exchange.sockets[0]!.send(aTradeFrame());
  await until(() => intake.trades.length === 1, "the first trade");
  symbols.push("ETHUSDT");
  notify();
  await until(() => exchange.received.length === 1, "the control frame");
  exchange.sockets[0]!.close();
  await until(() => intake.lost.length === 1, "the loss");
  await clock.advance(1_000);
  await until(() => exchange.sockets.length === 2, "the second connection");
  exchange.sockets[1]!.send(aTradeFrame({ symbol: "ETHUSDT" }));
  await until(() => intake.trades.length === 2, "the second trade");
  stop.abort();
  await done;
  await exchange.stop();
});
