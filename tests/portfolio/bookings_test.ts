import { deepEqual, equal, match } from "node:assert/strict";
import type { ActivityType } from "../../lib/contracts/owned.ts";
import { activityTypes } from "../../lib/contracts/owned.ts";
import {
  type Activity,
  createBook,
  formatDecimal,
  makeBook,
  positionKey,
  sortActivities,
} from "../../lib/portfolio/mod.ts";
import { buildActivities, buildActivity, fixedRates, noRate } from "../support/portfolio.ts";

/** Books a list and writes down everything that came of it. */
function bookAll(list: readonly Partial<Activity>[], getRate = noRate) {
  const sorted = sortActivities(buildActivities(list));
  const book = createBook(sorted, { currency: "USDT", getRate, hasFlows: true });
  for (const activity of sorted) book.apply(activity);
  const position = [...book.positions.values()][0];
  return {
    book,
    units: position && formatDecimal(position.lots.quantity),
    cost: position && formatDecimal(position.lots.cost.own),
    realised: position && formatDecimal(position.realised.own),
    income: position && formatDecimal(position.income.own),
    fees: position && formatDecimal(position.fees.own),
    charges: position && formatDecimal(position.charges.own),
    flows: book.flows!.map((flow) =>
      flow.kind === "money"
        ? `${formatDecimal(flow.amount)} ${flow.currency}`
        : `${formatDecimal(flow.quantity)} of ${flow.symbol}`
    ),
    problems: book.problems.map(({ kind }) => kind),
  };
}

const money = { symbol: "USDT", currency: "USDT", price: "" };

/** What each type does to a position of two units that cost 200, with a fee of 1. */
const types: Record<ActivityType, {
  fields: Partial<Activity>;
  expected: [
    units: string,
    cost: string,
    realised: string,
    income: string,
    fees: string,
    charges: string,
  ];
  flows: string[];
}> = {
  buy: {
    fields: { quantity: "1", price: "50", fee: "1" },
    expected: ["3", "251", "0", "0", "1", "0"],
    flows: ["50 USDT", "1 USDT"],
  },
  sell: {
    fields: { quantity: "1", price: "150", fee: "1" },
    expected: ["1", "100", "49", "0", "1", "0"],
    flows: ["-150 USDT", "1 USDT"],
  },
  deposit: {
    fields: { quantity: "1", price: "90", fee: "1" },
    expected: ["3", "291", "0", "0", "1", "0"],
    flows: ["1 USDT", "1 of BTCUSDT"],
  },
  transfer_in: {
    fields: { quantity: "1", price: "90", fee: "1" },
    expected: ["3", "291", "0", "0", "1", "0"],
    flows: ["1 USDT", "1 of BTCUSDT"],
  },
  withdrawal: {
    fields: { quantity: "1", price: "150", fee: "1" },
    expected: ["1", "100", "0", "0", "1", "1"],
    flows: ["-1 of BTCUSDT", "1 USDT"],
  },
  transfer_out: {
    fields: { quantity: "1", price: "150", fee: "1" },
    expected: ["1", "100", "0", "0", "1", "1"],
    flows: ["-1 of BTCUSDT", "1 USDT"],
  },
  dividend: {
    fields: { quantity: "2", price: "3", fee: "1" },
    expected: ["2", "200", "0", "5", "1", "0"],
    flows: ["1 USDT", "-6 USDT"],
  },
  interest: {
    fields: { quantity: "0.1", price: "120", fee: "1" },
    expected: ["2.1", "212", "0", "11", "1", "0"],
    flows: ["1 USDT"],
  },
  fee: {
    fields: { quantity: "1", price: "3", fee: "1" },
    expected: ["2", "200", "0", "0", "4", "4"],
    flows: ["3 USDT", "1 USDT"],
  },
  split: {
    fields: { quantity: "3", price: "" },
    expected: ["6", "200", "0", "0", "0", "0"],
    flows: [],
  },
};
for (const type of activityTypes) {
  const { fields, expected, flows } = types[type];
  Deno.test(`a ${type} is booked`, () => {
    const found = bookAll([{ quantity: "2", price: "100" }, { type, ...fields }]);
    deepEqual(
      [found.units, found.cost, found.realised, found.income, found.fees, found.charges],
      expected,
    );
    deepEqual(found.flows, ["200 USDT", ...flows]);
    deepEqual(found.problems, []);
  });
}

