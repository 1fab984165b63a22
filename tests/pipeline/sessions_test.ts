/** Exchanges that close: their bars, holes and completeness know nothing of closed time. */
import assert from "node:assert/strict";
import { timeframeMs, timeframes, type TradingCalendar } from "../../lib/market/mod.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import { aBar, aTrade, MINUTE_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import {
  aStock,
  countSessionBars,
  listSessions,
  playSession,
  startSessions,
} from "../support/sessions.ts";

const HOUR_MS = 60 * MINUTE_MS;
const [wednesday, friday, monday] = listSessions("alpaca", "2026-11-25", "2026-11-30");
const traits = { omitsQuietBars: true, isVolumeApart: true };

Deno.test("the days of these tests are a whole day, the half day after a holiday, and a Monday", () => {
  const found = [wednesday, friday, monday].map((one) => [one?.day, one?.isHalfDay]);
  assert.deepEqual(found, [["2026-11-25", false], ["2026-11-27", true], ["2026-11-30", false]]);
});

Deno.test("every bar of a session is stored in every timeframe, and complete at its close", async () => {
  const world = await startSessions({ startMs: wednesday!.openMs - HOUR_MS });
  const sessions = [wednesday!, friday!, monday!];
  for (const session of sessions) await playSession(world, session);
  for (const timeframe of timeframes) {
    const bars = await world.list("AAPL", timeframe);
    assert.equal(bars.length, countSessionBars(sessions, timeframeMs[timeframe]), timeframe);
    assert.deepEqual([world.row("AAPL", timeframe).missing], [0], timeframe);
    assert.ok(bars.every(({ quality }) => quality === "observed"), timeframe);
  }
  const days = await world.list("AAPL", "1d");
  assert.deepEqual(days.map(({ time }) => time), sessions.map(({ day }) => Date.parse(day)));
  assert.deepEqual(days.map(({ volume }) => volume), [390 * 13, 210 * 13, 390 * 13]);
  assert.deepEqual((await world.store.gaps.list()).items, []);
  assert.deepEqual(world.pipeline.intake.listHoles(), []);
});

Deno.test("a day's bar is told as closed at the close, also of a half day", async () => {
  const world = await startSessions({ startMs: wednesday!.openMs - HOUR_MS });
  for (const session of [wednesday!, friday!]) await playSession(world, session);
  const told = world.told.filter(({ timeframe, kind }) => timeframe === "1d" && kind === "closed");
  assert.deepEqual(told.map(({ times }) => times), [
    [Date.parse("2026-11-25")],
    [Date.parse("2026-11-27")],
  ]);
  told.forEach(({ atMs }, i) => {
    const { closeMs } = [wednesday!, friday!][i]!;
    assert.ok(atMs >= closeMs && atMs <= closeMs + 90_000);
  });
});

Deno.test("hours that a session covers in part are complete", async () => {
  const world = await startSessions({ startMs: friday!.openMs - HOUR_MS });
  await playSession(world, friday!);
  // 09:30 to 13:00 in New York is 14:30 to 18:00 UTC.
  const hours = (await world.list("AAPL", "1h")).map(({ time }) =>
    (time - Date.parse("2026-11-27")) / HOUR_MS
  );
  assert.deepEqual(hours, [14, 15, 16, 17]);
});

Deno.test("a quiet minute inside a session is filled; outside none is", async () => {
  const world = await startSessions({ startMs: friday!.openMs - HOUR_MS });
  const quiet = (minute: number) => [5, 6, 208, 209].includes(minute);
  await playSession(world, friday!, { quiet });
  world.clock.set(friday!.closeMs + 5 * HOUR_MS);
  world.pipeline.intake.forExchange("alpaca").advance(friday!.closeMs + 5 * HOUR_MS);
  await world.settle();
  const bars = await world.list("AAPL");
  assert.equal(bars.length, 210);
  const filled = bars.filter(({ quality }) => quality === "filled");
  assert.deepEqual(filled.map(({ time }) => (time - friday!.openMs) / MINUTE_MS), [5, 6, 208, 209]);
  assert.ok(filled.every(({ volume }) => volume === 0));
  assert.equal((await world.list("AAPL", "1d")).length, 1);
  assert.deepEqual([world.row("AAPL").filled, world.row("AAPL").missing], [4, 0]);
  // The exchange sends no bar for them, and that is no doubt.
  assert.deepEqual((await world.store.gaps.list()).items, []);
});

Deno.test("outside its hours a symbol has no running bar", async () => {
  const world = await startSessions({ startMs: friday!.openMs - HOUR_MS });
  const series = { symbol: "AAPL", timeframe: "1m" } as const;
  await playSession(world, friday!, { minutes: 3, quiet: (minute) => minute === 2 });
  assert.ok(world.pipeline.getRunningBar(series));
  await playSession(world, friday!, { from: 3 });
  assert.equal(world.pipeline.getRunningBar(series), null);
});

