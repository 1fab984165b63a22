/**
 * Looks after the product itself every minute, and tells its owners what goes wrong.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { CollectorHealth } from "../contracts/health.ts";
import { noteTroubles, type OperatorAlert, type Trouble } from "../jobs/mod.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Pipeline } from "../pipeline/mod.ts";
import type { JobQueue, Store } from "../store/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { createBudgetWatch } from "./error_budget.ts";

const LOOK_EVERY_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Two cycles that did not run, and a minute. */
const CYCLE_MISSED_MS = 31 * 60_000;
/** Answers are counted over so many looks. */
const LOOKS_COUNTED = 5;
/** So many failed answers, and this share of all, are an error rate to tell of. */
const FAILED_MIN = 10;
const FAILED_SHARE = 0.05;

/** What is looked at. */
export interface OwnerWatchOptions {
  store: Pick<Store, "jobs">;
  world: Pick<WorldStore, "collectionRuns" | "getState" | "putState">;
  pipeline: Pick<Pipeline, "intake">;
  healthFeed: Readonly<{ list(): CollectorHealth[] }>;
  metrics: Pick<Metrics, "total">;
  tell(alert: OperatorAlert): Promise<void>;
  /** Wall time. */
  clock: Clock;
  log: Logger;
}

/** Looks every minute until the returned function is called. */
export function startOwnerWatch(options: OwnerWatchOptions): () => Promise<void> {
  const { clock, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const look = createOwnerLook(options);
  const run = async () => {
    while (!signal.aborted) {
      await clock.wait(LOOK_EVERY_MS, signal);
      if (signal.aborted) return;
      await look().catch((error) =>
        log.warn("the product was not looked after", { error: String(error) })
      );
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

/** Returns one look; it rejects when something cannot be read, told or written down. */
export function createOwnerLook(options: OwnerWatchOptions): () => Promise<void> {
  const { store, world, pipeline, healthFeed, metrics, tell, clock } = options;
  const startedMs = clock.now();
  const findErrorRate = createErrorRate(metrics);
  const findBurn = createBudgetWatch(metrics);
  return async () => {
    const nowMs = clock.now();
    const troubles = [
      ...findHalt(pipeline),
      ...findBreakers(healthFeed),
      ...await findErrorRate(),
      ...await findBurn(nowMs),
      ...await findMissedCycle(world, { startedMs, nowMs }),
      ...await findParked(store.jobs, nowMs),
    ];
    await noteTroubles(troubles, { store: world, nowMs, tell });
  };
}

/** The store does not take writes, or the disk is nearly full. */
function findHalt({ intake: { halted } }: Pick<Pipeline, "intake">): Trouble[] {
  if (!halted?.aborted) return [];
  return [{
    id: "store",
    title: "Collecting has stopped",
    titleOver: "Collecting goes on",
    message: `${halted.reason}; reading goes on, and a restart collects again`,
    link: "/sources",
  }];
}

function findBreakers({ list }: OwnerWatchOptions["healthFeed"]): Trouble[] {
  return list().filter(({ breaker }) => breaker === "OPEN").map(({ source }) => ({
    id: `breaker:${source}`,
    title: `${source} is not asked any more`,
    titleOver: `${source} is asked again`,
    message: `Its answers failed so often that the breaker of ${source} is open`,
    link: "/sources",
  }));
}

/** Returns what compares how many answers failed within the last looks. */
function createErrorRate(metrics: Pick<Metrics, "total">): () => Promise<Trouble[]> {
  const looks: { all: number; failed: number }[] = [];
  return async () => {
    const all = await metrics.total("http_requests_total");
    const failed = await metrics.total("http_requests_total", isFailed);
    looks.push({ all, failed });
    const first = looks.length > LOOKS_COUNTED ? looks.shift()! : looks[0]!;
    const n = failed - first.failed;
    const share = n / Math.max(1, all - first.all);
    if (n < FAILED_MIN || share < FAILED_SHARE) return [];
    return [{
      id: "error_rate",
      title: "Many requests fail",
      titleOver: "Requests are answered again",
      message: `${n} of ${all - first.all} requests failed within ${LOOKS_COUNTED} minutes ` +
        `(${Math.round(share * 100)} %)`,
      link: "/sources",
    }];
  };
}

const isFailed = ({ status = "" }: Readonly<Record<string, string>>) => status.startsWith("5");

async function findMissedCycle(
  { collectionRuns }: Pick<WorldStore, "collectionRuns">,
  { startedMs, nowMs }: { startedMs: number; nowMs: number },
): Promise<Trouble[]> {
  const { items: [newest] } = await collectionRuns.list({ limit: 1 });
  const lastMs = Math.max(newest?.timestamp ?? 0, startedMs);
  if (nowMs - lastMs < CYCLE_MISSED_MS) return [];
  return [{
    id: "schedule",
    title: "Collection cycles do not run",
    titleOver: "Collection cycles run again",
    message: `The last one began at ${new Date(lastMs).toISOString()}`,
    link: "/jobs",
  }];
}

/** Work that was given up within an hour, by its topic. */
async function findParked(
  { parked }: Pick<JobQueue, "parked">,
  nowMs: number,
): Promise<Trouble[]> {
  const fresh = (await parked()).filter(({ parkedAt }) => nowMs - parkedAt < HOUR_MS);
  return [...Map.groupBy(fresh, ({ topic }) => topic)].map(([topic, jobs]) => ({
    id: `jobs:${topic}`,
    title: `Work was given up: ${topic}`,
    titleOver: `No more work was given up: ${topic}`,
    message: `${jobs.length} failed in every try, last with: ${jobs[0]!.error}`,
    link: "/jobs",
  }));
}
