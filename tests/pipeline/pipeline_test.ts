/** The live path as a whole, over a store in memory. */
import assert from "node:assert/strict";
import { type Bar, timeframes } from "../../lib/market/mod.ts";
import { findFirstDifference, hashWorld } from "../../lib/pipeline/mod.ts";
import { aBar, aTrade, bars, DAY_MS, MINUTE_MS, tradesOfBar } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { followSymbol, setUpPipeline, SYMBOL } from "../support/pipeline.ts";

const HOUR_MS = 60 * MINUTE_MS;

Deno.test("played bars are stored exactly, in every timeframe, and told after the commit", async () => {
  const { pipeline, told, settle, list, play, row } = setUpPipeline();
  const day = bars(120);
  play(day);
  await settle();
  assert.deepEqual(await list(), day);
  assert.equal((await list("5m")).length, 24);
  assert.equal((await list("1h")).length, 2);
  const closed = told.filter((update) => update.bar.closed && update.timeframe === "1m");
  assert.equal(closed.length, 120);
  assert.ok(closed.at(-1)!.indicators?.rsi_14 !== undefined);
  assert.deepEqual(row(), {
    source: "binance",
    symbol: SYMBOL,
    timeframe: "1m",
    expected: 120,
    received: 120,
    repaired: 0,
    filled: 0,
    missing: 0,
    from: DAY_MS,
    to: DAY_MS + 120 * MINUTE_MS,
  });
  assert.equal(pipeline.market.now(), DAY_MS + 120 * MINUTE_MS);
});

Deno.test("nothing closed is told before the commit, and market time waits for it", async () => {
  const store = createMemoryStore();
  let open = () => {};
  store.gate = new Promise((resolve) => open = resolve);
  const { pipeline, told, settle, play } = setUpPipeline({}, store);
  play(bars(1));
  for (let i = 0; i < 50; i++) await Promise.resolve();
  assert.equal(told.filter((update) => update.bar.closed).length, 0);
  assert.ok(pipeline.market.now() < DAY_MS + MINUTE_MS);
  open();
  await settle();
  assert.equal(told.filter((update) => update.bar.closed).length, 1);
});

Deno.test("the exchange's bar confirms ours, and a different one repairs it in every timeframe", async () => {
  const { pipeline, told, settle, list, play } = setUpPipeline();
  const five = bars(5);
  play(five);
  await settle();
  for (const bar of five.slice(0, 4)) pipeline.intake.addExchangeBar(SYMBOL, "1m", bar, "binance");
  const right: Bar = { ...five[4]!, high: 500 };
  pipeline.intake.addExchangeBar(SYMBOL, "1m", right, "binance");
  await settle();
  assert.deepEqual((await list())[4], { ...right, quality: "repaired" });
  const [longer] = await list("5m");
  assert.deepEqual([longer!.high, longer!.quality], [500, "repaired"]);
  assert.equal(told.filter((update) => update.bar.quality === "repaired").length, 2);
  const { compared, equal } = pipeline.stats();
  assert.deepEqual([compared, equal], [5, 4]);
});

Deno.test("a filled minute that the exchange confirms becomes observed", async () => {
  const { pipeline, settle, list, play, row } = setUpPipeline();
  const [first] = bars(1);
  play([first!]);
  pipeline.intake.advance(DAY_MS + 2 * MINUTE_MS);
  await settle();
  assert.equal((await list())[1]!.quality, "filled");
  assert.equal(row().filled, 1);
  const quiet = aBar({ time: DAY_MS + MINUTE_MS, open: first!.close, volume: 0 });
  pipeline.intake.addExchangeBar(SYMBOL, "1m", quiet, "binance");
  await settle();
  assert.equal((await list())[1]!.quality, "observed");
  assert.deepEqual([row().received, row().filled], [2, 0]);
});

