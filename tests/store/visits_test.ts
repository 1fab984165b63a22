/** Sums of visits in the store: each report once, every day by itself, and nothing beside the sums. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { visitCounters, visitLimits } from "../../lib/contracts/visit_limits.ts";
import { silentLogger } from "../../lib/log.ts";
import { systemClock } from "../../lib/clock.ts";
import { createVisitBook } from "../../lib/store/visits.ts";
import { openStore } from "../../lib/store/mod.ts";
import { withFolder, withMemoryGate, withMemoryStore } from "../support/store.ts";

const aReport = (
  day: string,
  counts: Record<string, number>,
  id: string = crypto.randomUUID(),
) => ({
  id,
  day,
  counts,
});
const always = { from: "0000-01-01", to: "9999-12-31" };

Deno.test("PWA-10 a report that comes again is not added again", () =>
  withMemoryStore(async ({ visits }) => {
    const report = aReport("2024-01-02", { visits: 1, visitSeconds: 95 });
    deepEqual(
      [
        await visits.add(report),
        await visits.add(report),
        await visits.add({
          ...report,
          day: "2024-01-03",
          counts: { visits: 1 },
        }),
      ],
      [true, false, false],
    );
    deepEqual(await visits.list(always), [
      { day: "2024-01-02", counts: { visits: 1, visitSeconds: 95 } },
    ]);
  }));

Deno.test("one that comes many times at once is added once", () =>
  withMemoryStore(async ({ visits }) => {
    const report = aReport("2024-01-02", { visits: 1 });
    const added = await Promise.all(Array.from({ length: 50 }, () => visits.add(report)));
    equal(added.filter((isAdded) => isAdded).length, 1);
    deepEqual(await visits.list(always), [{ day: "2024-01-02", counts: { visits: 1 } }]);
  }));

Deno.test("reports of many at once are all added", () =>
  withMemoryStore(async ({ visits }) => {
    await Promise.all(
      Array.from({ length: 200 }, () => visits.add(aReport("2024-01-02", { visits: 1 }))),
    );
    deepEqual(await visits.list(always), [{ day: "2024-01-02", counts: { visits: 200 } }]);
  }));

Deno.test("days are told from the first to the last that was asked for, in their order", () =>
  withMemoryStore(async ({ visits }) => {
    equal(await visits.getFirstDay(), null);
    deepEqual(await visits.list(always), []);
    for (const day of ["2024-01-03", "2023-12-31", "2024-01-02", "2024-01-01"]) {
      await visits.add(aReport(day, { installs: 1 }));
    }
    equal(await visits.getFirstDay(), "2023-12-31");
    const found = await visits.list({ from: "2024-01-01", to: "2024-01-02" });
    deepEqual(found.map(({ day }) => day), ["2024-01-01", "2024-01-02"]);
    deepEqual(await visits.list({ from: "2024-01-02", to: "2024-01-01" }), []);
  }));

Deno.test("whatever is reported, the sums are the sums", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          day: fc.constantFrom("2024-01-01", "2024-01-02", "2024-02-29"),
          name: fc.constantFrom(...visitCounters),
          part: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        { maxLength: 30 },
      ),
      (all) =>
        withMemoryStore(async ({ visits }) => {
          const expected = new Map<string, Record<string, number>>();
          for (const { day, name, part } of all) {
            const count = Math.max(1, Math.round(part * visitLimits[name]));
            await visits.add(aReport(day, { [name]: count }));
            const sums = expected.get(day) ?? {};
            expected.set(day, { ...sums, [name]: (sums[name] ?? 0) + count });
          }
          const found = await visits.list(always);
          deepEqual(Object.fromEntries(found.map(({ day, counts }) => [day, counts])), {
            ...Object.fromEntries(expected),
          });
        }),
    ),
    { numRuns: 20 },
  ));

Deno.test("PWA-10 nothing is kept but one number for each day and counter, and ids that go by themselves", () =>
  withMemoryGate(async (gate) => {
    const book = createVisitBook(gate);
    const report = aReport("2024-01-02", { visits: 1, visitSeconds: 95 });
    await book.add(report);
    await gate.run(async (kv) => {
      const entries = await Array.fromAsync(kv.list({ prefix: [] }));
      deepEqual(entries.map(({ key, value }) => [key, value]), [
        [["visits", "day", "2024-01-02", "visitSeconds"], new Deno.KvU64(95n)],
        [["visits", "day", "2024-01-02", "visits"], new Deno.KvU64(1n)],
        [["visits", "report", report.id], true],
      ]);
    });
  }));

Deno.test("sums outlive a restart, and so does the memory of what was added", () =>
  withFolder(async (folder) => {
    const report = aReport("2024-01-02", { visits: 1 });
    for (const isNew of [true, false]) {
      const store = await openStore({
        path: `${folder}/store.sqlite`,
        clock: systemClock,
        log: silentLogger,
        check: false,
      });
      equal(await store.visits.add(report), isNew);
      deepEqual(await store.visits.list(always), [{ day: "2024-01-02", counts: { visits: 1 } }]);
      await store.close();
    }
  }));

Deno.test("sums belong to no world: a recording that is played again takes nothing away", () =>
  withMemoryStore(async (store) => {
    const world = store.world("recording");
    await store.visits.add(aReport("2024-01-02", { visits: 1 }));
    await world.clear();
    ok((await store.visits.list(always)).length === 1);
  }));
