/** A portfolio's worth as prices come in. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  type Decimal,
  decimalOf,
  divide,
  formatDecimal,
  multiply,
  parseDecimal,
  subtract,
} from "../../lib/portfolio/mod.ts";
import {
  applyPrice,
  applySums,
  foldParts,
  readQuote,
  type TextArithmetic,
  thinOut,
} from "../../lib/ui/portfolio_live.ts";
import { aHolding, aWorth } from "../support/own_pages.tsx";
import { PAGE_MS } from "../support/pages.ts";

const apply = (act: (a: Decimal, b: Decimal) => Decimal) => (a: string, b: string) =>
  formatDecimal(act(parseDecimal(a), parseDecimal(b)));
const math: TextArithmetic = {
  add: apply(add),
  subtract: apply(subtract),
  multiply: apply(multiply),
  divide: apply(divide),
  of: (value) => formatDecimal(decimalOf(value)),
};
const price = (value: number, more = {}) => ({
  price: value,
  eventMs: PAGE_MS,
  source: "binance",
  ...more,
});

Deno.test("PRT-03 a newer price moves a holding exactly, in its own currency and the portfolio's", () => {
  const moved = applyPrice(aHolding(), price(42_000.1), math);
  assert.deepEqual(
    [moved.price, moved.valueOwn, moved.value, moved.unrealisedOwn, moved.unrealised_pnl],
    ["42000.1", "21000.05", "21000.05", "1000.05", "1000.05"],
  );
  const foreign = aHolding({ value: "10500", cost: "10000" });
  const next = applyPrice(foreign, price(44_000), math);
  assert.deepEqual([next.valueOwn, next.value, next.unrealised_pnl], ["22000", "11000", "1000"]);
});

const held: [
  name: string,
  holding: ReturnType<typeof aHolding>,
  next: ReturnType<typeof price> | null,
][] = [
  ["no price came", aHolding(), null],
  ["an older price came", aHolding(), price(1, { eventMs: PAGE_MS - 60_000 })],
  ["the rate is not known", aHolding({ value: null }), price(1)],
  ["no price was known", aHolding({ priceMs: null, valueOwn: null }), price(1)],
  ["nothing of it is held", aHolding({ valueOwn: "0", value: "0", quantity: "0" }), price(1)],
];
for (const [name, holding, next] of held) {
  Deno.test(`a holding stays as the server said where ${name}`, () => {
    assert.equal(applyPrice(holding, next, math), holding);
  });
}

Deno.test("a live price takes the place of a stored close, whatever its time", () => {
  const stored = aHolding({ priceSource: "stored close", priceMs: PAGE_MS + 60_000 });
  const moved = applyPrice(stored, price(43_000), math);
  assert.deepEqual([moved.price, moved.priceSource, moved.priceMs], ["43000", "binance", PAGE_MS]);
});

Deno.test("the quote of a symbol is read of its canonical id, where it has one", () => {
  const ids: [string, string | null][] = [
    ["crypto:BTC/USDT@binance", "USDT"],
    ["stock:AAPL@alpaca", null],
    ["asset:bitcoin", null],
    ["", null],
  ];
  for (const [id, quote] of ids) assert.equal(readQuote(id), quote, id);
});

Deno.test("sums move by what the holdings moved, and an open sum stays open", () => {
  const worth = aWorth({ holdings: [aHolding(), aHolding({ symbol: "X", value: null })] });
  const moved = [{ ...worth.holdings[0]!, value: "21000.75" }, worth.holdings[1]!];
  assert.deepEqual(applySums(worth, moved, math), {
    value: "22001.25",
    valueKnown: "22001.25",
    unrealised_pnl: "1000.75",
    gain: "1113.25",
  });
  const open = applySums({ ...worth, value: null, gain: null }, moved, math);
  assert.deepEqual([open.value, open.valueKnown, open.gain], [null, "22001.25", null]);
  assert.equal(applySums(worth, worth.holdings, math).value, "22000.5");
});

Deno.test("a price there and back leaves the sums as they were, to the last digit", () => {
  const some = fc.integer({ min: 1, max: 10 ** 9 }).map((units) => units / 1000);
  fc.assert(fc.property(some, some, (one, two) => {
    const worth = aWorth();
    const first = [applyPrice(worth.holdings[0]!, price(one), math)];
    const other = [applyPrice(worth.holdings[0]!, price(two), math)];
    const there = { ...applySums(worth, first, math), holdings: first };
    const across = { ...applySums(there, other, math), holdings: other };
    assert.equal(applySums(across, worth.holdings, math).value, worth.value);
  }));
});

Deno.test("a long course is thinned evenly, first and last kept", () => {
  const points = Array.from({ length: 1000 }, (_, i) => i);
  const thin = thinOut(points, 11);
  assert.deepEqual([thin.length, thin[0], thin.at(-1)], [11, 0, 999]);
  assert.deepEqual(thin, thin.toSorted((a, b) => a - b));
  assert.deepEqual(thinOut([1, 2], 5), [1, 2]);
  assert.deepEqual(thinOut([], 5), []);
});

Deno.test("small parts are told as one, and nothing gets lost", () => {
  const parts = [0.5, 0.3, 0.15, 0.05].map((share, i) => ({
    name: `P${i}`,
    share,
    value: String(share * 100),
  }));
  const folded = foldParts(parts, 3, "Others", math.add);
  assert.deepEqual(folded.map(({ name, value }) => [name, value]), [
    ["P0", "50"],
    ["P1", "30"],
    ["Others", "20"],
  ]);
  assert.ok(Math.abs(folded.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
  assert.deepEqual(foldParts(parts, 4, "Others", math.add), parts);
});
