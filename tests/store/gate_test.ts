import assert from "node:assert/strict";
import { silentLogger } from "../../lib/log.ts";
import { createGate, isStorageLost } from "../../lib/store/gate.ts";
import { createManualClock } from "../support/clock.ts";
import { withFolder, withMemoryGate } from "../support/store.ts";

const instant = { ...createManualClock(), wait: () => Promise.resolve() };

Deno.test("at most fifty uses run at a time, the rest wait, and ten permits stay ready", () =>
  withMemoryGate(async (gate) => {
    const finish = Promise.withResolvers<void>();
    let running = 0, most = 0;
    const uses = Array.from({ length: 80 }, () =>
      gate.run(async () => {
        most = Math.max(most, ++running);
        await finish.promise;
        running--;
      }));
    await Promise.resolve();
    const busy = gate.metrics();
    assert.deepEqual([busy.size, busy.inUse, busy.waiting, busy.available], [50, 50, 30, 0]);
    finish.resolve();
    await Promise.all(uses);
    assert.equal(most, 50);
    const idle = gate.metrics();
    assert.deepEqual([idle.size, idle.inUse, idle.waiting, idle.available], [10, 0, 0, 10]);
  }));

Deno.test("storage that is lost under work is reopened once and the work done again", () =>
  withFolder(async (folder) => {
    const handles: Deno.Kv[] = [];
    const open = async () => {
      const kv = await Deno.openKv(`${folder}/a.sqlite`);
      handles.push(kv);
      return kv;
    };
    const gate = await createGate({ open, clock: instant, log: silentLogger });
    await gate.run((kv) => kv.set(["a"], 1));
    handles[0]!.close();
    const values = await Promise.all([1, 2, 3].map(() => gate.run((kv) => kv.get(["a"]))));
    assert.deepEqual(values.map(({ value }) => value), [1, 1, 1]);
    assert.equal(gate.metrics().reopened, 1);
    assert.equal(handles.length, 2);
    await gate.close();
  }));

Deno.test("a file that another connection writes to is waited for, and not opened anew", async () => {
  const waits: number[] = [];
  const clock = { ...instant, wait: (ms: number) => Promise.resolve(void waits.push(ms)) };
  const open = () => Deno.openKv(":memory:");
  const gate = await createGate({ open, clock, log: silentLogger });
  let tries = 0;
  const work = (until: number) => (kv: Deno.Kv) => {
    if (++tries < until) return Promise.reject(new Error("database is locked"));
    return kv.get(["a"]);
  };
  assert.equal((await gate.run(work(9))).value, null);
  assert.deepEqual([tries, gate.metrics().reopened], [9, 0]);
  assert.ok(waits.every((ms, i) => i === 0 || ms > waits[i - 1]!));
  tries = 0;
  await assert.rejects(gate.run(work(Infinity)), { code: "unavailable" });
  assert.equal(tries, 10);
  await gate.close();
});

Deno.test("a lost file that cannot be opened yet, since it is busy, is tried until it can", () =>
  withFolder(async (folder) => {
    let opened = 0;
    const open = () =>
      ++opened > 1 && opened < 8
        ? Promise.reject(new Error("database is locked"))
        : Deno.openKv(`${folder}/a.sqlite`);
    const gate = await createGate({ open, clock: instant, log: silentLogger });
    await gate.run((kv) => Promise.resolve(kv.close()));
    assert.equal((await gate.run((kv) => kv.get(["a"]))).value, null);
    assert.equal(opened, 8);
    await gate.close();
  }));

Deno.test("storage in memory is not reopened, as it would come back empty", async () => {
  const kv = await Deno.openKv(":memory:");
  const open = () => Promise.resolve(kv);
  const gate = await createGate({ open, clock: instant, log: silentLogger, canReopen: false });
  kv.close();
  await assert.rejects(gate.run((kv) => kv.get(["a"])), { code: "unavailable" });
  await gate.close();
});

Deno.test("errors of the request are passed on, not tried again", () =>
  withMemoryGate(async (gate) => {
    let tries = 0;
    const work = () => {
      tries++;
      return Promise.reject(new TypeError("Value too large"));
    };
    await assert.rejects(gate.run(work), TypeError);
    assert.equal(tries, 1);
    assert.equal(gate.metrics().inUse, 0);
  }));

Deno.test("a closed gate refuses work, after ending what runs", async () => {
  const open = () => Deno.openKv(":memory:");
  const gate = await createGate({ open, clock: instant, log: silentLogger });
  const running = gate.run((kv) => kv.get(["a"]));
  await gate.close();
  assert.equal((await running).value, null);
  await assert.rejects(gate.run((kv) => kv.get(["a"])), { code: "unavailable" });
});

const errors: [unknown, boolean][] = [
  [new Deno.errors.BadResource("Bad resource ID"), true],
  [new Error("database is locked"), false],
  [new Error("disk I/O error"), true],
  [new TypeError("Value too large"), false],
  ["text", false],
  [null, false],
];
for (const [error, lost] of errors) {
  Deno.test(`${String(error)} ${lost ? "means" : "does not mean"} that the storage is lost`, () =>
    assert.equal(isStorageLost(error), lost));
}
