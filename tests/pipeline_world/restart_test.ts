/** A play that was stopped half-way and taken up again ends like one that never stopped. */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { withFolder } from "../support/recorded.ts";
import { playRecording } from "../support/world.ts";
import { cutMinutes, multiPath, readRecordedBars } from "../support/world_files.ts";

const symbols = ["BTCUSDT", "ETHUSDT", "FTTUSDT"];

Deno.test("a play stopped half-way goes on from its file to the same bars", async () => {
  const text = await cutMinutes({ symbols, minutes: 90 });
  await withFolder({ [multiPath]: text }, async (folder) => {
    const options = { path: `${folder}/data/store.sqlite`, clock: systemClock, log: silentLogger };
    const recorded = await readRecordedBars(folder);
    const first = [...recorded.values()][0]![0]!.time;
    const before = await openStore(options);
    const half = await playRecording({
      folder,
      startMinutes: 30,
      store: before,
      stopAt: first + 55 * 60_000 + 20_000,
    });
    await before.close();
    assert.ok(half.marketMs >= first + 55 * 60_000);
    const resumeAt = Math.floor(half.marketMs / 60_000) * 60_000;

    const after = await openStore(options);
    try {
      const played = await playRecording({ folder, startMinutes: 30, store: after, resumeAt });
      assert.equal(played.info.hash, half.info.hash);
      const whole = await playRecording({ folder, startMinutes: 30 });
      for (const symbol of symbols) {
        for (const timeframe of ["1m", "5m", "15m", "1h"] as const) {
          const read = async (world: typeof whole) =>
            (await world.store.bars.listBars({ symbol, timeframe })).map((
              { quality: _quality, ...bar },
            ) => bar);
          assert.deepEqual(await read(played), await read(whole), `${symbol} ${timeframe}`);
        }
        const stored = await played.store.bars.listBars({ symbol, timeframe: "1m" });
        assert.equal(stored.length, recorded.get(symbol)!.length);
        assert.ok(stored.every(({ quality }) => quality !== "filled"), symbol);
      }
      const { items: gaps } = await played.store.gaps.list({ limit: 100 });
      assert.ok(gaps.every(({ status }) => status === "repaired"), JSON.stringify(gaps));
      await whole.close();
    } finally {
      await after.close();
    }
  });
});
