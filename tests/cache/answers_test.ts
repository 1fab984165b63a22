import { deepEqual, equal, rejects } from "node:assert/strict";
import fc from "fast-check";
import { type AnswerCache, createAnswerCache } from "../../lib/cache/answers.ts";
import { createSuccession } from "../../lib/cache/succession.ts";
import { silentLogger } from "../../lib/log.ts";
import type { KeptTexts } from "../../lib/store/mod.ts";
import { withMemoryStore } from "../support/store.ts";

/** A cache whose time is in the test's hand. */
function aCache(part: { kept?: KeptTexts; memoryMax?: number } = {}) {
  const time = { nowMs: 1_000_000 };
  const cache = createAnswerCache({ now: () => time.nowMs, log: silentLogger, ...part });
  return { time, cache };
}

const statsOf = (cache: AnswerCache, name = "f") =>
  cache.stats().find(({ family }) => family === name)!;

Deno.test("CACHE-04 an answer is made once for all who ask, kept for its life, and never served past it", async () => {
  const { time, cache } = aCache();
  const family = cache.family<number>("f", { ttlMs: 100 });
  let made = 0;
  const gate = Promise.withResolvers<void>();
  const make = async () => {
    await gate.promise;
    return ++made;
  };
  const both = Promise.all([family.get("a", make), family.get("a", make)]);
  gate.resolve();
  deepEqual((await both).map(({ value, cached }) => [value, cached]), [[1, false], [1, false]]);
  time.nowMs += 99;
  const kept = await family.get("a", make);
  deepEqual([kept.value, kept.from, kept.cached, kept.madeMs], [1, "memory", true, 1_000_000]);
  time.nowMs += 1;
  equal((await family.get("a", make)).value, 2);
  time.nowMs -= 50; // a clock that went back makes the age unknown
  equal((await family.get("a", make)).value, 3);
  const { hits, misses } = statsOf(cache);
  // Both who asked first waited: neither is counted as served from memory.
  deepEqual([hits.memory, misses], [1, 4]);
  await cache.close();
});

Deno.test("a failure is told to all who ask and not kept; null and undefined are answers", async () => {
  const { cache } = aCache();
  const family = cache.family<unknown>("f", { ttlMs: 100 });
  await rejects(family.get("a", () => Promise.reject(new Error("no"))), /no/);
  equal((await family.get("a", () => Promise.resolve(null))).from, "made");
  equal((await family.get("a", () => Promise.resolve(1))).value, null);
  equal((await family.get("b", () => Promise.resolve(undefined))).value, undefined);
  await cache.close();
});

Deno.test("CACHE-06 a lasting answer outlives the process within its life; a dropped one does not", () =>
  withMemoryStore(async (store) => {
    const { kept } = store.world("live");
    const options = { ttlMs: 100_000, isLasting: true };
    const make = (value: unknown) => () => Promise.resolve(value);
    const first = aCache({ kept });
    const family = first.cache.family("f", options);
    await family.get("a", make({ price: 1 }));
    await family.get("b", make(2));
    await first.cache.close();

    const second = aCache({ kept });
    const again = second.cache.family("f", options);
    deepEqual(await again.get("a", make("new")), {
      value: { price: 1 },
      madeMs: 1_000_000,
      from: "store",
      cached: true,
    });
    again.invalidate("b");
    while (await kept.get("f", "b")) await new Promise((resolve) => setTimeout(resolve, 1));
    equal((await again.get("b", make("new"))).value, "new");
    second.time.nowMs += 100_000;
    equal((await again.get("a", make("newer"))).value, "newer");
    await second.cache.close();
  }));

Deno.test("CACHE-04 what another process drops is dropped here", () =>
  withMemoryStore(async (store) => {
    const { kept } = store.world("live");
    const options = { ttlMs: 100_000, isLasting: true };
    const [one, two] = [aCache({ kept }), aCache({ kept })];
    const [mine, theirs] = [one.cache.family("f", options), two.cache.family("f", options)];
    const make = () => Promise.resolve("old");
    await mine.get("a", make);
    let found = await theirs.get("a", make);
    // Its watch may need a moment to begin, so the drop is told until it was heard.
    for (let i = 0; i < 500 && found.value === "old"; i++) {
      mine.invalidate();
      await new Promise((resolve) => setTimeout(resolve, 2));
      found = await theirs.get("a", () => Promise.resolve("new"));
    }
    equal(found.value, "new");
    await Promise.all([one.cache.close(), two.cache.close()]);
  }));

