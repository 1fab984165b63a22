/** A stream of a market that closes: from when on a session was seen, and when its bars are over. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { fillHoles } from "../../collectors/holes.ts";
import { findSessionOpen } from "../../collectors/sessions.ts";
import { alpaca } from "../../collectors/sources/alpaca.ts";
import { runStream } from "../../collectors/stream.ts";
import { silentLogger } from "../../lib/log.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { anHttp, createIntake, createSocketFactory, turn, until } from "../support/exchange.ts";
import { alpacaControl, anAlpacaTrade } from "../support/stocks.ts";

const minuteMs = 60_000;
const at = (text: string) => Date.parse(`${text}Z`);
/** Monday, 23 November 2026: New York is open from 14:30 to 21:00 UTC. */
const openMs = at("2026-11-23T14:30");

function start(nowMs: number, mode: "live" | "replay" = "live") {
  const clock = createManualClock(nowMs);
  const intake = createIntake();
  const factory = createSocketFactory();
  const stop = new AbortController();
  const done = runStream(alpaca, {
    intake,
    addresses: ["wss://stream"],
    symbols: () => ["AAPL"],
    onSymbolsChange: () => () => {},
    http: anHttp(clock, () => Response.json({ timestamp: new Date(clock.now()).toISOString() })),
    clock,
    log: silentLogger,
    mode,
    onHealth: () => {},
    signal: stop.signal,
    open: factory.open,
    credentials: { key: "PKID", secret: "hush" },
  });
  return {
    clock,
    intake,
    factory,
    async accept() {
      await turn();
      const socket = factory.sockets.at(-1)!;
      socket.push(alpacaControl.connected);
      socket.push(alpacaControl.authenticated);
      await turn();
    },
    push: (frame: string) => factory.sockets.at(-1)!.push(frame),
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

Deno.test("connected before the open, the session is said to be seen whole", async () => {
  const run = start(openMs - 50_000);
  await run.accept();
  deepEqual(run.intake.watched, [{ symbols: ["AAPL"], atMs: openMs - 50_000 }]);
  deepEqual(run.intake.lost, []);
  await run.stop();
});

Deno.test("connected for the first time within a session, nothing is said: what is before is history", async () => {
  const run = start(openMs + 10 * minuteMs);
  await run.accept();
  deepEqual([run.intake.watched, run.intake.lost], [[], []]);
  await run.stop();
});

Deno.test("back only after the open, the session counts as lost from its open on", async () => {
  const run = start(at("2026-11-20T20:59"));
  await run.accept();
  run.push(anAlpacaTrade({ t: "2026-11-20T20:59:01Z" }));
  await until(() => run.intake.trades.length === 1);
  await run.pass(15 * minuteMs);
  run.factory.isDown = true;
  await run.pass(openMs + 5 * minuteMs - run.clock.now());
  deepEqual(run.intake.lost, []);
  run.factory.isDown = false;
  for (let i = 0; i < 10 && run.factory.sockets.length < 2; i++) await run.pass(minuteMs);
  await run.accept();
  deepEqual(run.intake.lost.map(({ symbols, atMs }) => [symbols, atMs]), [[["AAPL"], openMs]]);
  await run.stop();
});

Deno.test("at the close market time moves past it, so that the last bars complete", async () => {
  const run = start(at("2026-11-20T20:58"));
  await run.accept();
  run.push(anAlpacaTrade({ t: "2026-11-20T20:58:01Z" }));
  await until(() => run.intake.trades.length === 1);
  equal(run.intake.times.at(-1), at("2026-11-20T20:58:01"));
  await run.pass(5 * minuteMs);
  const last = run.intake.times.at(-1)!;
  ok(last >= at("2026-11-20T21:01:30") && last <= at("2026-11-20T21:03"), String(last));
  await run.stop();
});

Deno.test("a recorded market has its own time: nothing is said by ours", async () => {
  const run = start(openMs - 50_000, "replay");
  await run.accept();
  await run.pass(20 * minuteMs);
  deepEqual([run.intake.watched, run.intake.lost, run.intake.times], [[], [], []]);
  await run.stop();
});

const opens: [name: string, at: string, open: string | null][] = [
  ["within a session", "2026-11-23T15:00", "2026-11-23T14:30"],
  ["at the open", "2026-11-23T14:30", "2026-11-23T14:30"],
  ["before the open", "2026-11-23T14:29:59.999", null],
  ["at the close", "2026-11-23T21:00", null],
  ["on a holiday", "2026-11-26T15:00", null],
  ["outside the calendar", "2040-11-26T15:00", null],
];
for (const [name, time, open] of opens) {
  Deno.test(`the open of the session that runs: ${name}`, () => {
    equal(findSessionOpen(getCalendar("alpaca")!, at(time)), open && at(open));
  });
}

Deno.test("minutes that the source has no bar of are quiet, within sessions only", async () => {
  const clock = createManualClock(at("2026-11-23T15:00"));
  const intake = createIntake();
  const hole = { from: at("2026-11-20T20:57"), to: openMs + 3 * minuteMs };
  intake.holes.push({ symbol: "AAPL", timeframe: "1m", ...hole });
  const told = { t: "2026-11-20T20:58:00Z", o: 1, h: 2, l: 1, c: 2, v: 5 };
  const http = anHttp(
    clock,
    (url) =>
      url.includes("/v2/clock")
        ? Response.json({ timestamp: "2026-11-23T15:00:00Z" })
        : Response.json({ bars: { AAPL: [told] }, next_page_token: null }),
  );
  const { signal } = new AbortController();
  await fillHoles(alpaca, { intake, http, log: silentLogger, signal });
  deepEqual(intake.quiet.map(({ from, to }) => [from, to]), [
    [at("2026-11-20T20:57"), at("2026-11-20T20:58")],
    [at("2026-11-20T20:59"), at("2026-11-20T21:00")],
    [openMs, openMs + 3 * minuteMs],
  ]);
  const other = createIntake();
  other.holes.push({ symbol: "AAPL", timeframe: "1m", ...hole });
  await fillHoles({ ...alpaca, traits: {} }, { intake: other, http, log: silentLogger, signal });
  deepEqual([other.quiet.length, other.unrepairable.length], [0, 3]);
});
