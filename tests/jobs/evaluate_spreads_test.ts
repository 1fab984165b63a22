/** Spreads: prices of one asset at all places, as a cycle holds them against each other. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { FigureMoment } from "../../lib/alerts/mod.ts";
import type { MarketDataRecord } from "../../lib/contracts/records.ts";
import { runEvaluate } from "../../lib/jobs/mod.ts";
import { evaluateSpreads } from "../../lib/jobs/evaluate_spreads.ts";
import type { WorldStore } from "../../lib/store/types.ts";
import { aSymbol } from "../support/api.ts";
import { createManualClock } from "../support/clock.ts";
import { aBar } from "../support/market.ts";
import { aPair } from "../support/public_api.ts";
import { aStageContext } from "../support/stage_context.ts";
import { withMemoryStore } from "../support/store.ts";
import { waitFor, withWatchedWorld } from "../support/watched_world.ts";

const MINUTE_MS = 60_000;
const NOW_MS = Date.UTC(2026, 0, 5, 12);

const figures = (part: Partial<MarketDataRecord> = {}): MarketDataRecord => ({
  ...{ id: "asset:bitcoin@coingecko", symbol: "BTC", price: 101, volume_24h: 1e9 },
  ...{ market_cap: 8e11, price_change_24h: 0, timestamp: NOW_MS - MINUTE_MS },
  ...{ source: "coingecko", created_at: 0 },
  ...part,
});

const trades = async (
  world: WorldStore,
  quote: string,
  close: number,
  fields: Partial<Parameters<typeof aBar>[0]> = {},
) => {
  const symbol = aSymbol({ symbol: `BTC${quote}`, id: `crypto:BTC/${quote}@binance`, quote });
  await world.symbols.put(symbol);
  const bar = aBar({ time: NOW_MS - 2 * MINUTE_MS, open: close, high: close, low: close, close });
  await world.bars.putBars({ symbol: symbol.symbol, timeframe: "1m" }, [{ ...bar, ...fields }]);
};

/** What a run tells of these records. */
function run(fill: (world: WorldStore) => Promise<unknown>): Promise<FigureMoment[]> {
  const told: FigureMoment[] = [];
  return withMemoryStore(async (store) => {
    const world = store.world("live");
    const { context } = aStageContext(world, createManualClock(NOW_MS));
    await fill(world);
    await evaluateSpreads({ ...context, onFigure: (figure) => void told.push(figure) });
  }).then(() => told);
}

Deno.test("ALR-02 a pair, two listings and a pool are held against each other, both ends named", async () => {
  const told = await run(async (world) => {
    await trades(world, "USDT", 100);
    await world.marketData.putMany([
      figures(),
      figures({ id: "asset:bitcoin@coinmarketcap", source: "coinmarketcap", price: 100.5 }),
    ]);
    await world.dexPairs.put(
      aPair({ name: "BTC/USDC", price: 103, last_updated: NOW_MS - MINUTE_MS }),
    );
  });
  equal(told.length, 1);
  const { symbol, value, change, name, link, details, timeMs } = told[0]!;
  deepEqual([name, symbol, link, timeMs], [
    ...["spread", "BTC", "/explore/market/BTC", NOW_MS - MINUTE_MS],
  ]);
  ok(Math.abs(value - 3) < 1e-9 && Number.isNaN(change));
  deepEqual(details, {
    ...{ lowPlace: "binance BTCUSDT", lowPrice: 100 },
    ...{ highPlace: "uniswap_v3 ethereum:0xaa", highPrice: 103 },
  });
});

Deno.test("ALR-02 a wrapped coin counts as its own, a thin pool does not count", async () => {
  const eth = figures({ id: "asset:ethereum@coingecko", symbol: "ETH", price: 2_000 });
  const pool = { price: 2_020, last_updated: NOW_MS - MINUTE_MS };
  const told = await run(async (world) => {
    await world.marketData.put(eth);
    await world.dexPairs.putMany([
      aPair(pool),
      aPair({ ...pool, id: "base:0x1", price: 2_100, liquidity: 10_000 }),
      aPair({ ...pool, id: "base:0x2", price: 2_100, volume_24h: 10_000 }),
      aPair({ ...pool, id: "base:0x3", price: 2_100, liquidity: null }),
      aPair({ ...pool, id: "base:0x4", price: null }),
    ]);
  });
  deepEqual(told.map(({ symbol, value }) => [symbol, Math.round(value * 1e6) / 1e6]), [["ETH", 1]]);
});

