import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import type { ActivityType } from "../../lib/contracts/owned.ts";
import {
  type Activity,
  add,
  compare,
  createValuation,
  decimalOf,
  formatDecimal,
  makeBook,
  parseDecimal,
  positionKey,
  type RateLookup,
  sortActivities,
  zero,
} from "../../lib/portfolio/mod.ts";
import { buildActivities, buildActivity, fixedRates, noRate } from "../support/portfolio.ts";

/** The book in `currency`, and its worth with every unit at `price`. */
function value(
  activities: readonly Activity[],
  { price = 0, currency = "USDT", getRate = noRate }: {
    price?: number;
    currency?: string;
    getRate?: RateLookup;
  } = {},
) {
  const book = makeBook(activities, { currency, getRate });
  const getPrice = () => decimalOf(price);
  return { book, ...createValuation(book, { getPrice, getRate, timeMs: 0 }).read() };
}

/**
 * Worked examples of others. Fees: a purchase's raise its cost, a sale's lower its proceeds.
 * Sources: calcbee.com/calculators/crypto/crypto-fifo-cost-basis-calculator; the US guide of
 * docs.recap.io, cost basis methods; Ghostfolio's specs of its portfolio calculator (BALN.SW buy and
 * sell, NOVN.SW buy and sell partially, BALN.SW buy and buy, MSFT, BTCUSD), where net performance is
 * what is realised and unrealised here, after fees.
 */
const worked = [
  {
    name: "calcbee: 1.5 of two bitcoin bought at 20,000 and 30,000 are sold at 50,000",
    list: [
      { quantity: "1", price: "20000" },
      { quantity: "1", price: "30000" },
      { type: "sell", quantity: "1.5", price: "50000" },
    ],
    price: 50_000,
    expected: { realised_pnl: "40000", cost: "15000", unrealised_pnl: "10000" },
  },
  {
    name: "recap: the first of four bitcoin is sold",
    list: [
      { quantity: "1", price: "2000" },
      { quantity: "2", price: "2500" },
      { quantity: "1", price: "8000" },
      { type: "sell", quantity: "1", price: "4000" },
    ],
    price: 8_000,
    expected: { realised_pnl: "2000", cost: "13000", unrealised_pnl: "11000" },
  },
  {
    name: "Ghostfolio: BALN.SW is bought and sold at a loss with two fees",
    list: [
      { quantity: "2", price: "142.9", fee: "1.55" },
      { type: "sell", quantity: "2", price: "136.6", fee: "1.65" },
    ],
    price: 148.9,
    expected: { realised_pnl: "-15.8", cost: "0", unrealised_pnl: "0", fees: "3.2" },
  },
  {
    name: "Ghostfolio: NOVN.SW is bought and sold by half",
    list: [
      { quantity: "2", price: "75.8", fee: "2.95" },
      { type: "sell", quantity: "1", price: "85.73", fee: "1.3" },
    ],
    price: 87.8,
    // Gross 21.93, fees 4.25, net 17.68.
    expected: { realised_pnl: "7.155", unrealised_pnl: "10.525", fees: "4.25", gain: "17.68" },
  },
  {
    name: "Ghostfolio: BALN.SW is bought twice",
    list: [
      { quantity: "2", price: "142.9", fee: "1.55" },
      { quantity: "2", price: "136.6", fee: "1.65" },
    ],
    price: 148.9,
    // Investment 559, gross 36.6, net 33.4.
    expected: { cost: "562.2", unrealised_pnl: "33.4", value: "595.6" },
  },
  {
    name: "Ghostfolio: a dividend of MSFT beside its purchase",
    list: [
      { quantity: "1", price: "298.58", fee: "19" },
      { type: "dividend", quantity: "1", price: "0.62" },
    ],
    price: 331.83,
    // Gross 33.25, dividend 0.62, fees 19.
    expected: { income: "0.62", unrealised_pnl: "14.25", gain: "14.87" },
  },
  {
    name: "Ghostfolio: half of two bitcoin of 2015 is sold in 2017",
    list: [
      { quantity: "2", price: "320.43" },
      { type: "sell", quantity: "1", price: "14156.4" },
    ],
    price: 13_657.2,
    // Gross performance 27172.74.
    expected: { realised_pnl: "13835.97", unrealised_pnl: "13336.77", gain: "27172.74" },
  },
  {
    name: "a lot of three is sold one by one, so that its fee has thirds",
    list: [
      { quantity: "3", price: "10", fee: "1" },
      { type: "sell", quantity: "1", price: "12" },
      { type: "sell", quantity: "1", price: "12" },
      { type: "sell", quantity: "1", price: "12" },
    ],
    price: 0,
    expected: { realised_pnl: "5", cost: "0" },
  },
] as const;
for (const { name, list, price, expected } of worked) {
  Deno.test(`the book agrees to the last decimal with ${name}`, () => {
    const found = value(buildActivities(list), { price });
    const named = Object.fromEntries(
      Object.keys(expected).map((key) => [key, found[key as keyof typeof found]]),
    );
    deepEqual(named, expected);
    deepEqual(found.book.problems, []);
  });
}

