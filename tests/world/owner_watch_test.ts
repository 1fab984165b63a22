/** What goes wrong with the product itself: owners are told when it begins, and when it is over. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { CollectorHealth } from "../../lib/contracts/health.ts";
import { listOperatorAlerts, type OperatorAlert } from "../../lib/jobs/mod.ts";
import { silentLogger } from "../../lib/log.ts";
import { createMetrics } from "../../lib/metrics.ts";
import type { ParkedJob } from "../../lib/store/mod.ts";
import { createOwnerLook, startOwnerWatch } from "../../lib/world/owner_watch.ts";
import { createManualClock } from "../support/clock.ts";
import { buildUser } from "../support/owned.ts";
import { aRun } from "../support/public_api.ts";
import { withMemoryStore } from "../support/store.ts";
import { waitFor, withWatchedWorld } from "../support/watched_world.ts";

const START_MS = Date.UTC(2026, 0, 5, 12);
const MINUTE_MS = 60_000;

/** A product in which nothing is wrong yet. */
async function withProduct(
  test: (given: ReturnType<typeof open>) => Promise<void>,
): Promise<void> {
  await withMemoryStore(async (store) => test(await open(store)));
}

function open(store: Parameters<Parameters<typeof withMemoryStore>[0]>[0]) {
  const clock = createManualClock(START_MS);
  const world = store.world("live");
  const halting = new AbortController();
  const health: CollectorHealth[] = [];
  const parked: ParkedJob[] = [];
  const told: OperatorAlert[] = [];
  const metrics = createMetrics();
  let isDeaf = false;
  const parts = {
    ...{ world, metrics, clock, log: silentLogger },
    store: { jobs: { parked: () => Promise.resolve(parked) } as never },
    pipeline: { intake: { halted: halting.signal } as never },
    healthFeed: { list: () => health },
    tell(alert: OperatorAlert) {
      if (isDeaf) return Promise.reject(new Error("the store is full"));
      told.push(alert);
      return Promise.resolve();
    },
  };
  const run = (id: string, timestamp: number) => world.collectionRuns.put(aRun({ id, timestamp }));
  const look = createOwnerLook(parts);
  return {
    ...{ parts, clock, world, halting, health, parked, metrics, run },
    setDeaf: (value: boolean) => void (isDeaf = value),
    /** Passes time, looks, and returns what was told at that look. */
    async look(minutes = 1, again = look) {
      await clock.advance(minutes * MINUTE_MS);
      told.length = 0;
      await again();
      return told.map(({ id, resolvedMs }) =>
        `${id} ${resolvedMs === null ? "begins" : "is over"}`
      );
    },
    told,
  };
}

const report = (source: string, breaker: string): CollectorHealth => ({
  ...{ source, status: "down", lastMessageMs: null, breaker },
});

Deno.test("ALR-09 where nothing is wrong nothing is told", () =>
  withProduct(async ({ look, world }) => {
    deepEqual([await look(), await look()], [[], []]);
    deepEqual(await listOperatorAlerts(world), []);
  }));

Deno.test("ALR-09 a breaker that opens is told once, over once, and told again when it opens again", () =>
  withProduct(async ({ look, health, world }) => {
    health.push(report("coingecko", "CLOSED"), report("binance", "HALF_OPEN"));
    deepEqual(await look(), []);
    health[0] = report("coingecko", "OPEN");
    deepEqual(await look(), ["breaker:coingecko begins"]);
    deepEqual([await look(), await look()], [[], []]);
    health[0] = report("coingecko", "CLOSED");
    deepEqual(await look(), ["breaker:coingecko is over"]);
    deepEqual(await look(), []);
    health[0] = report("coingecko", "OPEN");
    deepEqual(await look(), ["breaker:coingecko begins"]);
    const [open, over] = await listOperatorAlerts(world);
    deepEqual([open?.resolvedMs, over?.resolvedMs !== null], [null, true]);
  }));

Deno.test("ALR-09 a halt is told with its reason, and over after the restart that mends it", () =>
  withProduct(async ({ look, halting, told, parts }) => {
    halting.abort("the disk is nearly full");
    deepEqual(await look(), ["store begins"]);
    match(told[0]!.message, /^the disk is nearly full; /);
    deepEqual(await look(), []);
    const again = createOwnerLook({
      ...parts,
      pipeline: { intake: { halted: new AbortController().signal } as never },
    });
    deepEqual(await look(1, again), ["store is over"]);
  }));

Deno.test("ALR-09 many failed answers are told, few or old ones are not", () =>
  withProduct(async ({ look, metrics, told }) => {
    const answer = (status: string, n: number) =>
      metrics.count("http_requests_total", n, { method: "GET", route: "/x", status });
    answer("500", 1_000);
    deepEqual(await look(), [], "what was before the first look is not counted");
    answer("200", 100);
    answer("404", 500);
    answer("503", 9);
    deepEqual(await look(), [], "nine are few");
    answer("200", 1_000);
    answer("503", 20);
    deepEqual(await look(), [], "29 of 1,629 are a small share");
    answer("502", 200);
    deepEqual(await look(), ["error_rate begins"]);
    match(told[0]!.message, /^229 of 1829 requests failed within 5 minutes \(13 %\)$/);
    deepEqual([await look(), await look(), await look(), await look(), await look()], [
      ...[[], [], [], [], ["error_rate is over"]],
    ]);
    answer("500", 50);
    deepEqual(await look(), ["error_rate begins"]);
  }));

