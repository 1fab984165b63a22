import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { createGate, type Gate } from "../../lib/store/gate.ts";
import type { JobHandler, JobQueue } from "../../lib/store/job_queue.ts";
import { createKvJobQueue } from "../../lib/store/kv_job_queue.ts";
import { createPollingJobQueue } from "../../lib/store/polling_job_queue.ts";
import { createManualClock } from "../support/clock.ts";
import { withFolder, withMemoryGate } from "../support/store.ts";

const retryWaitsMs = [1, 1];
const base = { clock: systemClock, log: silentLogger, retryWaitsMs };

/** The kinds of queue, under one suite. */
const kinds: Record<string, (gate: Gate, path: string) => JobQueue> = {
  "kv.enqueue": (gate, path) =>
    createKvJobQueue({ ...base, gate, openKv: () => Deno.openKv(path) }),
  polling: (gate) => createPollingJobQueue({ ...base, gate, pollMs: 5 }),
};

async function withQueue(
  create: (gate: Gate, path: string) => JobQueue,
  test: (queue: JobQueue, gate: Gate) => Promise<void>,
) {
  await withFolder(async (folder) => {
    const path = `${folder}/queue.sqlite`;
    const open = () => Deno.openKv(path);
    const gate = await createGate({ open, clock: systemClock, log: silentLogger });
    const queue = create(gate, path);
    try {
      await test(queue, gate);
    } finally {
      await queue.stop();
      await gate.close();
    }
  });
}

/** Returns a handler that notes bodies and a promise of the first `count` of them. */
function collectBodies(count: number): { handler: JobHandler; done: Promise<unknown[]> } {
  const bodies: unknown[] = [];
  const { promise, resolve } = Promise.withResolvers<unknown[]>();
  const handler: JobHandler = (body) => {
    bodies.push(body);
    if (bodies.length === count) resolve(bodies);
    return Promise.resolve();
  };
  return { handler, done: promise };
}

