import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  chainReturns,
  computeHistoryReturn,
  computeMoneyWeightedReturn,
  computeTimeWeightedReturn,
  countInvestedDays,
  dayMs,
  spreadReturn,
  type SubPeriod,
  type ValuePoint,
} from "../../lib/portfolio/mod.ts";

const day = (text: string) => Date.parse(`${text}T00:00:00Z`);
const isNear = (value: number | null, expected: number, off: number) =>
  ok(value !== null && Math.abs(value - expected) <= off, `${value} is not ${expected}`);

/**
 * Sources: Excel's documentation of XIRR (0.373362535, which Excel seeks to 1e-8); the years of the
 * others follow from the formula itself: money that doubles in 365 days, halves in 365 days, or
 * grows by a tenth each year.
 */
const flows = [
  {
    name: "Excel's documentation of XIRR",
    flows: [
      ["2008-01-01", -10000],
      ["2008-03-01", 2750],
      ["2008-10-30", 4250],
      ["2009-02-15", 3250],
      ["2009-04-01", 2750],
    ],
    expected: 0.373362535,
  },
  { name: "money that doubles", flows: [["2023-01-01", -100], ["2024-01-01", 200]], expected: 1 },
  { name: "money that halves", flows: [["2023-01-01", -100], ["2024-01-01", 50]], expected: -0.5 },
  {
    name: "a tenth each year, got out yearly",
    flows: [["2021-01-01", -100], ["2022-01-01", 10], ["2023-01-01", 110]],
    expected: 0.1,
  },
  { name: "nothing gained", flows: [["2023-01-01", -100], ["2024-01-01", 100]], expected: 0 },
  { name: "flows in any order", flows: [["2024-01-01", 200], ["2023-01-01", -100]], expected: 1 },
  {
    name: "a gain of a day, which a year makes huge",
    flows: [["2024-01-01", -100], ["2024-01-02", 101]],
    expected: 1.01 ** 365 - 1,
  },
  {
    name: "nearly everything lost",
    flows: [["2023-01-01", -1e9], ["2024-01-01", 10]],
    expected: 1e-8 - 1,
  },
] as const;
for (const { name, flows: given, expected } of flows) {
  Deno.test(`the money-weighted return of ${name}`, () => {
    const list = given.map(([when, amount]) => ({ timeMs: day(when), amount }));
    isNear(computeMoneyWeightedReturn(list).value, expected, 1e-8 * Math.max(1, expected));
  });
}

const without = [
  { name: "nothing", flows: [] },
  { name: "only payments", flows: [["2023-01-01", -1], ["2024-01-01", -1]] },
  { name: "only receipts", flows: [["2023-01-01", 1], ["2024-01-01", 1]] },
  { name: "a single day", flows: [["2023-01-01", -1], ["2023-01-01", 2]] },
  { name: "zeros", flows: [["2023-01-01", 0], ["2024-01-01", 0]] },
  { name: "NaN", flows: [["2023-01-01", NaN], ["2024-01-01", 1]] },
  { name: "infinity", flows: [["2023-01-01", -Infinity], ["2024-01-01", 1]] },
  // (1 + r)² − 2 (1 + r) + 2 has no real root.
  {
    name: "flows without a rate",
    flows: [["2023-01-01", 1], ["2024-01-01", -2], ["2024-12-31", 2]],
  },
] as const;
for (const { name, flows: given } of without) {
  Deno.test(`${name} has no money-weighted return, and a reason`, () => {
    const list = given.map(([when, amount]) => ({ timeMs: day(when), amount }));
    const { value, reason } = computeMoneyWeightedReturn(list);
    equal(value, null);
    match(reason!, /\w/);
  });
}

Deno.test("of two rates the one nearest 0 is taken", () => {
  // −100 (1 + r)² + 230 (1 + r) − 132 is 0 at 10 % and at 20 %.
  const list = [["2023-01-01", -100], ["2024-01-01", 230], ["2024-12-31", -132]] as const;
  const { value } = computeMoneyWeightedReturn(
    list.map(([d, amount]) => ({ timeMs: day(d), amount })),
  );
  isNear(value, 0.1, 1e-9);
});

