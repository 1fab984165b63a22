import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { type FeedCost, planStretches, predictRunOut } from "../../lib/resilience/mod.ts";

const dayMs = 86_400_000;
const minuteMs = 60_000;
const aFeed = (change: Partial<FeedCost> = {}): FeedCost => ({
  name: "a",
  cadenceMs: 5 * minuteMs,
  rank: 0,
  weight: 1,
  credits: 0,
  ...change,
});
const plenty = { weightPerMinute: 1_000, credits: Infinity, creditsForMs: dayMs };

Deno.test("with enough of everything every feed keeps its pace", () => {
  deepEqual([...planStretches([aFeed(), aFeed({ name: "b", rank: 2 })], plenty)], [["a", 1], [
    "b",
    1,
  ]]);
  deepEqual([...planStretches([], plenty)], []);
});

Deno.test("credits that must last make feeds slower, the less important ones first", () => {
  const feeds = [
    aFeed({ credits: 1 }),
    aFeed({ name: "b", rank: 2, cadenceMs: minuteMs, credits: 1 }),
  ];
  const stretches = planStretches(feeds, { ...plenty, credits: 400 });
  equal(stretches.get("a"), 1);
  ok(stretches.get("b")! > 10);
});

Deno.test("a short minute makes feeds slower, too", () => {
  const feeds = [aFeed({ weight: 100 }), aFeed({ name: "b", weight: 100 })];
  const stretches = planStretches(feeds, { ...plenty, weightPerMinute: 20 });
  ok(Math.abs(stretches.get("a")! - 40 / 18) < 1e-9);
  equal(stretches.get("a"), stretches.get("b"));
});

Deno.test("without credits what costs some stops, and what costs none goes on", () => {
  const stretches = planStretches([aFeed({ credits: 1 }), aFeed({ name: "b" })], {
    ...plenty,
    credits: 0,
  });
  deepEqual([...stretches], [["a", Infinity], ["b", 1]]);
});

Deno.test("the paces together never cost more than is left, and nobody who costs stops", () => {
  const feed = fc.record({
    cadenceMs: fc.integer({ min: 1_000, max: dayMs }),
    rank: fc.nat(2),
    weight: fc.integer({ min: 1, max: 50 }),
    credits: fc.nat(5),
  });
  const feeds = fc.array(feed, { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(feeds, fc.integer({ min: 1, max: 5_000 }), (rows, credits) => {
    const list = rows.map((row, i) => ({ name: String(i), ...row }));
    const budget = { weightPerMinute: 30, credits, creditsForMs: dayMs };
    const stretches = planStretches(list, budget);
    const spent = list.reduce(
      (sum, { name, cadenceMs, credits }) =>
        sum + credits * dayMs / (cadenceMs * stretches.get(name)!),
      0,
    );
    return spent <= credits * (1 + 1e-9) &&
      [...stretches.values()].every((stretch) => stretch >= 1 && stretch < Infinity);
  }));
});

const month = { nowMs: 10 * dayMs, monthEndMs: 30 * dayMs, latelyMs: dayMs, limit: 1_000 };
const runOuts = [
  { name: "a pace that lasts", spent: 100, spentLately: 10, at: null },
  { name: "a pace that does not", spent: 500, spentLately: 50, at: 20 * dayMs },
  { name: "nothing spent of late", spent: 900, spentLately: 0, at: null },
  { name: "all spent", spent: 1_000, spentLately: 0, at: 10 * dayMs },
  { name: "more than all spent", spent: 1_200, spentLately: 10, at: 10 * dayMs },
];
for (const { name, spent, spentLately, at } of runOuts) {
  Deno.test(`credits with ${name} run out ${at === null ? "never" : `on day ${at / dayMs}`}`, () => {
    equal(predictRunOut({ ...month, spent, spentLately }), at);
  });
}
