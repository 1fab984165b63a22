/**
 * What the arithmetic of a portfolio is told, and what it tells.
 *
 * @module
 */
import type { ActivityRecord } from "../contracts/owned.ts";
import type { Decimal } from "./decimal.ts";
import type { Amount, LotQueue } from "./lots.ts";

/** What the arithmetic reads of an activity; a stored record fits. */
export type Activity = Pick<
  ActivityRecord,
  | "id"
  | "type"
  | "symbol"
  | "exchange"
  | "quantity"
  | "price"
  | "currency"
  | "fee"
  | "feeCurrency"
  | "timestamp"
  | "reference"
>;

/**
 * Returns how much of currency `to` one unit of `from` is worth at `timeMs` (epoch ms); null where
 * that is not known. It is not asked for a currency in itself.
 */
export type RateLookup = (from: string, to: string, timeMs: number) => Decimal | null;

/** An activity with its numbers read. */
export interface Entry extends Omit<Activity, "quantity" | "price" | "fee"> {
  quantity: Decimal;
  price: Decimal;
  fee: Decimal;
}

/** Something in the book that could not be booked, or not wholly; the rest of it stands. */
export interface BookProblem {
  activityId: string;
  kind:
    /** More left than was held: only what was held is booked. */
    | "oversold"
    /** An amount could not be converted: it is missing from the sums in the portfolio's currency. */
    | "rate"
    /** A number or a time is not one: the activity is not booked. */
    | "number"
    /** The fee is in a currency that could not be converted: it is not counted. */
    | "fee";
  message: string;
}

/** What is held of one symbol on one exchange. */
export interface Position {
  exchange: string;
  symbol: string;
  /** Currency of its own amounts: that of its first activity. */
  currency: string;
  lots: LotQueue;
  /** Proceeds less cost of everything that was sold, fees of both sides counted. */
  realised: Amount;
  /** Dividends and interest, less their fees. */
  income: Amount;
  /** Every fee paid for it; those of buys and sells are part of cost and proceeds as well. */
  fees: Amount;
  /** Fees that belong to no buy, sale or income. */
  charges: Amount;
}

/** Money on one exchange. */
export interface CashAccount {
  exchange: string;
  currency: string;
  balance: Decimal;
}

/**
 * Something that came into the portfolio (positive) or left it. Units are worth what they close at
 * on the day; money is in `currency`.
 */
export type Flow =
  | { kind: "money"; timeMs: number; currency: string; amount: Decimal }
  | { kind: "units"; timeMs: number; exchange: string; symbol: string; quantity: Decimal };