Deno.test("trades and bars of closed time are refused", async () => {
  const world = await startSessions({ startMs: friday!.openMs - HOUR_MS });
  await playSession(world, friday!);
  const intake = world.pipeline.intake.forExchange("alpaca");
  const rejected = world.pipeline.stats().rejected;
  const eventMs = friday!.closeMs + 1_000;
  intake.addTrade(aTrade({ symbol: "AAPL", price: 105, eventMs, source: "alpaca", tradeId: 1e12 }));
  const late = aBar({ time: friday!.closeMs });
  intake.addExchangeBar("AAPL", "1m", late, "alpaca");
  await intake.addHistory("AAPL", "1m", [late], { source: "alpaca", reason: "history" });
  await world.settle();
  assert.equal(world.pipeline.stats().rejected, rejected + 1);
  assert.equal((await world.list("AAPL")).length, 210);
});

Deno.test("the exchange's larger volume is taken without a word against quality", async () => {
  const world = await startSessions({ startMs: friday!.openMs - HOUR_MS });
  await playSession(world, friday!);
  const { compared, equal, repaired } = world.pipeline.stats();
  assert.ok(compared > 0);
  assert.deepEqual([equal, repaired], [compared, 0]);
  assert.equal(world.pipeline.getQuality("AAPL")!.score, 1);
  const hours = await world.list("AAPL", "1h");
  assert.deepEqual(hours.map(({ volume }) => volume), [30 * 13, 60 * 13, 60 * 13, 60 * 13]);
});

Deno.test("a wrong price of such an exchange is a repair all the same", async () => {
  const world = await startSessions({ startMs: friday!.openMs - HOUR_MS });
  await playSession(world, friday!, { minutes: 3, isConfirmed: false });
  const bar = aBar({ time: friday!.openMs, open: 100, high: 120, volume: 13 });
  world.pipeline.intake.forExchange("alpaca").addExchangeBar("AAPL", "1m", bar, "alpaca");
  await world.settle();
  assert.equal((await world.list("AAPL"))[0]!.quality, "repaired");
});

for (const mode of ["live", "replay"] as const) {
  Deno.test(`a restart across a weekend leaves no hole (${mode})`, async () => {
    const store = createMemoryStore();
    await store.symbols.put(aStock("AAPL"));
    const before = await startSessions({ store, startMs: friday!.openMs - HOUR_MS, mode });
    await playSession(before, friday!);
    await before.pipeline.stop();
    const world = await startSessions({ store, startMs: monday!.openMs - HOUR_MS, mode });
    assert.deepEqual(world.pipeline.intake.forExchange("alpaca").listHoles(), []);
    assert.equal(world.row("AAPL").missing, 0);
    await playSession(world, monday!, { quiet: (minute) => minute === 7 });
    assert.deepEqual((await store.gaps.list()).items, []);
    assert.deepEqual([world.row("AAPL").expected, world.row("AAPL").missing], [600, 0]);
    assert.equal((await world.list("AAPL", "1d")).length, 2);
  });
}

Deno.test("a restart that comes after the open has a hole from the open, not from Friday", async () => {
  const store = createMemoryStore();
  await store.symbols.put(aStock("AAPL"));
  const before = await startSessions({ store, startMs: friday!.openMs - HOUR_MS });
  await playSession(before, friday!);
  await before.pipeline.stop();
  const world = await startSessions({ store, startMs: monday!.openMs });
  await playSession(world, monday!, { from: 20, minutes: 30 });
  const intake = world.pipeline.intake.forExchange("alpaca", traits);
  // The minute in which we came was watched in part only; the exchange's own bar mended it.
  assert.deepEqual(intake.listHoles().map(({ from, to }) => [from, to]), [
    [monday!.openMs, monday!.openMs + 20 * MINUTE_MS],
  ]);
  const bars = [0, 1, 2, 5].map((i) => aBar({ time: monday!.openMs + i * MINUTE_MS, open: 100 }));
  await intake.addHistory("AAPL", "1m", bars, { source: "alpaca", reason: "repair" });
  await intake.fillQuiet("AAPL", "1m", monday!.openMs, monday!.openMs + 20 * MINUTE_MS);
  assert.deepEqual(intake.listHoles(), []);
  assert.equal(world.row("AAPL").missing, 0);
  assert.equal(world.row("AAPL").filled, 16);
  const { items } = await store.gaps.list();
  assert.deepEqual(items.map(({ status, from }) => [status, from]), [["repaired", monday!.openMs]]);
});