Deno.test("a store that is lost costs a making, not the answer", async () => {
  const broken: KeptTexts = {
    get: () => Promise.reject(new Error("lost")),
    put: () => Promise.reject(new Error("lost")),
    drop: () => Promise.reject(new Error("lost")),
    remove: () => Promise.reject(new Error("lost")),
    tell: () => Promise.reject(new Error("lost")),
    watch: () => Promise.reject(new Error("lost")),
  };
  const { cache } = aCache({ kept: broken });
  const family = cache.family<number>("f", { ttlMs: 100, isLasting: true });
  equal((await family.get("a", () => Promise.resolve(1))).value, 1);
  equal((await family.get("a", () => Promise.resolve(2))).value, 1);
  family.invalidate();
  equal((await family.get("a", () => Promise.resolve(2))).value, 2);
  await cache.close();
});

Deno.test("CACHE-06 memory stays bounded: the ones used longest ago go first", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 40 })), { maxLength: 60 }),
    async (asks) => {
      const { cache } = aCache({ memoryMax: 1_000 });
      const family = cache.family<string>("f", { ttlMs: 1e9 });
      for (const [name, length] of asks) {
        await family.get(String(name), () => Promise.resolve("x".repeat(length)));
        const { bytes, entries } = statsOf(cache);
        equal(bytes <= 1_000, true);
        equal(entries >= 1, true);
      }
      await cache.close();
    },
  );
  await fc.assert(property, { numRuns: 50 });
  // Names and upkeep count too: many small answers are not free.
  const { cache } = aCache({ memoryMax: 400 });
  const family = cache.family<string>("f", { ttlMs: 1e9 });
  const make = () => Promise.resolve("1234");
  await family.get("a", make);
  await family.get("b", make);
  await family.get("a", make);
  await family.get("a", make);
  equal((await family.get("a", make)).from, "memory");
  deepEqual([statsOf(cache).evictions, statsOf(cache).entries], [2, 1]);
  // What is larger than all memory is made, served, and not kept.
  const large = () => Promise.resolve("x".repeat(1_000));
  deepEqual([(await family.get("c", large)).from, (await family.get("c", large)).from], [
    "made",
    "made",
  ]);
  await cache.close();
});

Deno.test("CACHE-01 memory answers first, behind it the store, and only then is an answer made", () =>
  withMemoryStore(async (store) => {
    const { kept } = store.world("live");
    let reads = 0;
    const counted: KeptTexts = {
      ...kept,
      get: (family, name) => {
        reads++;
        return kept.get(family, name);
      },
    };
    const options = { ttlMs: 100_000, isLasting: true };
    const ask = async ({ cache }: ReturnType<typeof aCache>) =>
      (await cache.family<number>("f", options).get("a", () => Promise.resolve(1))).from;
    const first = aCache({ kept: counted });
    deepEqual([await ask(first), await ask(first), await ask(first)], ["made", "memory", "memory"]);
    equal(reads, 1);
    await first.cache.close();
    const second = aCache({ kept: counted });
    deepEqual([await ask(second), await ask(second)], ["store", "memory"]);
    equal(reads, 2);
    deepEqual(statsOf(second.cache).hits, { memory: 1, store: 1 });
    await second.cache.close();
    // Without memory every request reads the store.
    const bare = aCache({ kept: counted, memoryMax: 0 });
    deepEqual([await ask(bare), await ask(bare)], ["store", "store"]);
    equal(reads, 4);
    await bare.cache.close();
  }));

Deno.test("CACHE-04 no text of the store is served past its life, whatever the store still holds", () =>
  withMemoryStore(async (store) => {
    const { kept } = store.world("live");
    const { time, cache } = aCache({ kept });
    const family = cache.family<string>("f", { ttlMs: 100, isLasting: true });
    const ask = async (value: string) =>
      (await family.get("a", () => Promise.resolve(value))).value;
    for (const ageMs of [100, 101, 1e9, -1]) {
      family.invalidate();
      await kept.put("f", "a", { text: '"old"', madeMs: time.nowMs - ageMs }, 60_000);
      equal(await ask("new"), "new", `${ageMs} ms`);
      time.nowMs += 1_000;
    }
    await cache.close();
  }));