Deno.test("a fee in the coin itself leaves fewer units at the whole cost", () => {
  const [holding] = value(buildActivities([{ quantity: "1", fee: "0.001", feeCurrency: "BTC" }]))
    .holdings;
  deepEqual([holding!.quantity, holding!.costOwn, holding!.fees], ["0.999", "100", "0.1"]);
});

Deno.test("a fee in a third currency counts at the rate of its time", () => {
  const activities = buildActivities([{ fee: "0.01", feeCurrency: "BNB" }]);
  const found = value(activities, { price: 100, getRate: fixedRates({ "BNB>USDT": 300 }) });
  deepEqual([found.cost, found.fees, found.unrealised_pnl], ["103", "3", "-3"]);
});

Deno.test("a fee without a rate is told, and the purchase stands", () => {
  const { book, cost } = value(buildActivities([{ fee: "0.01", feeCurrency: "BNB" }]));
  deepEqual([cost, book.problems.map(({ kind }) => kind)], ["100", ["fee"]]);
});

Deno.test("lots are kept by exchange: a sale takes none of another one's", () => {
  const { holdings } = value(buildActivities([
    { quantity: "1", price: "10", exchange: "kraken" },
    { quantity: "1", price: "20" },
    { type: "sell", quantity: "1", price: "30" },
  ]));
  deepEqual(
    holdings.map(({ exchange, quantity, realised_pnl }) => [exchange, quantity, realised_pnl]),
    [
      ["kraken", "1", "0"],
      ["binance", "0", "10"],
    ],
  );
});

Deno.test("lots that move to another exchange keep their cost and their day", () => {
  const moved = { symbol: "BTC", currency: "USD", reference: "0xabc", price: "0" };
  const { holdings, book } = value(
    buildActivities([
      { symbol: "BTC", currency: "USD", quantity: "1", price: "10" },
      { ...moved, type: "transfer_out", quantity: "0.5" },
      { ...moved, type: "transfer_in", quantity: "0.4", exchange: "kraken" },
    ]),
    { currency: "USD" },
  );
  deepEqual(book.problems, []);
  deepEqual(
    holdings.map((
      { exchange, quantity, cost, heldSinceMs },
    ) => [exchange, quantity, cost, heldSinceMs]),
    [["binance", "0.5", "5", Date.UTC(2024, 0, 1)], ["kraken", "0.4", "5", Date.UTC(2024, 0, 1)]],
  );
});

Deno.test("a split makes more units at the same cost, a reverse split fewer", () => {
  const list = [{ quantity: "10", price: "400" }, {
    type: "split" as const,
    quantity: "4",
    price: "",
  }];
  deepEqual(value(buildActivities(list)).holdings.map((h) => [h.quantity, h.average]), [[
    "40",
    "100",
  ]]);
  const reverse = [{ quantity: "10", price: "4" }, { type: "split" as const, quantity: "0.1" }];
  deepEqual(value(buildActivities(reverse)).holdings.map((h) => [h.quantity, h.average]), [[
    "1",
    "40",
  ]]);
});

Deno.test("interest in kind is income, and its worth the cost of the new units", () => {
  const found = value(
    buildActivities([{
      type: "interest",
      symbol: "ETH",
      currency: "USD",
      quantity: "0.1",
      price: "2000",
    }]),
    { currency: "USD", price: 2500 },
  );
  deepEqual([found.income, found.cost, found.unrealised_pnl], ["200", "200", "50"]);
});

