/**
 * Scheduled work: a cycle collects, computes, evaluates and notifies, each stage a job of the queue.
 *
 * A stage queues the next one under the id `STAGE:RUN`, so that a job that is delivered twice, or a
 * cycle that two triggers ask for, is done once. What keeps failing is parked by the queue.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { CollectionRunRecord } from "../contracts/records.ts";
import type { JobHandler, JobQueue } from "../store/mod.ts";
import { runNotify } from "./notify.ts";
import { type Stage, type StageContext, type StageResult, stages } from "./types.ts";

export { runCompute } from "./compute.ts";
export { runEvaluate } from "./evaluate.ts";
export { type CollectionStatus, readCollectionStatus } from "./status.ts";
export { listOperatorAlerts } from "./notify.ts";
export { type RetentionResult, runRetention } from "./retention.ts";
export { noteTroubles, type Trouble } from "./troubles.ts";
export * from "./types.ts";

/** For `Deno.cron`: each minute it is looked whether a cycle begins, as its pace may be set anew. */
export const tickSchedule = "* * * * *";

/** How often cycles run, ms. */
export interface Pace {
  cycleMs: number;
  /** Time after which the stand-by takes a cycle for missed. */
  standbyMs: number;
}

const usualPace: Pace = { cycleMs: 15 * 60_000, standbyMs: 16 * 60_000 };

/** Why a cycle runs. */
export type CycleTrigger = CollectionRunRecord["trigger"];

/** What a job of any stage carries. */
export interface StageJob {
  runId: string;
  trigger: CycleTrigger;
  /** Wall time from which sources were asked for it, epoch ms, where that was before it began. */
  askedMs?: number;
}

/** What the stages do; collecting is done outside of this room. */
export interface StageRunners {
  /** Collects from all sources; a run that is done is not done again. */
  collect(job: StageJob): Promise<CollectionRunRecord>;
  compute(context: StageContext, runId: string): Promise<StageResult>;
  evaluate(context: StageContext, runId: string): Promise<StageResult>;
}

/** Scheduled work. */
export interface Jobs {
  /** For the queue's dispatcher. */
  handlers: Readonly<Record<Stage, JobHandler>>;
  /**
   * Queues a cycle. Of the triggers of one cycle's time one counts, and `manual` joins a cycle
   * that runs. `askedMs` is the wall time from which sources were asked for it, where that was before.
   * Returns the run, and whether it is a new one.
   */
  trigger(trigger: CycleTrigger, askedMs?: number): Promise<{ runId: string; isNew: boolean }>;
  /** Queues a cycle in the minutes in which one begins; returns whether it did. */
  tick(): Promise<boolean>;
  /** Queues a cycle when none began for longer than a cycle's time; returns whether it did. */
  runStandby(): Promise<boolean>;
  /** Runs the stand-by each minute until `signal` is aborted. Never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

const watchEveryMs = 60_000;
/** A run that is older is not running any more, whatever its record says. */
const runningMaxMs = 5 * 60_000;
/** What was asked longer before a cycle is not part of it: an earlier process did. */
const askedAheadMaxMs = 60_000;

/** Returns the scheduled work of one world; nothing is queued yet. */
export function createJobs({ context, queue, runners, clock, getPace = () => usualPace }: {
  context: StageContext;
  queue: Pick<JobQueue, "enqueue">;
  runners: StageRunners;
  /** Wall time. */
  clock: Clock;
  /** How often cycles run now; default every 15 minutes. */
  getPace?(): Pace;
}): Jobs {
  const { store, log } = context;
  const startedMs = clock.now();

  const enqueue = (stage: Stage, job: StageJob) =>
    queue.enqueue(stage, job, { id: `${stage}:${store.world}:${job.runId}` });

  /** What sources were asked before the cycle began is part of the time that it took. */
  const collect = async (job: StageJob) => {
    const known = await store.collectionRuns.get(job.runId);
    const run = await runners.collect(job);
    const aheadMs = run.timestamp - (job.askedMs ?? run.timestamp);
    const isCounted = known !== null && known.status !== "running";
    if (isCounted || run.duration_ms === null || aheadMs <= 0 || aheadMs > askedAheadMaxMs) return;
    await store.collectionRuns.put({ ...run, duration_ms: run.duration_ms + aheadMs });
  };

  const work: Record<Stage, (job: StageJob) => Promise<unknown>> = {
    collect,
    compute: ({ runId }) => runners.compute(context, runId),
    async evaluate({ runId }) {
      const { signals } = await runners.evaluate(context, runId);
      const run = await store.collectionRuns.get(runId);
      // Done again, the stage says zero: what it found the first time stays in the record.
      if (run && signals > 0) await store.collectionRuns.put({ ...run, signals });
    },
    notify: ({ runId }) => runNotify(context, runId),
  };

  const createHandler = (stage: Stage): JobHandler => async (body) => {
    const job = readJob(body);
    await work[stage](job);
    const next = stages[stages.indexOf(stage) + 1];
    if (next) await enqueue(next, job);
  };

  const findNewest = async () => (await store.collectionRuns.list({ limit: 1 })).items[0] ?? null;

  const trigger = async (why: CycleTrigger, askedMs?: number) => {
    const now = clock.now();
    const newest = await findNewest();
    if (why === "manual" && newest?.status === "running" && now - newest.timestamp < runningMaxMs) {
      return { runId: newest.id, isNew: false };
    }
    const atMs = why === "manual" ? now : floorTo(now, getPace().cycleMs);
    const runId = `${why === "manual" ? "manual" : "cycle"}-${new Date(atMs).toISOString()}`;
    const job = { runId, trigger: why, ...(askedMs !== undefined && { askedMs }) };
    return { runId, isNew: await enqueue("collect", job) };
  };

  const runStandby = async () => {
    const newest = await findNewest();
    const lastMs = Math.max(newest?.timestamp ?? 0, newest ? 0 : startedMs);
    if (clock.now() - lastMs < getPace().standbyMs) return false;
    const { runId, isNew } = await trigger("standby");
    if (isNew) log.warn("a cycle was missed, the stand-by runs it", { run: runId });
    return isNew;
  };

  return {
    handlers: {
      collect: createHandler("collect"),
      compute: createHandler("compute"),
      evaluate: createHandler("evaluate"),
      notify: createHandler("notify"),
    },
    trigger,
    async tick() {
      const minute = floorTo(clock.now(), 60_000);
      return minute % getPace().cycleMs === 0 && (await trigger("cron")).isNew;
    },
    runStandby,
    async watch(signal) {
      while (!signal.aborted) {
        await clock.wait(watchEveryMs, signal);
        if (signal.aborted) return;
        await runStandby().catch((error) =>
          log.warn("the stand-by could not look", { error: String(error) })
        );
      }
    },
  };
}

const floorTo = (ms: number, stepMs: number) => Math.floor(ms / stepMs) * stepMs;

/** @throws {TypeError} For a body that is no job of a stage; the queue then parks it. */
function readJob(body: unknown): StageJob {
  const { runId, trigger, askedMs } = (body ?? {}) as Partial<StageJob>;
  if (typeof runId !== "string" || typeof trigger !== "string") {
    throw new TypeError(
      `Cannot run a stage: a run and its trigger are required, was ${JSON.stringify(body)}`,
    );
  }
  const isKnown = typeof askedMs === "number" && Number.isFinite(askedMs);
  return { runId, trigger, ...(isKnown && { askedMs }) };
}
