import { deepEqual, equal, ok } from "node:assert/strict";
import { pollSources } from "../../collectors/mod.ts";
import { silentLogger } from "../../lib/log.ts";
import { createCycle, listenToCycles, startFirstCycle } from "../../lib/world/cycle.ts";
import { readSettingsFiles, watchSettings } from "../../lib/settings.ts";
import { createManualClock } from "../support/clock.ts";
import { turn } from "../support/exchange.ts";
import { recordedFolder } from "../support/recorded.ts";
import { startSteppedWorld } from "../support/stepped_world.ts";

/** Puts the cycle onto a world as `main.ts` does, and begins the first one. */
async function startCycles(world: Awaited<ReturnType<typeof startSteppedWorld>>) {
  const settings = await watchSettings({
    read: () => readSettingsFiles(),
    clock: createManualClock(),
    log: silentLogger,
  });
  const stop = new AbortController();
  const { clock, collectors, queue, store, marketNow } = world;
  const live = { publishPrice: () => {}, publishBar: () => {}, publish: () => {} };
  const jobs = createCycle({
    queue,
    settings,
    log: silentLogger,
    world: store,
    hub: live,
    collect: collectors.collect,
    marketNow,
    clock,
  });
  listenToCycles(queue, () => jobs);
  const first = startFirstCycle({
    jobs,
    asked: collectors.asked,
    clock,
    log: silentLogger,
    signal: stop.signal,
  });
  return async () => {
    stop.abort();
    await first;
    await settings.stop();
  };
}

Deno.test("news of the bundled recording are judged within a minute of a start", async () => {
  const world = await startSteppedWorld({
    folder: recordedFolder,
    startMinutes: 600,
    isWaited: false,
  });
  const end = await startCycles(world);
  const startMs = world.clock.now();
  let answeredMs = Infinity;
  void world.collectors.asked.then(() => answeredMs = world.clock.now());
  let isJudged = false;
  for (let i = 0; i < 3_000 && !isJudged && world.clock.now() - startMs < 60_000; i++) {
    await world.clock.advance(i < 200 ? 0 : 100);
    await turn(2);
    if (i % 20 === 0) {
      isJudged = (await world.store.news.list({ limit: 200 })).items.some((one) =>
        one.sentiment_score !== null
      );
    }
  }
  ok(isJudged, "a headline was judged");
  ok(world.clock.now() - startMs <= 60_000);
  const { items: [run] } = await world.store.collectionRuns.list({});
  equal(run?.trigger, "start");
  ok(run.records > 0, "the first cycle brought something");
  ok(
    run.duration_ms! >= answeredMs - startMs && run.duration_ms! > 0,
    "it took as long as the sources did",
  );
  const waiting = pollSources.filter(({ key }) => run.sources[key]?.status === "waiting");
  deepEqual(waiting.map(({ key }) => key), [], "every polled source was asked");
  const failing = world.healths().filter(({ state }) => state === "reconnecting");
  deepEqual(failing.map(({ source, detail }) => `${source}: ${detail}`), [], "none is degraded");
  await end();
  await world.stop();
});
