/**
 * The book: activities in their order, folded into positions, cash and flows.
 *
 * Cash of a currency on an exchange is kept from the first activity on if the book has a deposit or
 * withdrawal of that currency there. Otherwise nobody tells what lies there, so a purchase is paid
 * from outside and proceeds leave again, which makes them flows.
 *
 * @module
 */
import type { ActivityType } from "../contracts/owned.ts";
import { bookings, createLedger, positionKey } from "./bookings.ts";
import { type Decimal, isNegative, readDecimal, zero } from "./decimal.ts";
import type {
  Activity,
  BookProblem,
  CashAccount,
  Entry,
  Flow,
  Position,
  RateLookup,
} from "./types.ts";

/** What the activities so far come to. */
export interface Book {
  /** Currency that base amounts are in. */
  currency: string;
  /** By `positionKey`. */
  positions: Map<string, Position>;
  cash: Map<string, CashAccount>;
  /** In the order of the activities, for a reader who empties it; null unless asked for. */
  flows: Flow[] | null;
  problems: BookProblem[];
  /** Books the next activity; they have to come in the order of `sortActivities`. */
  apply(activity: Activity): void;
}

/** What comes first among activities of the same time: what brings, then what takes. */
const ranks: Record<ActivityType, number> = {
  split: 0,
  deposit: 1,
  interest: 2,
  dividend: 3,
  buy: 4,
  transfer_out: 5,
  transfer_in: 6,
  sell: 7,
  fee: 8,
  withdrawal: 9,
};

/** Largest time that a date can have, epoch ms. */
const timeMax = 8.64e15;

/** Returns the activities by time; at the same time by what they do, and then by id. */
export function sortActivities<A extends Activity>(activities: readonly A[]): A[] {
  return activities.toSorted((a, b) =>
    getTime(a) - getTime(b) || ranks[a.type] - ranks[b.type] ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** Says whether something can have happened then: from 1970 on, at a time that a date can have. */
export function isTime(timestamp: number): boolean {
  return timestamp >= 0 && timestamp <= timeMax;
}

/** What has no time comes first, and is refused. */
function getTime({ timestamp }: Activity): number {
  return isTime(timestamp) ? timestamp : -1;
}

/** Returns the book of all `activities`, in any order. */
export function makeBook(
  activities: readonly Activity[],
  options: { currency: string; getRate: RateLookup },
): Book {
  const sorted = sortActivities(activities);
  const book = createBook(sorted, options);
  for (const activity of sorted) book.apply(activity);
  return book;
}

/** Returns an empty book; `activities` are those that will come, which tell what cash is kept. */
export function createBook(
  activities: readonly Activity[],
  { currency, getRate, hasFlows = false }: {
    currency: string;
    getRate: RateLookup;
    hasFlows?: boolean;
  },
): Book {
  const sums = {
    currency,
    positions: new Map<string, Position>(),
    cash: findCash(activities),
    flows: hasFlows ? [] : null,
    problems: [],
  };
  const ledger = createLedger(sums, getRate);
  return {
    ...sums,
    apply(activity) {
      const entry = readEntry(activity);
      if (typeof entry !== "string") return bookings[entry.type](ledger, entry);
      ledger.problems.push({ activityId: activity.id, kind: "number", message: entry });
    },
  };
}

function findCash(activities: readonly Activity[]): Map<string, CashAccount> {
  const cash = new Map<string, CashAccount>();
  for (const { type, exchange, symbol, currency } of activities) {
    if ((type !== "deposit" && type !== "withdrawal") || symbol !== currency) continue;
    const key = positionKey(exchange, currency);
    if (!cash.has(key)) cash.set(key, { exchange, currency, balance: zero });
  }
  return cash;
}

/** Returns the activity with its numbers, or what is wrong with them. */
function readEntry(activity: Activity): Entry | string {
  const quantity = readAmount(activity.quantity);
  const price = readAmount(activity.price);
  const fee = readAmount(activity.fee);
  if (quantity && price && fee && isTime(activity.timestamp)) {
    const { id, type, symbol, exchange, currency, feeCurrency, timestamp, reference } = activity;
    // Written out, as this is done fifty thousand times while somebody waits.
    return {
      id,
      type,
      symbol,
      exchange,
      quantity,
      price,
      currency,
      fee,
      feeCurrency,
      timestamp,
      reference,
    };
  }
  const [field, given] = !quantity
    ? ["quantity", activity.quantity]
    : !price
    ? ["price", activity.price]
    : !fee
    ? ["fee", activity.fee]
    : ["time", String(activity.timestamp)];
  return `Cannot book this: a ${field} of 0 or more is required, was "${given}"`;
}

/** Nothing written is 0. */
function readAmount(text: string): Decimal | null {
  const amount = readDecimal(text === "" ? "0" : text);
  return amount && !isNegative(amount) ? amount : null;
}
