import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { StoreError } from "../../lib/store/mod.ts";
import {
  createMemoryQuotaCells,
  createQuotaCells,
  createQuotas,
  type QuotaCell,
} from "../../lib/store/quotas.ts";
import { createManualClock } from "../support/clock.ts";
import { withMemoryGate, withMemoryStore } from "../support/store.ts";

const startMs = Date.UTC(2026, 10, 21);
const urgent = { weight: 1, isUrgent: true };

for (const kind of ["Deno KV", "memory"] as const) {
  Deno.test(`twenty processes on ${kind} together never take more than the limit`, async () => {
    await withMemoryGate(async (gate) => {
      const clock = createManualClock(startMs);
      const openCell = kind === "memory" ? createMemoryQuotaCells() : createQuotaCells(gate);
      const processes = Array.from(
        { length: 20 },
        () => createQuotas({ openCell, now: clock.now }).open("one", () => ({ limit: 40 })),
      );
      let taken = 0;
      for (let round = 0; round < 10; round++) {
        const grants = await Promise.all(processes.map((quota) => quota.take([urgent, urgent])));
        taken += grants.reduce((sum, { granted }) => sum + granted, 0);
        await clock.advance(1_000);
      }
      ok(taken >= 10 && taken <= 40, `${taken}`);
      equal((await processes[7]!.read()).used, taken);
    });
  });
}

Deno.test("a refusal that one process met stops all of them", async () => {
  await withMemoryGate(async (gate) => {
    const clock = createManualClock(startMs);
    const open = () =>
      createQuotas({ openCell: createQuotaCells(gate), now: clock.now })
        .open("one", () => ({ limit: 40 }));
    const [first, second] = [open(), open()];
    await second.take([urgent]);
    equal(await first.refuse(30_000), startMs + 30_000);
    equal((await second.take([urgent])).reason, "refused");
    await clock.advance(30_000);
    equal((await second.take([urgent])).granted, 1);
    const { refusals, limit, limitConfigured } = await second.read();
    deepEqual([refusals, limit, limitConfigured], [1, 20, 40]);
  });
});

Deno.test("what answers told is kept with the next request, once", async () => {
  const clock = createManualClock(startMs);
  const cell = createMemoryQuotaCells();
  const quota = createQuotas({ openCell: cell, now: clock.now }).open(
    "one",
    () => ({ limit: 100 }),
  );
  quota.note({ answers: 1, latencyMs: 100 });
  quota.note({ answers: 1, latencyMs: 300, usedWeight: 50 });
  equal((await quota.read()).used, 0);
  await quota.take([urgent]);
  const view = await quota.read();
  deepEqual([view.used, view.latencyMs], [51, 200]);
  await clock.advance(5_000);
  await quota.take([urgent]);
  equal((await quota.read()).used, 52);
});

Deno.test("credits of a month are shared, counted and told", async () => {
  const clock = createManualClock(startMs);
  const limits = { limit: 100, creditsPerMonth: 10 };
  const openCell = createMemoryQuotaCells();
  const [a, b] = [1, 2].map(() =>
    createQuotas({ openCell, now: clock.now }).open("one", () => limits)
  );
  const asks = [{ weight: 1, credits: 4, isUrgent: true }];
  equal((await a!.take(asks)).granted, 1);
  equal((await b!.take(asks)).granted, 1);
  deepEqual((await a!.take(asks)).reason, "credits");
  const { credits, creditsPerMonth } = await b!.read();
  deepEqual([credits, creditsPerMonth], [8, 10]);
});

Deno.test("limits are asked each time, so that a setting counts at once", async () => {
  let limit = 10;
  const quotas = createQuotas({ openCell: createMemoryQuotaCells(), now: () => startMs });
  const quota = quotas.open("one", () => ({ limit }));
  equal((await quota.take([{ weight: 40, isUrgent: true }])).granted, 1);
  equal((await quota.take([urgent])).granted, 0);
  limit = 1_000;
  equal((await quota.read()).limit, 1_000);
});

Deno.test("a clock that was set back stops a source for one window only", async () => {
  const clock = createManualClock(startMs);
  let offsetMs = 0;
  const now = () => clock.now() + offsetMs;
  const quota = createQuotas({ openCell: createMemoryQuotaCells(), now }).open(
    "one",
    () => ({ limit: 10 }),
  );
  await quota.take([urgent]);
  offsetMs = -7_200_000;
  equal((await quota.take([urgent])).waitMs, 62_000);
  await clock.advance(62_000);
  equal((await quota.take([urgent])).granted, 1);
});

Deno.test("a cell that others always change first is given up with an error", async () => {
  const rival: QuotaCell = {
    read: () => Promise.resolve({ value: null, version: null }),
    write: () => Promise.resolve(null),
  };
  const quota = createQuotas({ openCell: () => rival, now: () => startMs })
    .open("one", () => ({ limit: 10 }));
  await rejects(quota.take([urgent]), StoreError);
});

Deno.test("a store that fails once is asked anew", async () => {
  const cell = createMemoryQuotaCells()("one");
  let fails = 1;
  const quota = createQuotas({
    now: () => startMs,
    openCell: () => ({
      ...cell,
      write: (value, version) =>
        fails-- > 0 ? Promise.reject(new Error("torn")) : cell.write(value, version),
    }),
  }).open("one", () => ({ limit: 10 }));
  await rejects(quota.take([urgent]), /torn/);
  equal((await quota.take([urgent])).granted, 1);
});

Deno.test("an opened store has quotas", async () => {
  await withMemoryStore(async (store) => {
    const quota = store.quotas.open("one", () => ({ limit: 10 }));
    equal((await quota.take([urgent])).granted, 1);
    equal((await store.quotas.open("one", () => ({ limit: 10 })).read()).used, 1);
  });
});
