/** A fresh start looks at the newest bar of its history, once. */
import { deepEqual, equal } from "node:assert/strict";
import { type Bar, getBarRow } from "../../lib/market/mod.ts";
import type { WorldStore } from "../../lib/store/types.ts";
import { tradesOfBar } from "../support/market.ts";
import { createMemoryStore } from "../support/memory_store.ts";
import { flatBars } from "../support/market_series.ts";
import { followSymbol, setUpPipeline, SYMBOL } from "../support/pipeline.ts";

const hourMs = 3_600_000;
const bars = flatBars(200);
bars.close[199] = 120;
bars.high[199] = 120;
const history = Array.from({ length: 200 }, (_, i) => getBarRow(bars, i));
const endMs = history.at(-1)!.time + hourMs;

async function start(store = createMemoryStore()) {
  await followSymbol(store);
  const set = setUpPipeline({}, store);
  await set.pipeline.start();
  const give = (some = history, reason: "history" | "backfill" | "repair" = "history") =>
    set.pipeline.intake.addHistory(SYMBOL, "1h", some, { source: "binance", reason });
  const list = async () => (await store.signals.list({})).items;
  return { ...set, store, give, listSignals: list };
}

Deno.test("what the newest bar of history shows is found without waiting for the next close", async () => {
  const { give, listSignals, stop } = await start();
  await give();
  const found = await listSignals();
  deepEqual([...new Set(found.map(({ timestamp }) => timestamp))], [endMs]);
  equal(found.some(({ type }) => type === "price_alert"), true);
  await stop();
});

Deno.test("a restart finds nothing twice, and outcomes wait for the same signals", async () => {
  const first = await start();
  await first.give();
  const before = await first.listSignals();
  await first.stop();
  const second = await start(first.store);
  await second.give();
  await second.give();
  deepEqual(await second.listSignals(), before);
  equal(second.messages.filter(({ channel }) => channel === "signals").length, 0);
  await second.stop();
});

Deno.test("neither the past of a backfill nor a mended hole is looked at", async () => {
  const { give, listSignals, stop } = await start();
  await give(history, "backfill");
  await give(history, "repair");
  equal((await listSignals()).length, 0);
  await stop();
});

/** History at 100 whose newest hours are at these prices. */
function endAt(prices: readonly number[], part: Partial<Bar> = {}): Bar[] {
  return history.map((bar, i) => {
    const price = prices[i - (history.length - prices.length)] ?? 100;
    const made = { ...bar, open: price, high: price, low: price, close: price };
    return i === history.length - 1 ? { ...made, ...part } : made;
  });
}

async function listMoves(store: WorldStore) {
  const { items } = await store.signals.list({});
  return items.filter(({ type }) => type === "price_alert")
    .sort((a, b) => a.timestamp - b.timestamp)
    .map(({ entity, data }) => `${entity} ${data.cause} ${data.samples}`);
}

for (
  const { name, prices, part, expected } of [
    { name: "two bars that agree are no fault of one bar", prices: [120, 118], expected: 2 },
    { name: "a spike of the newest bar stays in doubt", prices: [100, 120], expected: 1 },
    { name: "a bar that went the other way confirms nothing", prices: [90, 120], expected: 1 },
    {
      name: "a bar without a trade confirms nothing",
      prices: [120, 120],
      part: { volume: 0 },
      expected: 1,
    },
  ]
) {
  Deno.test(`NEW-10 at a first look ${name}`, async () => {
    const { give, store, stop } = await start();
    await give(endAt(prices, part));
    const cause = expected === 2 ? "confirmed" : "unconfirmed";
    deepEqual(await listMoves(store), [`${SYMBOL} ${cause} ${expected}`]);
    const [told] = (await store.signals.list({})).items;
    equal(told!.explanation === undefined, expected === 2);
    await stop();
  });
}

