import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import type { CollectionRunRecord } from "../../lib/contracts/records.ts";
import {
  createJobs,
  listOperatorAlerts,
  readCollectionStatus,
  type StageJob,
} from "../../lib/jobs/mod.ts";
import { runNotify } from "../../lib/jobs/notify.ts";
import type { Store } from "../../lib/store/mod.ts";
import { createManualClock, type ManualClock } from "../support/clock.ts";
import { turn, until } from "../support/exchange.ts";
import { aStageContext } from "../support/stage_context.ts";
import { withMemoryStore } from "../support/store.ts";

const startMs = Date.UTC(2026, 10, 21, 12, 3);
const minuteMs = 60_000;

const aRun = (id: string, timestamp: number, change: Partial<CollectionRunRecord> = {}) => ({
  id,
  trigger: "cron" as const,
  timestamp,
  duration_ms: 10,
  status: "done" as const,
  sources: {},
  records: 1,
  signals: 0,
  ...change,
});

/** Jobs on a store in memory, with stages that write down their calls. */
function createWorld(store: Store, clock: ManualClock) {
  const world = store.world("live");
  const stage = aStageContext(world, clock);
  const calls: string[] = [];
  const fails = new Map<string, number>();
  const work = (name: string) => {
    calls.push(name);
    const left = fails.get(name) ?? 0;
    fails.set(name, left - 1);
    if (left > 0) throw new Error(`${name} failed`);
  };
  const jobs = createJobs({
    context: stage.context,
    queue: store.jobs,
    clock,
    runners: {
      async collect({ runId, trigger }: StageJob) {
        await Promise.resolve();
        work("collect");
        const run = aRun(runId, clock.now(), { trigger });
        await world.collectionRuns.put(run);
        return run;
      },
      async compute() {
        await Promise.resolve();
        work("compute");
        return { records: 3, signals: 0 };
      },
      async evaluate() {
        await clock.advance(1); // work takes time
        work("evaluate");
        return { records: 0, signals: 2 };
      },
    },
  });
  return { world, jobs, calls, fails, ...stage };
}

async function withJobs(
  test: (parts: ReturnType<typeof createWorld> & { store: Store; clock: ManualClock }) => Promise<
    void
  >,
) {
  const clock = createManualClock(startMs);
  await withMemoryStore(
    async (store) => await test({ ...createWorld(store, clock), store, clock }),
    clock,
  );
}

Deno.test("a cycle runs its stages in order, and its record holds what was found", async () => {
  await withJobs(async ({ jobs, calls, world, store, published }) => {
    store.jobs.listen(jobs.handlers);
    const { runId, isNew } = await jobs.trigger("cron");
    deepEqual([runId, isNew], ["cycle-2026-11-21T12:00:00.000Z", true]);
    await until(() => published.length === 1);
    deepEqual(calls, ["collect", "compute", "evaluate"]);
    equal((await world.collectionRuns.get(runId))?.signals, 2);
  });
});

Deno.test("triggers of one quarter of an hour are one cycle, whoever asks", async () => {
  await withJobs(async ({ jobs, clock }) => {
    equal((await jobs.trigger("start")).isNew, true);
    equal((await jobs.trigger("cron")).isNew, false);
    await clock.advance(5 * minuteMs);
    equal((await jobs.trigger("standby")).isNew, false);
    await clock.advance(10 * minuteMs);
    equal((await jobs.trigger("cron")).isNew, true);
  });
});

Deno.test("by hand a cycle begins at any time, but joins one that runs", async () => {
  await withJobs(async ({ jobs, world, clock }) => {
    equal((await jobs.trigger("manual")).isNew, true);
    await world.collectionRuns.put(aRun("r", clock.now(), { status: "running" }));
    deepEqual(await jobs.trigger("manual"), { runId: "r", isNew: false });
    await clock.advance(6 * minuteMs);
    equal((await jobs.trigger("manual")).isNew, true);
  });
});