Deno.test("CACHE-03 what is asked for often is made anew before it ends, what nobody wants is not", async () => {
  const { time, cache } = aCache();
  const family = cache.family<number>("f", { ttlMs: 100 });
  const made: Record<string, number> = { often: 0, once: 0 };
  const ask = (name: string) => family.get(name, () => Promise.resolve(++made[name]!));
  await ask("often");
  await ask("often");
  await ask("once");
  await cache.warm();
  deepEqual(made, { often: 1, once: 1 });
  time.nowMs += 90;
  await cache.warm();
  deepEqual(made, { often: 2, once: 1 });
  time.nowMs += 20;
  const answer = await ask("often");
  deepEqual([answer.value, answer.from], [2, "memory"]);
  const { warmed, warmedUsed } = statsOf(cache);
  deepEqual([warmed, warmedUsed], [1, 1]);
  // It was asked for once since then, so it is not made a third time for nobody.
  time.nowMs += 75;
  await cache.warm();
  equal(made.often, 2);
  await cache.close();
});

Deno.test("CACHE-03 what cannot be made ahead is left alone for a minute, unless it is asked for", async () => {
  const { time, cache } = aCache();
  const family = cache.family<number>("f", { ttlMs: 100_000 });
  let made = 0;
  let isLost = false;
  const ask = () =>
    family.get("a", () => {
      made++;
      return isLost ? Promise.reject(new Error("lost")) : Promise.resolve(made);
    });
  await ask();
  await ask();
  isLost = true;
  time.nowMs += 90_000;
  for (let i = 0; i < 10; i++) {
    await cache.warm();
    time.nowMs += 100;
  }
  equal(made, 2);
  equal((await ask()).from, "memory");
  isLost = false;
  time.nowMs += 60_000;
  equal((await ask()).value, 3);
  equal(statsOf(cache).warmed, 0);
  await cache.close();
});

Deno.test("CACHE-03 what was wanted and then dropped is made again before the next asks", async () => {
  const { cache } = aCache();
  const family = cache.family<number>("f", { ttlMs: 100_000 });
  let made = 0;
  const ask = (name: string) => family.get(name, () => Promise.resolve(++made));
  await ask("a");
  family.invalidate();
  await cache.warm();
  deepEqual([made, (await ask("a")).from], [2, "memory"]);
  family.invalidate();
  await cache.warm();
  family.invalidate(); // nobody asked since, so nobody is made one for
  await cache.warm();
  equal(made, 3);
  const { warmed, warmedUsed } = statsOf(cache);
  deepEqual([warmed, warmedUsed], [2, 1]);
  await cache.close();
});

Deno.test("CACHE-03 what somebody waits for already is not made ahead as well", async () => {
  const { cache } = aCache();
  const family = cache.family<number>("f", { ttlMs: 100_000 });
  const made: Record<string, number> = { a: 0, b: 0, c: 0 };
  let gate = Promise.withResolvers<void>();
  const ask = (name: string) =>
    family.get(name, async () => {
      made[name]!++;
      await gate.promise;
      return made[name]!;
    });
  gate.resolve();
  for (const name of ["a", "b", "c"]) await ask(name);
  family.invalidate();
  gate = Promise.withResolvers();
  const warming = cache.warm(); // two at a time: the third waits for its turn
  const asked = ask("c");
  gate.resolve();
  await Promise.all([warming, asked]);
  deepEqual(made, { a: 2, b: 2, c: 2 });
  await cache.close();
});

Deno.test("CACHE-03 what usually follows is made before it is asked for", async () => {
  const { time, cache } = aCache();
  const family = cache.family<number>("f", { ttlMs: 100 });
  let made = 0;
  const ask = (name: string) => family.get(name, () => Promise.resolve(++made));
  for (let i = 0; i < 4; i++) {
    time.nowMs += 150;
    await ask("list");
    await ask("detail");
  }
  time.nowMs += 90;
  await ask("list");
  await cache.warm();
  time.nowMs += 20;
  equal((await ask("detail")).from, "memory");
  await cache.close();
});

Deno.test("CACHE-05 an answer that stays the same lives longer, one that changes shorter, within bounds", async () => {
  const { time, cache } = aCache();
  const still = cache.family<number>("still", { ttlMs: 100 });
  const moving = cache.family<number>("moving", { ttlMs: 100 });
  for (let i = 0; i < 40; i++) {
    time.nowMs += 1_000;
    await still.get("a", () => Promise.resolve(1));
    await moving.get("a", () => Promise.resolve(i));
  }
  equal(statsOf(cache, "still").ttlMs, 400);
  equal(statsOf(cache, "moving").ttlMs, 50);
  await cache.close();
});

Deno.test("followers are learnt from what was asked, and only when they are likely", () => {
  const succession = createSuccession();
  deepEqual(succession.listExpected(), []);
  for (const name of ["a", "b", "a", "b", "a", "c", "a"]) succession.note(name);
  deepEqual(succession.listExpected(), ["b"]);
  for (let i = 0; i < 5_000; i++) succession.note(`n${i}`);
  deepEqual(succession.listExpected(), []);
});