Deno.test("cash is kept once a deposit tells of it", () => {
  const money = { symbol: "USDT", price: "1" };
  const { cash, book } = value(buildActivities([
    { ...money, type: "deposit", quantity: "1000" },
    { quantity: "2", price: "100", fee: "1" },
    { type: "sell", quantity: "1", price: "150", fee: "0.5" },
    { type: "dividend", quantity: "1", price: "3" },
    { ...money, type: "interest", quantity: "2" },
    { type: "fee", quantity: "1", price: "4" },
    { ...money, type: "withdrawal", quantity: "100", fee: "0.1" },
  ]));
  deepEqual(book.problems, []);
  deepEqual(cash.map(({ balance }) => balance), ["849.4"]);
});

Deno.test("without a deposit no cash is made up", () => {
  deepEqual(value(buildActivities([{ quantity: "2" }])).cash, []);
});

Deno.test("amounts in other currencies count at the rates of their own days", () => {
  const dayOne = Date.UTC(2024, 0, 2);
  const getRate: RateLookup = (from, to, timeMs) =>
    from === "EUR" && to === "USD" ? decimalOf(timeMs < dayOne ? 1.1 : 1.2) : null;
  const book = makeBook(
    buildActivities([
      { symbol: "SAP", currency: "EUR", quantity: "2", price: "100" },
      { type: "sell", symbol: "SAP", currency: "EUR", quantity: "1", price: "110" },
    ]),
    { currency: "USD", getRate },
  );
  const at = { getPrice: () => decimalOf(120), getRate, timeMs: dayOne };
  const { holdings: [sap], ...whole } = createValuation(book, at).read();
  deepEqual([sap!.realisedOwn, sap!.unrealisedOwn], ["10", "20"]);
  // 110 × 1.2 − 100 × 1.1; 120 × 1.2 − 100 × 1.1.
  deepEqual([whole.realised_pnl, whole.unrealised_pnl, whole.value], ["22", "34", "144"]);
});

Deno.test("a missing rate leaves the sum unsaid instead of wrong", () => {
  const found = value(
    buildActivities([{ symbol: "SAP", currency: "EUR" }, { currency: "USD", symbol: "AAPL" }]),
    { currency: "USD", price: 120 },
  );
  deepEqual([found.value, found.valueKnown, found.cost], [null, "120", null]);
  deepEqual(found.missing, ["EUR"]);
  match(
    found.book.problems[0]!.message,
    /^Cannot convert 100 EUR to USD: the rate of 2024-01-01 is/,
  );
  equal(found.holdings[0]!.costOwn, "100");
});

Deno.test("what was not held cannot be sold: only what was is booked, and it is told", () => {
  const { book, realised_pnl } = value(buildActivities([
    { quantity: "1", price: "10" },
    { type: "sell", quantity: "3", price: "20" },
    { type: "sell", quantity: "1", price: "20" },
  ]));
  equal(realised_pnl, "10");
  deepEqual(book.problems.map(({ kind, activityId }) => [kind, activityId]), [
    ["oversold", "a000001"],
    ["oversold", "a000002"],
  ]);
});

const hostile: { name: string; fields: Partial<Activity>; kind: string }[] = [
  { name: "a negative quantity", fields: { quantity: "-1" }, kind: "number" },
  { name: "a price in words", fields: { price: "<script>" }, kind: "number" },
  { name: "a fee of NaN", fields: { fee: "NaN" }, kind: "number" },
  { name: "a time of NaN", fields: { timestamp: NaN }, kind: "number" },
  { name: "a time before 1970", fields: { timestamp: -1 }, kind: "number" },
  { name: "a time beyond every date", fields: { timestamp: 1e300 }, kind: "number" },
  { name: "a number of a million digits", fields: { quantity: "9".repeat(1e6) }, kind: "number" },
  { name: "a split by 0", fields: { type: "split", quantity: "0" }, kind: "number" },
];
for (const { name, fields, kind } of hostile) {
  Deno.test(`${name} is told and changes nothing else`, () => {
    const bad = buildActivity({ id: "bad", ...fields });
    const { book, cost } = value([buildActivity({ id: "good" }), bad]);
    deepEqual(book.problems.map((p) => [p.activityId, p.kind]), [["bad", kind]]);
    equal(cost, "100");
  });
}

Deno.test("thousands of splits end before numbers outgrow the machine", () => {
  const splits = Array.from(
    { length: 5_000 },
    () => ({ type: "split" as const, quantity: "987654321.1234567" }),
  );
  const { book } = value(buildActivities([{}, ...splits]));
  equal(book.problems.at(-1)?.kind, "number");
});

Deno.test("an empty book is worth 0", () => {
  const { value: worth, holdings, gain, allocation, missing } = value([]);
  deepEqual([worth, holdings, gain, allocation, missing], ["0", [], "0", [], []]);
});

