/** A store that refuses stops the collectors, and only them: what is stored is whole and read on. */
import assert from "node:assert/strict";
import { pollSources, streamSources } from "../../collectors/mod.ts";
import { aggregateBars } from "../../lib/bars/mod.ts";
import { timeframeMs } from "../../lib/market/mod.ts";
import { withFolder } from "../support/recorded.ts";
import { createRefusingStore, type RefusingStore } from "../support/refusing_store.ts";
import { startSteppedWorld, type SteppedWorld } from "../support/stepped_world.ts";
import { cutMinutes, multiPath, readRecordedBars } from "../support/world_files.ts";

const symbols = ["BTCUSDT", "ETHUSDT", "FTTUSDT"];
const minuteMs = 60_000;

async function withWorld(
  test: (world: SteppedWorld, store: RefusingStore, folder: string) => Promise<void>,
) {
  const text = await cutMinutes({ symbols, minutes: 60 });
  await withFolder({ [multiPath]: text }, async (folder) => {
    let store: RefusingStore | null = null;
    const world = await startSteppedWorld({
      folder,
      wrap: (inner) => store = createRefusingStore(inner),
    });
    try {
      await test(world, store!, folder);
    } finally {
      await world.stop();
    }
  });
}

/** Whole series, none with a hole, none ahead of the other that it is made of. */
async function assertWhole(store: RefusingStore, folder: string): Promise<number> {
  const recorded = await readRecordedBars(folder);
  let newest = 0;
  for (const symbol of symbols) {
    const stored = await store.bars.listBars({ symbol, timeframe: "1m" });
    const figures = stored.map(({ closed: _closed, quality: _quality, ...bar }) => bar);
    assert.deepEqual(figures, recorded.get(symbol)!.slice(0, figures.length), symbol);
    const end = stored.at(-1)!.time + minuteMs;
    newest = Math.max(newest, end);
    const extent = await store.bars.getExtent({ symbol, timeframe: "1m" });
    assert.equal(extent?.count, stored.length);
    for (const timeframe of ["5m", "15m"] as const) {
      const longer = await store.bars.listBars({ symbol, timeframe });
      const last = longer.at(-1)!;
      assert.ok(last.time + timeframeMs[timeframe] <= end, `${symbol} ${timeframe} is ahead`);
      const parts = stored.filter(({ time }) => time >= last.time);
      const whole = aggregateBars(
        parts.slice(0, timeframeMs[timeframe] / minuteMs),
        "1m",
        timeframe,
      );
      assert.deepEqual([last.open, last.close], [whole?.open, whole?.close]);
    }
  }
  return newest;
}

Deno.test("a store that refuses writes stops every collector with the reason; reading goes on", async () => {
  await withWorld(async (world, store, folder) => {
    const { pipeline, replay } = world;
    await world.run(3 * minuteMs);
    assert.equal(pipeline.intake.halted?.aborted, false);
    const told: string[] = [];
    pipeline.onClosedBar(({ symbol }) => told.push(symbol));
    store.refusal = "database or disk is full";
    assert.ok(await world.run(5 * minuteMs, () => pipeline.intake.halted!.aborted), "halted");
    const toldAtHalt = told.length;
    await world.run(minuteMs);
    assert.ok(store.refused >= 8, "each commit is tried again before it is given up");
    assert.deepEqual(
      world.healths().map(({ source, state, detail }) => [source, state, detail]).sort(),
      [...streamSources, ...pollSources].map(({ key }) => [
        key,
        "stopped",
        "the store does not accept writes",
      ]).sort(),
    );
    assert.equal(told.length, toldAtHalt, "nothing is told of bars that were not stored");
    const end = await assertWhole(store, folder);
    assert.ok(end < replay.marketNow(), "the market went on without us");
    assert.equal(pipeline.listPrices().length, symbols.length);
    assert.ok(pipeline.getRunningBar({ symbol: "BTCUSDT", timeframe: "1m" }));
    assert.ok(pipeline.getFeatures("BTCUSDT", "1m"));
    assert.equal(pipeline.getContinuity().length > 0, true);
    assert.equal(pipeline.stats().waiting, 0);
  });
});

Deno.test("a store that refuses for some seconds is waited for, and nothing is lost", async () => {
  await withWorld(async (world, store, folder) => {
    await world.run(2 * minuteMs);
    store.refusal = "database is locked";
    await world.run(minuteMs + 10_000, () => store.refused >= 3);
    assert.ok(store.refused >= 3);
    store.refusal = null;
    await world.run(2 * minuteMs);
    assert.equal(world.pipeline.intake.halted?.aborted, false);
    assert.equal(world.health()?.state, "live");
    const end = await assertWhole(store, folder);
    assert.equal(end, Math.floor(world.replay.marketNow() / minuteMs) * minuteMs);
  });
});

Deno.test("a pipeline that is halted from outside says why, once, and what it holds is stored", async () => {
  await withWorld(async (world, store, folder) => {
    const { pipeline } = world;
    await world.run(2 * minuteMs);
    pipeline.halt("the disk is nearly full");
    pipeline.halt("something else");
    await world.run(2 * minuteMs);
    assert.equal(pipeline.intake.halted?.reason, "the disk is nearly full");
    for (const { state, detail, retryAtMs } of world.healths()) {
      assert.deepEqual([state, detail, retryAtMs], [
        "stopped",
        "the disk is nearly full",
        undefined,
      ]);
    }
    await assertWhole(store, folder);
    assert.equal(pipeline.stats().waiting, 0);
  });
});
