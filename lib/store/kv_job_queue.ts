/**
 * The queue of Deno KV, for a local file, which one process has at a time.
 *
 * KV looks for work ten times a second. Work that this process queued begins at once instead, and
 * what KV then delivers of it joins it or is dropped.
 *
 * A sweep of KV delivers again what runs for more than a few seconds; the runner lets that join the
 * attempt under way.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Gate } from "./gate.ts";
import { getJobStateKey, type JobHandler, type JobMessage, type JobQueue } from "./job_queue.ts";
import { createJobRunner } from "./job_runner.ts";
import { jobsPrefix } from "./keys.ts";

/** When KV delivers again what a dying process left behind, in ms. */
const REDELIVERY_WAITS_MS = [1_000, 5_000, 30_000, 60_000, 60_000];

/** Returns a queue; `openKv` opens a further handle on the same storage, for the listener. */
export function createKvJobQueue({ gate, openKv, clock, log, retryWaitsMs }: {
  gate: Gate;
  openKv: () => Promise<Deno.Kv>;
  clock: Clock;
  log: Logger;
  retryWaitsMs?: readonly number[];
}): JobQueue {
  const runner = createJobRunner({
    gate,
    clock,
    log,
    retryWaitsMs,
    addDelivery: (atomic, job, delay) =>
      atomic.enqueue(job, {
        delay,
        backoffSchedule: REDELIVERY_WAITS_MS,
        keysIfUndelivered: [[...jobsPrefix, "undelivered", job.id]],
      }),
  });
  const stopping = new AbortController();
  let handlers: Readonly<Record<string, JobHandler>> | null = null;
  let listener: Deno.Kv | null = null;
  let listening: Promise<void> = Promise.resolve();
  let taking: Promise<void> = Promise.resolve();

  /** Listens until stopped, on a new handle when the old one is lost. */
  const listenOn = async (handle: (message: JobMessage) => Promise<void>) => {
    while (!stopping.signal.aborted) {
      try {
        listener = await openKv();
        if (stopping.signal.aborted) break;
        await listener.listenQueue(handle);
      } catch (error) {
        if (!stopping.signal.aborted) log.warn("queue listener lost", { error: String(error) });
      }
      await clock.wait(1_000, stopping.signal);
    }
  };

  const closeListener = () => {
    try {
      listener?.close();
    } catch { /* closed already */ }
  };

  const begin = (job: JobMessage) => {
    if (handlers && !stopping.signal.aborted) runner.deliver(job, handlers);
  };

  return {
    async enqueue(topic, body, { id = crypto.randomUUID(), delayMs = 0 } = {}) {
      const job = { id, topic, body, attempt: 1 };
      const isTaken = await runner.add(job, delayMs);
      if (isTaken && delayMs === 0) begin(job);
      return isTaken;
    },
    draft: (topic, body, { id, delayMs = 0 }) =>
      runner.draft({ id, topic, body, attempt: 1 }, delayMs),
    announce: (job) => begin({ ...job, attempt: 1 }),
    listen(given) {
      handlers = given;
      // KV waits for up to minutes before it delivers what a process had when it ended.
      taking = runner.takeLeft().then((left) => left.forEach(begin)).catch((error) =>
        log.warn("work that was left was not taken up", { error: String(error) })
      );
      listening = listenOn((message) => runner.deliver(message, given));
    },
    async parked() {
      const undelivered = await gate.run(async (kv) => {
        const jobs: JobMessage[] = [];
        const prefix = [...jobsPrefix, "undelivered"];
        for await (const entry of kv.list<JobMessage>({ prefix })) {
          const state = await kv.get(getJobStateKey(entry.value.id));
          if (state.value !== null) jobs.push(entry.value);
        }
        return jobs;
      });
      const lost = undelivered.map((job) => ({ ...job, error: "not delivered", parkedAt: 0 }));
      return [...await runner.parked(), ...lost];
    },
    async stop() {
      stopping.abort();
      await taking;
      await runner.idle();
      closeListener();
      await listening;
      closeListener();
    },
  };
}