const anActivity = fc.record({
  type: fc.constantFrom<ActivityType>(
    "buy",
    "sell",
    "deposit",
    "withdrawal",
    "dividend",
    "interest",
    "fee",
  ),
  exchange: fc.constantFrom("binance", "kraken"),
  symbol: fc.constantFrom("BTCUSDT", "ETHUSDT"),
  quantity: fc.nat(1_000).map((n) => formatDecimal({ units: BigInt(n + 1), digits: 3 })),
  price: fc.nat(10_000).map((n) => formatDecimal({ units: BigInt(n + 1), digits: 2 })),
  fee: fc.nat(100).map((n) => formatDecimal({ units: BigInt(n), digits: 3 })),
  timestamp: fc.nat(20).map((n) => Date.UTC(2024, 0, 1 + n)),
});
const someActivities = fc.array(anActivity, { maxLength: 60 }).map((list) =>
  list.map((fields, i) => buildActivity({ id: `a${i}`, ...fields }))
);

Deno.test("lots always sum up to their position, in units and in cost", () => {
  fc.assert(fc.property(someActivities, (activities) => {
    const { positions } = makeBook(activities, { currency: "USDT", getRate: noRate });
    for (const { lots } of positions.values()) {
      const left = lots.lots.slice(lots.head);
      const quantity = left.reduce((sum, lot) => add(sum, lot.quantity), zero);
      const cost = left.reduce((sum, lot) => add(sum, lot.cost.own), zero);
      equal(compare(quantity, lots.quantity), 0);
      equal(compare(cost, lots.cost.own), 0);
      equal(left.every((lot) => lot.quantity.units > 0n), true);
    }
  }));
});

Deno.test("money is conserved: what was paid is cost that is left, or went into what was sold", () => {
  fc.assert(fc.property(someActivities, (activities) => {
    const trades = activities.filter(({ type }) => type === "buy" || type === "sell")
      .map((activity) => ({ ...activity, exchange: "binance", symbol: "BTCUSDT" }));
    // A first purchase that no sale exhausts, so that every sale is booked whole.
    trades.push(buildActivity({ id: "first", quantity: "1000", price: "0.07", timestamp: 0 }));
    const book = makeBook(trades, { currency: "USDT", getRate: noRate });
    deepEqual(book.problems, []);
    // Exact, although lots are split by thirds and sevenths: bought − sold = cost − realised.
    let spent = 0n;
    const scaled = (text: string, digits: number) => {
      const { units, digits: has } = parseDecimal(text);
      return units * 10n ** BigInt(digits - has);
    };
    for (const { type, quantity, price, fee } of trades) {
      const gross = scaled(quantity, 3) * scaled(price, 2) +
        (type === "buy" ? 1n : -1n) * scaled(fee, 5);
      spent += type === "buy" ? gross : -gross;
    }
    const position = book.positions.get(positionKey("binance", "BTCUSDT"));
    const left = position
      ? add(position.lots.cost.own, {
        ...position.realised.own,
        units: -position.realised.own.units,
      })
      : zero;
    equal(compare(left, { units: spent, digits: 5 }), 0);
  }));
});

Deno.test("the order in which activities are given changes nothing", () => {
  fc.assert(fc.property(
    someActivities.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))
    ),
    ([list, shuffled]) => {
      deepEqual(sortActivities(shuffled), sortActivities(list));
      deepEqual(value(shuffled, { price: 5 }).gain, value(list, { price: 5 }).gain);
    },
  ));
});

Deno.test("at the same time, what brings comes before what takes", () => {
  const { book, realised_pnl } = value([
    buildActivity({ id: "1", type: "sell", price: "120" }),
    buildActivity({ id: "2", type: "buy", price: "100" }),
  ]);
  deepEqual([book.problems, realised_pnl], [[], "20"]);
});

Deno.test("activities stay as they were given", () => {
  const list = buildActivities([{}, { type: "sell" }]);
  const copy = structuredClone(list);
  value(list);
  deepEqual(list, copy);
});

Deno.test("a position that was sold out and bought again starts with new lots", () => {
  const { holdings } = value(buildActivities([
    { price: "10" },
    { type: "sell", price: "20" },
    { price: "30" },
  ]));
  deepEqual(holdings.map((h) => [h.quantity, h.average, h.realised_pnl]), [["1", "30", "10"]]);
});
