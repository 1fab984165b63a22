/** The error budget of the API: what spends it too fast is told with its numbers (ALR-09). */
import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import { createMetrics } from "../../lib/metrics.ts";
import { createBudgetWatch } from "../../lib/world/error_budget.ts";
import { createManualClock } from "../support/clock.ts";

const MINUTE_MS = 60_000;

function setUp() {
  const metrics = createMetrics();
  const clock = createManualClock(Date.UTC(2026, 0, 5, 12));
  const watch = createBudgetWatch(metrics);
  const answer = (status: string, n: number, route = "/api/v1/prices") => {
    if (n > 0) metrics.count("http_requests_total", n, { method: "GET", route, status });
  };
  /** Answers so many each minute, looking every minute; returns the last look's message. */
  const pass = async (minutes: number, good = 0, failed = 0, route?: string) => {
    let told: string | null = null;
    for (let i = 0; i < minutes; i++) {
      answer("200", good, route);
      answer("503", failed, route);
      await clock.advance(MINUTE_MS);
      told = (await watch(clock.now()))[0]?.message ?? null;
    }
    return told;
  };
  return { metrics, clock, watch, answer, pass };
}

Deno.test("ALR-09 a fast burn is told with its share, its budget and its windows", async () => {
  const { pass } = setUp();
  equal(await pass(70, 98), null);
  equal(
    await pass(60, 98, 2),
    "120 of 6000 answers of the API failed within 1 h (2 %), and 2 % within 5 min; the objective " +
      "of 99.9 % leaves a budget of 0.1 %, which is spent 20.0 times too fast",
  );
});

Deno.test("ALR-09 a slow burn is told after hours, and is none of the fast ones", async () => {
  const { pass } = setUp();
  // 0.8 %: eight times too fast.
  const told = await pass(370, 992, 8);
  equal(
    told,
    "2880 of 360000 answers of the API failed within 6 h (0.8 %), and 0.8 % within 30 min; the " +
      "objective of 99.9 % leaves a budget of 0.1 %, which is spent 8.0 times too fast",
  );
});

for (
  const { name, good, failed, isTold } of [
    { name: "14.5 times too fast", good: 1_971, failed: 29, isTold: true },
    { name: "six times is not more than six times", good: 994, failed: 6, isTold: false },
    { name: "6.1 times too fast", good: 9_939, failed: 61, isTold: true },
    { name: "as much as the budget allows", good: 999, failed: 1, isTold: false },
    { name: "nothing fails", good: 1_000, failed: 0, isTold: false },
    { name: "nothing is asked", good: 0, failed: 0, isTold: false },
  ]
) {
  Deno.test(`ALR-09 for seven hours ${name}: it is ${isTold ? "" : "not "}told`, async () => {
    const { pass } = setUp();
    equal(await pass(420, good, failed) !== null, isTold);
  });
}

Deno.test("ALR-09 fewer than a thousand answers say nothing, whatever failed", async () => {
  const { pass, answer, watch, clock } = setUp();
  await watch(clock.now());
  answer("500", 999);
  equal(await pass(1), null);
  answer("500", 1);
  match(await pass(1) ?? "", /^1000 of 1000 .*\(100 %\)/);
});

Deno.test("ALR-09 what was over before the short window began is not told", async () => {
  const { pass } = setUp();
  match(await pass(30, 90, 10) ?? "", /10 % within 5 min/);
  // Within the hour far too many failed, within the last five minutes none; the slow rule waits.
  match(await pass(5, 100) ?? "", /within 30 min/);
  equal(await pass(30, 100), null);
});

Deno.test("ALR-09 other failures than answers of the API are left out", async () => {
  const { pass, answer } = setUp();
  for (const route of ["/api/v1/health", "/health", "/metrics", "unmatched"]) {
    equal(await pass(10, 0, 1_000, route), null, route);
  }
  answer("404", 1_000);
  answer("429", 1_000);
  equal(await pass(1), null, "who asks wrongly was answered rightly");
});

Deno.test("ALR-09 what was counted before the first look says nothing of now", async () => {
  const { pass, answer } = setUp();
  answer("500", 50_000);
  equal(await pass(1), null);
  equal(await pass(60, 100), null);
});

Deno.test("ALR-09 a clock that goes back, and a pause of hours, forget nothing and invent nothing", async () => {
  const { metrics, watch, answer } = setUp();
  const at = async (minutes: number) => (await watch(minutes * MINUTE_MS)).map(({ id }) => id);
  deepEqual(await at(1_000), []);
  answer("200", 10_000);
  deepEqual(await at(1_001), []);
  answer("200", 10_000);
  deepEqual(await at(900), [], "back by more than an hour");
  answer("500", 1_000);
  deepEqual(await at(901), ["slo:availability"]);
  answer("200", 100_000);
  deepEqual(await at(901 + 600), [], "ten hours later");
  equal(await metrics.total("http_requests_total"), 121_000);
});

Deno.test("ALR-09 whatever is answered, it is told only while more than the budget fails", async () => {
  const minutes = fc.array(
    fc.record({ good: fc.nat(500), failed: fc.nat(20), wait: fc.nat(40) }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(minutes, async (steps) => {
      const { answer, watch, clock } = setUp();
      await watch(clock.now());
      let [all, lost] = [0, 0];
      for (const { good, failed, wait } of steps) {
        answer("200", good);
        answer("500", failed);
        [all, lost] = [all + good + failed, lost + failed];
        await clock.advance(wait * MINUTE_MS);
        const told = await watch(clock.now());
        if (told.length > 0) equal(all >= 1_000 && lost >= 6, true);
        equal(told.every(({ message }) => !/NaN|Infinity|-/.test(message)), true);
      }
    }),
    { numRuns: 50 },
  );
});
