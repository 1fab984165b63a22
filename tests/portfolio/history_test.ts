import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import {
  type Activity,
  type CloseLookup,
  computeHistoryReturn,
  computeTimeWeightedReturn,
  createValuation,
  dayMs,
  decimalOf,
  listValueHistory,
} from "../../lib/portfolio/mod.ts";
import { buildActivities, fixedRates, noRate } from "../support/portfolio.ts";

const start = Date.UTC(2024, 0, 1);

/** Closes by day, the first being that of the first activity; null where none is known. */
function list(activities: readonly Activity[], closes: (number | null)[], currency = "USDT") {
  const getClose: CloseLookup = (_exchange, _symbol, day) => {
    const close = closes[(day - start) / dayMs];
    return close === undefined || close === null ? null : decimalOf(close);
  };
  const getRate = fixedRates({ "EUR>USD": 2 });
  return listValueHistory(activities, {
    currency,
    getClose,
    getRate,
    toMs: start + (closes.length - 1) * dayMs,
  });
}

Deno.test("each day has its value, and what came and went on it", () => {
  const { points, problems } = list(
    buildActivities([
      { quantity: "2", price: "10", fee: "1" },
      { type: "sell", quantity: "1", price: "12", timestamp: start + 2 * dayMs },
    ]),
    [10, 11, 12, 13],
  );
  deepEqual(problems, []);
  deepEqual(points.map(({ value, cost, inflow, outflow }) => [value, cost, inflow, outflow]), [
    ["20", "21", "21", "0"],
    ["22", "21", "0", "0"],
    ["12", "10.5", "0", "12"],
    ["13", "10.5", "0", "0"],
  ]);
});

Deno.test("purchases from kept cash are no flows", () => {
  const { points } = list(
    buildActivities([
      { type: "deposit", symbol: "USDT", quantity: "100" },
      { quantity: "2", price: "10" },
    ]),
    [0, 10, 20],
  );
  deepEqual(points.map(({ value, inflow }) => [value, inflow]), [["100", "100"], ["100", "0"], [
    "120",
    "0",
  ]]);
});

Deno.test("a day without a close has no value and names what is missing", () => {
  const { points } = list(buildActivities([{}]), [100, null, 120]);
  deepEqual(points.map(({ value, missing }) => [value, missing]), [
    ["100", []],
    [null, ["binance|BTCUSDT"]],
    ["120", []],
  ]);
});

Deno.test("values of other currencies need their rate", () => {
  const activity = { symbol: "SAP", currency: "EUR", quantity: "3" };
  deepEqual(list(buildActivities([activity]), [10], "USD").points.map(({ value }) => value), [
    "60",
  ]);
  deepEqual(
    list(buildActivities([activity]), [10], "TRY").points.map((
      { value, missing },
    ) => [value, missing]),
    [
      [null, ["EUR"]],
    ],
  );
});

Deno.test("units that move in and out count at what they close at", () => {
  const { points } = list(
    buildActivities([
      { type: "transfer_in", quantity: "2", price: "1" },
      { type: "transfer_out", quantity: "1", price: "1" },
    ]),
    [10, 12],
  );
  deepEqual(points.map(({ value, inflow, outflow }) => [value, inflow, outflow]), [
    ["20", "20", "0"],
    ["12", "0", "12"],
  ]);
});

Deno.test("a move between two exchanges on one day is no return", () => {
  const both = { symbol: "BTC", currency: "USD", reference: "t1", price: "0" };
  const { points } = list(
    buildActivities([
      { symbol: "BTC", currency: "USD", price: "10" },
      { ...both, type: "transfer_out", timestamp: start + dayMs },
      { ...both, type: "transfer_in", exchange: "kraken", timestamp: start + dayMs },
    ]),
    [10, 20, 20],
    "USD",
  );
  deepEqual(points.map(({ value }) => value), ["10", "20", "20"]);
  equal(computeTimeWeightedReturn(points).value, 1);
});

Deno.test("what is sold to buy something else on the same day is no flow", () => {
  const { points } = list(
    buildActivities([
      { price: "100" },
      { type: "sell", price: "110", timestamp: start + dayMs },
      { symbol: "ETHUSDT", price: "110", timestamp: start + dayMs },
    ]),
    [100, 110],
  );
  deepEqual([points[1]!.inflow, points[1]!.outflow], ["0", "0"]);
  equal(Math.abs(computeTimeWeightedReturn(points).value! - 0.1) < 1e-12, true);
});

Deno.test("what comes after the last day is left out; without activities there are no days", () => {
  equal(list(buildActivities([{}, { quantity: "5" }]), [10]).points[0]!.value, "10");
  deepEqual(list([], [1, 2, 3]).points, []);
});

Deno.test("a broken time makes no day, and is told", () => {
  const times = [NaN, -8e15, 1e300];
  const { points, problems } = list(
    buildActivities([{}, ...times.map((timestamp) => ({ timestamp }))]),
    [10, 11],
  );
  equal(points.length, 2);
  equal(problems.length, 3);
});

Deno.test("the last day's book gives the same worth as a valuation of it", () => {
  const { points, book } = list(
    buildActivities([{ quantity: "0.3", price: "10.1", fee: "0.01" }, {
      quantity: "0.7",
      price: "11.7",
    }]),
    [10, 11.33],
  );
  const at = { getPrice: () => decimalOf(11.33), getRate: noRate, timeMs: 0 };
  equal(createValuation(book, at).read().value, points.at(-1)!.value);
});

const closes = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 30 });
Deno.test("what is bought at the close and held returns what its price does", () => {
  fc.assert(fc.property(closes, (prices) => {
    const { points } = list(buildActivities([{ price: String(prices[0]!) }]), prices);
    const found = computeTimeWeightedReturn(points).value!;
    const expected = prices.at(-1)! / prices[0]! - 1;
    equal(Math.abs(found - expected) < 1e-9 * (1 + expected), true);
  }));
});

Deno.test("more bought at the close before leaves the time-weighted return as it is", () => {
  fc.assert(fc.property(closes, fc.nat(), (prices, seed) => {
    const at = 1 + seed % (prices.length - 1);
    const once = buildActivities([{ price: String(prices[0]!) }]);
    const more = {
      id: "more",
      quantity: "7",
      price: String(prices[at - 1]!),
      timestamp: start + at * dayMs,
    };
    const [one, two] = [once, [...once, ...buildActivities([more])]].map((activities) =>
      computeTimeWeightedReturn(list(activities, prices).points).value!
    );
    equal(Math.abs(one! - two!) < 1e-9 * (1 + Math.abs(one!)), true);
  }));
});

Deno.test("a year at twice the price is 100 % in both returns", () => {
  const prices = Array.from({ length: 366 }, (_, i) => i === 365 ? 200 : 100);
  const { points } = list(buildActivities([{}]), prices);
  equal(computeTimeWeightedReturn(points).value, 1);
  equal(Math.abs(computeHistoryReturn(points).value! - 1) < 1e-9, true);
});
