import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { getFreeBytes, isDiskLow, openStore } from "../../lib/store/mod.ts";
import { createGate } from "../../lib/store/gate.ts";
import { measureKey } from "../../lib/store/limits.ts";
import { migrateStore } from "../../lib/store/migrations.ts";
import {
  buildBar,
  buildSignal,
  withFolder,
  withMemoryGate,
  withMemoryStore,
} from "../support/store.ts";

const options = { clock: systemClock, log: silentLogger };
const series = { symbol: "BTCUSDT", timeframe: "1m" as const };

Deno.test("what was stored is there after the file was closed and opened", () =>
  withFolder(async (folder) => {
    const path = `${folder}/new/deep/store.sqlite`;
    const first = await openStore({ ...options, path });
    await first.world("live").bars.putBars(series, [buildBar(1)]);
    await first.world("live").signals.put(buildSignal("a"));
    await first.world("live").putState("health", { ok: true });
    await first.putSetting("epoch", 7);
    await first.leases.acquireLease("binance", { holder: "old", ttlMs: 30_000 });
    assert.ok(await first.sizeBytes() > 0);
    await first.close();
    const second = await openStore({ ...options, path });
    const world = second.world("live");
    assert.deepEqual(await world.bars.listBars(series), [buildBar(1)]);
    assert.deepEqual(await world.signals.get("a"), buildSignal("a"));
    assert.deepEqual(await world.getState("health"), { ok: true });
    assert.equal(await second.getSetting("epoch"), 7);
    assert.deepEqual(await second.worlds(), ["live"]);
    assert.equal(second.damagedFile, null);
    assert.equal(await second.leases.getHolder("binance"), null, "earlier leases are void");
    await second.close();
  }));

Deno.test("a second start on the same file ends with one clear line, until the first is closed", () =>
  withFolder(async (folder) => {
    const path = `${folder}/store.sqlite`;
    const first = await openStore({ ...options, path, check: false });
    await assert.rejects(openStore({ ...options, path, check: false }), (error: Error) => {
      assert.match(error.message, new RegExp(`in use by process ${Deno.pid}`));
      assert.ok(!error.message.includes("\n"));
      return true;
    });
    await first.close();
    await (await openStore({ ...options, path, check: false })).close();
  }));

Deno.test("a lock file that a dead process left does not stand in the way", () =>
  withFolder(async (folder) => {
    const path = `${folder}/store.sqlite`;
    await Deno.writeTextFile(`${path}.lock`, "1\n");
    await (await openStore({ ...options, path, check: false })).close();
  }));

Deno.test("a store of a newer release is refused with one clear line, and stays free", () =>
  withFolder(async (folder) => {
    const path = `${folder}/store.sqlite`;
    const kv = await Deno.openKv(path);
    await kv.set(["schema"], 99);
    kv.close();
    for (let i = 0; i < 2; i++) {
      await assert.rejects(openStore({ ...options, path, check: false }), {
        code: "newer_schema",
        message: /schema 99/,
      });
    }
  }));

const damages: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ["that is no database", () => new TextEncoder().encode("not a database ".repeat(500))],
  ["whose pages are overwritten", (bytes) => bytes.fill(0xa5, 4096, bytes.length)],
  ["that was cut off", (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))],
];
for (const [name, damage] of damages) {
  Deno.test(`a file ${name} is set aside and reported, and a fresh store opened`, () =>
    withFolder(async (folder) => {
      const path = `${folder}/store.sqlite`;
      const first = await openStore({ ...options, path, check: false });
      await first.world("live").bars.putBars(
        series,
        Array.from({ length: 3000 }, (_, i) => buildBar(i)),
      );
      await first.close();
      await Deno.writeFile(path, damage(await Deno.readFile(path)));
      await Deno.remove(`${path}-wal`).catch(() => {});
      const lines: string[] = [];
      const log = { ...silentLogger, error: (message: string) => void lines.push(message) };
      const store = await openStore({ ...options, path, log });
      assert.ok(store.damagedFile?.startsWith(`${path}.damaged-`));
      assert.ok((await Deno.stat(store.damagedFile!)).size > 0);
      assert.deepEqual(lines, ["store file is damaged and was set aside"]);
      assert.deepEqual(await store.world("live").bars.listBars(series), []);
      await store.close();
    }));
}

Deno.test("migrations run once each, and again where one was interrupted", () =>
  withMemoryGate(async (gate) => {
    const ran: number[] = [];
    let fails = true;
    const step = (version: number) => ({
      version,
      name: `step ${version}`,
      run: () => {
        ran.push(version);
        return version === 2 && fails ? Promise.reject(new Error("cut")) : Promise.resolve();
      },
    });
    const steps = [1, 2, 3].map(step);
    const run = () => migrateStore({ gate, log: silentLogger, path: "x", steps });
    await assert.rejects(run(), /cut/);
    fails = false;
    await run();
    await run();
    assert.deepEqual(ran, [1, 2, 2, 3]);
  }));

Deno.test("the first migration names the worlds it finds", () =>
  withFolder(async (folder) => {
    const open = () => Deno.openKv(`${folder}/a.sqlite`);
    const gate = await createGate({ open, clock: systemClock, log: silentLogger });
    for (const world of ["a", "ab", "b"]) await gate.run((kv) => kv.set(["world", world, "x"], 1));
    await migrateStore({ gate, log: silentLogger, path: "x" });
    await gate.close();
    const store = await openStore({ ...options, path: `${folder}/a.sqlite`, check: false });
    assert.deepEqual(await store.worlds(), ["a", "ab", "b"]);
    await store.close();
  }));

Deno.test("clearing a world leaves the others and the settings", () =>
  withMemoryStore(async (store) => {
    for (const id of ["live", "abc"]) {
      await store.world(id).signals.putMany([buildSignal("a"), buildSignal("b")]);
      await store.world(id).putState("x", 1);
    }
    await store.putSetting("x", 2);
    await store.world("abc").clear();
    assert.equal(await store.world("abc").signals.count(), 0);
    assert.equal((await store.world("abc").signals.list()).items.length, 0);
    assert.equal(await store.world("abc").getState("x"), null);
    assert.equal(await store.world("live").signals.count(), 2);
    assert.equal(await store.getSetting("x"), 2);
  }));

Deno.test("the room on the disk is told in bytes", async () => {
  assert.ok(await getFreeBytes("/") > 0);
  assert.equal(await isDiskLow("/", 0), false);
  assert.equal(await isDiskLow("/", Number.MAX_SAFE_INTEGER), true);
});

Deno.test("keys are measured with room to spare", () => {
  assert.ok(measureKey(["ab", 1, true, 5n, new Uint8Array(3)]) >= 4 + 9 + 2 + 3 + 5);
});
