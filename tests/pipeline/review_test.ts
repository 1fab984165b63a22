/** Refused trades are kept, looked at, and let go on into the bar that still runs. */
import assert from "node:assert/strict";
import { createQuarantine } from "../../lib/quality/mod.ts";
import { aTrade, bars, DAY_MS, MINUTE_MS } from "../support/market.ts";
import { setUpPipeline, SYMBOL } from "../support/pipeline.ts";

/** A market of 30 minutes, and in the next a trade that nobody believes. */
function refuseOne() {
  const world = setUpPipeline({ quarantine: createQuarantine() });
  world.play(bars(30), { klines: true });
  const eventMs = DAY_MS + 30 * MINUTE_MS + 20_000;
  world.pipeline.intake.addTrade(aTrade({ eventMs: eventMs - 1_000, tradeId: 500, price: 101 }));
  world.pipeline.intake.addTrade(aTrade({ eventMs, tradeId: 501, price: 300, size: 2 }));
  const running = () => world.pipeline.getRunningBar({ symbol: SYMBOL, timeframe: "1m" })!;
  return { ...world, running };
}

Deno.test("a refused trade stays out of the bar and is kept with the checks that it failed", () => {
  const { pipeline, running } = refuseOne();
  const [kept, ...others] = pipeline.listRefused();
  assert.deepEqual([kept?.trade.price, kept?.failed, others.length], [300, ["price_anomaly"], 0]);
  assert.deepEqual([running().high, running().volume], [101, 1]);
});

Deno.test("released within its minute it is part of the bar, once", async () => {
  const { pipeline, running, settle, list } = refuseOne();
  const { id } = pipeline.listRefused()[0]!;
  assert.equal(pipeline.releaseTrade(id), "added");
  assert.deepEqual([running().high, running().close, running().volume], [300, 300, 3]);
  assert.equal(pipeline.releaseTrade(id), null);
  assert.deepEqual(pipeline.listRefused(), []);
  pipeline.intake.advance(DAY_MS + 31 * MINUTE_MS);
  await settle();
  assert.deepEqual((await list()).at(-1)!.volume, 3);
});

Deno.test("a later trade at the usual price passes, though the released one was far away", () => {
  const { pipeline, running } = refuseOne();
  pipeline.releaseTrade(pipeline.listRefused()[0]!.id);
  const { rejected } = pipeline.stats();
  const eventMs = DAY_MS + 30 * MINUTE_MS + 30_000;
  pipeline.intake.addTrade(aTrade({ eventMs, tradeId: 502, price: 101 }));
  assert.equal(pipeline.stats().rejected, rejected);
  assert.equal(running().close, 101);
});

Deno.test("when its bar is closed the exchange's own figures stand", async () => {
  const { pipeline, settle, list, play } = refuseOne();
  play(bars(32).slice(31), { firstId: 600, klines: true });
  await settle();
  const before = await list();
  assert.equal(pipeline.releaseTrade(pipeline.listRefused()[0]!.id), "closed");
  await settle();
  assert.deepEqual(await list(), before);
});

Deno.test("what is no trade cannot be released and stays on the list", () => {
  const { pipeline } = refuseOne();
  pipeline.intake.addTrade(
    aTrade({ eventMs: DAY_MS + 30 * MINUTE_MS + 40_000, tradeId: 503, price: NaN }),
  );
  const { id, failed } = pipeline.listRefused()[0]!;
  assert.ok(failed.includes("valid_values"));
  assert.equal(pipeline.releaseTrade(id), "unusable");
  assert.equal(pipeline.listRefused().length, 2);
});

Deno.test("a symbol that is no longer followed has no bar to go to", () => {
  const { pipeline } = refuseOne();
  pipeline.intake.setSymbols([]);
  assert.equal(pipeline.releaseTrade(pipeline.listRefused()[0]!.id), "closed");
});

Deno.test("without a quarantine nothing is kept and nothing can be released", () => {
  const { pipeline } = setUpPipeline();
  assert.deepEqual(pipeline.listRefused(), []);
  assert.equal(pipeline.releaseTrade(1), null);
});
