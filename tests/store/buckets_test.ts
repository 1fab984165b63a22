import { deepEqual, equal, ok } from "node:assert/strict";
import { createBuckets, createMemoryBucketCells } from "../../lib/store/mod.ts";
import { createBucketCells } from "../../lib/store/buckets.ts";
import { createGate } from "../../lib/store/gate.ts";
import { silentLogger } from "../../lib/log.ts";
import { createManualClock } from "../support/clock.ts";

const limits = { capacity: 100, windowMs: 60_000 };
const startMs = Date.UTC(2026, 10, 21);

/** Several processes over one storage; `commits` counts what they wrote. */
async function withProcesses(
  count: number,
  test: (
    parts: {
      processes: ReturnType<typeof createBuckets>[];
      clock: ReturnType<typeof createManualClock>;
      commits: () => number;
    },
  ) => Promise<void>,
): Promise<void> {
  const clock = createManualClock(startMs);
  let runs = 0;
  const gate = await createGate({
    open: () => Deno.openKv(":memory:"),
    clock,
    log: silentLogger,
    canReopen: false,
    onRun: () => runs++,
  });
  const processes = Array.from(
    { length: count },
    (_, i) => createBuckets({ openCell: createBucketCells(gate), now: clock.now, holder: `p${i}` }),
  );
  try {
    await test({ processes, clock, commits: () => runs });
  } finally {
    await gate.close();
  }
}

type Process = ReturnType<typeof createBuckets>;

async function countGranted(processes: readonly Process[], asks: number, client = "ip 1.2.3.4") {
  const answers = await Promise.all(
    Array.from({ length: asks }, (_, i) => processes[i % processes.length]!.take(client, limits)),
  );
  return answers.filter(({ isGranted }) => isGranted).length;
}

for (const count of [1, 2, 5]) {
  Deno.test(`${count} processes together grant a burst of the capacity, and no request more`, () =>
    withProcesses(count, async ({ processes }) => {
      const granted = await countGranted(processes, 1_000);
      equal(granted, 100);
    }));
}

Deno.test("in a window of asking at once, no more than the capacity and what flows in is granted", () =>
  withProcesses(3, async ({ processes, clock }) => {
    let granted = 0;
    for (let second = 0; second < 60; second++) {
      granted += await countGranted(processes, 30);
      await clock.advance(1_000);
    }
    ok(granted <= 100 + 59 * 100 / 60, `${granted}`);
    ok(granted >= 195, `${granted}`);
  }));

Deno.test("most requests cost no commit, and refused ones none at all", () =>
  withProcesses(1, async ({ processes, commits }) => {
    await countGranted(processes, 100);
    const used = commits();
    ok(used <= 40, `${used} uses of the store for 100 requests`);
    const first = await processes[0]!.take("ip 1.2.3.4", limits);
    deepEqual(first, { isGranted: false, remaining: 0, retryAfterMs: 600 });
    await countGranted(processes, 10_000);
    equal(commits(), used);
  }));

Deno.test("what another process holds is at most a tenth, and comes back within the window", () =>
  withProcesses(2, async ({ processes, clock }) => {
    const [one, two] = processes;
    equal((await one!.take("c", limits)).isGranted, true);
    equal(await countGranted([two!], 200, "c"), 90);
    await clock.advance(60_000);
    equal(await countGranted([two!], 200, "c"), 100);
  }));

Deno.test("clients do not spend each other's tokens", () =>
  withProcesses(2, async ({ processes }) => {
    equal(await countGranted(processes, 300, "a"), 100);
    equal(await countGranted(processes, 300, "b"), 100);
  }));

Deno.test("without a store each process counts by itself, and goes on when it is back", async () => {
  const clock = createManualClock(startMs);
  let isLost = true;
  const open = createMemoryBucketCells();
  const buckets = createBuckets({
    now: clock.now,
    openCell: (client) => {
      const cell = open(client);
      return {
        read: () => isLost ? Promise.reject(new Error("no store")) : cell.read(),
        write: (...given) => isLost ? Promise.reject(new Error("no store")) : cell.write(...given),
      };
    },
  });
  equal(await countGranted([buckets], 500), 100);
  isLost = false;
  await clock.advance(6_000);
  equal(await countGranted([buckets], 500), 10);
});

Deno.test("a clock that goes back neither opens the gates nor closes them for ever", () =>
  withProcesses(1, async ({ processes, clock }) => {
    equal(await countGranted(processes, 500), 100);
    await clock.advance(-3_600_000);
    equal(await countGranted(processes, 500), 0);
    await clock.advance(60_000);
    equal(await countGranted(processes, 500), 100);
  }));

Deno.test("a bucket that others always change first is refused for a moment", async () => {
  const buckets = createBuckets({
    now: () => startMs,
    openCell: () => ({
      read: () => Promise.resolve({ value: null, version: null }),
      write: () => Promise.resolve(null),
    }),
  });
  deepEqual(await buckets.take("c", limits), {
    isGranted: false,
    remaining: 0,
    retryAfterMs: 1_000,
  });
});
