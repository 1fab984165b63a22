/**
 * What the worth of a portfolio is made of: its book summed up, with the rates at which it was
 * booked. While these are still the same, tens of thousands of activities need not be booked again.
 *
 * @module
 */
import type { ActivityRecord } from "../contracts/owned.ts";
import {
  type BookProblem,
  type CashAccount,
  type Decimal,
  formatDecimal,
  makeBook,
  type Position,
  positionKey,
  type RateLookup,
  startOfDay,
} from "../portfolio/mod.ts";
import type { Priced } from "./portfolio_values_prices.ts";

/**
 * Number of this layout and of the arithmetic behind it, to be counted up when a change of either
 * comes without another release; another one is not read.
 */
export const sumsFormat = 1;

/** Lots and problems that are shown of each kind. */
const lotsShown = 10;
const problemsShown = 100;
/** With more than these, checking them would take as long as booking. */
const ratesMax = 20_000;

/** A lot as it is shown. */
export interface LotView {
  openedMs: number;
  quantity: string;
  cost: string;
}

/** A book without most of its lots. */
export interface BookSums {
  currency: string;
  /** By `positionKey`. Of its lots each has only the oldest: nothing more can be booked on it. */
  positions: ReadonlyMap<string, Position>;
  cash: ReadonlyMap<string, CashAccount>;
  /** By the same keys, the oldest ones. */
  lots: ReadonlyMap<string, { count: number; first: readonly LotView[] }>;
  problems: { count: number; first: BookProblem[] };
}

/** A rate of a day as it was answered. */
interface AskedRate {
  from: string;
  to: string;
  /** Start of the day, epoch ms. */
  dayMs: number;
  rate: Decimal | null;
}

/** Sums with all that they depend on beside the activities. */
export interface MadeSums {
  sums: BookSums;
  rates: readonly AskedRate[];
}

/** What can be told of activities without reading them. */
export interface Outline {
  count: number;
  /** Everything that ever was a position, in the currency of its first activity. */
  held: readonly Priced[];
  /** Everything that may have to be converted. */
  currencies: readonly string[];
}

/** Sums as they are written. */
interface PlainSums extends Pick<BookSums, "currency" | "problems">, Pick<MadeSums, "rates"> {
  release: string;
  told: Outline;
  positions: Position[];
  cash: CashAccount[];
  /** In the order of the positions. */
  lots: { count: number; first: readonly LotView[] }[];
}

/** Returns what can be told of activities, given in their order. */
export function outline(sorted: readonly ActivityRecord[]): Outline {
  const held = new Map<string, Map<string, Priced>>();
  const currencies = new Set<string>();
  for (const { exchange, symbol, currency, feeCurrency } of sorted) {
    // Units of a coin may be a fee, and money may be held as such.
    currencies.add(currency).add(feeCurrency).add(symbol);
    if (symbol === currency) continue;
    const bySymbol = held.get(exchange) ?? new Map<string, Priced>();
    if (bySymbol.size === 0) held.set(exchange, bySymbol);
    if (!bySymbol.has(symbol)) bySymbol.set(symbol, { exchange, symbol, currency });
  }
  return {
    count: sorted.length,
    held: [...held.values()].flatMap((bySymbol) => [...bySymbol.values()]),
    currencies: [...currencies].filter((name) => name !== "" && name.length <= 12),
  };
}

/** Books activities in `currency` and sums them up; `getRate` has to answer by the day. */
export function sumUp(
  activities: readonly ActivityRecord[],
  { currency, getRate }: { currency: string; getRate: RateLookup },
): MadeSums {
  const asked = new Map<string, AskedRate>();
  const ask: RateLookup = (from, to, timeMs) => {
    const dayMs = startOfDay(timeMs);
    const key = `${from}>${to} ${dayMs}`;
    const known = asked.get(key);
    if (known) return known.rate;
    const rate = getRate(from, to, timeMs);
    asked.set(key, { from, to, dayMs, rate });
    return rate;
  };
  const book = makeBook(activities, { currency, getRate: ask });
  const positions = new Map<string, Position>();
  const lots = new Map<string, { count: number; first: LotView[] }>();
  for (const [key, position] of book.positions) {
    const { lots: all, head, quantity, cost } = position.lots;
    const first = all.slice(head, head + lotsShown).map((lot) => ({
      openedMs: lot.openedMs,
      quantity: formatDecimal(lot.quantity),
      cost: formatDecimal(lot.cost.own),
    }));
    lots.set(key, { count: all.length - head, first });
    const oldest = all.slice(head, head + 1);
    positions.set(key, { ...position, lots: { lots: oldest, head: 0, quantity, cost } });
  }
  const problems = { count: book.problems.length, first: book.problems.slice(0, problemsShown) };
  return {
    sums: { currency, positions, cash: book.cash, lots, problems },
    rates: [...asked.values()],
  };
}

/** Says whether booking would come to the same: in this currency, at the rates of now. */
export function isStillRight(
  { sums, rates }: MadeSums,
  { currency, getRate }: { currency: string; getRate: RateLookup },
): boolean {
  return sums.currency === currency && rates.every(({ from, to, dayMs, rate }) => {
    const now = getRate(from, to, dayMs);
    return now?.units === rate?.units && now?.digits === rate?.digits;
  });
}

/**
 * Returns sums as bytes, together with what can be told of their activities; null where one of
 * their rates changes by the minute or they are too many, so that the bytes would be of no use.
 * They are those of `release`: another one may book in another way.
 */
export function packSums(
  { sums, rates }: MadeSums,
  told: Outline,
  { release, nowMs }: { release: string; nowMs: number },
): Uint8Array | null {
  const today = startOfDay(nowMs);
  if (rates.length > ratesMax || rates.some(({ dayMs }) => dayMs >= today)) return null;
  const plain: PlainSums = {
    ...{ release, told, rates, currency: sums.currency, problems: sums.problems },
    positions: [...sums.positions.values()],
    cash: [...sums.cash.values()],
    lots: [...sums.lots.values()],
  };
  const text = JSON.stringify(
    plain,
    (_, value) => typeof value === "bigint" ? String(value) : value,
  );
  return new TextEncoder().encode(text);
}

/** Returns the sums of bytes, null for those of another release. @throws {Error} For other bytes. */
export function unpackSums(
  bytes: Uint8Array,
  release: string,
): { told: Outline; made: MadeSums } | null {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const plain: PlainSums = JSON.parse(
    text,
    (key, value) => key === "units" ? BigInt(value) : value,
  );
  if (plain.release !== release) return null;
  const { told, rates, currency, problems, positions, cash } = plain;
  const keys = positions.map(({ exchange, symbol }) => positionKey(exchange, symbol));
  const sums: BookSums = {
    ...{ currency, problems },
    positions: new Map(positions.map((position, i) => [keys[i]!, position])),
    cash: new Map(cash.map((one) => [positionKey(one.exchange, one.currency), one])),
    lots: new Map(keys.map((key, i) => [key, plain.lots[i]!])),
  };
  return { told, made: { sums, rates } };
}
