/** Every check of a trade: what passes, what is suspect, what fails. */
import assert from "node:assert/strict";
import {
  checkTrade,
  createQuarantine,
  createTradeHistory,
  getCheckCounts,
  getPriceDeviation,
  isValidBar,
  type TradeHistory,
} from "../../lib/quality/mod.ts";
import { aBar, aTrade, DAY_MS } from "../support/market.ts";

/** A window of `count` accepted trades whose prices alternate around 100. */
function warmHistory(count: number, spread = 0.5): TradeHistory {
  const history = createTradeHistory();
  for (let i = 0; i < count; i++) {
    checkTrade(history, aTrade({ price: 100 + (i % 2 ? spread : -spread) }), DAY_MS);
  }
  return history;
}

const rows = [
  { name: "an ordinary trade", part: {}, verdict: "pass", failed: [] },
  { name: "a size of zero", part: { size: 0 }, verdict: "pass", failed: [] },
  { name: "a price of zero", part: { price: 0 }, verdict: "fail", failed: ["valid_values"] },
  { name: "a price below zero", part: { price: -1 }, verdict: "fail", failed: ["valid_values"] },
  { name: "no number as price", part: { price: NaN }, verdict: "fail", failed: ["valid_values"] },
  {
    name: "an endless price",
    part: { price: Infinity },
    verdict: "fail",
    failed: ["valid_values"],
  },
  { name: "no number as size", part: { size: NaN }, verdict: "fail", failed: ["valid_values"] },
  { name: "a size below zero", part: { size: -1 }, verdict: "fail", failed: ["valid_values"] },
  { name: "no number as time", part: { eventMs: NaN }, verdict: "fail", failed: ["valid_values"] },
  { name: "a minute of age", part: { eventMs: DAY_MS - 60_000 }, verdict: "pass", failed: [] },
  {
    name: "more than a minute of age",
    part: { eventMs: DAY_MS - 60_001 },
    verdict: "fail",
    failed: ["freshness"],
  },
  {
    name: "a trade from the future",
    part: { eventMs: DAY_MS + 60_001 },
    verdict: "fail",
    failed: ["freshness"],
  },
  {
    name: "an outlier within 10 %",
    part: { price: 105 },
    verdict: "suspect",
    failed: ["price_anomaly"],
  },
  {
    name: "an outlier and a jump",
    part: { price: 120 },
    verdict: "fail",
    failed: ["price_anomaly"],
  },
  { name: "100 times the size", part: { size: 100 }, verdict: "pass", failed: [] },
  { name: "more than that", part: { size: 100.1 }, verdict: "fail", failed: ["volume_sanity"] },
  {
    name: "two failures at once",
    part: { price: 150, size: 1e6 },
    verdict: "fail",
    failed: ["price_anomaly", "volume_sanity"],
  },
];

for (const { name, part, verdict, failed } of rows) {
  Deno.test(`checkTrade answers ${verdict} to ${name}`, () => {
    const result = checkTrade(warmHistory(50), aTrade(part), DAY_MS);
    assert.equal(result.verdict, verdict);
    assert.deepEqual([...result.failed], failed);
  });
}

Deno.test("a jump in a wild window is only suspect", () => {
  const result = checkTrade(warmHistory(50, 30), aTrade({ price: 160 }), DAY_MS);
  assert.equal(result.verdict, "suspect");
});

Deno.test("price and volume are not judged before twenty accepted trades", () => {
  const odd = aTrade({ price: 500, size: 1e6 });
  assert.equal(checkTrade(warmHistory(19), odd, DAY_MS).verdict, "pass");
  assert.equal(checkTrade(warmHistory(20), odd, DAY_MS).verdict, "fail");
});

Deno.test("a genuine move re-bases the window with the fifth consistent trade", () => {
  const history = warmHistory(60);
  const verdicts = [200, 201, 199, 200, 202, 200].map((price) =>
    checkTrade(history, aTrade({ price }), DAY_MS).verdict
  );
  assert.deepEqual(verdicts, ["fail", "fail", "fail", "fail", "suspect", "pass"]);
  assert.equal(history.lastPrice, 200);
});

Deno.test("refused trades that contradict each other never re-base", () => {
  const history = warmHistory(60);
  for (let i = 0; i < 20; i++) {
    const price = i % 2 ? 200 : 400;
    assert.equal(checkTrade(history, aTrade({ price }), DAY_MS).verdict, "fail");
  }
});

Deno.test("stale trades never re-base", () => {
  const history = warmHistory(60);
  for (let i = 0; i < 10; i++) {
    const trade = aTrade({ price: 200, eventMs: DAY_MS - 120_000 });
    assert.equal(checkTrade(history, trade, DAY_MS).verdict, "fail");
  }
});

Deno.test("the running deviation equals that of the last hundred trades", () => {
  const history = createTradeHistory();
  const prices = Array.from({ length: 1234 }, (_, i) => 100 + Math.sin(i) * 2);
  for (const price of prices) checkTrade(history, aTrade({ price }), DAY_MS);
  const last = prices.slice(-100);
  const mean = last.reduce((sum, price) => sum + price, 0) / 100;
  const deviation = Math.sqrt(last.reduce((sum, price) => sum + (price - mean) ** 2, 0) / 100);
  assert.ok(Math.abs(getPriceDeviation(history) - deviation) < 1e-9);
});

Deno.test("the score falls with refused trades and each check counts its own", () => {
  const history = warmHistory(50);
  assert.equal(history.score, 1);
  checkTrade(history, aTrade({ price: NaN }), DAY_MS);
  assert.ok(history.score < 1 && history.score > 0.99);
  assert.deepEqual(getCheckCounts(history).valid_values, { passed: 50, failed: 1 });
  assert.deepEqual(getCheckCounts(history).freshness, { passed: 50, failed: 0 });
});

const barRows = [
  { name: "an ordinary bar", part: {}, isValid: true },
  { name: "a high below the close", part: { high: 99 }, isValid: false },
  { name: "a low above the open", part: { low: 101 }, isValid: false },
  { name: "no number as high", part: { high: NaN }, isValid: false },
  { name: "no number as open", part: { open: NaN }, isValid: false },
  { name: "a volume below zero", part: { volume: -1 }, isValid: false },
  { name: "an endless volume", part: { volume: Infinity }, isValid: false },
  { name: "no number as time", part: { time: NaN }, isValid: false },
];

for (const { name, part, isValid } of barRows) {
  Deno.test(`isValidBar says ${isValid} to ${name}`, () => {
    assert.equal(isValidBar({ ...aBar(), ...part }), isValid);
  });
}

Deno.test("the quarantine holds the newest trades, and releases each once", () => {
  const quarantine = createQuarantine({ tradesMax: 2 });
  for (const price of [1, 2, 3]) quarantine.add(aTrade({ price }), ["price_anomaly"]);
  assert.deepEqual(quarantine.list().map((entry) => entry.trade.price), [3, 2]);
  assert.equal(quarantine.release(3)?.trade.price, 3);
  assert.equal(quarantine.release(3), null);
  assert.equal(quarantine.release(1), null);
});
