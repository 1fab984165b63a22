import { equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { Budget } from "../../lib/resilience/mod.ts";

Deno.test("a budget gives its limit within a window and then says how long to wait", () => {
  const budget = new Budget({ limit: 10 });
  equal(budget.take(6, 0), 0);
  equal(budget.take(4, 1_000), 0);
  equal(budget.take(1, 2_000), 58_000);
  equal(budget.take(7, 2_000), 59_000);
  equal(budget.take(6, 60_000), 0);
  equal(budget.getUsed(60_000), 10);
});

Deno.test("a request heavier than the limit passes when the window is empty", () => {
  const budget = new Budget({ limit: 10 });
  equal(budget.take(50, 0), 0);
  ok(budget.take(1, 1) > 0);
  equal(budget.take(1, 60_000), 0);
});

Deno.test("a penalty stops everything until it ends", () => {
  const budget = new Budget({ limit: 10 });
  budget.penalise(5_000);
  budget.penalise(3_000);
  equal(budget.take(1, 1_000), 4_000);
  equal(budget.take(1, 5_000), 0);
  equal(budget.refusals, 2);
});

Deno.test("what the source counts is taken over when it is more", () => {
  const budget = new Budget({ limit: 10 });
  budget.take(2, 0);
  budget.observe(9, 0);
  budget.observe(3, 0);
  equal(budget.getUsed(0), 9);
});

Deno.test("no window of 60 s ever holds more than the limit", () => {
  const steps = fc.array(
    fc.record({ weight: fc.integer({ min: 1, max: 5 }), gap: fc.nat(20_000) }),
  );
  fc.assert(fc.property(steps, (list) => {
    const budget = new Budget({ limit: 10 });
    const taken: { at: number; weight: number }[] = [];
    let now = 0;
    for (const { weight, gap } of list) {
      now += gap;
      if (budget.take(weight, now) === 0) taken.push({ at: now, weight });
      const inside = taken.filter(({ at }) => at > now - 60_000);
      if (inside.reduce((sum, entry) => sum + entry.weight, 0) > 10) return false;
    }
    return true;
  }));
});

Deno.test("waiting as long as told is always enough in the end", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 30 }), (weights) => {
    const budget = new Budget({ limit: 10 });
    let now = 0;
    for (const weight of weights) {
      for (let tries = 0;; tries++) {
        const waitMs = budget.take(weight, now);
        if (waitMs === 0) break;
        now += waitMs;
        if (tries > 50) return false;
      }
    }
    return true;
  }));
});

for (const limit of [0, -1, NaN]) {
  Deno.test(`a limit of ${limit} is refused`, () => {
    throws(() => new Budget({ limit }), RangeError);
  });
}
