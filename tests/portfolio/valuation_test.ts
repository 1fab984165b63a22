import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import {
  createValuation,
  decimalOf,
  makeBook,
  positionKey,
  type PriceLookup,
} from "../../lib/portfolio/mod.ts";
import { buildActivities, fixedRates, noRate } from "../support/portfolio.ts";

const getRate = fixedRates({ "EUR>USD": 1.25 });
const holdings = makeBook(
  buildActivities([
    { symbol: "BTCUSD", currency: "USD", quantity: "2", price: "100" },
    { symbol: "ETHUSD", currency: "USD", quantity: "10", price: "10", exchange: "kraken" },
    { symbol: "SAP", currency: "EUR", quantity: "4", price: "80", exchange: "xetra" },
    { type: "deposit", symbol: "USD", currency: "USD", quantity: "200", exchange: "kraken" },
  ]),
  { currency: "USD", getRate },
);
const prices: Record<string, number> = {
  "binance|BTCUSD": 150,
  "kraken|ETHUSD": 20,
  "xetra|SAP": 80,
};
const getPrice: PriceLookup = (exchange, symbol) => {
  const price = prices[positionKey(exchange, symbol)];
  return price === undefined ? null : decimalOf(price);
};
const open = (find: PriceLookup = getPrice) =>
  createValuation(holdings, { getPrice: find, getRate, timeMs: 0 });

Deno.test("a portfolio is worth its holdings and its cash, in its own currency", () => {
  const { value, cost, unrealised_pnl, valueKnown, missing, gain } = open().read();
  deepEqual(
    { value, cost, unrealised_pnl, valueKnown, missing, gain },
    {
      value: "1000",
      cost: "700",
      unrealised_pnl: "200",
      valueKnown: "1000",
      missing: [],
      gain: "200",
    },
  );
});

const allocations = [
  {
    by: "symbol" as const,
    expected: [["SAP", "400", 0.4], ["BTCUSD", "300", 0.3], ["ETHUSD", "200", 0.2], [
      "USD",
      "100",
      0.1,
    ]],
  },
  {
    by: "exchange" as const,
    expected: [["xetra", "400", 0.4], ["binance", "300", 0.3], ["kraken", "300", 0.3]],
  },
  { by: "currency" as const, expected: [["USD", "600", 0.6], ["EUR", "400", 0.4]] },
];
for (const { by, expected } of allocations) {
  Deno.test(`the value divides by ${by}, largest part first`, () => {
    deepEqual(open().allocate(by).map(({ name, value, share }) => [name, value, share]), expected);
  });
}

Deno.test("shares of the value sum up to 1 and leave out what is owed", () => {
  const inDebt = makeBook(
    buildActivities([
      { type: "deposit", symbol: "USD", currency: "USD", quantity: "50" },
      { symbol: "BTCUSD", currency: "USD", quantity: "2", price: "100" },
    ]),
    { currency: "USD", getRate },
  );
  const { allocation, value } = createValuation(inDebt, { getPrice, getRate, timeMs: 0 }).read();
  deepEqual([value, allocation.map(({ name, share }) => [name, share])], ["150", [["BTCUSD", 1]]]);
});

Deno.test("a holding without a price is named, and no sum pretends to know it", () => {
  const value = open((exchange, symbol) => symbol === "SAP" ? null : getPrice(exchange, symbol))
    .read();
  deepEqual(
    [value.value, value.unrealised_pnl, value.gain, value.valueKnown, value.missing],
    [null, null, null, "600", ["xetra|SAP"]],
  );
  equal(value.holdings.find(({ symbol }) => symbol === "SAP")!.unrealisedOwn, null);
});

Deno.test("a price that comes later completes the sum", () => {
  const valuation = open((exchange, symbol) =>
    symbol === "SAP" ? null : getPrice(exchange, symbol)
  );
  equal(valuation.readTotal(), null);
  equal(valuation.setPrice("xetra", "SAP", decimalOf(80)), true);
  equal(valuation.readTotal(), "1000");
  equal(valuation.setPrice("xetra", "SAP", decimalOf(81.01)), true);
  equal(valuation.readTotal(), "1005.05");
});

Deno.test("a price of what is not held changes nothing", () => {
  const valuation = open();
  equal(valuation.setPrice("binance", "SAP", decimalOf(80)), false);
  equal(valuation.setPrice("", "__proto__", decimalOf(80)), false);
  equal(valuation.readTotal(), "1000");
});

Deno.test("a rate that is missing is asked for once and named", () => {
  let asked = 0;
  const lacking = () => (asked++, null);
  const value = createValuation(holdings, { getPrice, getRate: lacking, timeMs: 0 });
  for (const price of [1, 2, 3]) value.setPrice("xetra", "SAP", decimalOf(price));
  deepEqual([value.read().missing, asked], [["EUR"], 1]);
});

Deno.test("after any prices the kept value is exactly the one made anew", () => {
  const anyPrice = fc.tuple(
    fc.constantFrom("binance|BTCUSD", "kraken|ETHUSD", "xetra|SAP"),
    fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
  );
  fc.assert(fc.property(fc.array(anyPrice, { maxLength: 40 }), (ticks) => {
    const kept = open();
    const latest = { ...prices };
    for (const [key, price] of ticks) {
      const [exchange, symbol] = key.split("|");
      kept.setPrice(exchange!, symbol!, decimalOf(price));
      latest[key] = price;
    }
    const anew = open((exchange, symbol) => decimalOf(latest[positionKey(exchange, symbol)]!));
    deepEqual(kept.read(), anew.read());
    equal(kept.readTotal(), anew.read().value);
  }));
});

Deno.test("sold-out holdings stay listed with what they realised and need no price", () => {
  const book = makeBook(buildActivities([{ price: "10" }, { type: "sell", price: "25" }]), {
    currency: "USDT",
    getRate: noRate,
  });
  const { holdings: [sold], value } = createValuation(book, {
    getPrice: () => null,
    getRate: noRate,
    timeMs: 0,
  })
    .read();
  deepEqual([sold!.realised_pnl, sold!.value, sold!.average, sold!.heldSinceMs], [
    "15",
    "0",
    null,
    null,
  ]);
  equal(value, "0");
});