Deno.test("a gap is opened, listed with its borders, mended and closed; the splice is idempotent", async () => {
  const { pipeline, store, messages, settle, list, play, row } = setUpPipeline();
  const all = bars(30);
  play(all.slice(0, 10));
  pipeline.intake.markLost([SYMBOL], DAY_MS + 10 * MINUTE_MS, "socket closed");
  pipeline.intake.advance(DAY_MS + 15 * MINUTE_MS);
  await settle();
  assert.equal(row().missing, 5);
  play(all.slice(20, 30), { firstId: 1000, klines: true });
  await settle();
  assert.deepEqual(pipeline.intake.listHoles(), [{
    symbol: SYMBOL,
    timeframe: "1m",
    from: DAY_MS + 10 * MINUTE_MS,
    to: DAY_MS + 20 * MINUTE_MS,
  }]);
  assert.equal((await list()).length, 20);
  const fetched = all.slice(10, 20);
  for (let i = 0; i < 2; i++) {
    await pipeline.intake.addHistory(SYMBOL, "1m", fetched, {
      source: "binance",
      reason: "repair",
    });
  }
  assert.deepEqual(pipeline.intake.listHoles(), []);
  assert.deepEqual((await list()).map((bar) => bar.close), all.map((bar) => bar.close));
  assert.deepEqual([row().missing, row().repaired], [0, 11]);
  assert.equal((await list("5m")).length, 6);
  const { items } = await store.gaps.list();
  assert.deepEqual(items.map((gap) => gap.status), ["repaired"]);
  assert.ok(messages.filter((message) => message.channel === "continuity").length >= 3);
});

Deno.test("a trade that follows the last one proves that nothing was missed", async () => {
  const { pipeline, store, settle, list, play } = setUpPipeline();
  const all = bars(3);
  play(all.slice(0, 2));
  pipeline.intake.markLost([SYMBOL], DAY_MS + 2 * MINUTE_MS, "silence");
  play(all.slice(2), { firstId: 9 });
  await settle();
  assert.deepEqual(await list(), all);
  assert.equal((await store.gaps.list()).items[0]!.status, "repaired");
});

Deno.test("what the exchange does not have stays labelled and is not asked for again", async () => {
  const { pipeline, store, settle, play, row } = setUpPipeline();
  const all = bars(30);
  play(all.slice(0, 10));
  pipeline.intake.markLost([SYMBOL], DAY_MS + 10 * MINUTE_MS, "socket closed");
  play(all.slice(20, 30), { firstId: 1000, klines: true });
  await settle();
  const hole = pipeline.intake.listHoles()[0]!;
  await pipeline.intake.markUnrepairable(SYMBOL, "1m", hole.from, hole.to);
  assert.deepEqual(pipeline.intake.listHoles(), []);
  assert.equal((await store.gaps.list()).items[0]!.status, "unrepairable");
  assert.equal(row().missing, 10);
});

Deno.test("a restart in mid-bar goes on with the running bar and counts no trade twice", async () => {
  const store = createMemoryStore();
  await followSymbol(store);
  const all = bars(12);
  const before = setUpPipeline({}, store);
  await before.pipeline.start();
  before.play(all.slice(0, 7));
  const trades = tradesOfBar(all[7]!, 29);
  for (const trade of trades.slice(0, 2)) before.pipeline.intake.addTrade(trade);
  await before.settle();
  const stopped = before.pipeline.stop();
  await before.clock.advance(1000);
  await stopped;
  const after = setUpPipeline({}, store);
  await after.pipeline.start();
  assert.equal(
    after.pipeline.getRunningBar({ symbol: SYMBOL, timeframe: "1m" })?.volume,
    all[7]!.volume / 2,
  );
  after.play(all.slice(7), { firstId: 29 });
  await after.settle();
  assert.deepEqual(await after.list(), all);
  assert.equal((await after.list("5m")).length, 2);
  assert.equal(after.pipeline.stats().duplicates, 2);
  assert.deepEqual(after.pipeline.intake.listHoles(), []);
});

Deno.test("in live mode the first minute, watched in part, waits for the exchange's bar", async () => {
  const { pipeline, clock, settle, list, row } = setUpPipeline({ mode: "live" });
  const [first, second] = bars(2);
  pipeline.intake.addTrade(aTrade({ eventMs: DAY_MS + 30_000, tradeId: 7, price: 101 }));
  pipeline.intake.advance(DAY_MS + MINUTE_MS);
  await settle();
  assert.deepEqual(await list(), []);
  pipeline.intake.addExchangeBar(SYMBOL, "1m", first!, "binance");
  await clock.advance(MINUTE_MS);
  for (const trade of tradesOfBar(second!, 8)) pipeline.intake.addTrade(trade);
  pipeline.intake.addExchangeBar(SYMBOL, "1m", second!, "binance");
  await settle();
  assert.deepEqual((await list()).map((bar) => bar.quality), ["observed", "observed"]);
  assert.equal(row().missing, 0);
});

