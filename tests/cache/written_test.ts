import { deepEqual, equal, rejects } from "node:assert/strict";
import { createAnswerCache } from "../../lib/cache/answers.ts";
import { tellWrites } from "../../lib/cache/written.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Written } from "../../lib/store/kept.ts";
import type { OpenWorld } from "../../lib/store/mod.ts";
import { toBarColumns } from "../../lib/market/mod.ts";
import { buildBar, buildGap, buildSignal, withFolder, withMemoryStore } from "../support/store.ts";
import { createGate } from "../../lib/store/gate.ts";
import { createWorld } from "../../lib/store/world.ts";
import { systemClock } from "../../lib/clock.ts";
import type { SignalRecord } from "../../lib/contracts/records.ts";

const series = { symbol: "BTCUSDT", timeframe: "1h" } as const;

/** A world that writes down what it tells. */
function listen(world: OpenWorld) {
  const told: string[] = [];
  world.kept.onWritten?.(({ to, records }: Written) => {
    told.push(`${to} ${records?.length ?? "all"}`);
    return Promise.resolve();
  });
  return told;
}

/** Every way to write, and what is told of it. */
const writes: [name: string, (world: OpenWorld) => Promise<unknown>, told: string][] = [
  ["one record", ({ signals }) => signals.put(buildSignal("a")), "signals 1"],
  ["records", ({ gaps }) => gaps.putMany([buildGap("a"), buildGap("b")]), "gaps 2"],
  ["a new record", ({ signals }) => signals.create(buildSignal("a")), "signals 1"],
  ["a deletion", ({ signals }) => signals.delete("a"), "signals all"],
  ["bars", ({ bars }) => bars.putBars(series, [buildBar(1, "1h")]), "bars 1"],
  [
    "bars of series",
    ({ bars }) => bars.putManyBars([{ series, bars: [buildBar(1, "1h")] }]),
    "bars 1",
  ],
  [
    "columns",
    ({ bars }) => bars.putColumns(series, toBarColumns([buildBar(1, "1h")])),
    "bars 1",
  ],
  ["a cleared world", (world) => world.clear(), "null all"],
];
for (const [name, write, told] of writes) {
  Deno.test(`CACHE-04 ${name}: told before and after it is written`, () =>
    withMemoryStore(async (store) => {
      const world = tellWrites(store.world("live"));
      const heard = listen(world);
      await write(world);
      deepEqual(heard, [told, told]);
      await world.settled();
    }));
}

Deno.test("nothing written is nothing told, and reading tells nothing", () =>
  withMemoryStore(async (store) => {
    const world = tellWrites(store.world("live"));
    const heard = listen(world);
    await world.signals.putMany([]);
    await world.bars.putBars(series, []);
    await world.signals.list();
    await world.signals.get("a");
    deepEqual(heard, []);
  }));

Deno.test("CACHE-04 a write that fails is told of all the same, as some of it may be stored", () =>
  withMemoryStore(async (store) => {
    const plain = store.world("live");
    const signals = {
      ...plain.signals,
      put: (_record: SignalRecord) => Promise.reject(new Error("full")),
    };
    const world = tellWrites({ ...plain, signals });
    const heard = listen(world);
    await rejects(world.signals.put(buildSignal("a")), /full/);
    deepEqual(heard, ["signals 1", "signals 1"]);
  }));

const aCache = ({ kept }: Pick<OpenWorld, "kept">) =>
  createAnswerCache({ now: systemClock.now, kept, log: silentLogger });
const options = { ttlMs: 3_600_000, isLasting: true, madeOf: { signals: true } } as const;

Deno.test("CACHE-04 an answer is never older than the last write, even one made during it", () =>
  withMemoryStore(async (store) => {
    const world = tellWrites(store.world("live"));
    const cache = aCache(world);
    const family = cache.family<number>("signals", options);
    const count = async () => (await world.signals.list()).items.length;
    const ask = async () => (await family.get("all", count)).value;
    for (let i = 1; i <= 20; i++) {
      const [, during] = await Promise.all([world.signals.put(buildSignal(`s${i}`)), ask()]);
      equal(during === i - 1 || during === i, true);
      equal(await ask(), i);
    }
    await cache.close();
  }));

Deno.test("CACHE-04 records are told by name: other names of the family stay in memory", () =>
  withMemoryStore(async (store) => {
    const world = tellWrites(store.world("live"));
    const cache = aCache(world);
    const family = cache.family<number>("by_entity", {
      ttlMs: 3_600_000,
      madeOf: { signals: (records) => records.map(({ entity }) => entity) },
    });
    const ask = async (name: string) => (await family.get(name, () => Promise.resolve(1))).from;
    await ask("BTCUSDT");
    await ask("ETHUSDT");
    await world.signals.put(buildSignal("a", { entity: "ETHUSDT" }));
    deepEqual([await ask("BTCUSDT"), await ask("ETHUSDT")], ["memory", "made"]);
    await cache.close();
  }));

Deno.test("CACHE-04 where writes are not told, answers made of records live shortly", () =>
  withMemoryStore(async (store) => {
    const { kept } = store.world("live");
    const cache = aCache({ kept });
    cache.family("signals", options);
    equal(cache.stats()[0]!.ttlMs, 15_000);
    await cache.close();
  }));

Deno.test("CACHE-04 a write in one process drops the answers of another, in memory and store", () =>
  withFolder(async (folder) => {
    const path = `${folder}/store.kv`;
    const open = async () => {
      const openKv = () => Deno.openKv(path);
      const gate = await createGate({ open: openKv, clock: systemClock, log: silentLogger });
      return {
        gate,
        world: tellWrites(createWorld({ gate, world: "live", now: systemClock.now })),
      };
    };
    const [one, two] = [await open(), await open()];
    const [here, there] = [one.world, two.world];
    const [mine, theirs] = [aCache(here), aCache(there)];
    mine.family("signals", options);
    const family = theirs.family<number>("signals", options);
    const count = async () => (await there.signals.list()).items.length;
    const ask = async () => (await family.get("all", count)).value;
    let drops = 0;
    theirs.follow("others", { signals: true }, () => drops++);
    mine.follow("others", { signals: true }, () => {});
    equal(await ask(), 0);
    // Its watch may need a moment to begin: what was told before is nothing to it.
    let written = 0;
    for (let i = 0; i < 200 && (await ask()) === 0; i++) {
      await here.signals.put(buildSignal(`s${i}`));
      written = i + 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (let i = 0; i < 200 && (await ask()) < written; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    equal(await ask(), written);
    equal(drops > 0, true);
    deepEqual(theirs.stats().map(({ family }) => family), ["signals"]);
    await Promise.all([mine.close(), theirs.close()]);
    await Promise.all([here.settled(), there.settled()]);
    await Promise.all([one.gate.close(), two.gate.close()]);
  }));
