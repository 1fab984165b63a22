import assert from "node:assert/strict";
import fc from "fast-check";
import { silentLogger } from "../../lib/log.ts";
import { systemClock } from "../../lib/clock.ts";
import type { Gate } from "../../lib/store/gate.ts";
import { openStore } from "../../lib/store/mod.ts";
import { createStates } from "../../lib/store/states.ts";
import { deletePrefix } from "../../lib/store/world.ts";
import { withFolder, withMemoryGate } from "../support/store.ts";

/** Counts how often the storage is used. */
function countRuns(gate: Gate): Gate & { runs: number } {
  const counted = {
    ...gate,
    runs: 0,
    run: <T>(work: (kv: Deno.Kv) => Promise<T>) => {
      counted.runs++;
      return gate.run(work);
    },
  };
  return counted;
}

Deno.test("whatever is put and asked for, awaited or not, the last value of a name is found", async () => {
  const act = fc.record({
    name: fc.constantFrom("a", "b", "c", ""),
    value: fc.oneof(
      fc.integer(),
      fc.string(),
      fc.constant(null),
      fc.dictionary(fc.string(), fc.nat()),
    ),
    wait: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 20 }), (acts) =>
      withMemoryGate(async (gate) => {
        const states = createStates({ gate, world: "w" });
        const model = new Map<string, unknown>();
        const pending: Promise<void>[] = [];
        for (const { name, value, wait } of acts) {
          model.set(name, structuredClone(value));
          pending.push(states.put(name, value));
          if (!wait) continue;
          await pending.at(-1);
          assert.deepEqual(await states.get(name), model.get(name));
        }
        await Promise.all(pending);
        const names = ["a", "b", "c", "", "never"];
        assert.deepEqual(
          await Promise.all(names.map((name) => states.get(name))),
          names.map((name) => model.get(name) ?? null),
        );
      })),
    { numRuns: 60 },
  );
});

Deno.test("what is asked for in one turn is one use of the storage, and so is what is put", () =>
  withMemoryGate(async (gate) => {
    const counted = countRuns(gate);
    const states = createStates({ gate: counted, world: "w" });
    const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
    await Promise.all(names.map((name, i) => states.put(name, i)));
    assert.equal(counted.runs, 1);
    assert.deepEqual(await Promise.all(names.map((name) => states.get(name))), [...names.keys()]);
    assert.equal(counted.runs, 2);
  }));

for (const [count, length] of [[60, 60_000], [1_500, 10], [200, 6_000], [13, 65_000]] as const) {
  Deno.test(`${count} values of ${length} bytes put at once fit their commits`, () =>
    withMemoryGate(async (gate) => {
      const states = createStates({ gate, world: `${"w".repeat(64)}\u0000ğ` });
      const values = Array.from({ length: count }, (_, i) => `${i} ${"x".repeat(length)}`);
      await Promise.all(values.map((value, i) => states.put(`name ${i}`, value)));
      assert.deepEqual(
        await Promise.all(values.map((_, i) => states.get(`name ${i}`))),
        values,
      );
    }));
}

Deno.test("a value too large fails its own caller, and the others are stored", () =>
  withMemoryGate(async (gate) => {
    const states = createStates({ gate, world: "w" });
    const [fine, large] = await Promise.allSettled([
      states.put("fine", 1),
      states.put("large", "x".repeat(70_000)),
    ]);
    assert.equal(fine.status, "fulfilled");
    assert.equal(large.status === "rejected" && large.reason.code, "too_large");
    assert.deepEqual([await states.get("fine"), await states.get("large")], [1, null]);
  }));

Deno.test("storage that is lost fails those who asked, and the next are answered", () =>
  withMemoryGate(async (gate) => {
    let isLost = true;
    const states = createStates({
      gate: { ...gate, run: (work) => isLost ? Promise.reject(new Error("lost")) : gate.run(work) },
      world: "w",
    });
    const tries = await Promise.allSettled([states.get("a"), states.get("b"), states.put("a", 1)]);
    assert.deepEqual(tries.map(({ status }) => status), ["rejected", "rejected", "rejected"]);
    isLost = false;
    await states.put("a", 2);
    assert.equal(await states.get("a"), 2);
  }));

Deno.test("a store that is closed has stored what was put before", () =>
  withFolder(async (folder) => {
    const open = () =>
      openStore({ path: `${folder}/s.sqlite`, clock: systemClock, log: silentLogger });
    const store = await open();
    const puts = Array.from({ length: 50 }, (_, i) => store.world("w").putState(`n${i}`, i));
    await Promise.all([...puts, store.close()]);
    const again = await open();
    assert.equal(await again.world("w").getState("n49"), 49);
    await again.close();
  }));

Deno.test("a prefix of very long keys is deleted, however few of them fit one commit", () =>
  withMemoryGate(async (gate) => {
    const long = "ü".repeat(450);
    await gate.run(async (kv) => {
      for (let i = 0; i < 1_100; i++) await kv.set(["gone", long, i], i);
      await kv.set(["stays"], 1);
    });
    await deletePrefix(gate, ["gone"]);
    await gate.run(async (kv) => {
      const left: Deno.KvKey[] = [];
      for await (const { key } of kv.list({ prefix: [] })) left.push(key);
      assert.deepEqual(left, [["stays"]]);
    });
  }));
