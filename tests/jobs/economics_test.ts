import { deepEqual, equal, ok } from "node:assert/strict";
import { createUsage } from "../../collectors/usage.ts";
import { createEconomics } from "../../lib/jobs/mod.ts";
import { silentLogger } from "../../lib/log.ts";
import { createMemoryQuotaCells, createQuotas } from "../../lib/store/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { withMemoryStore } from "../support/store.ts";

const startMs = Date.UTC(2026, 10, 19, 22);
const hourMs = 3_600_000;
const sources = [
  { key: "one", name: "One", limitPerMinute: 30, creditsPerMonth: 1_000 },
  { key: "two", name: "Two", limitPerMinute: 60 },
];

Deno.test("use is counted by feed and hour, written in groups, and read as costs", async () => {
  const clock = createManualClock(startMs);
  await withMemoryStore(async (store) => {
    const { apiUsage } = store.world("live");
    const quotas = createQuotas({ openCell: createMemoryQuotaCells(), now: clock.now });
    const quota = quotas.open("one", () => ({ limit: 1_000, creditsPerMonth: 1_000 }));
    const [first, second] = ["p1", "p2"].map((holder) =>
      createUsage({ usage: apiUsage, holder, clock, log: silentLogger })
    );
    for (let hour = 0; hour < 6; hour++) {
      for (let i = 0; i < 5; i++) {
        first!.note("one", "markets", { outcome: "ok", ms: 100, credits: 2 });
        second!.note("one", "history", { outcome: i ? "ok" : "refused", ms: 300, credits: 1 });
        await quota.take([{ weight: 1, credits: 3, isUrgent: true }]);
      }
      first!.note("two", "rss", { outcome: "failed", ms: 10, credits: 0 });
      await Promise.all([first!.flush(), second!.flush()]);
      await clock.advance(hourMs);
    }
    equal(await apiUsage.count(), 18);
    const economics = createEconomics({ usage: apiUsage, quotas, sources: () => sources });
    const [one, two] = await economics.read(clock.now());
    deepEqual(one!.month, { calls: 60, succeeded: 54, refused: 6, credits: 90, responseMs: 200 });
    deepEqual(one!.today, { calls: 40, succeeded: 36, refused: 4, credits: 60, responseMs: 200 });
    deepEqual(one!.feeds.map(({ feed, share, month }) => [feed, share, month.credits]), [
      ["markets", 60 / 90, 60],
      ["history", 30 / 90, 30],
    ]);
    equal(one!.creditsLeft, 910);
    // 90 credits in six hours: what is left lasts some 60 hours, not the ten days of the month.
    ok(Math.abs(one!.runsOutMs! - clock.now() - 910 / 15 * hourMs) < hourMs);
    deepEqual([two!.runsOutMs, two!.creditsLeft, two!.month.calls], [null, null, 6]);
    deepEqual(await economics.read(clock.now()), [one, two]);
  }, clock);
});

Deno.test("a new month begins with nothing spent", async () => {
  const clock = createManualClock(Date.UTC(2026, 10, 30, 23, 30));
  await withMemoryStore(async (store) => {
    const { apiUsage } = store.world("live");
    const quotas = createQuotas({ openCell: createMemoryQuotaCells(), now: clock.now });
    const usage = createUsage({ usage: apiUsage, holder: "p", clock, log: silentLogger });
    const economics = createEconomics({ usage: apiUsage, quotas, sources: () => sources });
    usage.note("one", "markets", { outcome: "ok", ms: 1, credits: 7 });
    await usage.flush();
    equal((await economics.read(clock.now()))[0]!.month.credits, 7);
    await clock.advance(hourMs);
    const [one] = await economics.read(clock.now());
    deepEqual([one!.month.credits, one!.feeds.length, one!.month.responseMs], [0, 0, null]);
  }, clock);
});

Deno.test("what could not be written is written the next time, and once more at the end", async () => {
  const clock = createManualClock(startMs);
  const written: number[] = [];
  let fails = 1;
  const usage = createUsage({
    usage: {
      putMany(rows) {
        if (fails-- > 0) return Promise.reject(new Error("no store"));
        written.push(rows[0]!.request_count);
        return Promise.resolve();
      },
    },
    holder: "p",
    clock,
    log: silentLogger,
  });
  const stop = new AbortController();
  const running = usage.run(stop.signal);
  usage.note("one", "a", { outcome: "ok", ms: 1, credits: 0 });
  await clock.advance(60_000);
  deepEqual(written, []);
  await clock.advance(60_000);
  deepEqual(written, [1]);
  usage.note("one", "a", { outcome: "ok", ms: 1, credits: 0 });
  stop.abort();
  await running;
  deepEqual(written, [1, 2]);
});
