/**
 * What a portfolio was worth at the end of each day, and what came in and went out on it.
 *
 * @module
 */
import { type Book, createBook, isTime, sortActivities } from "./book.ts";
import { positionKey } from "./bookings.ts";
import {
  add,
  type Decimal,
  formatDecimal,
  isNegative,
  isZero,
  multiply,
  negate,
  zero,
} from "./decimal.ts";
import type { Activity, BookProblem, RateLookup } from "./types.ts";

/** Length of a day, which are those of UTC. */
export const dayMs = 86_400_000;

/** A portfolio at the end of a day; amounts are exact, in its currency. */
export interface ValuePoint {
  /** Start of the day, epoch ms. */
  dayMs: number;
  /** Null where a price or a rate is missing. */
  value: string | null;
  /** What the lots cost that are held; null where a rate was missing. */
  cost: string | null;
  /**
   * What came in on the day less what went out, or the reverse; one of them is 0. Null where it
   * cannot be valued.
   */
  inflow: string | null;
  outflow: string | null;
  /** Keys `exchange|symbol` without a price and currencies without a rate. */
  missing: string[];
}

/**
 * Returns the price at which a symbol closed the day that starts at `dayMs`, in the position's
 * currency; null where it is not known. For an exchange that rested, the close before.
 */
export type CloseLookup = (exchange: string, symbol: string, dayMs: number) => Decimal | null;

/** A portfolio's days. */
export interface ValueHistory {
  points: ValuePoint[];
  /** The book after the last day. */
  book: Book;
  problems: BookProblem[];
}

/**
 * Returns one point for each day from the first activity to the day of `toMs`, and the book that
 * came of it. Activities after that day are left out; nothing missing is guessed.
 */
export function listValueHistory(
  activities: readonly Activity[],
  { currency, getClose, getRate, toMs }: {
    currency: string;
    getClose: CloseLookup;
    getRate: RateLookup;
    toMs: number;
  },
): ValueHistory {
  const sorted = sortActivities(activities);
  const lastDay = startOfDay(toMs);
  const book = createBook(sorted, { currency, getRate, hasFlows: true });
  const points: ValuePoint[] = [];
  let next = 0;
  const first = startOfDay(
    sorted.find(({ timestamp }) => isTime(timestamp))?.timestamp ?? Infinity,
  );
  const valueDay = createDayValuer(book, getClose, getRate);
  for (let day = first; day <= lastDay; day += dayMs) {
    while (next < sorted.length && isBy(sorted[next]!, day + dayMs)) {
      book.apply(sorted[next++]!);
    }
    points.push(valueDay(day));
  }
  return { points, book, problems: book.problems };
}

/** What has no time is refused at once. */
function isBy({ timestamp }: Activity, endMs: number): boolean {
  return !isTime(timestamp) || timestamp < endMs;
}

/** Returns the start of the day that `timeMs` lies in. */
export function startOfDay(timeMs: number): number {
  return Math.floor(timeMs / dayMs) * dayMs;
}

function createDayValuer(book: Book, getClose: CloseLookup, getRate: RateLookup) {
  return (day: number): ValuePoint => {
    const missing = new Set<string>();
    const endMs = day + dayMs - 1;
    const toBase = (amount: Decimal, currency: string): Decimal | null => {
      if (currency === book.currency || isZero(amount)) return amount;
      const rate = getRate(currency, book.currency, endMs);
      if (!rate) missing.add(currency);
      return rate && multiply(amount, rate);
    };
    const valueUnits = (exchange: string, symbol: string, quantity: Decimal): Decimal | null => {
      if (isZero(quantity)) return zero;
      const close = getClose(exchange, symbol, day);
      if (!close) missing.add(positionKey(exchange, symbol));
      const own = book.positions.get(positionKey(exchange, symbol))?.currency ?? book.currency;
      return close && toBase(multiply(quantity, close), own);
    };
    const { inflow, outflow } = takeFlows(book, valueUnits, toBase);
    let value: Decimal | null = zero;
    let cost: Decimal | null = zero;
    for (const { exchange, symbol, lots } of book.positions.values()) {
      if (isZero(lots.quantity)) continue;
      const worth = valueUnits(exchange, symbol, lots.quantity);
      value = value && worth && add(value, worth);
      cost = cost && lots.cost.base && add(cost, lots.cost.base);
    }
    for (const { currency, balance } of book.cash.values()) {
      const worth = toBase(balance, currency);
      value = value && worth && add(value, worth);
    }
    return {
      dayMs: day,
      value: format(value),
      cost: format(cost),
      inflow: format(inflow),
      outflow: format(outflow),
      missing: [...missing],
    };
  };
}

const format = (value: Decimal | null): string | null => value && formatDecimal(value);

type Valuer = (exchange: string, symbol: string, quantity: Decimal) => Decimal | null;

/**
 * Sums up and empties the flows since the last day. What goes and comes on one day is no flow: money
 * of a sale that bought something else, units that moved to another exchange.
 */
function takeFlows(
  book: Book,
  valueUnits: Valuer,
  toBase: (amount: Decimal, currency: string) => Decimal | null,
): { inflow: Decimal | null; outflow: Decimal | null } {
  let net: Decimal | null = zero;
  const units = new Map<string, { exchange: string; quantity: Decimal }>();
  for (const flow of book.flows?.splice(0) ?? []) {
    if (flow.kind === "money") {
      const worth = toBase(flow.amount, flow.currency);
      net = net && worth && add(net, worth);
    } else {
      const { exchange, symbol } = flow;
      const quantity = add(units.get(symbol)?.quantity ?? zero, flow.quantity);
      units.set(symbol, { exchange, quantity });
    }
  }
  for (const [symbol, { exchange, quantity }] of units) {
    const worth = valueUnits(exchange, symbol, quantity);
    net = net && worth && add(net, worth);
  }
  if (!net) return { inflow: null, outflow: null };
  return isNegative(net) ? { inflow: zero, outflow: negate(net) } : { inflow: net, outflow: zero };
}
