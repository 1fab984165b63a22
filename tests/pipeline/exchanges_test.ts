/** Several exchanges in one pipeline: none moves, drops or asks for what is another's. */
import assert from "node:assert/strict";
import { aBar, aTrade, DAY_MS, MINUTE_MS } from "../support/market.ts";
import { setUpPipeline, SYMBOL } from "../support/pipeline.ts";

const at = (minute: number) => DAY_MS + minute * MINUTE_MS;
const other = "OTHER";
const trade = (symbol: string, source: string, minute: number, tradeId = minute + 1) =>
  aTrade({ symbol, source, tradeId, eventMs: at(minute) + 1_000 });

function setUp() {
  const run = setUpPipeline();
  const { intake } = run.pipeline;
  const one = intake.forExchange("binance");
  const two = intake.forExchange("two");
  const list = (symbol: string) => run.store.bars.listBars({ symbol, timeframe: "1m" });
  return { ...run, one, two, list };
}

Deno.test("an exchange's intake is one and the same, however often it is asked for", () => {
  const { pipeline, one, two } = setUp();
  assert.equal(pipeline.intake.forExchange("binance"), one);
  assert.equal(two.forExchange("binance"), one);
  assert.notEqual(one, two);
  assert.equal(one.halted, pipeline.intake.halted);
});

Deno.test("the time of one exchange does not close the bars of another", async () => {
  const { one, two, list, settle } = setUp();
  one.addTrade(trade(SYMBOL, "binance", 0));
  two.addTrade(trade(other, "two", 0));
  one.advance(at(5));
  await settle();
  assert.deepEqual([(await list(SYMBOL)).length, (await list(other)).length], [5, 0]);
  // What the slower one still tells of its first minute is not late.
  two.addTrade(trade(other, "two", 0, 2));
  two.advance(at(1));
  await settle();
  assert.deepEqual((await list(other)).map(({ volume }) => volume), [2]);
});

Deno.test("the market time of all is that of the furthest", async () => {
  const { pipeline, one, two, settle } = setUp();
  one.advance(at(7));
  two.advance(at(3));
  await settle();
  assert.equal(pipeline.market.now(), at(7));
});

Deno.test("setting the symbols of one exchange leaves those of the others", () => {
  const { pipeline, one, two } = setUp();
  one.setSymbols([SYMBOL, "ETHUSDT"]);
  two.setSymbols([other]);
  two.setSymbols([]);
  one.setSymbols([SYMBOL]);
  const known = [SYMBOL, "ETHUSDT", other].filter((symbol) => pipeline.getQuality(symbol));
  assert.deepEqual(known, [SYMBOL]);
});

Deno.test("holes are listed to the exchange that they are of, at its own time", () => {
  const { pipeline, one, two } = setUp();
  for (const [intake, symbol, source] of [[one, SYMBOL, "binance"], [two, other, "two"]] as const) {
    intake.addTrade(trade(symbol, source, 0));
    intake.advance(at(2));
    intake.markLost([symbol], at(2), "socket closed");
  }
  one.advance(at(9));
  two.advance(at(4));
  const list = (intake: typeof one) => intake.listHoles().map(({ symbol, to }) => [symbol, to]);
  assert.deepEqual(list(one), [[SYMBOL, at(9)]]);
  assert.deepEqual(list(two), [[other, at(4)]]);
  assert.deepEqual(list(pipeline.intake), [[SYMBOL, at(9)], [other, at(9)]]);
});

Deno.test("a bar is in doubt by the time of its own exchange", async () => {
  const { one, two, store, settle } = setUp();
  for (const [intake, symbol, source] of [[one, SYMBOL, "binance"], [two, other, "two"]] as const) {
    intake.addTrade(trade(symbol, source, 0));
    intake.addExchangeBar(symbol, "1m", aBar({ time: at(0) }), source);
    intake.addTrade(trade(symbol, source, 1));
    intake.advance(at(2));
  }
  await settle();
  // The second minute's own bar did not come to either; only of one it is overdue.
  one.advance(at(2) + 15_000);
  await settle();
  assert.deepEqual((await store.gaps.list()).items.map(({ symbol }) => symbol), [SYMBOL]);
  two.advance(at(2) + 15_000);
  await settle();
  const { items } = await store.gaps.list();
  assert.deepEqual(items.map(({ symbol }) => symbol).sort(), [SYMBOL, other]);
});

Deno.test("an exchange's traits are its own, and a symbol keeps its exchange", async () => {
  const { pipeline, one, two, list, settle } = setUp();
  pipeline.intake.forExchange("two", { isVolumeApart: true });
  for (const [intake, symbol, source] of [[one, SYMBOL, "binance"], [two, other, "two"]] as const) {
    intake.addTrade(trade(symbol, source, 0));
    intake.advance(at(1));
    // Handed in without naming the exchange, as a loader of history does.
    pipeline.intake.addExchangeBar(symbol, "1m", aBar({ time: at(0), volume: 5 }), source);
  }
  await settle();
  const qualities = [...await list(SYMBOL), ...await list(other)].map(({ quality }) => quality);
  assert.deepEqual(qualities, ["repaired", "observed"]);
});

Deno.test("played through its exchange's intake, a market leaves what it always left", async () => {
  const whole = setUpPipeline();
  const scoped = setUp();
  for (const intake of [whole.pipeline.intake, scoped.one]) {
    for (let minute = 0; minute < 70; minute++) {
      if (minute % 9 !== 4) intake.addTrade(trade(SYMBOL, "binance", minute));
      const bar = aBar({ time: at(minute), volume: minute % 9 === 4 ? 0 : 1 });
      if (minute % 7 !== 3) intake.addExchangeBar(SYMBOL, "1m", bar, "binance");
      if (minute === 30) intake.markLost([SYMBOL], at(31), "socket closed");
      intake.advance(at(minute + 1) + 100);
    }
  }
  await Promise.all([whole.settle(), scoped.settle()]);
  assert.deepEqual(await scoped.list(SYMBOL), await whole.list());
  assert.deepEqual(scoped.pipeline.getContinuity(), whole.pipeline.getContinuity());
  assert.deepEqual(scoped.one.listHoles(), whole.pipeline.intake.listHoles());
  assert.deepEqual((await scoped.store.gaps.list()).items, (await whole.store.gaps.list()).items);
  assert.deepEqual(scoped.told, whole.told);
});
