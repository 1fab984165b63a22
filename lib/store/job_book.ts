/**
 * What is written down of jobs: which attempt counts, and what was given up.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Gate } from "./gate.ts";
import {
  type AddDelivery,
  getJobStateKey,
  type JobMessage,
  type JobState,
  type ParkedJob,
  parkedPrefix,
  REMEMBER_MS,
} from "./job_queue.ts";

/** The state of one id as it was read; a commit fails when it has changed since. */
export interface ReadState {
  value: JobState | null;
  versionstamp: string | null;
}

/** The book of one queue. */
export interface JobBook {
  read(id: string): Promise<ReadState>;
  /** Queues a job; false when its id is remembered. */
  add(job: JobMessage, delayMs: number): Promise<boolean>;
  /** What `add` would write, for somebody's commit; null when the id is remembered. */
  draft(job: JobMessage, delayMs: number): Promise<((atomic: Deno.AtomicOperation) => void) | null>;
  /**
   * Ends an attempt, with `error` or without: done, to be tried again, or parked; once, however
   * often it is delivered.
   */
  settle(job: JobMessage, versionstamp: string | null, error: string | null): Promise<void>;
  /**
   * Returns due work that nobody has ended, for a start of the only process that does it. What was
   * found so too often may be what ends the process, and is left to the storage's own pace.
   */
  takeLeft(): Promise<JobMessage[]>;
  listParked(): Promise<ParkedJob[]>;
}

/** Starts that take the same work up at once. */
const FOUND_MAX = 5;

/** Returns the book of a queue that delivers by `addDelivery`. */
export function createJobBook(options: {
  gate: Gate;
  clock: Clock;
  log: Logger;
  addDelivery: AddDelivery;
  retryWaitsMs: readonly number[];
}): JobBook {
  const { gate, clock, log, addDelivery, retryWaitsMs } = options;
  const read = (id: string) => gate.run((kv) => kv.get<JobState>(getJobStateKey(id)));
  const createState = (attempt: number, status: JobState["status"], delayMs = 0): JobState => ({
    attempt,
    status,
    expiresAt: clock.now() + REMEMBER_MS + delayMs,
  });
  const createWaiting = ({ attempt, topic, body }: JobMessage, delayMs: number): JobState => ({
    ...createState(attempt, "waiting", delayMs),
    job: { topic, body, dueAt: clock.now() + delayMs, found: 0 },
  });

  /** Writes a state, and what belongs to it, unless the stored one changed. */
  const write = (
    job: JobMessage,
    { versionstamp, state, delayMs, extend }: {
      versionstamp: string | null;
      state: JobState;
      delayMs: number;
      extend: (atomic: Deno.AtomicOperation) => void;
    },
  ) =>
    gate.run((kv) => {
      const key = getJobStateKey(job.id);
      const atomic = kv.atomic().check({ key, versionstamp });
      atomic.set(key, state, { expireIn: REMEMBER_MS + delayMs });
      extend(atomic);
      return atomic.commit();
    });

  const draft: JobBook["draft"] = async (job, delayMs) => {
    const { value, versionstamp } = await read(job.id);
    if (value && value.expiresAt > clock.now()) return null;
    const key = getJobStateKey(job.id);
    return (atomic) => {
      const state = createWaiting(job, delayMs);
      atomic.check({ key, versionstamp }).set(key, state, { expireIn: REMEMBER_MS + delayMs });
      addDelivery(atomic, job, delayMs);
    };
  };

  return {
    read,
    draft,
    async add(job, delayMs) {
      const extend = await draft(job, delayMs);
      if (!extend) return false;
      const { ok } = await gate.run((kv) => {
        const atomic = kv.atomic();
        extend(atomic);
        return atomic.commit();
      });
      return ok;
    },
    async settle(job, versionstamp, error) {
      const { attempt } = job;
      const waitMs = error === null ? undefined : retryWaitsMs[attempt - 1];
      if (waitMs !== undefined) {
        const next = { ...job, attempt: attempt + 1 };
        const state = createWaiting(next, waitMs);
        const extend = (atomic: Deno.AtomicOperation) => addDelivery(atomic, next, waitMs);
        await write(job, { versionstamp, state, delayMs: waitMs, extend });
      } else {
        const state = createState(attempt, error === null ? "done" : "parked");
        await write(job, {
          versionstamp,
          state,
          delayMs: 0,
          extend(atomic) {
            if (error === null) return;
            const parked: ParkedJob = { ...job, error, parkedAt: clock.now() };
            atomic.set([...parkedPrefix, job.id], parked);
          },
        });
      }
      if (error === null) return;
      const fields = { id: job.id, topic: job.topic, attempt, error };
      if (waitMs !== undefined) log.warn("job failed", fields);
      else log.error("job parked", fields);
    },
    takeLeft: () =>
      gate.run(async (kv) => {
        const left: JobMessage[] = [];
        const prefix = getJobStateKey("").slice(0, -1);
        for await (const { key, value, versionstamp } of kv.list<JobState>({ prefix })) {
          const { attempt, status, job } = value;
          if (status !== "waiting" || !job || job.dueAt > clock.now()) continue;
          if (job.found >= FOUND_MAX) continue;
          const next: JobState = { ...value, job: { ...job, found: job.found + 1 } };
          const check = { key, versionstamp };
          const expireIn = Math.max(1, value.expiresAt - clock.now());
          const { ok } = await kv.atomic().check(check).set(key, next, { expireIn }).commit();
          const id = String(key.at(-1));
          if (ok) left.push({ id, topic: job.topic, body: job.body, attempt });
        }
        return left;
      }),
    listParked: () =>
      gate.run(async (kv) => {
        const jobs: ParkedJob[] = [];
        for await (const entry of kv.list<ParkedJob>({ prefix: parkedPrefix })) {
          jobs.push(entry.value);
        }
        return jobs;
      }),
  };
}