Deno.test("the rate makes the flows worth nothing, whatever they are", () => {
  const flow = fc.record({
    years: fc.integer({ min: 1, max: 3650 }),
    amount: fc.integer({ min: 1, max: 1e6 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.array(flow, { minLength: 1, maxLength: 20 }),
      (paid, got) => {
        const list = [
          { timeMs: 0, amount: -paid },
          ...got.map(({ years, amount }) => ({ timeMs: years * dayMs, amount })),
        ];
        const { value } = computeMoneyWeightedReturn(list);
        // Rates of a day's doubling lie outside of what is looked at.
        if (value === null) return;
        const worth = list.reduce(
          (sum, f) => sum + f.amount * (1 + value) ** (-f.timeMs / (365 * dayMs)),
          0,
        );
        ok(Math.abs(worth) < 1e-6 * paid, `${worth} is left at ${value}`);
      },
    ),
  );
});

/**
 * Source: Investopedia, "Time-Weighted Rate of Return": 1,000,000 grows to 1,162,484; then 100,000
 * are added, or withdrawn, and the rest falls to 1,192,328 or 1,003,440; both return 9.79 %.
 */
const chains: { name: string; periods: SubPeriod[]; expected: number; off: number }[] = [
  {
    name: "Investopedia's first investor, who adds",
    periods: [
      { start: 1_000_000, inflow: 0, outflow: 0, end: 1_162_484 },
      { start: 1_162_484, inflow: 100_000, outflow: 0, end: 1_192_328 },
    ],
    expected: 0.0979,
    off: 5e-5,
  },
  {
    name: "Investopedia's second investor, who withdraws",
    periods: [
      { start: 1_000_000, inflow: 0, outflow: 100_000, end: 1_062_484 },
      { start: 1_062_484, inflow: 0, outflow: 0, end: 1_003_440 },
    ],
    expected: 0.0979,
    off: 5e-5,
  },
  {
    name: "a stretch with nothing in it",
    periods: [
      { start: 0, inflow: 100, outflow: 110, end: 0 },
      { start: 0, inflow: 0, outflow: 0, end: 0 },
      { start: 0, inflow: 100, outflow: 0, end: 110 },
    ],
    expected: 0.21,
    off: 1e-12,
  },
  {
    name: "everything lost",
    periods: [{ start: 1, inflow: 0, outflow: 0, end: 0 }],
    expected: -1,
    off: 0,
  },
];
for (const { name, periods, expected, off } of chains) {
  Deno.test(`the time-weighted return of ${name}`, () =>
    isNear(chainReturns(periods).value, expected, off));
}

const chainless: { name: string; periods: SubPeriod[] }[] = [
  { name: "nothing", periods: [] },
  { name: "nothing held", periods: [{ start: 0, inflow: 0, outflow: 0, end: 0 }] },
  { name: "a debt", periods: [{ start: 10, inflow: 0, outflow: 0, end: -1 }] },
  { name: "something out of nothing", periods: [{ start: 0, inflow: 0, outflow: 0, end: 5 }] },
  { name: "NaN", periods: [{ start: NaN, inflow: 0, outflow: 0, end: 5 }] },
];
for (const { name, periods } of chainless) {
  Deno.test(`${name} has no time-weighted return, and a reason`, () => {
    const { value, reason } = chainReturns(periods);
    equal(value, null);
    match(reason!, /\w/);
  });
}

const point = (i: number, fields: Partial<ValuePoint> = {}): ValuePoint => ({
  dayMs: i * dayMs,
  value: "100",
  cost: "100",
  inflow: "0",
  outflow: "0",
  missing: [],
  ...fields,
});

Deno.test("days without a value are bridged where nothing came or went", () => {
  const points = [
    point(0, { inflow: "100" }),
    point(1, { value: null }),
    point(2, { value: "120" }),
  ];
  isNear(computeTimeWeightedReturn(points).value, 0.2, 1e-12);
});

Deno.test("a flow on a day without a value leaves no time-weighted return", () => {
  const points = [point(0, { inflow: "100" }), point(1, { value: null, inflow: "5" }), point(2)];
  match(computeTimeWeightedReturn(points).reason!, /1970-01-02/);
  match(
    computeTimeWeightedReturn([point(0, { inflow: "100" }), point(1, { value: null })]).reason!,
    /last day/,
  );
});

Deno.test("a range that begins with something counts it as paid in", () => {
  const points = [
    point(0),
    ...Array.from({ length: 364 }, (_, i) => point(i + 1, { value: "150" })),
  ];
  isNear(computeTimeWeightedReturn(points, { startValue: 100 }).value, 0.5, 1e-12);
  isNear(computeHistoryReturn(points, { startValue: 100 }).value, 0.5, 1e-9);
});

Deno.test("a rate of a year comes to what was earned in the time that there was", () => {
  // Bought for 100 six days ago, worth 88: the rate of a year is beyond use.
  const points = [
    point(0),
    point(1, { value: "100", inflow: "100" }),
    ...[2, 3, 4, 5, 6].map((day) => point(day, { value: "90" })),
    point(7, { value: "88" }),
  ];
  equal(countInvestedDays(points), 6);
  const yearly = computeHistoryReturn(points);
  ok(yearly.value! < -0.99);
  isNear(spreadReturn(yearly, 6).value, -0.12, 1e-9);
  isNear(spreadReturn({ value: 0.1, reason: null }, 365).value, 0.1, 1e-12);
  deepEqual(spreadReturn({ value: null, reason: "why" }, 6), { value: null, reason: "why" });
  deepEqual([countInvestedDays([]), countInvestedDays([point(0)])], [null, null]);
});

Deno.test("flows that cannot be valued, or no last value, leave no money-weighted return", () => {
  deepEqual(
    [
      computeHistoryReturn([point(0, { inflow: null })]).value,
      computeHistoryReturn([point(0, { inflow: "1" }), point(1, { value: null })]).value,
      computeHistoryReturn([]).value,
    ],
    [null, null, null],
  );
});
