import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { foldSamples } from "../../lib/api/dex_history.ts";
import { addMoney, divideMoney } from "../../lib/market/mod.ts";
import { isOperator } from "../../lib/api/operator.ts";
import { apiPaths } from "../../lib/api/paths.ts";
import { addUsage, forecastCredits, getBorders, sumUsage } from "../../lib/api/usage.ts";
import { readDocument } from "../support/documents.ts";
import { aUsage, withPublicApi } from "../support/public_api.ts";

const sums: { amounts: string[]; expected: string }[] = [
  { amounts: [], expected: "0" },
  { amounts: ["0.1", "0.2"], expected: "0.3" },
  { amounts: ["1", "0.000000000000000001"], expected: "1.000000000000000001" },
  { amounts: ["10.50", "-0.50"], expected: "10" },
  { amounts: ["-0.25", "0.05"], expected: "-0.2" },
  { amounts: ["9007199254740993", "1"], expected: "9007199254740994" },
];
for (const { amounts, expected } of sums) {
  Deno.test(`addMoney() of ${amounts.join(" and ") || "nothing"} is ${expected}`, () => {
    equal(addMoney(amounts), expected);
  });
}

for (const text of ["", "1e3", "1,5", "NaN", ".5", "5.", "0x1", " 1"]) {
  Deno.test(`addMoney() refuses "${text}"`, () => {
    throws(() => addMoney([text]), RangeError);
  });
}

const means: [total: string, count: number, expected: string][] = [
  ["0.35", 2, "0.175"],
  ["10", 3, "3.333333"],
  ["20", 3, "6.666667"],
  ["-20", 3, "-6.666667"],
  ["0", 5, "0"],
  ["0.0000001", 1, "0"],
];
for (const [total, count, expected] of means) {
  Deno.test(`divideMoney() of ${total} by ${count} is ${expected}`, () => {
    equal(divideMoney(total, count), expected);
  });
}

Deno.test("divideMoney() by nothing is our mistake", () => {
  for (const count of [0, -1, 1.5, NaN]) throws(() => divideMoney("1", count), RangeError);
});

Deno.test("sums of cents are those of whole numbers, in any order", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 })), (cents) => {
    const texts = cents.map((each) => {
      const digits = String(Math.abs(each)).padStart(3, "0");
      return `${each < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
    });
    const total = cents.reduce((sum, each) => sum + each, 0);
    equal(Math.round(Number(addMoney(texts)) * 100), total);
    equal(addMoney(texts), addMoney(texts.toReversed()));
  }));
});

Deno.test("candles hold their samples whatever their order, and nothing is made of nothing", () => {
  const at = (timestamp: number, price: number | null) => ({ timestamp, price });
  deepEqual(foldSamples([], 10), []);
  deepEqual(foldSamples([at(1, null), at(2, NaN), at(3, Infinity)], 10), []);
  const candles = foldSamples([at(19, 3), at(10, 2), at(35, 9), at(15, 8), at(12, 1)], 10);
  deepEqual(candles, [
    { time: 10, open: 2, high: 8, low: 1, close: 3, volume: null, samples: 4 },
    { time: 30, open: 9, high: 9, low: 9, close: 9, volume: null, samples: 1 },
  ]);
});

Deno.test("use is summed by source and by feed, and no call has no mean", () => {
  const { bySource, byFeed } = sumUsage([
    aUsage({ response_ms: 100, request_count: 1 }),
    aUsage({ feed: "global", response_ms: 900, request_count: 4 }),
    aUsage({ source: "defillama", request_count: 0, response_ms: 0 }),
  ]);
  equal(bySource.get("coingecko")!.avg_response_time, 200);
  equal(byFeed.get("coingecko global")!.avg_response_time, 225);
  equal(bySource.get("defillama")!.avg_response_time, null);
  deepEqual(addUsage([]).request_count, 0);
});

const nowMs = Date.UTC(2024, 0, 11);
const dayMs = 86_400_000;
const forecasts = [
  {
    name: "no budget",
    given: { creditsPerMonth: null, spent: 5, spentRecently: 5, sinceMs: nowMs - dayMs },
    expected: { creditsLeft: null, creditsExpected: null, runsOutOn: null },
  },
  {
    name: "a pace that lasts",
    given: { creditsPerMonth: 1_000, spent: 100, spentRecently: 70, sinceMs: nowMs - 7 * dayMs },
    expected: { creditsLeft: 900, creditsExpected: 310, runsOutOn: null },
  },
  {
    name: "a pace that does not last",
    given: { creditsPerMonth: 1_000, spent: 700, spentRecently: 700, sinceMs: nowMs - 7 * dayMs },
    expected: { creditsLeft: 300, creditsExpected: 2_800, runsOutOn: "2024-01-14" },
  },
  {
    name: "nothing left",
    given: { creditsPerMonth: 1_000, spent: 1_200, spentRecently: 1, sinceMs: nowMs - dayMs },
    expected: { creditsLeft: 0, creditsExpected: 1_200, runsOutOn: "2024-01-11" },
  },
  {
    name: "nothing spent of late",
    given: { creditsPerMonth: 1_000, spent: 10, spentRecently: 0, sinceMs: null },
    expected: { creditsLeft: 990, creditsExpected: 10, runsOutOn: null },
  },
  {
    name: "a first minute, which is no pace of a month",
    given: { creditsPerMonth: 10_000, spent: 1, spentRecently: 1, sinceMs: nowMs - 60_000 },
    expected: { creditsLeft: 9_999, creditsExpected: 505, runsOutOn: null },
  },
];
for (const { name, given, expected } of forecasts) {
  Deno.test(`forecastCredits() of ${name}`, () => {
    const found = forecastCredits({ ...given, nowMs });
    const creditsExpected = found.creditsExpected === null
      ? null
      : Math.round(found.creditsExpected);
    deepEqual({ ...found, creditsExpected }, expected);
  });
}

Deno.test("a month ends where the next begins, in December too", () => {
  const { day, month, nextMonth } = getBorders(Date.UTC(2023, 11, 31, 23, 59));
  deepEqual([day, month, nextMonth], [
    Date.UTC(2023, 11, 31),
    Date.UTC(2023, 11, 1),
    Date.UTC(2024, 0, 1),
  ]);
});

Deno.test("no token opens what an empty token closes", () => {
  equal(isOperator("Bearer ", ""), false);
  equal(isOperator(undefined, ""), false);
  equal(isOperator("Bearer abc", "abc"), true);
  equal(isOperator("bearer abc", "abc"), false);
});

Deno.test("the server mounts every path that the API answers", () =>
  withPublicApi(async ({ api }) => {
    const { operations } = await readDocument(api);
    for (const { path } of operations) {
      ok(apiPaths.some((first) => path === first || path.startsWith(`${first}/`)), path);
    }
  }));
