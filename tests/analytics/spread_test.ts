/** How far apart prices of one asset lie, by table and by properties. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { ALIKE_FACTOR_MAX, measureSpread, type PlacePrice } from "../../lib/analytics/spread.ts";

const NOW_MS = 1_000_000;
const window = { nowMs: NOW_MS, freshMs: 60_000 };
const at = (place: string, price: number, timeMs = NOW_MS): PlacePrice => ({
  place,
  price,
  timeMs,
});

const table: [string, PlacePrice[], [number, string, string, string[]] | null][] = [
  ["nowhere", [], null],
  ["at one place only", [at("a", 1)], null],
  ["twice at one place", [at("a", 1), at("a", 2, NOW_MS - 1)], null],
  ["at two places", [at("a", 102), at("b", 100)], [2, "b", "a", []]],
  ["alike", [at("a", 100), at("b", 100)], [0, "a", "b", []]],
  ["with an old one", [at("a", 102), at("b", 100), at("c", 90, NOW_MS - 60_001)], [
    2,
    "b",
    "a",
    [],
  ]],
  ["with one of the future", [at("a", 102), at("b", 100, NOW_MS + 1)], null],
  ["with nonsense", [at("a", 102), at("b", NaN), at("c", 0), at("d", -5), at("e", Infinity)], null],
  ["with the newest of a place", [at("a", 101), at("b", 120, NOW_MS - 9), at("b", 100)], [
    1,
    "b",
    "a",
    [],
  ]],
  ["with a namesake", [at("a", 100), at("b", 104), at("c", 3), at("d", 900)], null],
  ["with one namesake", [at("a", 100), at("b", 104), at("c", 3)], [4, "a", "b", ["c"]]],
];

for (const [what, prices, expected] of table) {
  Deno.test(`a spread of prices ${what}`, () => {
    const found = measureSpread(prices, window);
    if (expected === null) return ok(found === null || Number.isNaN(found.percent));
    const [percent, low, high, strangers] = expected;
    ok(Math.abs(found!.percent - percent) < 1e-9, String(found!.percent));
    deepEqual([found!.low?.place, found!.high?.place, found!.strangers], [low, high, strangers]);
  });
}

Deno.test("which of two coins of one ticker is meant cannot be told, and so no spread", () => {
  for (const prices of [[1, 1.51], [1, 1.01, 5, 5.01], [1, 1.4, 1.6]]) {
    const found = measureSpread(prices.map((price, i) => at(`p${i}`, price)), window)!;
    ok(Number.isNaN(found.percent), `${prices}`);
    deepEqual([found.low, found.high, found.count], [null, null, 0]);
    equal(found.strangers.length, prices.length);
  }
});

const anyPrice = fc.record({
  place: fc.constantFrom("a", "b", "c", "d", "e", "f"),
  price: fc.oneof(
    fc.double({ min: 90, max: 110, noNaN: true }),
    fc.double(),
    fc.constantFrom(1, 500),
  ),
  timeMs: fc.integer({ min: NOW_MS - 90_000, max: NOW_MS + 10 }),
});

Deno.test("a spread is never negative, never one of namesakes, and is that of its two places", () => {
  fc.assert(fc.property(fc.array(anyPrice, { maxLength: 12 }), (prices) => {
    const found = measureSpread(prices, window);
    if (!found) return;
    ok(found.timeMs <= NOW_MS && found.timeMs >= NOW_MS - 60_000);
    if (Number.isNaN(found.percent)) return;
    const { percent, low, high, count, strangers } = found;
    ok(percent >= 0 && percent <= (ALIKE_FACTOR_MAX - 1) * 100 + 1e-9, String(percent));
    equal(percent, (high!.price / low!.price - 1) * 100);
    ok(low!.place !== high!.place && count >= 2 && count > strangers.length);
    ok(prices.some((one) => one.place === low!.place && one.price === low!.price));
  }));
});

Deno.test("the order of the prices, and what they are measured in, do not matter", () => {
  fc.assert(fc.property(
    fc.array(anyPrice, { maxLength: 12 }),
    fc.integer({ min: -8, max: 8 }),
    (prices, power) => {
      const found = measureSpread(prices, window);
      deepEqual(measureSpread(prices.toReversed(), window), found);
      // Powers of two change no digit.
      const scaled = prices.filter(({ price }) => price > 1e-9 && price < 1e9)
        .map((one) => ({ ...one, price: one.price * 2 ** power }));
      const plain = prices.filter(({ price }) => price > 1e-9 && price < 1e9);
      equal(
        measureSpread(scaled, window)?.percent,
        measureSpread(plain, window)?.percent,
      );
    },
  ));
});
