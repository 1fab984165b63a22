/**
 * Queued work: what a queue promises, and the rules that both kinds of queue share.
 *
 * Work is done at least once, so every handler is idempotent; the same id is taken only once. What
 * fails too often is parked, with its error, instead of being lost or tried for ever.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Gate } from "./gate.ts";
import { jobsPrefix } from "./keys.ts";

/** Does the work of one topic; a rejection means: try again later. */
export type JobHandler = (body: unknown, job: JobMessage) => Promise<void>;

/** Work on its way. */
export interface JobMessage {
  id: string;
  topic: string;
  body: unknown;
  /** 1 for the first attempt. */
  attempt: number;
}

/** Work that was given up. */
export interface ParkedJob extends JobMessage {
  error: string;
  /** Epoch ms, wall time. */
  parkedAt: number;
}

/** A queue of work that outlives the process. */
export interface JobQueue {
  /**
   * Queues work; with an `id` that is or was queued within a day, nothing. Returns whether it was
   * taken. `delayMs` is at most 30 days.
   */
  enqueue(topic: string, body: unknown, options?: { id?: string; delayMs?: number }): Promise<
    boolean
  >;
  /** Starts the one dispatcher for all topics. Work of a topic without handler is parked. */
  listen(handlers: Readonly<Record<string, JobHandler>>): void;
  /** What was given up. */
  parked(): Promise<ParkedJob[]>;
  /** Takes no more work and resolves when what runs has ended. */
  stop(): Promise<void>;
}

/** When work is tried again, in ms after each failed attempt; then it is parked. */
export const RETRY_WAITS_MS = [1_000, 5_000, 30_000, 120_000];
/** How long an id is remembered. */
export const REMEMBER_MS = 86_400_000;

/** What is stored of an id: the attempt that counts, so that older deliveries are dropped. */
export interface JobState {
  attempt: number;
  status: "waiting" | "done" | "parked";
  /** Epoch ms; a state older than this is as good as none. */
  expiresAt: number;
}

/** Key of what is remembered of an id. */
export const getJobStateKey = (id: string): Deno.KvKey => [...jobsPrefix, "state", id];
/** Prefix of the work that was given up. */
export const parkedPrefix: Deno.KvKey = [...jobsPrefix, "parked"];

/** What a queue of either kind adds to a commit, to deliver `job` after `delayMs`. */
export type AddDelivery = (
  atomic: Deno.AtomicOperation,
  job: JobMessage,
  delayMs: number,
) => void;

/** Handles deliveries the same way for both kinds of queue. */
export interface JobRunner {
  add(job: JobMessage, delayMs: number): Promise<boolean>;
  /** Handles one delivery; a second one of running work joins the first. Never rejects. */
  deliver(job: JobMessage, handlers: Readonly<Record<string, JobHandler>>): Promise<void>;
  parked(): Promise<ParkedJob[]>;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

/** Returns the shared half of a queue. */
export function createJobRunner(
  { gate, clock, log, addDelivery, retryWaitsMs = RETRY_WAITS_MS }: {
    gate: Gate;
    clock: Clock;
    log: Logger;
    addDelivery: AddDelivery;
    retryWaitsMs?: readonly number[];
  },
): JobRunner {
  const running = new Map<string, Promise<void>>();

  const createState = (attempt: number, status: JobState["status"], delayMs = 0): JobState => ({
    attempt,
    status,
    expiresAt: clock.now() + REMEMBER_MS + delayMs,
  });

  const readState = (id: string) => gate.run((kv) => kv.get<JobState>(getJobStateKey(id)));

  const add = async (job: JobMessage, delayMs: number) => {
    const { value, versionstamp } = await readState(job.id);
    if (value && value.expiresAt > clock.now()) return false;
    const key = getJobStateKey(job.id);
    const done = await gate.run((kv) => {
      const atomic = kv.atomic().check({ key, versionstamp });
      const expireIn = REMEMBER_MS + delayMs;
      atomic.set(key, createState(job.attempt, "waiting", delayMs), { expireIn });
      addDelivery(atomic, job, delayMs);
      return atomic.commit();
    });
    return done.ok;
  };

  /** Ends an attempt: done, to be tried again, or parked; once, however often it is delivered. */
  const settle = async (job: JobMessage, versionstamp: string | null, error: string | null) => {
    const waitMs = retryWaitsMs[job.attempt - 1];
    const again = error !== null && waitMs !== undefined;
    const status = error === null ? "done" : again ? "waiting" : "parked";
    const state = createState(again ? job.attempt + 1 : job.attempt, status, again ? waitMs : 0);
    await gate.run((kv) => {
      const key = getJobStateKey(job.id);
      const atomic = kv.atomic().check({ key, versionstamp });
      atomic.set(key, state, { expireIn: REMEMBER_MS + (again ? waitMs : 0) });
      if (again) addDelivery(atomic, { ...job, attempt: job.attempt + 1 }, waitMs);
      if (status === "parked") {
        const parked: ParkedJob = { ...job, error: error ?? "", parkedAt: clock.now() };
        atomic.set([...parkedPrefix, job.id], parked);
      }
      return atomic.commit();
    });
    if (error === null) return;
    const fields = { id: job.id, topic: job.topic, attempt: job.attempt, error };
    if (again) log.warn("job failed", fields);
    else log.error("job parked", fields);
  };

  const runOnce = async (
    job: JobMessage,
    handlers: Readonly<Record<string, JobHandler>>,
  ): Promise<void> => {
    const { value, versionstamp } = await readState(job.id);
    if (value && (value.status !== "waiting" || value.attempt !== job.attempt)) return;
    const handler = Object.hasOwn(handlers, job.topic) ? handlers[job.topic] : undefined;
    if (!handler) {
      const last = { ...job, attempt: retryWaitsMs.length + 1 };
      return await settle(last, versionstamp, `no handler for topic ${job.topic}`);
    }
    const error = await handler(job.body, job).then(
      () => null,
      (reason: unknown) => reason instanceof Error ? reason.message : String(reason),
    );
    await settle(job, versionstamp, error);
  };

  return {
    add,
    deliver(job, handlers) {
      let run = running.get(job.id);
      if (!run) {
        run = runOnce(job, handlers)
          .catch((error) => log.error("job not settled", { id: job.id, error: String(error) }))
          .finally(() => running.delete(job.id));
        running.set(job.id, run);
      }
      return run;
    },
    parked: () =>
      gate.run(async (kv) => {
        const jobs: ParkedJob[] = [];
        for await (const entry of kv.list<ParkedJob>({ prefix: parkedPrefix })) {
          jobs.push(entry.value);
        }
        return jobs;
      }),
    async idle() {
      while (running.size > 0) await Promise.allSettled(running.values());
    },
  };
}
