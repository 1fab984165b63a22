/** What a move of a symbol is checked against, and how the live path tells of it (NEW-10). */
import assert from "node:assert/strict";
import type { MarketDataRecord } from "../../lib/contracts/records.ts";
import {
  describeChecks,
  detectBefore,
  isLeaderLate,
  isNewestFilled,
  readBarChecks,
} from "../../lib/pipeline/signal_checks.ts";
import { findDetector } from "../../lib/signals/mod.ts";
import type { WorldStore } from "../../lib/store/types.ts";
import { aBar, DAY_MS, MINUTE_MS, tradesOfBar } from "../support/market.ts";

import { createMemoryStore } from "../support/memory_store.ts";
import { flatBars } from "../support/market_series.ts";
import { followSymbol, setUpPipeline } from "../support/pipeline.ts";

const HOUR_MS = 60 * MINUTE_MS;
const detector = findDetector("price_alert")!;

function someFigures(part: Partial<MarketDataRecord>): MarketDataRecord {
  return {
    id: "asset:ether@coingecko",
    symbol: "ETH",
    price: 108,
    volume_24h: null,
    market_cap: 1e9,
    price_change_24h: null,
    timestamp: 0,
    source: "coingecko",
    created_at: 0,
    ...part,
  };
}

function read(store: WorldStore, symbol = "ETHUSDT") {
  const bars = flatBars(25);
  bars.close[24] = 108;
  const endMs = bars.time[24]! + HOUR_MS;
  const find = detector.detect(bars, {})!;
  return {
    endMs,
    checks: () => readBarChecks(store, { symbol, find, bars, endMs, detector, limits: {} }),
  };
}

async function aStore(): Promise<WorldStore> {
  const store = createMemoryStore();
  await followSymbol(store, "ETHUSDT");
  return store;
}

Deno.test("NEW-10 prices of other sources count where they are of that time, and that asset", async () => {
  const store = await aStore();
  const { endMs, checks } = read(store);
  assert.deepEqual(await checks(), { others: [], leader: null, observed: 1 });
  await store.marketData.putMany([
    someFigures({ timestamp: endMs + 20 * MINUTE_MS }),
    // An asset of the same ticker, an old figure, and another asset.
    someFigures({ id: "a", price: 104, market_cap: 5, timestamp: endMs }),
    someFigures({ id: "b", source: "old", timestamp: endMs - 2 * HOUR_MS }),
    someFigures({ id: "c", source: "c", symbol: "ETC", timestamp: endMs }),
    someFigures({ id: "d", source: "d", price: 0.001, timestamp: endMs }),
    someFigures({ id: "e", source: "e", price: NaN, timestamp: endMs }),
  ]);
  const found = await checks();
  assert.deepEqual(found.others, [{ source: "coingecko", price: 108 }]);
  assert.deepEqual(describeChecks(found, "price_alert"), {
    observed_share: 1,
    coingecko_price: 108,
  });
  assert.deepEqual(describeChecks(null, "price_alert"), {});
});

Deno.test("NEW-10 the leading coin counts by its own bar of that hour, and never for itself", async () => {
  const store = await aStore();
  await followSymbol(store, "BTCUSDT");
  const { endMs, checks } = read(store);
  assert.equal((await checks()).leader, null);
  const bars = Array.from(
    { length: 25 },
    (_, i) => aBar({ time: endMs - (25 - i) * HOUR_MS, close: i === 24 ? 90 : 100 }),
  );
  const series = { symbol: "BTCUSDT", timeframe: "1h" as const };
  // While its newest bar is missing, the one before must not stand in for it.
  await store.bars.putBars(series, bars.slice(0, 24));
  assert.equal((await checks()).leader, null);
  await store.bars.putBars(series, bars);
  const { leader } = await checks();
  assert.equal(leader?.symbol, "BTCUSDT");
  assert.equal(Math.round(leader!.value), -10);
  assert.equal((await read(store, "BTCUSDT").checks()).leader, null);
  assert.deepEqual((await read(store, "NOPEUSDT").checks()).others, []);
});

Deno.test("NEW-10 a leading coin is late until its own bar of that hour is there", async () => {
  const store = await aStore();
  const { endMs } = read(store);
  const isLate = (symbol = "ETHUSDT", known = detector) =>
    isLeaderLate(store, { symbol, endMs, detector: known });
  assert.equal(await isLate(), false, "none is followed");
  await followSymbol(store, "BTCUSDT");
  assert.equal(await isLate(), true);
  assert.equal(await isLate("BTCUSDT"), false, "it does not wait for itself");
  assert.equal(await isLate("NOPEUSDT"), false);
  const { measure: _measure, ...blind } = detector;
  assert.equal(await isLate("ETHUSDT", blind), false, "nothing of it would be asked");
  const series = { symbol: "BTCUSDT", timeframe: "1h" as const };
  await store.bars.putBars(series, [aBar({ time: endMs - 2 * HOUR_MS })]);
  assert.equal(await isLate(), true);
  await store.bars.putBars(series, [aBar({ time: endMs - HOUR_MS })]);
  assert.equal(await isLate(), false);
});

