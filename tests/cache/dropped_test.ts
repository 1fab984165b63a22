import { deepEqual, equal } from "node:assert/strict";
import { createDropMemory, createDropper, listTouched } from "../../lib/cache/dropped.ts";
import { createLogger, silentLogger } from "../../lib/log.ts";
import type { KeptNotice, KeptTexts, Written } from "../../lib/store/kept.ts";

/** Texts that write down what is done to them. */
function someTexts(part: Partial<KeptTexts> = {}) {
  const done: string[] = [];
  const told: KeptNotice[][] = [];
  const kept: KeptTexts = {
    get: () => Promise.resolve(null),
    put: (family, name) => {
      done.push(`put ${family} ${name}`);
      return Promise.resolve(true);
    },
    remove: (family, name) => {
      done.push(`remove ${family} ${name}`);
      return Promise.resolve();
    },
    tell: (notices) => {
      told.push([...notices]);
      return Promise.resolve();
    },
    drop: () => Promise.resolve(),
    watch: (_listener, signal) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    ...part,
  };
  return { kept, done, told };
}

const aDropper = (kept: KeptTexts) => createDropper({ kept, log: silentLogger, hear: () => {} });
const text = { text: "1", madeMs: 0 };

const bars = (...timeframes: string[]): Written => ({
  to: "bars",
  records: timeframes.map((timeframe) => ({ symbol: "S", timeframe })) as Written["records"],
});
const hourly = {
  bars: (written: readonly { timeframe: string }[]) =>
    written.some(({ timeframe }) => timeframe === "1h") ? ["a", "a"] : [],
};
const touched: [name: string, ...Parameters<typeof listTouched>, readonly string[] | null][] = [
  ["a cleared world drops all", undefined, { to: null, records: null }, null],
  ["what nothing was made of drops nothing", undefined, bars("1h"), []],
  ["what something else was made of drops nothing", { news: true }, bars("1h"), []],
  ["true drops all", { bars: true }, bars("1m"), null],
  ["named ones drop once each", hourly, bars("1h", "1m"), ["a"]],
  ["records that touch no name drop nothing", hourly, bars("1m"), []],
  ["records that are not known drop all", hourly, { to: "bars", records: null }, null],
];
for (const [name, madeOf, written, expected] of touched) {
  Deno.test(`CACHE-04 ${name}`, () => deepEqual(listTouched(madeOf, written), expected));
}

Deno.test("CACHE-04 a text made up to a drop is gone, a later one is not, by name and in all", () => {
  const memory = createDropMemory();
  equal(memory.has("a", 0), false);
  memory.note(["a"], 10);
  deepEqual([memory.has("a", 10), memory.has("a", 11), memory.has("b", 10)], [true, false, false]);
  memory.note(null, 20);
  deepEqual([memory.has("a", 20), memory.has("b", 20), memory.has("b", 21)], [true, true, false]);
  memory.note(null, 15); // a clock that went back forgets no drop
  equal(memory.has("b", 20), true);
});

Deno.test("CACHE-06 more dropped names than are remembered are all names", () => {
  const memory = createDropMemory();
  memory.note(Array.from({ length: 1_001 }, (_, i) => `n${i}`), 10);
  equal(memory.has("another", 10), true);
});

Deno.test("CACHE-04 a text never comes after the drop that it precedes", async () => {
  const { kept, done } = someTexts();
  const dropper = aDropper(kept);
  let isDropped = false;
  dropper.keep("f", "a", text, 1_000, () => isDropped);
  dropper.keep("f", "b", text, 1_000, () => true);
  await dropper.drop({ family: "f", names: ["a"], isLasting: true }, { isTold: false });
  isDropped = true;
  dropper.keep("f", "a", text, 1_000, () => isDropped);
  await dropper.close();
  deepEqual(done, ["put f a", "remove f a"]);
});

Deno.test("CACHE-04 drops that come at once are told at once, and many names as one family", async () => {
  const { kept, done, told } = someTexts();
  const dropper = aDropper(kept);
  const names = Array.from({ length: 33 }, (_, i) => `n${i}`);
  await Promise.all([
    dropper.drop({ family: "f", names: ["a", "b"], isLasting: false }, { isTold: true }),
    dropper.drop({ family: "f", names: ["a"], isLasting: false }, { isTold: true }),
    dropper.drop({ family: "g", names, isLasting: true }, { isTold: true }),
  ]);
  await dropper.close();
  equal(told.length, 1);
  deepEqual(told[0]!.map(({ family, name }) => [family, name]), [["f", "a"], ["f", "b"], [
    "g",
    null,
  ]]);
  deepEqual(done, ["remove g null"]);
});

Deno.test("what the store refuses is a warning, and stops nothing", async () => {
  const lines: string[] = [];
  const log = createLogger({ level: "warn", now: () => 0, write: (line) => void lines.push(line) });
  const lost = () => Promise.reject(new Error("lost"));
  const { kept } = someTexts({ put: lost, remove: lost, tell: lost, watch: lost });
  const dropper = createDropper({ kept, log, hear: () => {} });
  dropper.keep("f", "a", text, 1_000, () => false);
  await dropper.drop({ family: "f", names: null, isLasting: true }, { isTold: true });
  await dropper.close();
  for (const trouble of ["not kept", "not dropped", "not told", "not heard of"]) {
    equal(lines.filter((line) => line.includes(trouble)).length, 1, trouble);
  }
});
