/** Sample data in a fresh store, and the tasks on the store. */
import assert from "node:assert/strict";
import { runDbTask } from "../../collectors/db_task.ts";
import { NotFreshError, seedStore } from "../../collectors/seed.ts";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { formatMultiFile, withFolder } from "../support/recorded.ts";
import { withFolder as withEmptyFolder, withMemoryStore } from "../support/store.ts";
import { makeRows, multiPath, readRecordedBars } from "../support/world_files.ts";

const base = { clock: systemClock, log: silentLogger };
const start = Date.UTC(2031, 4, 6, 10, 0);
const minutes = 130;
const market = formatMultiFile({
  BTCUSDT: makeRows(start, minutes),
  ETHUSDT: makeRows(start, minutes, { level: 9 }),
});

async function runTask(args: readonly string[], env: Record<string, string>) {
  let said = "";
  const code = await runDbTask(args, { env, write: (text) => void (said += text) });
  return { code, said };
}

Deno.test("a fresh store is filled with the recording's symbols and bars, and stands at its end", () =>
  withFolder({ [multiPath]: market }, (folder) =>
    withMemoryStore(async (store) => {
      const report = await seedStore({ store, folder, ...base });
      assert.equal(report.symbols, 2);
      const world = store.world(report.world);
      for (const [symbol, recorded] of await readRecordedBars(folder)) {
        const stored = await world.bars.listBars({ symbol, timeframe: "1m" });
        const figures = stored.map(({ closed: _closed, quality: _quality, ...bar }) => bar);
        assert.deepEqual(figures, recorded, symbol);
        assert.equal((await world.bars.listBars({ symbol, timeframe: "1h" })).length, 2);
      }
      const { items } = await world.symbols.list();
      assert.deepEqual(items.map(({ symbol, active }) => [symbol, active]).sort(), [
        ["BTCUSDT", true],
        ["ETHUSDT", true],
      ]);
      assert.equal(await world.getState("playedMs"), start + minutes * 60_000);
    })));

Deno.test("a store that holds the recording is not filled again", () =>
  withFolder({ [multiPath]: market }, (folder) =>
    withMemoryStore(async (store) => {
      const { world } = await seedStore({ store, folder, ...base });
      const before = await store.world(world).measure();
      await assert.rejects(seedStore({ store, folder, ...base }), NotFreshError);
      assert.deepEqual(await store.world(world).measure(), before);
    })));

Deno.test("the tasks migrate, seed and describe a store in the data folder", () =>
  withFolder({ [multiPath]: market }, (folder) =>
    withEmptyFolder(async (data) => {
      const env = { CRYPTOINTEL_DATA_DIR: data, CRYPTOINTEL_REPLAY_DIR: folder };
      const first = await runTask(["migrate"], env);
      assert.deepEqual(first.code, 0, first.said);
      assert.match(first.said, /^schema 0 → [1-9]\d*\n$/);
      assert.match((await runTask(["migrate"], env)).said, /nothing to do/);
      const seeded = await runTask(["seed"], env);
      assert.match(seeded.said, /^world [0-9a-f]+: 2 symbols, \d+ bars\n$/);
      const again = await runTask(["seed"], env);
      assert.equal(again.code, 1);
      assert.match(again.said, /holds this recording already/);
      const stats = await runTask(["stats"], env);
      assert.match(
        stats.said,
        /^schema \d+, [1-9]\d* bytes\nworld [0-9a-f]+: \d+ series, \d+ bars/,
      );
      assert.match(stats.said, /symbols 2/);
    })));

Deno.test("a task says in one line what it cannot do", () =>
  withEmptyFolder(async (data) => {
    const env = { CRYPTOINTEL_DATA_DIR: data };
    for (const args of [[], ["drop"], ["toString"]]) {
      const { code, said } = await runTask(args, env);
      assert.equal(code, 2);
      assert.match(said, /^Cannot run: migrate, seed, stats is required/);
    }
    const none = await runTask(["seed", `${data}/none`], env);
    assert.equal(none.code, 1);
    assert.equal(none.said.trim().split("\n").length, 1);
    const store = await openStore({ path: `${data}/cryptointel.sqlite`, ...base });
    try {
      const { code, said } = await runTask(["stats"], env);
      assert.equal(code, 1);
      assert.match(said, /another process|in use/i);
    } finally {
      await store.close();
    }
  }));
