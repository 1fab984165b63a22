import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createClockWatch } from "../../collectors/clock_watch.ts";
import { BudgetError, createQueue, type Urgency } from "../../collectors/queue.ts";
import { silentLogger } from "../../lib/log.ts";
import { createMemoryQuotaCells, createQuotas } from "../../lib/store/quotas.ts";
import { createManualClock, type ManualClock } from "../support/clock.ts";
import { turn } from "../support/exchange.ts";
import { createOwnQueue } from "../support/queues.ts";

const startMs = Date.UTC(2026, 10, 21);
const own = (clock: ManualClock, limit: number, creditsPerMonth?: number) =>
  createOwnQueue({
    source: "one",
    limits: { limit, ...(creditsPerMonth !== undefined && { creditsPerMonth }) },
    clock,
    log: silentLogger,
  });

/** Moves on in steps small enough for promises to settle between them. */
async function pass(clock: ManualClock, ms: number, stepMs = 500) {
  for (let done = 0; done < ms; done += stepMs) {
    await clock.advance(stepMs);
    await turn(1);
  }
}

Deno.test("requests are sent by urgency, and in their order within it", async () => {
  const clock = createManualClock(startMs);
  const queue = own(clock, 20);
  const sent: string[] = [];
  const ask = (name: string, urgency: Urgency) =>
    void queue.enter({ weight: 1, urgency }).then(() => sent.push(name));
  for (const name of ["l1", "l2", "l3", "l4", "l5"]) ask(name, "low");
  ask("n1", "normal");
  ask("n2", "normal");
  ask("h1", "high");
  ask("u1", "user");
  await pass(clock, 60_000);
  deepEqual(sent.slice(0, 4), ["u1", "h1", "n1", "n2"]);
  deepEqual(sent.slice(4), ["l1", "l2", "l3", "l4", "l5"]);
  deepEqual(queue.waiting(), { user: 0, high: 0, normal: 0, low: 0 });
  equal(clock.waiting(), 0);
});

Deno.test("under saturation a person's request is sent within 5 s", async () => {
  const clock = createManualClock(startMs);
  const queue = own(clock, 30);
  for (let i = 0; i < 500; i++) void queue.enter({ weight: 1, urgency: i % 2 ? "low" : "high" });
  const waits: number[] = [];
  for (let i = 0; i < 20; i++) {
    await pass(clock, 10_000 + i * 333);
    const atMs = clock.now();
    void queue.enter({ weight: 1, urgency: "user" }).then(() => waits.push(clock.now() - atMs));
  }
  await pass(clock, 10_000);
  equal(waits.length, 20);
  ok(Math.max(...waits) <= 5_000, `${Math.max(...waits)} ms`);
});

Deno.test("low priority is served now and then however much is more urgent", async () => {
  const clock = createManualClock(startMs);
  const queue = own(clock, 60);
  let low = 0;
  for (let i = 0; i < 3; i++) void queue.enter({ weight: 1, urgency: "low" }).then(() => low++);
  for (let minute = 0; minute < 5; minute++) {
    for (let i = 0; i < 80; i++) void queue.enter({ weight: 1, urgency: "high" });
    await pass(clock, 60_000);
  }
  equal(low, 3);
  ok(queue.waiting().high > 50);
});

Deno.test("who may not wait is told at once, with the time to wait", async () => {
  const clock = createManualClock(startMs);
  const queue = own(clock, 10);
  await queue.refuse(20_000);
  await rejects(queue.enter({ weight: 1, urgency: "user", withinMs: 5_000 }), (error) => {
    return error instanceof BudgetError && error.retryAfterMs === 20_000;
  });
  let isSent = false;
  void queue.enter({ weight: 1, urgency: "user", withinMs: 30_000 }).then(() => isSent = true);
  await pass(clock, 20_000);
  ok(isSent);
});

Deno.test("spent credits refuse what costs some, and let the rest pass", async () => {
  const clock = createManualClock(startMs);
  const queue = own(clock, 100, 1);
  await queue.enter({ weight: 1, credits: 1, urgency: "user" });
  const refused = rejects(queue.enter({ weight: 1, credits: 1, urgency: "user" }), BudgetError);
  await queue.enter({ weight: 1, urgency: "low" });
  await refused;
});

Deno.test("a request that is given up leaves the queue and its timer", async () => {
  const clock = createManualClock(startMs);
  const queue = own(clock, 10);
  await queue.refuse(60_000);
  const stop = new AbortController();
  const waiting = rejects(queue.enter({ weight: 1, signal: stop.signal }), { name: "AbortError" });
  await turn(2);
  equal(queue.waiting().normal, 1);
  stop.abort();
  await waiting;
  await turn(2);
  deepEqual([queue.waiting().normal, clock.waiting()], [0, 0]);
  await rejects(queue.enter({ weight: 1, signal: stop.signal }), { name: "AbortError" });
});

Deno.test("a quota that cannot be read is asked again, and nothing is sent meanwhile", async () => {
  const clock = createManualClock(startMs);
  const cell = createMemoryQuotaCells()("one");
  let isDown = true;
  const quotas = createQuotas({
    now: clock.now,
    openCell: () => ({
      ...cell,
      read: () => isDown ? Promise.reject(new Error("no store")) : cell.read(),
    }),
  });
  const queue = createQueue({
    quota: quotas.open("one", () => ({ limit: 10 })),
    clock,
    log: silentLogger,
  });
  let isSent = false;
  void queue.enter({ weight: 1 }).then(() => isSent = true);
  const impatient = rejects(queue.enter({ weight: 1, withinMs: 100 }), BudgetError);
  await pass(clock, 5_000);
  await impatient;
  equal(isSent, false);
  isDown = false;
  await pass(clock, 10_000);
  equal(isSent, true);
});

for (const [name, jumpMs] of [["forwards", 3_600_000], ["backwards", -3_600_000]] as const) {
  Deno.test(`a clock that was set ${name} stops a source for one window, not longer`, async () => {
    const clock = createManualClock(startMs);
    let offsetMs = 0;
    const set = { ...clock, now: () => clock.now() + offsetMs };
    const watch = createClockWatch(set);
    const stop = new AbortController();
    const watching = watch.run(stop.signal);
    const quotas = createQuotas({ openCell: createMemoryQuotaCells(), now: set.now });
    const quota = quotas.open("one", () => ({ limit: 10 }));
    const queue = createQueue({ quota, clock: set, log: silentLogger, watch });
    await queue.enter({ weight: 1, urgency: "user" });
    await pass(clock, 10_000);
    equal(watch.countJumps(), 0);
    offsetMs = jumpMs;
    let sentMs = 0;
    void queue.enter({ weight: 1, urgency: "user" }).then(() => sentMs = clock.now());
    await pass(clock, 130_000);
    equal(watch.countJumps(), 1);
    ok(sentMs - startMs >= 70_000 && sentMs - startMs <= 80_000, `${sentMs - startMs}`);
    stop.abort();
    await watching;
  });
}

Deno.test("more requests than anyone will ever send are refused, not kept", async () => {
  const clock = createManualClock(startMs);
  const queue = own(clock, 10);
  await queue.refuse(1_000_000);
  const stop = new AbortController();
  const waiting = Array.from(
    { length: 10_000 },
    () => queue.enter({ weight: 1, signal: stop.signal }).catch(() => {}),
  );
  await rejects(queue.enter({ weight: 1 }), BudgetError);
  stop.abort();
  await Promise.all(waiting);
});