Deno.test("a stage delivered twice does its work and queues the next one once", async () => {
  await withJobs(async ({ jobs, store, calls }) => {
    const job = { runId: "r", trigger: "cron" };
    const message = { id: "collect:live:r", topic: "collect", body: job, attempt: 1 };
    await jobs.handlers.collect(job, message);
    await jobs.handlers.collect(job, message);
    const queued: string[] = [];
    store.jobs.listen({
      ...jobs.handlers,
      compute: (body) => Promise.resolve(void queued.push((body as StageJob).runId)),
    });
    await turn(50);
    deepEqual(queued, ["r"]);
    equal(calls.filter((name) => name === "collect").length, 2);
  });
});

Deno.test("what sources were asked before a cycle began is part of the time it took, once", async () => {
  await withJobs(async ({ jobs, store, world, clock, published }) => {
    store.jobs.listen(jobs.handlers);
    const askedMs = clock.now();
    await clock.advance(7_000);
    const { runId } = await jobs.trigger("start", askedMs);
    await until(() => published.length === 1);
    const run = await world.collectionRuns.get(runId);
    // Ten are the cycle's own.
    deepEqual([run?.duration_ms, run?.timestamp, run?.signals], [7_010, askedMs + 7_000, 2]);
  });
});

for (
  const { name, aheadMs, part = {}, expected } of [
    { name: "an earlier process's asking is no part of it", aheadMs: 61_000, expected: 10 },
    { name: "a clock that went back takes nothing away", aheadMs: -5_000, expected: 10 },
    { name: "a time that is none counts for nothing", aheadMs: NaN, expected: 10 },
    { name: "a cycle that is not over has no time", aheadMs: 5, part: { duration_ms: null } },
    { name: "what is delivered again is not counted again", aheadMs: 5, part: { signals: 1 } },
  ]
) {
  Deno.test(`of the time of a first cycle: ${name}`, async () => {
    const clock = createManualClock(startMs);
    await withMemoryStore(async (store) => {
      const { collectionRuns } = store.world("live");
      const run = aRun("r", clock.now(), { trigger: "start", ...part });
      if (part.signals) await collectionRuns.put(run);
      const { context } = aStageContext(store.world("live"), clock);
      const nothing = () => Promise.resolve({ records: 0, signals: 0 });
      const jobs = createJobs({
        ...{ context, queue: { enqueue: () => Promise.resolve(true) }, clock },
        runners: {
          async collect() {
            await collectionRuns.put(run);
            return run;
          },
          compute: nothing,
          evaluate: nothing,
        },
      });
      const body = { runId: "r", trigger: "start", askedMs: clock.now() - aheadMs };
      await jobs.handlers.collect(body, { id: "c", topic: "collect", body, attempt: 1 });
      const kept = await collectionRuns.get("r");
      equal(kept?.duration_ms, expected ?? run.duration_ms);
    }, clock);
  });
}

Deno.test("a stage that fails is tried again; one that keeps failing is parked, and told", async () => {
  await withJobs(async ({ jobs, store, calls, fails, clock, world }) => {
    fails.set("compute", 1).set("evaluate", 100);
    store.jobs.listen(jobs.handlers);
    await jobs.trigger("cron");
    for (let i = 0; i < 1_000 && (await store.jobs.parked()).length === 0; i++) {
      await clock.advance(1_000);
      await turn(4);
    }
    equal(calls.filter((name) => name === "compute").length, 2);
    const { parked } = await readCollectionStatus({
      store: world,
      queue: store.jobs,
      nowMs: clock.now(),
    });
    deepEqual(parked.map(({ topic, error }) => [topic, error]), [["evaluate", "evaluate failed"]]);
  });
});

for (const body of [null, {}, { runId: 1 }, "x"]) {
  Deno.test(`a job with ${JSON.stringify(body)} is refused`, async () => {
    await withJobs(async ({ jobs }) => {
      const message = { id: "x", topic: "collect", body, attempt: 1 };
      await rejects(jobs.handlers.collect(body, message), TypeError);
    });
  });
}