Deno.test("a loss over several sessions is one hole for each of them", async () => {
  const world = await startSessions({ startMs: wednesday!.openMs - HOUR_MS });
  await playSession(world, wednesday!, { minutes: 380 });
  const intake = world.pipeline.intake.forExchange("alpaca");
  intake.markLost(["AAPL"], wednesday!.openMs + 380 * MINUTE_MS, "socket closed");
  await playSession(world, monday!, { minutes: 5 });
  const holes = intake.listHoles().map(({ from, to }) => [from, to]);
  assert.deepEqual(holes, [
    [wednesday!.openMs + 380 * MINUTE_MS, wednesday!.closeMs],
    [friday!.openMs, friday!.closeMs],
  ]);
  const { items } = await world.store.gaps.list();
  assert.deepEqual(items.map(({ from, to }) => [from, to]).sort(), holes);
  assert.equal(world.row("AAPL").missing, 220);
  for (const [from, to] of holes) await intake.fillQuiet("AAPL", "1m", from!, to!);
  assert.deepEqual([intake.listHoles(), world.row("AAPL").missing], [[], 0]);
  assert.equal((await world.list("AAPL", "1d")).length, 2);
});

Deno.test("a loss while the market is closed is none if we are back before the open", async () => {
  const world = await startSessions({ startMs: friday!.openMs - HOUR_MS });
  await playSession(world, friday!);
  const intake = world.pipeline.intake.forExchange("alpaca");
  intake.markLost(["AAPL"], friday!.closeMs + 60_000, "socket closed");
  await world.settle();
  await playSession(world, monday!, { minutes: 10 });
  assert.deepEqual((await world.store.gaps.list()).items, []);
  assert.deepEqual([intake.listHoles(), world.row("AAPL").missing], [[], 0]);
});

Deno.test("quiet is filled at the close before it, and not where none is known", async () => {
  const world = await startSessions({ startMs: friday!.openMs - HOUR_MS });
  const intake = world.pipeline.intake.forExchange("alpaca", traits);
  intake.setSymbols(["AAPL"]);
  const { openMs } = friday!;
  await intake.fillQuiet("AAPL", "1m", openMs, openMs + 5 * MINUTE_MS);
  assert.deepEqual(await world.list("AAPL"), []);
  const first = aBar({ time: openMs + 5 * MINUTE_MS, open: 100, close: 107 });
  await intake.addHistory("AAPL", "1m", [first], { source: "alpaca", reason: "history" });
  for (let i = 0; i < 2; i++) {
    await intake.fillQuiet("AAPL", "1m", openMs, openMs + 8 * MINUTE_MS);
  }
  const bars = await world.list("AAPL");
  assert.deepEqual(bars.map(({ close, volume, quality }) => [close, volume, quality]), [
    [107, 1, "observed"],
    [107, 0, "filled"],
    [107, 0, "filled"],
  ]);
  await intake.fillQuiet("NONE", "1m", openMs, openMs + 8 * MINUTE_MS);
  await intake.fillQuiet("AAPL", "1m", openMs + 8 * MINUTE_MS, openMs);
  assert.equal((await world.list("AAPL")).length, 3);
});

Deno.test("outside its calendar's table a market counts as always open, and says so once", async () => {
  const said: string[] = [];
  const log = { debug() {}, info() {}, error() {}, warn: (text: string) => void said.push(text) };
  const startMs = Date.UTC(2031, 0, 4); // a Saturday
  const world = await startSessions({ startMs, log });
  const intake = world.pipeline.intake.forExchange("alpaca");
  for (let minute = 0; minute < 120; minute++) {
    const time = startMs + minute * MINUTE_MS;
    world.clock.set(time + 1_000);
    if (minute % 30 === 0) {
      intake.addTrade(aTrade({ symbol: "AAPL", eventMs: time, source: "alpaca", tradeId: minute }));
    }
    intake.advance(time + MINUTE_MS);
  }
  await world.settle();
  // The first minute was watched in part only.
  assert.equal((await world.list("AAPL")).length, 119);
  assert.equal((await world.list("AAPL", "1h")).length, 1);
  assert.equal(said.filter((text) => text.includes("always open")).length, 1);
});

Deno.test("an exchange's calendar may be another than the product's", async () => {
  const never: TradingCalendar = { ...getCalendar("alpaca")!, isOpen: () => false };
  const world = await startSessions({
    startMs: friday!.openMs,
    getCalendar: (exchange) => exchange === "closed" ? never : null,
  });
  for (const exchange of ["closed", "open"]) {
    const intake = world.pipeline.intake.forExchange(exchange);
    intake.addTrade(aTrade({ symbol: exchange, eventMs: friday!.openMs, source: exchange }));
  }
  assert.deepEqual([world.pipeline.stats().rejected, world.pipeline.stats().trades], [1, 2]);
});
