/**
 * Returns on what was put in: time-weighted, for how well it was held, and money-weighted, for what
 * the owner's money earned.
 *
 * @module
 */
import { dayMs, type ValuePoint } from "./history.ts";

/** A return as a fraction (0.05 is 5 %), or why there is none. */
export type Return = { value: number; reason: null } | { value: null; reason: string };

/** A stretch of time between two valuations. */
export interface SubPeriod {
  /** Value at its start, before anything came in. */
  start: number;
  /** What came in at its start and went out at its end, both 0 or more. */
  inflow: number;
  outflow: number;
  /** Value at its end, after what went out. */
  end: number;
}

/**
 * Returns the time-weighted return of adjoining stretches: the product of
 * (end + outflow) / (start + inflow), less 1. A stretch with nothing in it counts as none.
 *
 * Source: "True time-weighted rate of return" as Portfolio Performance defines it, money coming in
 * at the start of a day and going out at its end.
 */
export function chainReturns(periods: Iterable<SubPeriod>): Return {
  let growth = 1;
  let count = 0;
  for (const { start, inflow, outflow, end } of periods) {
    const before = start + inflow;
    const after = end + outflow;
    if (before === 0 && after === 0) continue;
    if (!(before > 0) || !(after >= 0)) {
      return none("A stretch must begin with more than nothing and end with no debt");
    }
    growth *= after / before;
    count++;
  }
  return count === 0 ? none("Nothing was held") : { value: growth - 1, reason: null };
}

/**
 * Returns the time-weighted return over the days of a value history, which begins with nothing
 * unless `startValue` tells what was there the day before. Days without a value are bridged; if
 * something came in or went out on one, there is no return.
 */
export function computeTimeWeightedReturn(
  points: readonly ValuePoint[],
  { startValue = 0 }: { startValue?: number } = {},
): Return {
  const periods: SubPeriod[] = [];
  let start = startValue;
  for (const { dayMs: day, value, inflow, outflow } of points) {
    const isStill = inflow === "0" && outflow === "0";
    if (value === null && isStill) continue;
    if (value === null || inflow === null || outflow === null) {
      return none(
        `The value of ${formatDay(day)} is required, as something came or went, and is missing`,
      );
    }
    const end = Number(value);
    periods.push({ start, inflow: Number(inflow), outflow: Number(outflow), end });
    start = end;
  }
  if (points.at(-1)?.value === null) return none("The value of the last day is missing");
  return chainReturns(periods);
}

/** Money at a time: paid in is negative, got out positive. */
export interface CashFlow {
  timeMs: number;
  amount: number;
}

/** Days that a year has in a money-weighted return. */
const yearMs = 365 * dayMs;

/**
 * Natural logarithms of 1 + rate between which a rate is looked for: close together where rates
 * mostly lie, so that two neighbouring ones are told apart.
 */
const places = [
  ...Array.from({ length: 76 }, (_, i) => -20 + i / 4),
  ...Array.from({ length: 199 }, (_, i) => (i - 99) / 100),
  ...Array.from({ length: 77 }, (_, i) => 1 + i / 4),
];

/**
 * Returns the yearly rate at which all flows together are worth nothing (XIRR): the sum of
 * amount / (1 + rate) ** ((time - first time) / 365 days) is 0. Where several rates do that, the
 * one nearest 0.
 *
 * Source: the formula of Excel's XIRR, solved within brackets so that it never runs away.
 */
export function computeMoneyWeightedReturn(flows: readonly CashFlow[]): Return {
  const given = flows.filter(({ amount }) => amount !== 0);
  if (!given.every(({ amount, timeMs }) => Number.isFinite(amount) && Number.isFinite(timeMs))) {
    return none("Every flow must have a finite amount and time");
  }
  const isPaid = given.some(({ amount }) => amount < 0);
  if (!isPaid || !given.some(({ amount }) => amount > 0)) {
    return none("Something must have been paid in, and something be worth or got out");
  }
  const first = given.reduce((least, { timeMs }) => Math.min(least, timeMs), Infinity);
  const years = given.map(({ timeMs }) => (timeMs - first) / yearMs);
  if (years.every((year) => year === 0)) return none("Some time must lie between the flows");
  // The amounts are scaled by the largest, so that sums neither overflow nor vanish.
  const size = given.reduce((most, { amount }) => Math.max(most, Math.abs(amount)), 0);
  const shares = given.map(({ amount }) => amount / size);
  const net = (log: number) => {
    let sum = 0;
    for (let i = 0; i < shares.length; i++) sum += shares[i]! * Math.exp(-log * years[i]!);
    return sum;
  };
  const bracket = findBracket(net);
  if (!bracket) return none("No rate makes the flows worth nothing");
  return { value: Math.expm1(bisect(net, bracket)), reason: null };
}

/**
 * Returns the money-weighted return over a value history: every inflow paid, every outflow got, and
 * the last value got at its end; `startValue` paid the day before the first.
 */
export function computeHistoryReturn(
  points: readonly ValuePoint[],
  { startValue = 0 }: { startValue?: number } = {},
): Return {
  const flows: CashFlow[] = [];
  const first = points[0];
  if (first && startValue > 0) flows.push({ timeMs: first.dayMs - dayMs, amount: -startValue });
  for (const { dayMs: day, inflow, outflow } of points) {
    if (inflow === null || outflow === null) {
      return none(`What came or went on ${formatDay(day)} is required, and cannot be valued`);
    }
    const amount = Number(outflow) - Number(inflow);
    if (amount !== 0) flows.push({ timeMs: day, amount });
  }
  const last = points.at(-1);
  if (!last || last.value === null) return none("The value of the last day is missing");
  flows.push({ timeMs: last.dayMs, amount: Number(last.value) });
  return computeMoneyWeightedReturn(flows);
}

/** Returns the days from the first payment to the last value of a history; null where none was paid. */
export function countInvestedDays(points: readonly ValuePoint[]): number | null {
  const first = points.find(({ inflow, outflow }) => (inflow ?? "0") !== "0" || outflow !== "0");
  return first ? (points.at(-1)!.dayMs - first.dayMs) / dayMs : null;
}

/**
 * Returns what a yearly rate comes to over `days`. Below a year that is what is to be told: a week's
 * loss is no loss of a year.
 *
 * Source: GIPS standards for firms, 2020: returns of less than a year are not annualised.
 */
export function spreadReturn(yearly: Return, days: number | null): Return {
  if (yearly.value === null) return yearly;
  if (days === null) return none("Nothing was paid in");
  return { value: (1 + yearly.value) ** (days / 365) - 1, reason: null };
}

function none(reason: string): Return {
  return { value: null, reason };
}

function formatDay(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

type Bracket = [number, number];

/** Returns two neighbouring places between which `net` changes its sign, nearest to 0. */
function findBracket(net: (log: number) => number): Bracket | null {
  let best: Bracket | null = null;
  let left = places[0]!;
  let leftNet = net(left);
  for (const right of places.slice(1)) {
    const rightNet = net(right);
    const isChange = Number.isFinite(leftNet) && Number.isFinite(rightNet) &&
      Math.sign(leftNet) !== Math.sign(rightNet);
    if (isChange && (!best || Math.abs(left + right) < Math.abs(best[0] + best[1]))) {
      best = [left, right];
    }
    left = right;
    leftNet = rightNet;
  }
  return best;
}

/** Halves the bracket until floats end. */
function bisect(net: (log: number) => number, [from, to]: Bracket): number {
  let [low, high] = [from, to];
  const isRising = net(low) < net(high);
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    const value = net(middle);
    if (value === 0) return middle;
    if (value < 0 === isRising) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
