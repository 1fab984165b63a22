import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createCycle, type CycleOptions } from "../../collectors/cycle.ts";
import { createHealth } from "../../collectors/health.ts";
import type { Leases } from "../../collectors/lease.ts";
import type { Poller, PollResult } from "../../collectors/poll.ts";
import { startPolled } from "../../collectors/polled.ts";
import { startCollectors } from "../../collectors/run.ts";
import type { CollectionRunRecord } from "../../lib/contracts/records.ts";
import { silentLogger } from "../../lib/log.ts";
import { createManualClock } from "../support/clock.ts";
import { createIntake, turn, until } from "../support/exchange.ts";
import { aFeed, aPollSource } from "../support/polled.ts";
import { withMemoryStore } from "../support/store.ts";

const startMs = Date.UTC(2026, 10, 21, 12);
const request = { runId: "r", trigger: "cron" as const };
const fine: PollResult = { status: "ok", records: 2, duration_ms: 5 };

/** A poller of which only what a cycle uses is there. */
const aPollerOf = (key: string, collect: () => Promise<PollResult>, lastMessageMs?: number) =>
  ({
    source: aPollSource({ key }),
    collect,
    health: () => ({ ...createHealth(key), lastMessageMs: lastMessageMs ?? null }),
  }) as unknown as Poller;

function aCycle(pollers: Poller[], change: Partial<CycleOptions> = {}) {
  const runs = new Map<string, CollectionRunRecord>();
  const clock = createManualClock(startMs);
  const cycle = createCycle({
    pollers: () => pollers,
    listStreams: () => [],
    runs: {
      get: (id) => Promise.resolve(runs.get(id) ?? null),
      put: (run) => Promise.resolve(void runs.set(run.id, run)),
    },
    clock,
    log: silentLogger,
    signal: new AbortController().signal,
    ...change,
  });
  return { cycle, runs, clock };
}

Deno.test("one source that fails or throws does not stop the others, and each is in the record", async () => {
  const { cycle, runs } = aCycle([
    aPollerOf("good", () => Promise.resolve(fine)),
    aPollerOf("bad", () => Promise.resolve({ ...fine, status: "failed", records: 0, error: "x" })),
    aPollerOf("worse", () => Promise.reject(new Error("bug"))),
    aPollerOf("off", () => Promise.resolve({ ...fine, status: "skipped", records: 0 })),
  ], { listStreams: () => [{ ...createHealth("binance"), state: "live" }] });
  const run = await cycle.run(request);
  deepEqual(
    Object.entries(run.sources).map(([key, { status }]) => [key, status]),
    [["binance", "ok"], ["good", "ok"], ["bad", "failed"], ["worse", "failed"], ["off", "skipped"]],
  );
  match(run.sources.worse!.error!, /bug/);
  deepEqual([run.status, run.records, run.duration_ms], ["done", 2, 0]);
  deepEqual(runs.get("r"), run);
});

Deno.test("a cycle of which every asked source failed has failed", async () => {
  const { cycle } = aCycle([
    aPollerOf("bad", () => Promise.reject(new Error("x"))),
    aPollerOf("off", () => Promise.resolve({ ...fine, status: "skipped" })),
  ]);
  equal((await cycle.run(request)).status, "failed");
  equal((await aCycle([]).cycle.run(request)).status, "done");
});

Deno.test("a second trigger joins the cycle that runs; a run that is done is not done again", async () => {
  let calls = 0;
  const { promise, resolve } = Promise.withResolvers<PollResult>();
  const { cycle, runs } = aCycle([aPollerOf("one", () => (calls++, promise))]);
  const both = Promise.all([cycle.run(request), cycle.run({ runId: "s", trigger: "manual" })]);
  await turn(2);
  equal(runs.get("r")?.status, "running");
  resolve(fine);
  const [first, second] = await both;
  equal(first, second);
  equal((await cycle.run(request)).id, "r");
  equal(calls, 1);
  equal((await cycle.run({ runId: "t", trigger: "cron" })).id, "t");
  equal(calls, 2);
});

