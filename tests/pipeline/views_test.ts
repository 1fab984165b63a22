/** What is read of a running pipeline. */
import assert from "node:assert/strict";
import { createMemoryStore } from "../support/memory_store.ts";
import { aTrade, bars, DAY_MS, MINUTE_MS } from "../support/market.ts";
import { followSymbol, setUpPipeline, SYMBOL } from "../support/pipeline.ts";

Deno.test("an idle pipeline answers everything with nothing", () => {
  const { pipeline } = setUpPipeline();
  assert.deepEqual(pipeline.listPrices(), []);
  assert.deepEqual(pipeline.getContinuity(), []);
  assert.equal(pipeline.getQuality(SYMBOL), null);
  assert.equal(pipeline.getRunningBar({ symbol: SYMBOL, timeframe: "1h" }), null);
  const { equalShare, compared, waiting } = pipeline.stats();
  assert.deepEqual([equalShare, compared, waiting], [1, 0, 0]);
});

Deno.test("the newest price of each symbol is told with its change over 24 hours", async () => {
  const { pipeline, play, settle } = setUpPipeline();
  const day = bars(60 * 26);
  await pipeline.intake.addHistory(SYMBOL, "1m", day, { source: "binance", reason: "history" });
  const start = DAY_MS + day.length * MINUTE_MS;
  play(bars(2, start), { klines: true });
  pipeline.intake.addTrade(
    aTrade({ eventMs: start + 2 * MINUTE_MS + 5, tradeId: 99, price: 103 }),
  );
  await settle();
  const [price, ...others] = pipeline.listPrices();
  assert.equal(others.length, 0);
  assert.deepEqual([price?.symbol, price?.price], [SYMBOL, 103]);
  // The close of the hour that ended 24 h before the present one began.
  const before = day[60 * 2 - 1]!.close;
  assert.ok(Math.abs(price!.price_change_24h! - (103 / before - 1) * 100) < 1e-9);
});

Deno.test("an older trade that comes late does not become the newest price", () => {
  const { pipeline } = setUpPipeline();
  const at = DAY_MS + 30_000;
  pipeline.intake.addTrade(aTrade({ eventMs: at, tradeId: 2, price: 101 }));
  pipeline.intake.addTrade(aTrade({ eventMs: at - 5_000, tradeId: 3, price: 100 }));
  assert.equal(pipeline.listPrices()[0]?.price, 101);
});

Deno.test("continuity is sorted by symbol, then by length, and sums up", async () => {
  const store = createMemoryStore();
  await followSymbol(store, "ETHUSDT");
  await followSymbol(store, "ADAUSDT");
  const { pipeline } = setUpPipeline({}, store);
  const some = bars(65);
  for (const symbol of ["ETHUSDT", "ADAUSDT"]) {
    await pipeline.intake.addHistory(symbol, "1m", some.filter((_, i) => i !== 30), {
      source: "binance",
      reason: "history",
    });
  }
  const rows = pipeline.getContinuity();
  const names = rows.map(({ symbol, timeframe }) => `${symbol} ${timeframe}`);
  // The hour, and all that is longer, is no bar without the minute that is missing.
  const lengths = ["1m", "5m", "15m"];
  const wanted = ["ADAUSDT", "ETHUSDT"].flatMap((symbol) =>
    lengths.map((one) => `${symbol} ${one}`)
  );
  assert.deepEqual(names, wanted);
  for (const row of rows) {
    assert.equal(row.expected, row.received + row.repaired + row.filled + row.missing);
  }
  assert.deepEqual([rows[0]!.expected, rows[0]!.missing], [65, 1]);
});

Deno.test("while a symbol is lost each minute that ends is one more that is missing", async () => {
  const { pipeline, play, settle, row } = setUpPipeline();
  play(bars(10), { klines: true });
  pipeline.intake.markLost([SYMBOL], DAY_MS + 10 * MINUTE_MS, "silence");
  await settle();
  for (const minute of [11, 12, 17]) {
    pipeline.intake.advance(DAY_MS + minute * MINUTE_MS);
    assert.equal(row().missing, minute - 10);
    assert.equal(row().to, DAY_MS + minute * MINUTE_MS);
  }
});

Deno.test("bars that the exchange merely confirms are no repairs; a corrected one is, once", async () => {
  const { pipeline, play, settle } = setUpPipeline();
  const some = bars(20);
  play(some);
  await settle();
  for (const bar of some) {
    const digits = { ...bar, volume: bar.volume * (1 + 1e-12) };
    pipeline.intake.addExchangeBar(SYMBOL, "1m", digits, "binance");
  }
  await settle();
  assert.equal(pipeline.stats().repaired, 0);
  const wrong = { ...some[19]!, high: 500 };
  for (let i = 0; i < 2; i++) pipeline.intake.addExchangeBar(SYMBOL, "1m", wrong, "binance");
  await settle();
  // The 1m bar and the 5m, 15m … bars that it is part of and that are closed.
  const longer = pipeline.getContinuity().reduce((sum, { repaired }) => sum + repaired, 0);
  assert.ok(longer >= 2);
  assert.equal(pipeline.stats().repaired, longer);
});