/** What each type does to cash of 1000 that was deposited before. */
const cashCases: { name: string; fields: Partial<Activity>; balance: string; flows: string[] }[] = [
  { name: "a purchase with a fee", fields: { price: "90", fee: "1" }, balance: "909", flows: [] },
  {
    name: "a deposit",
    fields: { ...money, type: "deposit", quantity: "5" },
    balance: "1005",
    flows: ["5 USDT"],
  },
  {
    name: "a deposit with a fee",
    fields: { ...money, type: "deposit", quantity: "5", fee: "1" },
    balance: "1004",
    flows: ["5 USDT"],
  },
  {
    name: "a withdrawal with a fee",
    fields: { ...money, type: "withdrawal", quantity: "5", fee: "1" },
    balance: "994",
    flows: ["-5 USDT"],
  },
  {
    name: "money sent",
    fields: { ...money, type: "transfer_out", quantity: "5" },
    balance: "995",
    flows: ["-5 USDT"],
  },
  {
    name: "money received",
    fields: { ...money, type: "transfer_in", quantity: "5" },
    balance: "1005",
    flows: ["5 USDT"],
  },
  {
    name: "interest on money",
    fields: { ...money, type: "interest", quantity: "5" },
    balance: "1005",
    flows: [],
  },
  {
    name: "a dividend",
    fields: { type: "dividend", quantity: "4", price: "0.5" },
    balance: "1002",
    flows: [],
  },
  { name: "a fee", fields: { type: "fee", quantity: "1", price: "7" }, balance: "993", flows: [] },
  {
    name: "a fee in money",
    fields: { ...money, type: "fee", quantity: "7" },
    balance: "993",
    flows: [],
  },
  {
    name: "a fee without units",
    fields: { type: "fee", quantity: "0", fee: "7" },
    balance: "993",
    flows: [],
  },
  {
    name: "a purchase elsewhere",
    fields: { exchange: "kraken", price: "90" },
    balance: "1000",
    flows: ["90 USDT"],
  },
  {
    name: "a purchase in another currency",
    fields: { symbol: "SAP", currency: "EUR", price: "90" },
    balance: "1000",
    flows: ["90 EUR"],
  },
];
for (const { name, fields, balance, flows } of cashCases) {
  Deno.test(`${name} changes kept cash to ${balance}`, () => {
    const found = bookAll(
      [{ ...money, type: "deposit", quantity: "1000" }, fields],
      fixedRates({ "EUR>USDT": 1.1 }),
    );
    equal(formatDecimal(found.book.cash.get("binance|USDT")!.balance), balance);
    deepEqual(found.flows.slice(1), flows);
  });
}

const inKind: {
  name: string;
  fields: Partial<Activity>;
  units: string;
  cost: string;
  problems: string[];
}[] = [
  {
    name: "a purchase",
    fields: { fee: "0.1", feeCurrency: "BTC" },
    units: "1.9",
    cost: "200",
    problems: [],
  },
  {
    name: "a purchase, in the symbol's own name",
    fields: { symbol: "BTC", fee: "0.1", feeCurrency: "BTC" },
    units: "0.9",
    cost: "100",
    problems: [],
  },
  {
    name: "a sale",
    fields: { type: "sell", quantity: "0.5", fee: "0.1", feeCurrency: "BTC" },
    units: "0.4",
    cost: "40",
    problems: [],
  },
  {
    name: "a sale of everything, where no unit is left for it",
    fields: { type: "sell", quantity: "1", fee: "0.1", feeCurrency: "BTC" },
    units: "0",
    cost: "0",
    problems: ["oversold"],
  },
  {
    name: "a withdrawal",
    fields: { type: "withdrawal", quantity: "0.5", fee: "0.1", feeCurrency: "BTC" },
    units: "0.4",
    cost: "40",
    problems: [],
  },
  {
    name: "a purchase that it eats up",
    fields: { fee: "5", feeCurrency: "BTC" },
    units: "1",
    cost: "100",
    problems: [],
  },
];
for (const { name, fields, units, cost, problems } of inKind) {
  Deno.test(`a fee in coins is taken from the coins of ${name}`, () => {
    const { book } = bookAll([{}, fields]);
    const key = positionKey("binance", fields.symbol ?? "BTCUSDT");
    const { lots } = book.positions.get(key)!;
    deepEqual([formatDecimal(lots.quantity), formatDecimal(lots.cost.own)], [units, cost]);
    deepEqual(book.problems.map(({ kind }) => kind), problems);
  });
}