for (const [kind, create] of Object.entries(kinds)) {
  Deno.test(`${kind}: each topic goes to its handler`, () =>
    withQueue(create, async (queue) => {
      const a = collectBodies(2), b = collectBodies(1);
      queue.listen({ a: a.handler, b: b.handler });
      await queue.enqueue("a", 1);
      await queue.enqueue("b", { deep: [2] });
      await queue.enqueue("a", 3);
      assert.deepEqual((await a.done).toSorted(), [1, 3]);
      assert.deepEqual(await b.done, [{ deep: [2] }]);
    }));

  Deno.test(`${kind}: the same id is taken once`, () =>
    withQueue(create, async (queue) => {
      const { handler, done } = collectBodies(2);
      queue.listen({ a: handler });
      assert.equal(await queue.enqueue("a", "first", { id: "x" }), true);
      assert.equal(await queue.enqueue("a", "second", { id: "x" }), false);
      await queue.enqueue("a", "third", { delayMs: 150 });
      assert.deepEqual(await done, ["first", "third"]);
      assert.equal(await queue.enqueue("a", "fourth", { id: "x" }), false);
    }));

  Deno.test(`${kind}: what fails is tried again, with the number of the attempt`, () =>
    withQueue(create, async (queue) => {
      const attempts: number[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      queue.listen({
        a: (_body, { attempt }) => {
          attempts.push(attempt);
          if (attempt < 3) return Promise.reject(new Error("not yet"));
          resolve();
          return Promise.resolve();
        },
      });
      await queue.enqueue("a", null);
      await promise;
      assert.deepEqual(attempts, [1, 2, 3]);
      assert.deepEqual(await queue.parked(), []);
    }));

  Deno.test(`${kind}: what fails too often, and what nobody handles, is parked with its error`, () =>
    withQueue(create, async (queue) => {
      let attempts = 0;
      const { promise, resolve } = Promise.withResolvers<void>();
      queue.listen({
        a: () => {
          if (++attempts === 3) resolve();
          return Promise.reject(new Error("never"));
        },
      });
      await queue.enqueue("toString", 7, { id: "unknown" });
      await queue.enqueue("a", 8, { id: "failing" });
      await promise;
      let parked = await queue.parked();
      while (parked.length < 2) parked = await queue.parked();
      const found = parked.map(({ id, body, error }) => ({ id, body, error }));
      assert.deepEqual(found, [
        { id: "failing", body: 8, error: "never" },
        { id: "unknown", body: 7, error: "no handler for topic toString" },
      ]);
    }));

  Deno.test(`${kind}: work queued before anyone listened, or an earlier run, is done`, () =>
    withQueue(create, async (queue) => {
      await queue.enqueue("a", "early");
      const { handler, done } = collectBodies(1);
      queue.listen({ a: handler });
      assert.deepEqual(await done, ["early"]);
    }));

  Deno.test(`${kind}: slow work holds up no other`, () =>
    withQueue(create, async (queue) => {
      const slow = Promise.withResolvers<void>(), started = Promise.withResolvers<void>();
      const { handler, done } = collectBodies(2);
      queue.listen({
        slow() {
          started.resolve();
          return slow.promise;
        },
        quick: handler,
      });
      await queue.enqueue("slow", null);
      await started.promise;
      await queue.enqueue("quick", 1);
      await queue.enqueue("quick", 2);
      const found = await done;
      slow.resolve();
      assert.deepEqual(found.toSorted(), [1, 2]);
    }));

  Deno.test(`${kind}: stopping waits for what runs`, () =>
    withQueue(create, async (queue) => {
      const started = Promise.withResolvers<void>(), finish = Promise.withResolvers<void>();
      let ended = false;
      queue.listen({
        a: async () => {
          started.resolve();
          await finish.promise;
          ended = true;
        },
      });
      await queue.enqueue("a", null);
      await started.promise;
      const stopped = queue.stop();
      finish.resolve();
      await stopped;
      assert.equal(ended, true);
    }));
}

Deno.test("polling: a claim of a process that died is taken over when it ends", async () => {
  const clock = createManualClock(1_000_000);
  await withMemoryGate(async (gate) => {
    const common = { gate, clock, log: silentLogger, pollMs: 10, claimMs: 500 };
    const dead = createPollingJobQueue(common);
    const started = Promise.withResolvers<void>(), never = Promise.withResolvers<void>();
    dead.listen({
      a: () => {
        started.resolve();
        return never.promise;
      },
    });
    await dead.enqueue("a", "body");
    await started.promise;
    const heir = createPollingJobQueue(common);
    const { handler, done } = collectBodies(1);
    heir.listen({ a: handler });
    let bodies: unknown[] | null = null;
    done.then((found) => bodies = found);
    const startMs = clock.now();
    while (bodies === null) {
      await clock.advance(10);
      await gate.run((kv) => kv.get(["turn"]));
    }
    assert.deepEqual(bodies, ["body"]);
    assert.ok(clock.now() - startMs >= 490, `taken over after ${clock.now() - startMs} ms`);
    never.resolve();
    await Promise.all([dead.stop(), heir.stop()]);
  }, clock);
});

Deno.test("polling: a retry that falls on the end of its own claim is not lost with it", () =>
  withMemoryGate(async (gate) => {
    const clock = createManualClock(1_000_000);
    const waitMs = 50;
    const queue = createPollingJobQueue({
      gate,
      clock,
      log: silentLogger,
      retryWaitsMs: [waitMs],
      claimMs: waitMs,
      pollMs: 10,
    });
    const attempts: number[] = [];
    const parked = Promise.withResolvers<void>();
    queue.listen({
      t: (_body, { attempt }) => {
        attempts.push(attempt);
        if (attempt === 2) parked.resolve();
        return Promise.reject(new Error("no"));
      },
    });
    await queue.enqueue("t", 1);
    let isDone = false;
    void parked.promise.then(() => isDone = true);
    for (let i = 0; i < 500 && !isDone; i++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (attempts.length > 0) await clock.advance(10);
    }
    assert.deepEqual(attempts, [1, 2]);
    const stopped = queue.stop();
    await clock.advance(1_000);
    await stopped;
  }));

Deno.test("kv.enqueue: work that a process left is begun by the next start, five times at most", () =>
  withMemoryGate(async (gate) => {
    // A listener to which the storage delivers nothing: what is done is done by the start.
    const openKv = async () => {
      const kv = await Deno.openKv(":memory:");
      return kv;
    };
    const create = () => createKvJobQueue({ gate, openKv, clock: systemClock, log: silentLogger });
    await create().enqueue("a", "left", { id: "x" });
    await create().enqueue("a", "later", { id: "y", delayMs: 60_000 });
    const begun: unknown[] = [];
    for (let start = 0; start < 7; start++) {
      const queue = create();
      // It never ends, as if it were what ends the process.
      const started = Promise.withResolvers<void>();
      queue.listen({
        a: (body) => {
          begun.push(body);
          started.resolve();
          return new Promise(() => {});
        },
      });
      if (start < 5) await started.promise;
      else await gate.run((kv) => kv.get(["any"]));
    }
    assert.deepEqual(begun, ["left", "left", "left", "left", "left"]);
  }));
