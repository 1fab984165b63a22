/** What an earlier run could not mend is mended by a later one, and said once. */
import assert from "node:assert/strict";
import type { GapRecord } from "../../lib/contracts/records.ts";
import type { Bar } from "../../lib/market/mod.ts";
import { UNCONFIRMED } from "../../lib/pipeline/holes.ts";
import { bars, DAY_MS, MINUTE_MS } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { followSymbol, setUpPipeline, SYMBOL } from "../support/pipeline.ts";

const at = (minute: number) => DAY_MS + minute * MINUTE_MS;
const all = bars(40);
const repair = { source: "binance", reason: "repair" } as const;

/** A run that watched minutes 0 to 9 and 20 to 29, and whose end came with the hole unmended. */
async function leaveHole({ isMarked = false } = {}) {
  const store = createMemoryStore();
  await followSymbol(store);
  const before = setUpPipeline({}, store);
  await before.pipeline.start();
  before.play(all.slice(0, 10), { klines: true });
  before.pipeline.intake.markLost([SYMBOL], at(10), "socket closed");
  before.play(all.slice(20, 30), { firstId: 1000, klines: true });
  await before.settle();
  if (isMarked) await before.pipeline.intake.markUnrepairable(SYMBOL, "1m", at(10), at(20));
  await before.stop();
  return store;
}

async function startAgain(store: ReturnType<typeof createMemoryStore>) {
  const run = setUpPipeline({}, store);
  await run.pipeline.start();
  const readGaps = async () => (await store.gaps.list()).items;
  return { ...run, readGaps };
}

/** The hole of a running market: what lies between restart and the first trade is another one. */
const listOld = (holes: { from: number; to: number }[]) =>
  holes.filter(({ from }) => from < at(30)).map(({ from, to }) => [from, to]);

Deno.test("a hole that a restart finds open is asked for again, and mended", async () => {
  const { pipeline, list, row, readGaps } = await startAgain(await leaveHole());
  assert.deepEqual(listOld(pipeline.intake.listHoles()), [[at(10), at(20)]]);
  assert.equal(row().missing, 10);
  await pipeline.intake.addHistory(SYMBOL, "1m", all.slice(10, 20), repair);
  assert.deepEqual(listOld(pipeline.intake.listHoles()), []);
  assert.equal(row().missing, 0);
  assert.deepEqual((await list()).map(({ close }) => close), all.slice(0, 30).map((b) => b.close));
  const [gap, ...others] = await readGaps();
  // The minute in which we came back was watched in part only, so it belongs to the hole.
  const found = [gap?.status, gap?.from, gap?.to, others.length];
  assert.deepEqual(found, ["repaired", at(10), at(21), 0]);
  assert.ok(gap?.repairedAt !== undefined);
});

Deno.test("a hole that was mended in part before the end is asked for from where it was left", async () => {
  const store = await leaveHole();
  const between = await startAgain(store);
  await between.pipeline.intake.addHistory(SYMBOL, "1m", all.slice(10, 14), repair);
  await between.stop();
  const { pipeline } = await startAgain(store);
  assert.deepEqual(listOld(pipeline.intake.listHoles()), [[at(14), at(20)]]);
});

Deno.test("an unrepairable hole is not asked for again after a restart, but counts as missing", async () => {
  const { pipeline, row, readGaps } = await startAgain(await leaveHole({ isMarked: true }));
  assert.deepEqual(listOld(pipeline.intake.listHoles()), []);
  assert.equal(row().missing, 10);
  assert.equal((await readGaps())[0]?.status, "unrepairable");
});

Deno.test("history that comes later mends an unrepairable hole after all", async () => {
  const { pipeline, row, readGaps } = await startAgain(await leaveHole({ isMarked: true }));
  await pipeline.intake.addHistory(SYMBOL, "1m", all.slice(10, 20), {
    source: "binance",
    reason: "history",
  });
  assert.equal(row().missing, 0);
  assert.equal((await readGaps())[0]?.status, "repaired");
});

Deno.test("a hole whose bars were committed before the kill, but not noted, is noted at the start", async () => {
  const store = await leaveHole();
  const mended: Bar[] = all.slice(10, 20).map((bar) => ({ ...bar, quality: "repaired" }));
  await store.bars.putBars({ symbol: SYMBOL, timeframe: "1m" }, mended);
  const { pipeline, row, readGaps } = await startAgain(store);
  assert.deepEqual(listOld(pipeline.intake.listHoles()), []);
  assert.equal(row().missing, 0);
  const [gap] = await readGaps();
  assert.deepEqual([gap?.status, gap?.repairedAt], ["repaired", at(30)]);
});

Deno.test("a bar in doubt proves nothing by being there; the exchange's own does", async () => {
  const store = createMemoryStore();
  await followSymbol(store);
  const before = setUpPipeline({}, store);
  await before.pipeline.start();
  // The kline of minute 5 was lost; by minute 7 it is overdue.
  before.play(all.slice(0, 5), { klines: true });
  before.play(all.slice(5, 6), { firstId: 21 });
  before.play(all.slice(6, 8), { firstId: 25, klines: true });
  before.pipeline.intake.advance(at(8) + 10_000);
  await before.settle();
  assert.deepEqual((await store.gaps.list()).items.map(({ reason }) => reason), [UNCONFIRMED]);
  await before.stop();
  const again = await startAgain(store);
  assert.deepEqual(listOld(again.pipeline.intake.listHoles())[0], [at(5), at(6)]);
  await again.pipeline.intake.addHistory(SYMBOL, "1m", [all[5]!], repair);
  const gaps: GapRecord[] = await again.readGaps();
  assert.deepEqual(gaps.map(({ status }) => status), ["repaired"]);
  assert.equal((await again.list())[5]!.quality, "repaired");
  await again.stop();
  const last = await startAgain(store);
  assert.deepEqual(listOld(last.pipeline.intake.listHoles()), []);
});

Deno.test("a run that ends while it is lost leaves one hole, which the next run closes", async () => {
  const store = createMemoryStore();
  await followSymbol(store);
  const before = setUpPipeline({}, store);
  await before.pipeline.start();
  before.play(all.slice(0, 10), { klines: true });
  before.pipeline.intake.markLost([SYMBOL], at(10), "socket closed");
  await before.settle();
  await before.stop();
  const { pipeline, play, settle, list, readGaps } = await startAgain(store);
  play(all.slice(20, 30), { firstId: 1000, klines: true });
  await settle();
  assert.deepEqual(listOld(pipeline.intake.listHoles()), [[at(10), at(20)]]);
  await pipeline.intake.addHistory(SYMBOL, "1m", all.slice(10, 20), repair);
  assert.equal((await list()).length, 30);
  const gaps = await readGaps();
  assert.deepEqual(gaps.map(({ from, to, status }) => [from, to, status]), [
    [at(10), at(20), "repaired"],
  ]);
});

Deno.test("a restart without anything stored has no hole", async () => {
  const store = createMemoryStore();
  await followSymbol(store);
  const { pipeline } = await startAgain(store);
  assert.deepEqual(pipeline.intake.listHoles(), []);
  assert.deepEqual(pipeline.getContinuity(), []);
});
