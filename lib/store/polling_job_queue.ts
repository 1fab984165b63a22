/**
 * A queue on plain keys, for storage without queues: in memory, or remote and shared.
 *
 * A job is the key `["job", "due", dueAt, id, attempt]`. Who claims it moves it, by a checked commit, to the
 * end of the claim; should the claimer die, it becomes due again there.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Gate } from "./gate.ts";
import type { JobHandler, JobMessage, JobQueue } from "./job_queue.ts";
import { createJobRunner, type JobRunner } from "./job_runner.ts";
import { jobsPrefix } from "./keys.ts";

/** How often due work is looked for when none was announced, in ms. */
export const POLL_MS = 1_000;
/** How long a claim lasts; work must take less. */
export const CLAIM_MS = 120_000;
/** Jobs claimed in one round. */
const MAX_CLAIMS = 50;
/** Jobs that run at the same time. */
const RUNNING_MAX = 100;

const duePrefix: Deno.KvKey = [...jobsPrefix, "due"];
/** The attempt keeps the next one apart from the claim of this one, should both end in one ms. */
const getDueKey = (dueAt: number, { id, attempt }: JobMessage): Deno.KvKey => [
  ...duePrefix,
  dueAt,
  id,
  attempt,
];

/** The keys of due work. */
function createDueJobs(gate: Gate, clock: Clock) {
  return {
    /** Moves a due job to the end of our claim; false when another was faster. */
    async claim(entry: Deno.KvEntry<JobMessage>, claimedKey: Deno.KvKey): Promise<boolean> {
      const done = await gate.run((kv) =>
        kv.atomic().check(entry).delete(entry.key).set(claimedKey, entry.value).commit()
      );
      return done.ok;
    },
    listDue: () =>
      gate.run(async (kv) => {
        const due: Deno.KvEntry<JobMessage>[] = [];
        const selector = { prefix: duePrefix, end: [...duePrefix, clock.now() + 1] };
        for await (const entry of kv.list<JobMessage>(selector, { limit: MAX_CLAIMS })) {
          due.push(entry);
        }
        return due;
      }),
  };
}

/** Runs claimed work; slow work holds up no other until there is much of it. */
function createCrew({ gate, clock, log, runner, claimMs }: {
  gate: Gate;
  clock: Clock;
  log: Logger;
  runner: JobRunner;
  claimMs: number;
}) {
  const { claim, listDue } = createDueJobs(gate, clock);
  const running = new Set<Promise<void>>();

  const run = async (
    job: JobMessage,
    claimedKey: Deno.KvKey,
    handlers: Readonly<Record<string, JobHandler>>,
  ) => {
    await runner.deliver(job, handlers);
    await gate.run((kv) => kv.delete(claimedKey)).catch((error) =>
      log.warn("a claim was not given back", { id: job.id, error: String(error) })
    );
  };

  return {
    /** Claims and starts what is due; returns how much that was. */
    async startDue(handlers: Readonly<Record<string, JobHandler>>): Promise<number> {
      const due = (await listDue()).slice(0, RUNNING_MAX - running.size);
      await Promise.all(due.map(async (entry) => {
        const claimedKey = getDueKey(clock.now() + claimMs, entry.value);
        if (!await claim(entry, claimedKey)) return;
        const work: Promise<void> = run(entry.value, claimedKey, handlers)
          .finally(() => running.delete(work));
        running.add(work);
      }));
      return due.length;
    },
    isFull: () => running.size >= RUNNING_MAX,
    freed: () => Promise.race(running),
    ended: async () => void await Promise.all(running),
  };
}

/** Returns a queue that looks for due work every `pollMs`, and at once when it queued some itself. */
export function createPollingJobQueue(
  { gate, clock, log, retryWaitsMs, pollMs = POLL_MS, claimMs = CLAIM_MS }: {
    gate: Gate;
    clock: Clock;
    log: Logger;
    retryWaitsMs?: readonly number[];
    pollMs?: number;
    claimMs?: number;
  },
): JobQueue {
  const stopping = new AbortController();
  let wake = new AbortController();
  let listening: Promise<void> = Promise.resolve();
  const runner = createJobRunner({
    gate,
    clock,
    log,
    retryWaitsMs,
    addDelivery: (atomic, job, delayMs) =>
      void atomic.set(getDueKey(clock.now() + delayMs, job), job),
  });

  const crew = createCrew({ gate, clock, log, runner, claimMs });

  const poll = async (handlers: Readonly<Record<string, JobHandler>>) => {
    while (!stopping.signal.aborted) {
      wake = new AbortController();
      const count = await crew.startDue(handlers).catch((error) => {
        log.warn("queue could not be read", { error: String(error) });
        return 0;
      });
      if (crew.isFull()) await crew.freed();
      else if (count === 0) {
        await clock.wait(pollMs, AbortSignal.any([wake.signal, stopping.signal]));
      }
    }
  };

  return {
    async enqueue(topic, body, { id = crypto.randomUUID(), delayMs = 0 } = {}) {
      const taken = await runner.add({ id, topic, body, attempt: 1 }, delayMs);
      wake.abort();
      return taken;
    },
    draft: (topic, body, { id, delayMs = 0 }) =>
      runner.draft({ id, topic, body, attempt: 1 }, delayMs),
    announce: () => wake.abort(),
    listen: (handlers) => void (listening = poll(handlers)),
    parked: runner.parked,
    async stop() {
      stopping.abort();
      await listening;
      await crew.ended();
      await runner.idle();
    },
  };
}
