/** What sources cost: noted by collectors of several processes, read as calls, credits and dates. */
import { deepEqual, equal } from "node:assert/strict";
import { createUsage } from "../../collectors/usage.ts";
import { createSourcesReader } from "../../lib/api/sources.ts";
import { createAnswerCache } from "../../lib/cache/answers.ts";
import { silentLogger } from "../../lib/log.ts";
import { createManualClock } from "../support/clock.ts";
import { anApi } from "../support/api.ts";
import { withMemoryStore } from "../support/store.ts";

const startMs = Date.UTC(2026, 10, 19, 22);
const hourMs = 3_600_000;
const feed = (name: string) => ({ name, cadenceMs: 60_000, lastSuccessMs: null });
const source = (part: { source: string; creditsPerMonth: number | null; names: string[] }) => ({
  source: part.source,
  name: part.source,
  enabled: true,
  limitPerMinute: 30,
  creditsPerMonth: part.creditsPerMonth,
  feeds: part.names.map(feed),
});
const infos = [
  source({ source: "one", creditsPerMonth: 1_000, names: ["markets", "history"] }),
  source({ source: "two", creditsPerMonth: null, names: [] }),
];

Deno.test("use is counted by feed and hour, over two processes, and read as costs", async () => {
  const clock = createManualClock(startMs);
  await withMemoryStore(async (store) => {
    const world = store.world("live");
    const { deps } = await anApi({
      store: world,
      now: clock.now,
      listSources: () => infos,
      answers: createAnswerCache({ now: clock.now, log: silentLogger }),
    });
    const readSources = createSourcesReader(deps);
    const [first, second] = ["p1", "p2"].map((holder) =>
      createUsage({ usage: world.apiUsage, holder, clock, log: silentLogger })
    );
    for (let hour = 0; hour < 6; hour++) {
      for (let i = 0; i < 5; i++) {
        first!.note("one", "markets", { outcome: "ok", ms: 100, credits: 2 });
        second!.note("one", "history", { outcome: i ? "ok" : "refused", ms: 300, credits: 1 });
      }
      first!.note("two", "rss", { outcome: "failed", ms: 10, credits: 0 });
      await Promise.all([first!.flush(), second!.flush()]);
      await clock.advance(hourMs);
    }
    equal(await world.apiUsage.count(), 18);
    const [one, two] = (await readSources()).sources;
    deepEqual(one!.month, {
      request_count: 60,
      success_count: 54,
      refused_count: 6,
      credits: 90,
      avg_response_time: 200,
    });
    deepEqual([one!.today.request_count, one!.today.credits], [40, 60]);
    deepEqual(one!.feeds.map(({ name, month }) => [name, month.credits]), [
      ["markets", 60],
      ["history", 30],
    ]);
    equal(one!.budget.creditsLeft, 910);
    // 90 credits in six hours: what is left lasts some 60 hours, not the ten days of the month.
    equal(one!.budget.runsOutOn, "2026-11-22");
    deepEqual([two!.budget.creditsLeft, two!.budget.runsOutOn, two!.month.request_count], [
      null,
      null,
      6,
    ]);
    await clock.advance(30 * 24 * hourMs);
    const [later] = (await readSources()).sources;
    deepEqual([later!.month.credits, later!.month.avg_response_time], [0, null]);
    equal(later!.budget.runsOutOn, null);
  }, clock);
});
