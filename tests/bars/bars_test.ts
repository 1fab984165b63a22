/** Trades to bars, bars to longer bars, and ours against the exchange's. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addBar,
  addTrade,
  addTradeId,
  advanceBuilder,
  aggregateBars,
  createAggregator,
  createBarBuilder,
  createTradeIds,
  getRunningBar,
  reconcileBar,
} from "../../lib/bars/mod.ts";
import { type Bar, timeframeMs, timeframes } from "../../lib/market/mod.ts";
import { aBar, aTrade, bars, DAY_MS, MINUTE_MS } from "../support/market.ts";

type Step = { price: number; size: number; eventMs: number; tradeId: number };

function build(trades: readonly Step[], endMs: number): Bar[] {
  const closed: Bar[] = [];
  const builder = createBarBuilder();
  for (const trade of trades) addTrade(builder, trade, (bar) => closed.push(bar));
  advanceBuilder(builder, endMs, (bar) => closed.push(bar));
  return closed;
}

const steps = fc.array(
  fc.record({
    price: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    size: fc.integer({ min: 0, max: 1e9 }).map((size) => size / 1000),
    atMs: fc.integer({ min: 0, max: 10 * MINUTE_MS }),
  }),
  { minLength: 1, maxLength: 60 },
).map((list) =>
  list.sort((a, b) => a.atMs - b.atMs).map(({ price, size, atMs }, i) => ({
    price,
    size,
    eventMs: DAY_MS + atMs,
    tradeId: i + 1,
  }))
);

Deno.test("a bar's high and low enclose its open and close, and volumes add up", () => {
  fc.assert(fc.property(steps, (trades) => {
    const closed = build(trades, DAY_MS + 20 * MINUTE_MS);
    for (const bar of closed) {
      assert.ok(bar.high >= Math.max(bar.open, bar.close));
      assert.ok(bar.low <= Math.min(bar.open, bar.close));
    }
    const total = trades.reduce((sum, trade) => sum + trade.size, 0);
    const built = closed.reduce((sum, bar) => sum + bar.volume, 0);
    assert.ok(Math.abs(total - built) <= 1e-9 * Math.max(1, total));
  }));
});

Deno.test("any interleaving of ticks closes each bucket exactly once, without a hole", () => {
  fc.assert(fc.property(
    steps,
    fc.array(fc.integer({ min: 0, max: 10 * MINUTE_MS }), { maxLength: 20 }),
    (trades, ticks) => {
      const closed: Bar[] = [];
      const builder = createBarBuilder();
      const onClosed = (bar: Bar) => closed.push(bar);
      const sorted = ticks.map((tick) => DAY_MS + tick).sort((a, b) => a - b);
      for (const trade of trades) {
        while (sorted[0] !== undefined && sorted[0] <= trade.eventMs) {
          advanceBuilder(builder, sorted.shift()!, onClosed);
        }
        addTrade(builder, trade, onClosed);
      }
      advanceBuilder(builder, DAY_MS + 20 * MINUTE_MS, onClosed);
      assert.deepEqual(closed, build(trades, DAY_MS + 20 * MINUTE_MS));
      for (let i = 1; i < closed.length; i++) {
        assert.equal(closed[i]!.time - closed[i - 1]!.time, MINUTE_MS);
      }
    },
  ));
});

Deno.test("within a bucket neither order nor repetition changes the bar", () => {
  const shuffled = steps.chain((trades) =>
    fc.tuple(
      fc.constant(trades.map((trade) => ({ ...trade, eventMs: DAY_MS + trade.tradeId * 10 }))),
      fc.shuffledSubarray([...trades.keys(), ...trades.keys()], { minLength: trades.length * 2 }),
    )
  );
  fc.assert(fc.property(shuffled, ([trades, order]) => {
    const ids = createTradeIds();
    // Numbers far below the highest are forgotten only after 64 skipped ranges.
    const mixed = order.map((i) => trades[i]!).filter((trade) =>
      addTradeId(ids, trade.tradeId, trade.eventMs)
    );
    const [expected] = build(trades, DAY_MS + MINUTE_MS);
    const [bar] = build(mixed, DAY_MS + MINUTE_MS);
    assert.equal(mixed.length, trades.length);
    assert.deepEqual({ ...bar, volume: 0 }, { ...expected, volume: 0 });
    assert.ok(Math.abs(bar!.volume - expected!.volume) <= 1e-9 * Math.max(1, bar!.volume));
  }));
});

Deno.test("quiet minutes are filled at the previous close, and never before the first trade", () => {
  const closed = build(
    [{ ...aTrade({ price: 7, size: 2, eventMs: DAY_MS + 10 }) }],
    DAY_MS + 3 * MINUTE_MS,
  );
  assert.deepEqual(closed.map((bar) => [bar.close, bar.volume, bar.quality]), [
    [7, 2, "observed"],
    [7, 0, "filled"],
    [7, 0, "filled"],
  ]);
  const builder = createBarBuilder();
  advanceBuilder(builder, DAY_MS, () => assert.fail("nothing was traded"));
  assert.equal(getRunningBar(builder), null);
});

Deno.test("a late trade leaves the closed bar and the open one alone", () => {
  const closed: Bar[] = [];
  const builder = createBarBuilder();
  addTrade(builder, aTrade({ price: 10 }), (bar) => closed.push(bar));
  advanceBuilder(builder, DAY_MS + MINUTE_MS, (bar) => closed.push(bar));
  assert.equal(addTrade(builder, aTrade({ price: 99 }), (bar) => closed.push(bar)), false);
  assert.equal(closed.length, 1);
  assert.equal(getRunningBar(builder)?.high, 10);
});

Deno.test("decimals add up to what the exchange adds up", () => {
  const trades = Array.from({ length: 1000 }, (_, i) => ({
    price: 1,
    size: 0.1,
    eventMs: DAY_MS + i,
    tradeId: i + 1,
  }));
  assert.equal(build(trades, DAY_MS + MINUTE_MS)[0]!.volume, 100);
});

const idRows = [
  { name: "rising numbers", ids: [1, 2, 3], fresh: [true, true, true] },
  { name: "a repetition", ids: [1, 2, 2, 1], fresh: [true, true, false, false] },
  {
    name: "a skipped number that comes later, once",
    ids: [1, 3, 2, 2],
    fresh: [true, true, true, false],
  },
  { name: "a source that does not count", ids: [0, 0, 0], fresh: [true, true, true] },
  { name: "no number", ids: [NaN, NaN], fresh: [true, true] },
];

for (const { name, ids, fresh } of idRows) {
  Deno.test(`addTradeId knows ${name}`, () => {
    const seen = createTradeIds();
    assert.deepEqual(ids.map((id) => addTradeId(seen, id, DAY_MS)), fresh);
  });
}

Deno.test("addTradeId accepts an exchange that counts anew", () => {
  const seen = createTradeIds(1000, DAY_MS);
  assert.equal(addTradeId(seen, 5, DAY_MS), false);
  assert.equal(addTradeId(seen, 5, DAY_MS + 1), true);
  assert.equal(addTradeId(seen, 6, DAY_MS + 1), true);
});

Deno.test("a day of minutes makes every longer bar once, each equal to folding it at one go", () => {
  const day = bars(1440);
  const aggregator = createAggregator("1m");
  const made = day.flatMap((bar) => addBar(aggregator, bar));
  for (const timeframe of timeframes.slice(1)) {
    const own = made.filter((entry) => entry.timeframe === timeframe).map((entry) => entry.bar);
    const count = timeframeMs[timeframe] / MINUTE_MS;
    assert.equal(own.length, 1440 / count);
    own.forEach((bar, i) => {
      assert.deepEqual(bar, aggregateBars(day.slice(i * count, (i + 1) * count), "1m", timeframe));
    });
  }
});

Deno.test("a longer bar with a minute missing is not made up, and repeated minutes change nothing", () => {
  const aggregator = createAggregator("1m");
  const ten = bars(10).filter((_, i) => i !== 2);
  const made = ten.flatMap((bar) => [...addBar(aggregator, bar), ...addBar(aggregator, bar)]);
  assert.deepEqual(made.map(({ timeframe, bar }) => [timeframe, bar.time]), [
    ["5m", DAY_MS + 5 * MINUTE_MS],
  ]);
});

const reconcileRows = [
  { name: "equal", ours: {}, theirs: {}, expected: ["observed", true, false] },
  {
    name: "a rounding apart",
    ours: {},
    theirs: { volume: 1 + 1e-12 },
    expected: ["observed", true, true],
  },
  {
    name: "a volume apart",
    ours: {},
    theirs: { volume: 1.1 },
    expected: ["repaired", false, true],
  },
  {
    name: "filled and confirmed",
    ours: { quality: "filled" as const },
    theirs: {},
    expected: ["observed", true, true],
  },
  {
    name: "repaired and confirmed",
    ours: { quality: "repaired" as const },
    theirs: {},
    expected: ["repaired", true, false],
  },
];

for (const { name, ours, theirs, expected } of reconcileRows) {
  Deno.test(`reconcileBar keeps the exchange's figures of bars that are ${name}`, () => {
    const result = reconcileBar(aBar(ours), aBar(theirs));
    assert.deepEqual([result.bar.quality, result.isEqual, result.isChanged], expected);
    assert.equal(result.bar.volume, aBar(theirs).volume);
  });
}
