import { deepEqual, equal } from "node:assert/strict";
import { silentLogger } from "../../lib/log.ts";
import { readSettingsFiles, watchSettings } from "../../lib/settings.ts";
import { runRetentionDaily, runWarming } from "../../lib/world/upkeep.ts";
import { createManualClock } from "../support/clock.ts";
import { buildSignal, withMemoryStore } from "../support/store.ts";

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;

/** Lets the store's work of the other side of the event loop go on. */
async function settle(isDone: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200 && !await isDone(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("answers are made ahead every second, whatever becomes of one round", async () => {
  const clock = createManualClock();
  const stop = new AbortController();
  let rounds = 0;
  const warm = () => ++rounds % 2 ? Promise.resolve() : Promise.reject(new Error("no"));
  const done = runWarming({ answers: { warm }, clock, log: silentLogger, signal: stop.signal });
  await clock.advance(5_000);
  equal(rounds, 5);
  stop.abort();
  await done;
  equal(clock.waiting(), 0);
});

Deno.test("old records move once a day by market time, also over restarts", () =>
  withMemoryStore(async (store) => {
    const world = store.world("live");
    const clock = createManualClock(NOW_MS);
    const settings = await watchSettings({
      read: () => readSettingsFiles(),
      clock: createManualClock(),
      log: silentLogger,
    });
    let marketMs = NOW_MS;
    let recounts = 0;
    const purged: number[] = [];
    const begin = () => {
      const stop = new AbortController();
      const done = runRetentionDaily({
        world,
        settings,
        pipeline: { halt: () => {}, recount: () => Promise.resolve(void recounts++) },
        onBarsPurged: (beforeMs) => Promise.resolve(void purged.push(beforeMs)),
        marketNow: () => marketMs,
        clock,
        log: silentLogger,
        signal: stop.signal,
      });
      return async () => {
        stop.abort();
        await done;
      };
    };
    const isMoved = async () => await world.getState("retentionMs") !== null;
    const countArchived = async () => {
      const { items } = await world.signals.list({ to: NOW_MS - 90 * DAY_MS });
      return items.length;
    };
    await world.signals.put(buildSignal("old", { timestamp: NOW_MS - 100 * DAY_MS }));
    const end = begin();
    await clock.advance(60_000);
    await settle(isMoved);
    equal(await countArchived(), 1, "archived ones are still listed");
    equal(await world.getState("retentionMs"), clock.now());
    await end();

    // A restart soon after does not move again; a day later it does, and what is too old goes.
    const noted = await world.getState("retentionMs");
    const endSecond = begin();
    await clock.advance(60_000);
    await settle(isMoved);
    equal(await world.getState("retentionMs"), noted);
    marketMs = NOW_MS + 300 * DAY_MS;
    for (let hour = 0; hour < 25; hour++) {
      await clock.advance(DAY_MS / 24);
      await settle(async () => await world.getState("retentionMs") !== noted || hour < 23);
    }
    equal(await world.signals.get("old"), null);
    deepEqual(
      purged,
      [NOW_MS - 365 * DAY_MS, NOW_MS - 65 * DAY_MS],
      "backfills hear which bars are gone",
    );
    equal(recounts, 2, "the ledger counts anew");
    await endSecond();
    await settings.stop();
    equal(clock.waiting(), 0);
  }));
