/** Writing that fails for good ends collecting, not the process. */
import assert from "node:assert/strict";
import type { ManualClock } from "../support/clock.ts";
import { bars, MINUTE_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { setUpPipeline, SYMBOL } from "../support/pipeline.ts";
import { createRefusingStore } from "../support/refusing_store.ts";

function setUpRefusing() {
  const store = createRefusingStore(createMemoryStore());
  return { ...setUpPipeline({}, store), refusing: store };
}

/** Long enough for every try of a commit. */
const TRIES_MS = 30_000;

/** Lets time pass in small steps, so that what it wakes can run on. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) await clock.advance(50);
}

Deno.test("a commit that fails eight times halts the intake with the reason", async () => {
  const { pipeline, play, settle, clock, refusing, list, told } = setUpRefusing();
  play(bars(3), { klines: true });
  await settle();
  refusing.refusal = "database or disk is full";
  play(bars(5).slice(3), { firstId: 13, klines: true });
  const waiting = assert.rejects(settle(), /Cannot take more: the store does not accept writes/);
  await pass(clock, TRIES_MS);
  await waiting;
  assert.equal(refusing.refused, 8);
  assert.deepEqual([pipeline.intake.halted?.aborted, pipeline.intake.halted?.reason], [
    true,
    "the store does not accept writes",
  ]);
  assert.equal((await list()).length, 3);
  const closed = told.filter(({ bar, timeframe }) => bar.closed && timeframe === "1m");
  assert.equal(closed.length, 3, "told of no bar that is not stored");
});

Deno.test("after that everything is refused at once, and nobody waits for ever", async () => {
  const { pipeline, play, settle, clock, refusing } = setUpRefusing();
  refusing.refusal = "full";
  play(bars(2));
  const first = assert.rejects(settle());
  await pass(clock, TRIES_MS);
  await first;
  const { refused } = refusing;
  await assert.rejects(settle(), /Cannot take more/);
  await assert.rejects(pipeline.intake.markUnrepairable(SYMBOL, "1m", 0, MINUTE_MS));
  play(bars(20).slice(2), { firstId: 9, klines: true });
  await pipeline.intake.settled();
  assert.equal(refusing.refused, refused, "the store is asked no more");
  assert.equal(pipeline.stats().waiting, 0);
  await pipeline.stop();
});

Deno.test("who waits for room when writing is given up is let go", async () => {
  const { pipeline, clock, refusing } = setUpRefusing();
  refusing.refusal = "full";
  const many = bars(5_000);
  for (const bar of many) pipeline.intake.addExchangeBar(SYMBOL, "1m", bar, "binance");
  let isFree = false;
  const waiting = pipeline.intake.settled().then(() => isFree = true);
  await pass(clock, 50);
  assert.equal(isFree, false);
  // Thousands of bars take many turns before the first try.
  for (let i = 0; !isFree && i < 100; i++) await pass(clock, TRIES_MS);
  assert.ok(isFree);
  await waiting;
  assert.ok(pipeline.intake.halted?.aborted);
});

Deno.test("a store that comes back within the tries loses nothing", async () => {
  const { pipeline, play, settle, clock, refusing, list } = setUpRefusing();
  refusing.refusal = "database is locked";
  play(bars(4), { klines: true });
  const settled = settle();
  await pass(clock, 5_000);
  assert.ok(refusing.refused > 1);
  refusing.refusal = null;
  await pass(clock, TRIES_MS);
  await settled;
  assert.equal(pipeline.intake.halted?.aborted, false);
  assert.deepEqual(await list(), bars(4));
});

Deno.test("a pipeline is halted once, and the first reason stays", () => {
  const { pipeline } = setUpPipeline();
  pipeline.halt("the disk is nearly full");
  pipeline.halt("another");
  assert.equal(pipeline.intake.halted?.reason, "the disk is nearly full");
});