Deno.test("the stand-by runs a cycle that was missed for 16 minutes, not before", async () => {
  await withJobs(async ({ jobs, world, clock }) => {
    await world.collectionRuns.put(aRun("r", clock.now()));
    await clock.advance(15 * minuteMs);
    equal(await jobs.runStandby(), false);
    await clock.advance(minuteMs);
    equal(await jobs.runStandby(), true);
    equal(await jobs.runStandby(), false);
  });
});

Deno.test("with no cycle ever the stand-by waits from the start", async () => {
  await withJobs(async ({ jobs, clock }) => {
    equal(await jobs.runStandby(), false);
    const stop = new AbortController();
    const watching = jobs.watch(stop.signal);
    for (let minute = 0; minute < 17; minute++) {
      await clock.advance(minuteMs);
      await turn(2);
    }
    equal((await jobs.trigger("cron")).isNew, false);
    stop.abort();
    await watching;
  });
});

const failed = { status: "failed" as const, records: 0, error: "HTTP 500", duration_ms: 1 };
const fine = { status: "ok" as const, records: 1, duration_ms: 1 };

Deno.test("the third failure in a row alerts operators once; the first success ends it", async () => {
  await withJobs(async ({ context, world, clock, published, lines }) => {
    const live = async (id: string, one: typeof failed | typeof fine) => {
      await clock.advance(15 * minuteMs);
      await world.collectionRuns.put(aRun(id, clock.now(), { sources: { one, two: fine } }));
      await runNotify(context, id);
      await runNotify(context, id);
      return (await listOperatorAlerts(world)).filter(({ resolvedMs }) => resolvedMs === null);
    };
    deepEqual(await live("1", failed), []);
    deepEqual(await live("2", failed), []);
    deepEqual((await live("3", failed)).map(({ id, message }) => [id, message]), [
      ["one", "one: HTTP 500"],
    ]);
    equal((await live("4", failed))[0]!.failures, 4);
    deepEqual(await live("5", fine), []);
    equal((await listOperatorAlerts(world)).length, 1);
    const alerts = published.filter(({ data }) =>
      (data as { kind: string }).kind === "operator_alert"
    );
    equal(alerts.length, 2);
    equal(lines.filter(({ level }) => level === "ERROR").length, 1);
  });
});

Deno.test("cycles in which every source fails alert, too", async () => {
  await withJobs(async ({ context, world, clock }) => {
    for (const id of ["1", "2", "3"]) {
      await clock.advance(15 * minuteMs);
      const run = aRun(id, clock.now(), { status: "failed", sources: { one: failed } });
      await world.collectionRuns.put(run);
      await runNotify(context, id);
    }
    deepEqual((await listOperatorAlerts(world)).map(({ id }) => id).sort(), ["cycle", "one"]);
    deepEqual(await runNotify(context, "nothing"), { records: 0, signals: 0 });
  });
});

Deno.test("the status counts a day's cycles and their sources", async () => {
  await withJobs(async ({ world, store, clock }) => {
    const empty = await readCollectionStatus({ store: world, queue: store.jobs, nowMs: startMs });
    deepEqual([empty.lastRun, empty.day.cronShare, empty.day.collectionShare], [null, null, null]);
    for (let quarter = 0; quarter < 96; quarter++) {
      const sources = { one: quarter % 10 === 0 ? failed : fine, two: fine };
      if (quarter !== 50) {
        await world.collectionRuns.put(aRun(String(quarter), clock.now(), { sources }));
      }
      await clock.advance(15 * minuteMs);
    }
    const nowMs = clock.now() - 4 * minuteMs;
    const { day, lastRun, isRunning, nextRunMs } = await readCollectionStatus({
      store: world,
      queue: store.jobs,
      nowMs,
    });
    deepEqual([day.expected, day.ran, day.asked, day.answered], [96, 95, 190, 181]);
    equal(lastRun?.id, "95");
    equal(isRunning, false);
    ok(nextRunMs > nowMs && nextRunMs % (15 * minuteMs) === 0);
  });
});
