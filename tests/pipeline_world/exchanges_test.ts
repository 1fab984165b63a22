/**
 * Three exchanges of different hours on one clock that is moved by hand: one that never closes, New
 * York as a stream, and Istanbul as late polls, over half days, holidays, weekends and the day on
 * which New York's clocks go back.
 */
import assert from "node:assert/strict";
import { type Bar, timeframeMs, timeframes, type TradingSession } from "../../lib/market/mod.ts";
import { aBar, aTrade, MINUTE_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import {
  aStock,
  countSessionBars,
  listSessions,
  type SessionWorld,
  startSessions,
} from "../support/sessions.ts";

const dayMs = 86_400_000;
const lateMs = 20 * MINUTE_MS;
const stocks = { alpaca: "AAPL", bist: "THYAO.IS" } as const;

/** Every minute of a stretch, told as each exchange tells it. */
async function playDays(
  world: SessionWorld,
  { from, to }: { from: number; to: number },
  sessions: Record<keyof typeof stocks, TradingSession[]>,
): Promise<void> {
  const { pipeline, clock } = world;
  const crypto = pipeline.intake.forExchange("binance");
  const us = pipeline.intake.forExchange("alpaca", { omitsQuietBars: true, isVolumeApart: true });
  const bist = pipeline.intake.forExchange("bist");
  const isOpen = (exchange: keyof typeof stocks, time: number) =>
    sessions[exchange].some(({ openMs, closeMs }) => time >= openMs && time < closeMs);
  let untold: Bar[] = [];
  for (let time = from; time < to; time += MINUTE_MS) {
    const number = time / MINUTE_MS;
    clock.set(time);
    // Ten minutes before each open, as whoever restarts at night does.
    if (number % 60 === 20) us.beginWatch([stocks.alpaca], time);
    clock.set(time + 2_000);
    const eventMs = time + 1_000;
    if (number % 10 === 0) {
      crypto.addTrade(aTrade({ symbol: "BTCUSDT", eventMs, tradeId: number / 10 }));
    }
    if (isOpen("alpaca", time)) {
      // A quiet minute now and then, among them the last one of each whole hour.
      if (number % 60 !== 59) {
        us.addTrade(
          aTrade({ symbol: stocks.alpaca, eventMs, tradeId: number, source: "alpaca" }),
        );
        us.addExchangeBar(stocks.alpaca, "1m", aBar({ time, volume: 3 }), "alpaca");
      }
      clock.set(time + MINUTE_MS);
      us.advance(time + MINUTE_MS);
    }
    if (isOpen("bist", time) && number % 7 !== 0) untold.push(aBar({ time }));
    clock.set(time + MINUTE_MS);
    crypto.advance(time + MINUTE_MS);
    const closed = sessions.alpaca.find(({ closeMs }) => closeMs === time);
    if (closed) us.advance(time + 90_000);
    if (number % 15 === 0 && untold.length > 0) {
      const told = untold.filter((bar) => bar.time + lateMs <= time);
      untold = untold.filter((bar) => bar.time + lateMs > time);
      if (told.length > 0) {
        await bist.addPolledBars(stocks.bist, "1m", told, { source: "yahoo" });
      }
    }
    const over = sessions.bist.find(({ closeMs }) => closeMs + 2 * lateMs === time);
    if (over) {
      const day = aBar({ time: Date.parse(over.day), volume: 9_000 });
      await bist.addPolledBars(stocks.bist, "1d", [day], { source: "yahoo" });
    }
    if (number % 240 === 0) await world.settle();
  }
  await world.settle();
}

const stretches: [
  name: string,
  fromDay: string,
  toDay: string,
  sessions: [us: number, bist: number],
][] = [
  // The eve of Republic Day is a half day in Istanbul and the day itself a holiday; New York's
  // clocks go back on Sunday, so that Monday's session begins an hour later.
  ["Republic Day and the end of summer time", "2026-10-28", "2026-11-02", [4, 3]],
  ["Thanksgiving and the half day after it", "2026-11-25", "2026-11-30", [3, 4]],
  ["the feast of a week", "2026-05-22", "2026-06-01", [6, 4]],
];

for (const [name, fromDay, toDay, [us, istanbul]] of stretches) {
  Deno.test(`${name}: each exchange has the bars of its own sessions, and no hole`, async () => {
    const store = createMemoryStore();
    await store.symbols.putMany([aStock(stocks.alpaca), aStock(stocks.bist, "bist")]);
    const from = Date.parse(fromDay);
    const to = Date.parse(toDay) + dayMs;
    const sessions = {
      alpaca: listSessions("alpaca", fromDay, toDay),
      bist: listSessions("bist", fromDay, toDay),
    };
    assert.deepEqual([sessions.alpaca.length, sessions.bist.length], [us, istanbul]);
    // Restarted in the middle, at night.
    const middle = from + Math.floor((to - from) / dayMs / 2) * dayMs;
    const first = await startSessions({ store, startMs: from });
    await playDays(first, { from, to: middle }, sessions);
    await first.pipeline.stop();
    const world = await startSessions({ store, startMs: middle });
    await playDays(world, { from: middle, to }, sessions);

    for (const exchange of ["alpaca", "bist"] as const) {
      const symbol = stocks[exchange];
      for (const timeframe of timeframes) {
        const bars = await world.list(symbol, timeframe);
        const expected = countSessionBars(sessions[exchange], timeframeMs[timeframe]);
        assert.equal(bars.length, expected, `${symbol} ${timeframe}`);
        const row = world.row(symbol, timeframe);
        assert.deepEqual([row.expected, row.missing], [expected, 0], `${symbol} ${timeframe}`);
      }
      const days = (await world.list(symbol, "1d")).map(({ time }) => time);
      assert.deepEqual(days, sessions[exchange].map(({ day }) => Date.parse(day)));
    }
    const { items: gaps } = await store.gaps.list();
    assert.deepEqual(gaps.filter(({ symbol }) => symbol !== "BTCUSDT"), []);
    const hours = await world.list(stocks.alpaca, "1h");
    assert.equal(hours.at(-1)!.volume, 59 * 3);
    assert.equal(world.pipeline.market.now(), to);
  });
}

Deno.test("what never closes is filled through the others' nights, whatever they do", async () => {
  const fromDay = "2026-11-26";
  const from = Date.parse(fromDay);
  const world = await startSessions({ startMs: from });
  const sessions = { alpaca: [], bist: listSessions("bist", fromDay, fromDay) };
  await playDays(world, { from, to: from + dayMs }, sessions);
  // The minute in which watching began is not ours.
  assert.equal((await world.list("BTCUSDT")).length, 1439);
  assert.equal((await world.list("BTCUSDT", "1h")).length, 23);
  assert.deepEqual(await world.list(stocks.alpaca), []);
});