for (const [name, lastMs, status] of [["fresh", startMs, "ok"], ["old", 0, "failed"]] as const) {
  Deno.test(`a source that takes too long is not waited for: with ${name} data it is ${status}`, async () => {
    const never = () => new Promise<PollResult>(() => {});
    const { cycle, clock } = aCycle([aPollerOf("slow", never, lastMs)]);
    const run = cycle.run(request);
    await turn(2);
    await clock.advance(90_000);
    equal((await run).sources.slow!.status, status);
    equal(clock.waiting(), 0);
  });
}

const streams = [["live", "ok"], ["connecting", "waiting"], ["blocked", "failed"]] as const;
for (const [state, status] of streams) {
  Deno.test(`a stream that is ${state} counts as ${status}`, async () => {
    const { cycle } = aCycle([], { listStreams: () => [{ ...createHealth("binance"), state }] });
    equal((await cycle.run(request)).sources.binance!.status, status);
  });
}

/** Leases that each process gets as `isHolder` says. */
const leasesOf = (isHolder: boolean): Leases => ({
  acquireLease: () =>
    Promise.resolve(
      isHolder ? { renew: () => Promise.resolve(true), release: () => Promise.resolve() } : null,
    ),
});

Deno.test("of a source that another process polls, that process's word counts", async () => {
  const clock = createManualClock(startMs);
  await withMemoryStore(async (store) => {
    const world = store.world("live");
    const stop = new AbortController();
    const begin = (isHolder: boolean, asked: string[]) =>
      startPolled({
        sources: [aPollSource()],
        store: world,
        intake: createIntake(),
        leases: leasesOf(isHolder),
        holder: "x",
        addresses: {},
        ready: Promise.resolve(),
        onHealth: (health) => {
          // The last words are said while the store closes.
          if (isHolder && !stop.signal.aborted) {
            void world.putState(`health:${health.source}`, health);
          }
        },
        clock,
        log: silentLogger,
        mode: "live",
        signal: stop.signal,
        fetch: (input) => (asked.push(String(input)), Promise.resolve(Response.json(["BTC"]))),
      });
    const [mine, theirs]: string[][] = [[], []];
    const standby = begin(false, theirs!);
    equal((await standby.pollers[0]!.collect(stop.signal)).status, "waiting");
    const holder = begin(true, mine!);
    await until(() => holder.pollers[0]!.health().state === "live");
    await turn(20);
    equal((await standby.pollers[0]!.collect(stop.signal)).status, "ok");
    deepEqual([mine!.length, theirs!.length], [1, 0]);
    stop.abort();
    await Promise.all([standby.done, holder.done]);
  }, clock);
});

Deno.test("a whole cycle of the collectors keeps records, its run, and what it cost", async () => {
  const clock = createManualClock(startMs);
  await withMemoryStore(async (store) => {
    const world = store.world("live");
    const sources = ["one", "two", "three"].map((key) =>
      aPollSource({
        key,
        addresses: { rest: [`http://${key}`] },
        feeds: [aFeed({ cadenceMs: 300_000 })],
      })
    );
    const collectors = startCollectors({
      store: world,
      leases: store.leases,
      quotas: store.quotas,
      intake: createIntake(),
      addresses: {},
      clock,
      log: silentLogger,
      mode: "live",
      onHealth: () => {},
      fetch: (input) =>
        Promise.resolve(
          String(input).includes("//two")
            ? new Response("oops", { status: 500 })
            : Response.json(["BTC"]),
        ),
      sources: { stream: [], poll: sources },
    });
    await collectors.ready;
    await until(() => collectors.health().filter(({ state }) => state === "live").length === 2);
    const run = await collectors.collect(request);
    deepEqual(
      Object.entries(run.sources).map(([key, { status }]) => [key, status]).sort(),
      [["one", "ok"], ["three", "ok"], ["two", "failed"]],
    );
    match(run.sources.two!.error!, /HTTP 500/);
    ok(await world.marketData.count() > 0);
    await collectors.stop();
    equal((await world.collectionRuns.get("r"))?.status, "done");
    const { items } = await world.apiUsage.list({});
    deepEqual(items.map(({ source, success_count }) => [source, success_count]).sort(), [
      ["one", 1],
      ["three", 1],
      ["two", 0],
    ]);
  }, clock);
});
