/** Symbols on several connections are one market: none ages the other, and each may end by itself. */
import assert from "node:assert/strict";
import { type BarRow, formatMultiFile, withFolder } from "../support/recorded.ts";
import { startSteppedWorld } from "../support/stepped_world.ts";
import { playRecording } from "../support/world.ts";
import { makeRows, multiPath, readRecordedBars } from "../support/world_files.ts";

const start = Date.UTC(2031, 4, 6, 10, 0);

/** More symbols than one connection takes; the smaller ones end after `endsAfter` minutes. */
function makeWideMarket(minutes: number, endsAfter = minutes): string {
  const market: Record<string, readonly BarRow[]> = {};
  for (let i = 0; i < 60; i++) {
    const name = `C${String(i).padStart(2, "0")}USDT`;
    market[name] = makeRows(start, i < 50 ? minutes : endsAfter, { level: 100 - i });
  }
  return formatMultiFile(market);
}

Deno.test("sixty symbols on two connections are stored exactly, with no trade refused", async () => {
  await withFolder({ [multiPath]: makeWideMarket(60) }, async (folder) => {
    const recorded = await readRecordedBars(folder);
    const played = await playRecording({ folder, startMinutes: 10 });
    try {
      const { rejected, late, equalShare, trades } = played.stats;
      assert.deepEqual([rejected, late, equalShare, trades], [0, 0, 1, 60 * 50 * 4]);
      for (const [symbol, bars] of recorded) {
        const stored = await played.store.bars.listBars({ symbol, timeframe: "1m" });
        const figures = stored.map(({ closed: _closed, quality: _quality, ...bar }) => bar);
        assert.deepEqual(figures, bars, symbol);
      }
    } finally {
      await played.close();
    }
  });
});

Deno.test("at the end nothing reconnects, though some symbols ended a minute before", async () => {
  await withFolder({ [multiPath]: makeWideMarket(14, 13) }, async (folder) => {
    const world = await startSteppedWorld({ folder, startMinutes: 9 });
    try {
      await world.run(10 * 60_000, () => world.replay.ended());
      assert.ok(world.replay.ended());
      const before = world.health()?.reconnects;
      await world.run(5 * 60_000);
      assert.equal(world.health()?.state, "live");
      assert.equal(world.health()?.reconnects, before);
      assert.deepEqual(world.pipeline.intake.listHoles(), []);
    } finally {
      await world.stop();
    }
  });
});

Deno.test("at the end nothing reads broken, though some symbols ended minutes before", async () => {
  await withFolder({ [multiPath]: makeWideMarket(16, 11) }, async (folder) => {
    const world = await startSteppedWorld({ folder, startMinutes: 9 });
    try {
      await world.run(12 * 60_000, () => world.replay.ended());
      assert.ok(world.replay.ended());
      await world.run(3 * 60_000);
      assert.equal(world.health()?.state, "live", world.health()?.detail);
      assert.equal(world.health()?.retryAtMs, undefined);
    } finally {
      await world.stop();
    }
  });
});