Deno.test("NEW-10 after a first look the next bars are followed as ever", async () => {
  for (
    const { prices, next, expected } of [
      { prices: [100, 120], next: 119, expected: ["unconfirmed 1", "confirmed 2"] },
      { prices: [100, 120], next: 100, expected: ["unconfirmed 1", "reverted 1"] },
      { prices: [120, 120], next: 119, expected: ["confirmed 2"] },
      { prices: [120, 120], next: 130, expected: ["confirmed 2", "confirmed 3"] },
    ]
  ) {
    // With a restart in between, or without one: the same.
    deepEqual(
      await listMoves(await playOn(prices, [next])),
      expected.map((told) => `${SYMBOL} ${told}`),
    );
    deepEqual(
      await listMoves(await playOn(prices, [next], { isRestarted: true })),
      expected.map((told) => `${SYMBOL} ${told}`),
    );
  }
});

/** Begins with history, and goes on live with an hour at each of these prices. */
async function playOn(
  prices: readonly number[],
  next: readonly number[],
  { isRestarted = false } = {},
): Promise<WorldStore> {
  const store = createMemoryStore();
  await followSymbol(store);
  const open = async () => {
    const set = setUpPipeline({ baseTimeframe: "1h" }, store);
    await set.pipeline.start();
    return set;
  };
  let set = await open();
  const give = () =>
    set.pipeline.intake.addHistory(SYMBOL, "1h", endAt(prices), {
      source: "binance",
      reason: "history",
    });
  await give();
  if (isRestarted) {
    await set.stop();
    set = await open();
    await give();
  }
  for (const [i, price] of next.entries()) {
    const bar = { ...endAt([price]).at(-1)!, time: endMs + i * hourMs };
    for (const trade of tradesOfBar(bar, 1 + i * 4, SYMBOL, hourMs / 4)) {
      set.pipeline.intake.addTrade(trade);
    }
    set.pipeline.intake.addExchangeBar(SYMBOL, "1h", bar, "binance");
    set.pipeline.intake.advance(bar.time + hourMs);
    await set.settle();
  }
  await set.stop();
  return store;
}

/** ETH and BTC are followed, and fell together; ETH's history comes first. */
async function startTogether() {
  const store = createMemoryStore();
  for (const symbol of ["ETHUSDT", SYMBOL]) await followSymbol(store, symbol);
  const set = setUpPipeline({}, store);
  await set.pipeline.start();
  const give = (symbol: string, some: readonly Bar[], timeframe: "1h" | "4h" = "1h") =>
    set.pipeline.intake.addHistory(symbol, timeframe, some, {
      source: "binance",
      reason: "history",
    });
  return { ...set, give };
}

Deno.test("NEW-10 a first look waits for the leading coin, whose history may come later", async () => {
  const { give, store, stop } = await startTogether();
  await give("ETHUSDT", endAt([92, 92]));
  deepEqual(await listMoves(store), []);
  await give(SYMBOL, endAt([93, 93]));
  deepEqual((await listMoves(store)).toSorted(), [
    "BTCUSDT confirmed 2",
    "ETHUSDT market 2",
  ]);
  await stop();
  const other = await startTogether();
  await other.give(SYMBOL, endAt([93, 93]));
  await other.give("ETHUSDT", endAt([92, 92]));
  const without = (items: Awaited<ReturnType<typeof readSignals>>) =>
    items.map(({ created_at: _created, updated_at: _updated, ...rest }) => rest)
      .toSorted((a, b) => a.id < b.id ? -1 : 1);
  deepEqual(without(await readSignals(store)), without(await readSignals(other.store)));
  await other.stop();
});

const readSignals = async (store: WorldStore) => (await store.signals.list({})).items;

Deno.test("NEW-10 a leading coin that does not come is done without after half a minute", async () => {
  const { give, store, clock, settle, stop } = await startTogether();
  await give("ETHUSDT", endAt([92, 92]));
  await clock.advance(29_000);
  await give("ETHUSDT", [], "4h");
  await settle();
  deepEqual(await listMoves(store), []);
  await clock.advance(1_000);
  await give("ETHUSDT", endAt([92, 92]).slice(-2), "4h");
  deepEqual(await listMoves(store), ["ETHUSDT confirmed 2"]);
  await stop();
});
