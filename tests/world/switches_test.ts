import { deepEqual, equal, match } from "node:assert/strict";
import { runWithLease } from "../../collectors/lease.ts";
import { createSwitches, SWITCHED_OFF } from "../../lib/world/switches.ts";
import { createIntake, turn } from "../support/exchange.ts";
import { grantedLeases } from "../support/leases.ts";
import { aFeed, aPoller, aPollSource } from "../support/polled.ts";
import { aWatch } from "../support/settings.ts";

/** Switches of a world with one stream, two of whose series are followed. */
async function aSwitchboard() {
  const world = await aWatch();
  const { watch, clock, log } = world;
  const intake = createIntake();
  const switches = createSwitches({
    settings: watch,
    leases: grantedLeases,
    streams: [{ key: "binance", exchange: "binance" }, { key: "alpaca", exchange: "iex" }],
    listSeries: () => [
      { source: "binance", symbol: "BTCUSDT" },
      { source: "binance", symbol: "BTCUSDT" },
      { source: "alpaca", symbol: "AAPL" },
    ],
    intake: { forExchange: () => intake },
    marketNow: () => 77,
    log,
  });
  const stop = new AbortController();
  /** Works under a lease as collectors do; tells when it is at work. */
  const run = (name: string, work = (signal: AbortSignal) => clock.wait(1e12, signal)) => {
    const state = { isWorking: false, waited: 0, begun: 0 };
    const done = runWithLease(name, {
      leases: switches.leases,
      holder: "me",
      clock,
      log,
      signal: stop.signal,
      onWaiting: () => void state.waited++,
      async work(signal) {
        state.isWorking = true;
        state.begun++;
        await work(signal);
        state.isWorking = false;
      },
    });
    return { state, done };
  };
  const end = async (...runs: { done: Promise<void> }[]) => {
    stop.abort();
    await Promise.all(runs.map(({ done }) => done));
    await watch.stop();
  };
  return { ...world, intake, switches, run, end };
}

for (
  const [source, lease] of [["coingecko", "poll:coingecko"], ["alpaca", "collector:iex"]] as const
) {
  Deno.test(`${lease} ends within seconds when its source is off, and begins again when it is on`, async () => {
    const board = await aSwitchboard();
    const [own, other] = [board.run(lease), board.run("poll:yahoo")];
    await board.clock.advance(1_000);
    deepEqual([own.state.isWorking, other.state.isWorking], [true, true]);
    await board.set(`sources.${source}.isEnabled`, false);
    await board.clock.advance(6_000);
    deepEqual([own.state.isWorking, other.state.isWorking], [false, true]);
    await board.clock.advance(60_000);
    equal(own.state.begun, 1);
    await board.set(`sources.${source}.isEnabled`, true);
    await board.clock.advance(10_000);
    deepEqual([own.state.isWorking, own.state.begun, other.state.begun], [true, 2, 1]);
    await board.end(own, other);
  });
}

Deno.test("what a stream does not see while it is off is noted in the ledger, once a symbol", async () => {
  const board = await aSwitchboard();
  const own = board.run("collector:binance");
  await board.clock.advance(1_000);
  await board.set("sources.binance.isEnabled", false);
  await board.clock.advance(8_000);
  deepEqual(board.intake.lost, [{ symbols: ["BTCUSDT"], atMs: 77, reason: SWITCHED_OFF }]);
  await board.end(own);
});

Deno.test("a clean end of a source that is on is no pause", async () => {
  const board = await aSwitchboard();
  const own = board.run("collector:binance");
  await board.clock.advance(1_000);
  await board.end(own);
  deepEqual(board.intake.lost, []);
});

Deno.test("health says that a source is off, and no longer when it will be tried again", async () => {
  const board = await aSwitchboard();
  const told = { source: "binance", state: "reconnecting", detail: "refused", retryAtMs: 5 };
  equal(board.switches.describe(told), told);
  await board.set("sources.binance.isEnabled", false);
  deepEqual(board.switches.describe(told), {
    source: "binance",
    state: "disabled",
    detail: SWITCHED_OFF,
  });
  await board.end();
});

Deno.test("a feed that waits for a day takes a shorter cadence up within seconds", async () => {
  const board = await aSwitchboard();
  const { clock, watch } = board;
  const feeds = [aFeed({ name: "closes", cadenceMs: 86_400_000 })];
  const { poller, asked } = aPoller(clock, {
    source: aPollSource({ key: "coingecko", feeds }),
    respond: () => Response.json(["BTC"]),
    getCadence: (feed) => watch.get().sources.coingecko!.cadenceSeconds![feed]! * 1_000,
  });
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      await clock.advance(1_000);
      await turn(1);
    }
  };
  const own = board.run("poll:coingecko", (signal) => poller.run(signal));
  await pass(600);
  equal(asked.length, 1);
  await board.set("sources.coingecko.cadenceSeconds.closes", 60);
  await pass(15);
  equal(asked.length, 2);
  await pass(120);
  equal(asked.length, 4);
  match(JSON.stringify(board.lines), /begins anew with another cadence/);
  await board.set("sources.coingecko.limitPerMinute", 29);
  await pass(15);
  equal(own.state.begun, 2, "another setting of the source ends nothing");
  await board.end(own);
});
