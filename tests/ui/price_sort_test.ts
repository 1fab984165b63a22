import assert from "node:assert/strict";
import fc from "fast-check";
import {
  defaultPriceSort,
  formatPriceSort,
  parsePriceSort,
  priceSorts,
  sortPrices,
  turnPriceSort,
} from "../../lib/ui/price_sort.ts";
import type { PriceView } from "../../lib/ui/state.ts";

const row = (symbol: string, more: Partial<PriceView> = {}): PriceView => ({
  symbol,
  id: `crypto:${symbol}`,
  exchange: "binance",
  price: 1,
  price_change_24h: 1,
  volume_24h: 1,
  volumeHours: 24,
  source: "binance",
  eventMs: 1,
  spark: [],
  ...more,
});
const names = (rows: readonly PriceView[]) => rows.map(({ symbol }) => symbol).join("");

Deno.test("UI-02 the order survives the way through the address", () => {
  for (const sort of priceSorts) {
    for (const order of ["asc", "desc"] as const) {
      const query = new URLSearchParams(formatPriceSort({ sort, order }));
      assert.deepEqual(parsePriceSort(query), { sort, order });
    }
  }
  assert.equal(formatPriceSort({ sort: "price", order: "asc" }), "?sort=price&order=asc");
});

Deno.test("UI-02 nonsense in the address is the usual order, and half of it is filled in", () => {
  const parse = (query: string) => parsePriceSort(new URLSearchParams(query));
  for (const query of ["", "sort=x", "sort=__proto__", "order=asc", "sort="]) {
    assert.deepEqual(parse(query), defaultPriceSort, query);
  }
  assert.deepEqual(parse("sort=symbol&order=sideways"), { sort: "symbol", order: "asc" });
  assert.deepEqual(parse("sort=price"), { sort: "price", order: "desc" });
});

Deno.test("UI-02 choosing a heading twice turns the order round", () => {
  const once = turnPriceSort(defaultPriceSort, "symbol");
  assert.deepEqual(once, { sort: "symbol", order: "asc" });
  assert.deepEqual(turnPriceSort(once, "symbol"), { sort: "symbol", order: "desc" });
  assert.deepEqual(turnPriceSort(once, "price"), { sort: "price", order: "desc" });
});

Deno.test("UI-02 each column sorts by what it shows", () => {
  const rows = [
    row("B", { price: 3, price_change_24h: -5, volume_24h: 7, spark: [1, 3], eventMs: 30 }),
    row("A", { price: 9, price_change_24h: 2, volume_24h: 5, spark: [2, 1], eventMs: 10 }),
    row("C", { price: 1, price_change_24h: 8, volume_24h: 6, spark: [1, 1], eventMs: 20 }),
  ];
  const cases = [
    ["symbol", "ABC"],
    ["price", "CBA"],
    ["price_change_24h", "BAC"],
    ["volume_24h", "ACB"],
    ["trend", "ACB"],
    ["age", "BCA"],
  ] as const;
  for (const [sort, expected] of cases) {
    assert.equal(names(sortPrices(rows, { sort, order: "asc" })), expected, sort);
    const reversed = [...expected].reverse().join("");
    assert.equal(names(sortPrices(rows, { sort, order: "desc" })), reversed, sort);
  }
});

Deno.test("UI-02 what is unknown comes last both ways, and equals stand by name", () => {
  const rows = [row("D", { price: null }), row("C", { price: NaN }), row("B"), row("A")];
  for (const order of ["asc", "desc"] as const) {
    assert.equal(names(sortPrices(rows, { sort: "price", order })), "ABCD");
  }
  assert.deepEqual(sortPrices([], defaultPriceSort), []);
});

Deno.test("UI-02 sorting keeps every row and gives the same order again", () => {
  const anyRow = fc.record({
    symbol: fc.string(),
    price: fc.option(fc.double()),
    volume: fc.option(fc.double()),
  }).map(({ symbol, price, volume }) => row(symbol, { price, volume_24h: volume }));
  fc.assert(fc.property(
    fc.uniqueArray(anyRow, { selector: ({ symbol }) => symbol }),
    fc.constantFrom(...priceSorts),
    fc.constantFrom("asc" as const, "desc" as const),
    (rows, sort, order) => {
      const once = sortPrices(rows, { sort, order });
      const again = sortPrices(rows.toReversed(), { sort, order });
      assert.deepEqual(once, again);
      assert.equal(once.length, rows.length);
    },
  ));
});
