import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { createAnswerCache } from "../../lib/cache/answers.ts";
import { silentLogger } from "../../lib/log.ts";
import { parseSettings } from "../../lib/settings.ts";
import { followLifetimes } from "../../lib/world/lifetimes.ts";
import { aWatch, shippedTexts } from "../support/settings.ts";
import { readSources } from "../support/source_files.ts";

async function aCache() {
  const world = await aWatch();
  const { watch, clock, log } = world;
  const answers = followLifetimes(createAnswerCache({ now: clock.now, log }), watch.get);
  let made = 0;
  const make = () => Promise.resolve(++made);
  return { ...world, answers, make };
}

Deno.test("a lifetime that is set shorter or longer holds for the very next question", async () => {
  const { answers, clock, watch, set, make } = await aCache();
  const family = answers.family<number>("dex_networks", { ttlMs: 5_000 });
  const ask = async () => (await family.get("all", make)).value;
  equal(await ask(), 1);
  await clock.advance(1_700_000);
  equal(await ask(), 1, "1800 s are set, whatever the code says");
  await set("answerSeconds.dex_networks", 60);
  equal(await ask(), 2);
  await clock.advance(59_000);
  equal(await ask(), 2);
  await clock.advance(2_000);
  equal(await ask(), 3);
  await set("answerSeconds.dex_networks", 1_800);
  equal(await ask(), 4, "what an earlier lifetime left behind was dropped");
  await clock.advance(1_000_000);
  equal(await ask(), 4);
  await watch.stop();
});

Deno.test("a kind of answer that the settings do not name lives as its code says", async () => {
  const { answers, clock, watch, make } = await aCache();
  const family = answers.family<number>("constructor", { ttlMs: 5_000 });
  await family.get("x", make);
  await clock.advance(4_900);
  equal((await family.get("x", make)).value, 1);
  await clock.advance(200);
  equal((await family.get("x", make)).value, 2);
  await watch.stop();
});

Deno.test("what is told of a kind counts all its lifetimes, under one name", async () => {
  const { answers, watch, set, make } = await aCache();
  const family = answers.family<number>("stats", { ttlMs: 5_000 });
  answers.family<number>("usage", { ttlMs: 5_000 });
  await family.get("x", make);
  await family.get("x", make);
  await set("answerSeconds.stats", 60);
  await family.get("x", make);
  const told = answers.stats().map(({ family, misses, hits, ttlMs, entries }) => ({
    family,
    misses,
    hits: hits.memory,
    ttlMs,
    entries,
  }));
  deepEqual(told, [
    { family: "stats", misses: 2, hits: 1, ttlMs: 60_000, entries: 1 },
    { family: "usage", misses: 0, hits: 0, ttlMs: 300_000, entries: 0 },
  ]);
  await watch.stop();
});

Deno.test("dropping one drops it whatever its lifetime became", async () => {
  const { answers, watch, set, make } = await aCache();
  const family = answers.family<number>("stats", { ttlMs: 5_000 });
  await family.get("x", make);
  await set("answerSeconds.stats", 60);
  await family.get("x", make);
  family.invalidate("x");
  equal((await family.get("x", make)).value, 3);
  await watch.stop();
});

Deno.test("no answer is ever older than four times the lifetime that is set now", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ seconds: fc.integer({ min: 1, max: 50 }), passMs: fc.nat(60_000) }), {
        maxLength: 30,
      }),
      async (steps) => {
        const time = { nowMs: 0 };
        const settings = { answerSeconds: { stats: 10 } };
        const cache = createAnswerCache({ now: () => time.nowMs, log: silentLogger });
        const answers = followLifetimes(cache, () => settings);
        const family = answers.family<number>("stats", { ttlMs: 1 });
        for (const { seconds, passMs } of steps) {
          settings.answerSeconds.stats = seconds;
          time.nowMs += passMs;
          const { value } = await family.get("x", () => Promise.resolve(time.nowMs));
          if (time.nowMs - value >= seconds * 4_000 && value !== time.nowMs) return false;
        }
        return true;
      },
    ),
    { numRuns: 50 },
  ));

Deno.test("every kind of answer that is kept has its lifetime in the settings", () => {
  const sources = readSources("lib", (path) => /\.tsx?$/.test(path));
  const kinds = sources.flatMap(({ text }) =>
    [...text.matchAll(/\bfamily(?:<[^;=]*?>)?\(\s*"(\w+)"/g)].map((found) => found[1]!)
  );
  ok(kinds.length > 8, `found ${kinds.length}`);
  const { answerSeconds } = parseSettings(shippedTexts);
  deepEqual([...new Set(kinds)].sort(), Object.keys(answerSeconds).sort());
});