Deno.test("ALR-02 a stablecoin counts as what it costs, an impostor of one as a dollar", async () => {
  const stable = (price: number) =>
    figures({ id: "asset:tether@coingecko", symbol: "USDT", price, market_cap: 1e11 });
  for (const [price, expected] of [[0.99, 1 / 0.99], [0.02, 0]] as const) {
    const told = await run(async (world) => {
      await trades(world, "USDT", 100);
      await world.marketData.putMany([figures({ price: 100 }), stable(price)]);
    });
    const btc = told.find(({ symbol }) => symbol === "BTC")!;
    ok(Math.abs(btc.value - expected) < 0.02, `${price}: ${btc.value}`);
  }
});

const silent: [string, (world: WorldStore) => Promise<unknown>][] = [
  ["nothing is stored", () => Promise.resolve()],
  ["there is one place", (world) => world.marketData.put(figures())],
  ["the listing is old", async (world) => {
    await trades(world, "USDT", 100);
    await world.marketData.put(figures({ timestamp: NOW_MS - 8 * MINUTE_MS }));
  }],
  ["the last trade is old", async (world) => {
    await trades(world, "USDT", 100, { time: NOW_MS - 9 * MINUTE_MS });
    await world.marketData.put(figures());
  }],
  ["the minute was filled in", async (world) => {
    await trades(world, "USDT", 100, { quality: "filled" });
    await world.marketData.put(figures());
  }],
  ["the pair is priced in another money", async (world) => {
    await trades(world, "TRY", 4_000);
    await world.marketData.put(figures());
  }],
];

for (const [what, fill] of silent) {
  Deno.test(`ALR-02 no spread is told where ${what}`, async () => deepEqual(await run(fill), []));
}

Deno.test("ALR-02 another coin of the same ticker gives no spread that anybody can fire on", async () => {
  const told = await run(async (world) => {
    await trades(world, "USDT", 100);
    await world.marketData.putMany([
      figures({ price: 7, market_cap: 5 }),
      figures({ id: "asset:b@coinmarketcap", source: "coinmarketcap", price: 3 }),
    ]);
  });
  deepEqual(told.map(({ value, details }) => [Number.isNaN(value), details]), [[true, undefined]]);
  // Of two coins of one source the larger one is meant.
  const larger = await run(async (world) => {
    await trades(world, "USDT", 100);
    await world.marketData.putMany([
      figures({ id: "asset:other@coingecko", price: 7, market_cap: 5 }),
      figures(),
    ]);
  });
  ok(Math.abs(larger[0]!.value - 1) < 1e-9);
});

Deno.test("ALR-05 an alert on a spread fires once through the stage, naming both places", () =>
  withWatchedWorld(async ({ world, path, put, firings }) => {
    await put("s", { condition: "ARBITRAGE_SPREAD", symbol: "BTC", threshold: 1.5, cooldown: 0 });
    await put("any", { condition: "ARBITRAGE_SPREAD", symbol: "*", threshold: 1.5, cooldown: 0 });
    await put("far", { condition: "ARBITRAGE_SPREAD", symbol: "BTC", threshold: 5 });
    await trades(world, "USDT", 100);
    await world.marketData.put(figures({ price: 102 }));
    const { context, lines } = aStageContext(world, createManualClock(NOW_MS));
    const onFigure = (figure: FigureMoment) => path.alerts.desk.offer(figure);
    await runEvaluate({ ...context, onFigure }, "r1");
    await runEvaluate({ ...context, onFigure }, "r1");
    await path.alerts.desk.settled();
    await waitFor(() => firings.length >= 2);
    deepEqual(firings.map(({ alert_id }) => alert_id).toSorted(), ["any", "s"]);
    match(
      firings[0]!.message,
      /^Prices of BTC lie .*2.* apart: 100\.00 at binance BTCUSDT, 102\.00 at coingecko/,
    );
    equal(firings[0]!.figures.highPlace, "coingecko");
    deepEqual(lines.filter(({ level }) => level === "error"), []);
  }));