const moved = { symbol: "BTC", currency: "USD", price: "", reference: "t1" };
const transfers: { name: string; received: Partial<Activity>; units: string; cost: string }[] = [
  { name: "all that was sent", received: { quantity: "2" }, units: "2", cost: "30" },
  {
    name: "less than was sent, at the whole cost",
    received: { quantity: "1.9" },
    units: "1.9",
    cost: "30",
  },
  {
    name: "more than was sent, the rest at its price",
    received: { quantity: "3", price: "7" },
    units: "3",
    cost: "37",
  },
  {
    name: "another transfer's units, at their price",
    received: { quantity: "2", price: "9", reference: "t2" },
    units: "2",
    cost: "18",
  },
  {
    name: "another symbol",
    received: { quantity: "2", price: "9", symbol: "ETH" },
    units: "2",
    cost: "18",
  },
];
for (const { name, received, units, cost } of transfers) {
  Deno.test(`an exchange that receives ${name} has ${units} units for ${cost}`, () => {
    const list = buildActivities([
      { symbol: "BTC", currency: "USD", quantity: "1", price: "10" },
      { symbol: "BTC", currency: "USD", quantity: "1", price: "20" },
      { ...moved, type: "transfer_out", quantity: "2" },
      { ...moved, type: "transfer_in", exchange: "kraken", ...received },
    ]);
    const { positions } = makeBook(list, { currency: "USD", getRate: noRate });
    const { lots } = positions.get(positionKey("kraken", received.symbol ?? "BTC"))!;
    deepEqual([formatDecimal(lots.quantity), formatDecimal(lots.cost.own)], [units, cost]);
  });
}

Deno.test("one transfer is received once", () => {
  const list = buildActivities([
    { symbol: "BTC", currency: "USD", quantity: "2", price: "10" },
    { ...moved, type: "transfer_out", quantity: "2" },
    { ...moved, type: "transfer_in", exchange: "kraken", quantity: "2" },
    { ...moved, type: "transfer_in", exchange: "coinbase", quantity: "2", price: "1" },
  ]);
  const { positions } = makeBook(list, { currency: "USD", getRate: noRate });
  const costs = [...positions.values()].map(({ lots }) => formatDecimal(lots.cost.own));
  deepEqual(costs, ["0", "20", "2"]);
});

Deno.test("a sale in another currency is realised in the position's, at the rate of its day", () => {
  const found = bookAll(
    [{ quantity: "1", price: "100" }, {
      type: "sell",
      quantity: "1",
      price: "90",
      currency: "EUR",
    }],
    fixedRates({ "EUR>USDT": 1.2 }),
  );
  deepEqual([found.realised, found.flows], ["8", ["100 USDT", "-90 EUR"]]);
});

Deno.test("a sale without a rate is told and sells nothing", () => {
  const found = bookAll([{}, { type: "sell", currency: "EUR" }]);
  deepEqual([found.units, found.realised, found.problems], ["1", "0", ["rate"]]);
  match(found.book.problems[0]!.message, /^Cannot convert 100 EUR to USDT: the rate of 2024-01-02/);
});

Deno.test("an amount of nothing needs no rate", () => {
  const found = bookAll([{ price: "0", currency: "EUR", symbol: "SAP" }]);
  deepEqual([found.units, found.cost, found.problems], ["1", "0", []]);
});

Deno.test("flows are kept only for who asks for them", () => {
  const { flows } = makeBook([buildActivity()], { currency: "USDT", getRate: noRate });
  equal(flows, null);
});

Deno.test("activities of one time come in the order of what they do, and then of their ids", () => {
  const timestamp = 5;
  const list = activityTypes.toReversed().flatMap((type) => [
    buildActivity({ id: `${type}2`, type, timestamp }),
    buildActivity({ id: `${type}1`, type, timestamp }),
  ]);
  const order = [
    "split",
    "deposit",
    "interest",
    "dividend",
    "buy",
    "transfer_out",
    "transfer_in",
    "sell",
    "fee",
    "withdrawal",
  ];
  deepEqual(
    sortActivities(list).map(({ id }) => id),
    order.flatMap((type) => [`${type}1`, `${type}2`]),
  );
});