Deno.test("NEW-10 the bar before speaks only where it and the newest one were traded", () => {
  const after = (change: (bars: ReturnType<typeof flatBars>) => void, count = 26) => {
    const bars = flatBars(count);
    bars.close[count - 2] = bars.close[count - 1] = 108;
    change(bars);
    return detectBefore(bars, detector, {})?.data.direction ?? null;
  };
  assert.equal(after(() => {}), "up");
  assert.equal(after((bars) => bars.close[24] = 90), "down");
  assert.equal(after((bars) => bars.close[24] = 100), null);
  assert.equal(after((bars) => bars.quality[25] = 2), null);
  assert.equal(after((bars) => bars.quality[24] = 2), null);
  assert.equal(after((bars) => bars.volume[25] = 0), null);
  assert.equal(after((bars) => bars.volume[24] = NaN), null);
  assert.equal(after((bars) => bars.quality[24] = 1), "up");
  assert.equal(after((bars) => bars.time[25]! += HOUR_MS), null, "beyond a hole");
  assert.equal(after(() => {}, 25), null, "too short a history");
  for (const count of [0, 1]) assert.equal(detectBefore(flatBars(count), detector, {}), null);
});

Deno.test("a bar without a trade is known by its quality", () => {
  const bars = flatBars(3);
  assert.equal(isNewestFilled(bars), false);
  bars.quality[2] = 2;
  assert.equal(isNewestFilled(bars), true);
  assert.equal(isNewestFilled(flatBars(0)), false);
});

/** Plays hours at these prices after a calm day, and returns what was told of the price. */
async function play(prices: readonly number[], prepare?: (store: WorldStore) => Promise<void>) {
  const made = setUpPipeline({ baseTimeframe: "1h" });
  const { pipeline, store, settle, messages } = made;
  await followSymbol(store);
  const start = DAY_MS + 30 * HOUR_MS;
  const calm = Array.from({ length: 30 }, (_, i) => aBar({ time: DAY_MS + i * HOUR_MS }));
  const flat = calm.map((bar) => ({ ...bar, open: 100, high: 100, low: 100, close: 100 }));
  await pipeline.intake.addHistory("BTCUSDT", "1h", flat, { source: "binance", reason: "history" });
  await prepare?.(store);
  for (const [i, price] of prices.entries()) {
    const bar = aBar({
      time: start + i * HOUR_MS,
      open: price,
      high: price,
      low: price,
      close: price,
    });
    for (const trade of tradesOfBar(bar, 1 + i * 4, "BTCUSDT", 15 * MINUTE_MS)) {
      pipeline.intake.addTrade(trade);
    }
    pipeline.intake.addExchangeBar("BTCUSDT", "1h", bar, "binance");
    pipeline.intake.advance(bar.time + HOUR_MS);
    await settle();
  }
  const { items } = await store.signals.list();
  const moves = items.filter(({ type }) => type === "price_alert")
    .sort((a, b) => a.timestamp - b.timestamp);
  return { moves, messages };
}

Deno.test("NEW-10 a move is told as a probable fault until the next bar confirms it", async () => {
  const { moves, messages } = await play([100, 108, 107]);
  assert.deepEqual(moves.map(({ data }) => [data.cause, data.samples]), [
    ["unconfirmed", 1],
    ["confirmed", 2],
  ]);
  const [doubted, sure] = moves;
  assert.match(doubted!.explanation!, /^Probable fault of the source: only one bar/);
  assert.equal(sure!.explanation, undefined);
  assert.equal(sure!.updates, doubted!.id);
  assert.ok(sure!.confidence_score > doubted!.confidence_score);
  const told = messages.filter(({ channel }) => channel === "signals").length;
  assert.ok(told >= 2);
});

Deno.test("NEW-10 a spike that is gone in the next bar is taken back", async () => {
  const { moves } = await play([100, 120, 100, 100]);
  assert.deepEqual(moves.map(({ data }) => data.cause), ["unconfirmed", "reverted"]);
  assert.match(moves[1]!.explanation!, /gone again before a second bar/);
});

Deno.test("NEW-10 a move that another source knows nothing of stays a probable fault", async () => {
  const { moves } = await play([100, 108, 108], async (store) => {
    await store.marketData.put(someFigures({
      symbol: "BTC",
      price: 100,
      timestamp: DAY_MS + 33 * HOUR_MS,
    }));
  });
  assert.deepEqual(moves.map(({ data }) => data.cause), ["unconfirmed", "contradicted"]);
  assert.match(moves[1]!.explanation!, /coingecko tells no such move/);
  assert.equal(moves[1]!.data.coingecko_price, 100);
});