Deno.test("ALR-09 an error budget that is spent too fast is told once, and over once it is not", () =>
  withProduct(async ({ look, metrics, told, run, clock }) => {
    const answer = async (status: string, n: number) => {
      metrics.count("http_requests_total", n, { method: "GET", route: "/api/v1/prices", status });
      await run("cycle", clock.now());
      return await look();
    };
    deepEqual(await look(), []);
    deepEqual(await answer("200", 2_000), []);
    // Far below the share of failed answers that is told as such.
    deepEqual(await answer("503", 40), ["slo:availability begins"]);
    equal(told[0]!.title, "The API fails too often for its objective");
    match(told[0]!.message, /^40 of 2040 answers .* \(1\.96 %\), .* budget of 0\.1 %/);
    deepEqual([await answer("503", 5), await answer("200", 10)], [[], []], "told once");
    const later: string[] = [];
    for (let i = 0; i < 40; i++) later.push(...await answer("200", 1_000));
    deepEqual(later, ["slo:availability is over"]);
    deepEqual(await answer("500", 400), ["error_rate begins", "slo:availability begins"]);
  }));

Deno.test("ALR-09 cycles that do not run are told after two of them, over with the next one", () =>
  withProduct(async ({ look, run, clock }) => {
    deepEqual(await look(30), []);
    deepEqual(await look(1), ["schedule begins"]);
    deepEqual(await look(60), []);
    await run("r1", clock.now());
    deepEqual(await look(), ["schedule is over"]);
    deepEqual(await look(31), ["schedule begins"]);
  }));

Deno.test("ALR-09 work that was given up is told by topic, and an hour later forgotten", () =>
  withProduct(async ({ look, parked, clock, run, told }) => {
    const park = (id: string, topic: string) =>
      parked.push(
        { id, topic, error: "Error: no", parkedAt: clock.now(), attempt: 5, body: 1 } as never,
      );
    park("1", "send");
    park("2", "send");
    park("3", "evaluate");
    deepEqual(await look(), ["jobs:send begins", "jobs:evaluate begins"]);
    match(told[0]!.message, /^2 failed in every try, last with: Error: no$/);
    deepEqual(await look(20), []);
    park("4", "send");
    await run("r1", clock.now() + 40 * MINUTE_MS);
    deepEqual(await look(45), ["jobs:evaluate is over"]);
    await run("r2", clock.now());
    deepEqual(await look(16), ["jobs:send is over"]);
    park("5", "send");
    deepEqual(await look(), ["jobs:send begins"]);
  }));

Deno.test("ALR-09 what could not be told is told at the next look", () =>
  withProduct(async ({ look, health, setDeaf, world }) => {
    health.push(report("coingecko", "OPEN"));
    setDeaf(true);
    await rejects(look());
    deepEqual(await listOperatorAlerts(world), []);
    setDeaf(false);
    deepEqual(await look(), ["breaker:coingecko begins"]);
  }));

Deno.test("ALR-09 it looks every minute until it is stopped, whatever one look finds", () =>
  withProduct(async ({ parts, clock, health, told, setDeaf, world }) => {
    const stop = startOwnerWatch(parts);
    health.push(report("coingecko", "OPEN"));
    setDeaf(true);
    const pass = async (minutes: number, isOver: () => boolean) => {
      for (let i = 0; i < 4 * minutes && !isOver(); i++) {
        await clock.advance(MINUTE_MS / 4);
        // The manual clock does not wait for the store.
        for (let read = 0; read < 20; read++) await world.getState("none");
      }
    };
    await pass(2, () => false);
    equal(told.length, 0);
    setDeaf(false);
    await pass(10, () => told.length > 0);
    equal(told[0]?.id, "breaker:coingecko");
    await stop();
    health.length = 0;
    told.length = 0;
    await pass(10, () => false);
    equal(told.length, 0);
  }));

Deno.test("ALR-09 an owner finds it among the notifications, in words of its own, once", () =>
  withWatchedWorld(async ({ store, path }) => {
    await store.owned.users.put(buildUser("ada", { role: "admin" }));
    const alert = {
      ...{ id: "store", title: "Collecting has stopped", titleOver: "Collecting goes on" },
      ...{ message: "the disk is nearly full", link: "/jobs", failures: 1, sinceMs: 5 },
    };
    await path.alerts.tellOwners({ ...alert, resolvedMs: null });
    await path.alerts.tellOwners({ ...alert, resolvedMs: null });
    await path.alerts.tellOwners({ ...alert, resolvedMs: 9 });
    await waitFor(async () => await store.owned.notifications.count() >= 2);
    const { items } = await store.owned.notifications.list();
    deepEqual(items.map(({ title, message, link }) => [title, message, link]).toSorted(), [
      ["Collecting goes on", "It was: the disk is nearly full.", "/jobs"],
      ["Collecting has stopped", "the disk is nearly full.", "/jobs"],
    ]);
    ok(items.every(({ userId }) => userId === "ada"));
  }));
