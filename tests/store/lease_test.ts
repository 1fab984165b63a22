import assert from "node:assert/strict";
import { createLeases } from "../../lib/store/lease.ts";
import { createManualClock } from "../support/clock.ts";
import { withMemoryGate } from "../support/store.ts";

const ttlMs = 15_000;

function withLeases(
  test: (
    leases: ReturnType<typeof createLeases>,
    clock: ReturnType<typeof createManualClock>,
  ) => Promise<void>,
): () => Promise<void> {
  const clock = createManualClock(1_000);
  return () => withMemoryGate((gate) => test(createLeases({ gate, clock }), clock), clock);
}

Deno.test(
  "of many who ask at once, one gets the lease",
  withLeases(async (leases) => {
    const holders = ["a", "b", "c", "d"];
    const got = await Promise.all(
      holders.map((holder) => leases.acquireLease("binance", { holder, ttlMs })),
    );
    assert.equal(got.filter(Boolean).length, 1);
  }),
);

Deno.test(
  "a lease is taken over when it has expired, and its old holder is told",
  withLeases(async (leases, clock) => {
    const first = await leases.acquireLease("binance", { holder: "a", ttlMs });
    await clock.advance(ttlMs - 1);
    assert.equal(await leases.acquireLease("binance", { holder: "b", ttlMs }), null);
    await clock.advance(1);
    assert.ok(await leases.acquireLease("binance", { holder: "b", ttlMs }));
    assert.equal(await first!.renew(), false);
    await first!.release();
    assert.equal(await leases.getHolder("binance"), "b");
  }),
);

Deno.test(
  "a renewed lease is kept, a released one is free at once",
  withLeases(async (leases, clock) => {
    const lease = await leases.acquireLease("binance", { holder: "a", ttlMs });
    await clock.advance(10_000);
    assert.equal(await lease!.renew(), true);
    await clock.advance(10_000);
    assert.equal(await leases.getHolder("binance"), "a");
    await lease!.release();
    assert.equal(await leases.getHolder("binance"), null);
    assert.ok(await leases.acquireLease("binance", { holder: "b", ttlMs }));
  }),
);

Deno.test(
  "keeping ends when the lease is lost or nobody wants it longer",
  withLeases(async (leases, clock) => {
    const stop = new AbortController();
    const lease = await leases.acquireLease("binance", { holder: "a", ttlMs });
    const kept = lease!.keep(stop.signal);
    stop.abort();
    await kept;
    const lost = lease!.keep(new AbortController().signal);
    await leases.voidAll();
    await clock.advance(ttlMs / 3);
    await lost;
    assert.equal(await leases.getHolder("binance"), null);
  }),
);

for (const ttlMs of [0, -1, NaN, 30_001]) {
  Deno.test(
    `a lease of ${ttlMs} ms is refused`,
    withLeases(async (leases) => {
      await assert.rejects(leases.acquireLease("x", { holder: "a", ttlMs }), RangeError);
    }),
  );
}
