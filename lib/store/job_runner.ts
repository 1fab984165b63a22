/**
 * Runs deliveries the same way for both kinds of queue.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Gate } from "./gate.ts";
import { createJobBook, type JobBook } from "./job_book.ts";
import {
  type AddDelivery,
  type JobHandler,
  type JobMessage,
  type ParkedJob,
  RETRY_WAITS_MS,
} from "./job_queue.ts";

/** Handles deliveries. */
export interface JobRunner {
  add: JobBook["add"];
  draft: JobBook["draft"];
  /** Handles one delivery; a second one of running work joins the first. Never rejects. */
  deliver(job: JobMessage, handlers: Readonly<Record<string, JobHandler>>): Promise<void>;
  takeLeft: JobBook["takeLeft"];
  parked(): Promise<ParkedJob[]>;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

/** Returns the shared half of a queue. */
export function createJobRunner(options: {
  gate: Gate;
  clock: Clock;
  log: Logger;
  addDelivery: AddDelivery;
  retryWaitsMs?: readonly number[] | undefined;
}): JobRunner {
  const { log, retryWaitsMs = RETRY_WAITS_MS } = options;
  const book = createJobBook({ ...options, retryWaitsMs });
  const running = new Map<string, Promise<void>>();

  const runOnce = async (
    job: JobMessage,
    handlers: Readonly<Record<string, JobHandler>>,
  ): Promise<void> => {
    const { value, versionstamp } = await book.read(job.id);
    if (value && (value.status !== "waiting" || value.attempt !== job.attempt)) return;
    const handler = Object.hasOwn(handlers, job.topic) ? handlers[job.topic] : undefined;
    if (!handler) {
      const last = { ...job, attempt: retryWaitsMs.length + 1 };
      return await book.settle(last, versionstamp, `no handler for topic ${job.topic}`);
    }
    const error = await handler(job.body, job).then(
      () => null,
      (reason: unknown) => reason instanceof Error ? reason.message : String(reason),
    );
    await book.settle(job, versionstamp, error);
  };

  return {
    add: book.add,
    draft: book.draft,
    deliver(job, handlers) {
      // The next attempt may come before the end of this one is known here.
      const name = `${job.attempt} ${job.id}`;
      let run = running.get(name);
      if (!run) {
        run = runOnce(job, handlers)
          .catch((error) => log.error("job not settled", { id: job.id, error: String(error) }))
          .finally(() => running.delete(name));
        running.set(name, run);
      }
      return run;
    },
    takeLeft: book.takeLeft,
    parked: book.listParked,
    async idle() {
      while (running.size > 0) await Promise.allSettled(running.values());
    },
  };
}