Deno.test("a genuine price jump re-bases and the exchange's bar mends what was refused", async () => {
  const { pipeline, settle, list, play } = setUpPipeline();
  const calm = bars(10);
  const jumped = bars(5, DAY_MS + 10 * MINUTE_MS).map((bar) =>
    aBar({ time: bar.time, open: 300, high: 302, low: 299, close: 301, volume: bar.volume })
  );
  play([...calm, ...jumped], { klines: true });
  await settle();
  assert.equal(pipeline.stats().rejected, 4);
  assert.deepEqual(
    (await list()).map((bar) => bar.close),
    [...calm, ...jumped].map((bar) => bar.close),
  );
  assert.ok(pipeline.getQuality(SYMBOL)!.score < 1);
});

Deno.test("history fills what lies before, in every timeframe, without a message", async () => {
  const { pipeline, told, list, row } = setUpPipeline();
  await pipeline.intake.addHistory(SYMBOL, "1m", bars(60), {
    source: "binance",
    reason: "history",
  });
  assert.equal((await list("1h")).length, 1);
  assert.equal(told.length, 0);
  assert.deepEqual([row().received, row().missing], [60, 0]);
});

Deno.test("hostile trades and bars change nothing", async () => {
  const { pipeline, settle, list } = setUpPipeline();
  for (
    const part of [{ price: NaN }, { size: -1 }, { eventMs: NaN }, { eventMs: -5 }, {
      eventMs: Infinity,
    }]
  ) {
    pipeline.intake.addTrade(aTrade(part));
  }
  pipeline.intake.addExchangeBar(SYMBOL, "1m", { ...aBar(), high: 1 }, "binance");
  pipeline.intake.advance(NaN);
  pipeline.intake.advance(Infinity);
  pipeline.intake.advance(-1);
  await settle();
  assert.deepEqual(await list(), []);
  assert.equal(pipeline.market.now(), 0);
});

Deno.test("1h recordings feed the longer series alone, emit signals and judge them in their time", async () => {
  const { pipeline, store, messages, settle, list } = setUpPipeline({ baseTimeframe: "1h" });
  const calm = Array.from(
    { length: 24 * 100 },
    (_, i) =>
      aBar({
        time: DAY_MS + i * HOUR_MS,
        open: 100,
        high: 100.5,
        low: 99.5,
        close: 100 + (i % 2) / 5,
        volume: 10,
      }),
  );
  await pipeline.intake.addHistory(SYMBOL, "1h", calm, { source: "binance", reason: "history" });
  const start = DAY_MS + calm.length * HOUR_MS;
  for (let i = 0; i < 50; i++) {
    const price = i === 0 ? 100 : 108;
    const bar = aBar({ time: start + i * HOUR_MS, open: price, volume: 100 });
    tradesOfBar(bar, 1 + i * 4, SYMBOL, 15 * MINUTE_MS).forEach((trade) =>
      pipeline.intake.addTrade(trade)
    );
    pipeline.intake.addExchangeBar(SYMBOL, "1h", bar, "binance");
    pipeline.intake.advance(bar.time + HOUR_MS);
  }
  await settle();
  assert.equal((await list("1m")).length, 0);
  assert.equal((await list("1h")).length, calm.length + 50);
  const types = new Set((await store.signals.list()).items.map((signal) => signal.type));
  assert.deepEqual([...types].sort(), ["price_alert", "volume_anomaly"]);
  assert.ok((await store.outcomes.list()).items.some((outcome) => outcome.outcome === "right"));
  assert.ok(messages.some((message) => message.channel === "signals"));
  assert.ok(await store.features.count() > 0);
});

Deno.test("the same input makes the same world, whatever the pace", async () => {
  const seriesList = timeframes.map((timeframe) => ({ symbol: SYMBOL, timeframe }));
  const run = async (isSlow: boolean) => {
    const { settle, play, store } = setUpPipeline();
    const all = bars(200);
    for (let i = 0; i < all.length; i++) {
      play([all[i]!], { firstId: 1 + i * 4, klines: i % 2 === 0 });
      if (isSlow) await settle();
    }
    await settle();
    return hashWorld(store, seriesList);
  };
  assert.equal(await run(true), await run(false));
});

Deno.test("findFirstDifference names the first line that differs", () => {
  assert.equal(findFirstDifference(["a"], ["a"]), null);
  assert.deepEqual(findFirstDifference(["a", "b"], ["a"]), { index: 1, left: "b", right: null });
});
