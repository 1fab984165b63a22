/**
 * What a book is worth at given prices, in all and by holding, changed price by price.
 *
 * @module
 */
import { positionKey } from "./bookings.ts";
import type { Book } from "./book.ts";
import {
  add,
  type Decimal,
  divide,
  formatDecimal,
  isZero,
  multiply,
  subtract,
  toNumber,
  zero,
} from "./decimal.ts";
import type { CashAccount, Position, RateLookup } from "./types.ts";

/** A holding as shown; amounts are exact decimal texts, null where a price or rate is missing. */
export interface Holding {
  exchange: string;
  symbol: string;
  /** Currency of `price`, `average` and the amounts ending in `Own`. */
  currency: string;
  quantity: string;
  price: string | null;
  /** Cost of one unit, fees included; null where nothing is held. */
  average: string | null;
  costOwn: string;
  valueOwn: string | null;
  realisedOwn: string;
  unrealisedOwn: string | null;
  /** In the portfolio's currency, as are the fields below. */
  cost: string | null;
  value: string | null;
  realised_pnl: string | null;
  unrealised_pnl: string | null;
  income: string | null;
  fees: string | null;
  /** When the oldest lot that is left came, epoch ms. */
  heldSinceMs: number | null;
}

/** Cash as shown. */
export interface CashHolding {
  exchange: string;
  currency: string;
  balance: string;
  value: string | null;
}

/** What part of the value something makes, `share` from 0 to 1; of a negative cash none. */
export interface AllocationPart {
  name: string;
  value: string;
  share: number;
}

/** A portfolio's worth; sums are null where a part is missing, `missing` names it. */
export interface PortfolioValue {
  currency: string;
  holdings: Holding[];
  cash: CashHolding[];
  value: string | null;
  /** Sum of the parts that could be valued. */
  valueKnown: string;
  cost: string | null;
  realised_pnl: string | null;
  unrealised_pnl: string | null;
  income: string | null;
  /** Every fee paid. */
  fees: string | null;
  /** Fees that neither cost nor proceeds carry. */
  charges: string | null;
  /** Realised, unrealised and income, less charges. */
  gain: string | null;
  allocation: AllocationPart[];
  /** Keys `exchange|symbol` without a price, and currencies without a rate. */
  missing: string[];
}

/** What to divide the value by. */
export type AllocationField = "symbol" | "exchange" | "currency";

/** The worth of a book that is kept up to date price by price. */
export interface Valuation {
  /** Takes a new price of one unit, in the position's currency; false if nothing of it is held. */
  setPrice(exchange: string, symbol: string, price: Decimal): boolean;
  /** The whole value as an exact text, null while something is missing. */
  readTotal(): string | null;
  /** Everything. */
  read(): PortfolioValue;
  /** What part of the value each symbol, exchange or currency makes, largest first. */
  allocate(by: AllocationField): AllocationPart[];
}

/** A position with its price. */
interface Priced {
  position: Position;
  price: Decimal | null;
  valueOwn: Decimal | null;
  value: Decimal | null;
}

/** What is read of a book; of its lots only the oldest one. It must not change meanwhile. */
export interface ValuedBook extends Pick<Book, "currency"> {
  positions: ReadonlyMap<string, Position>;
  cash: ReadonlyMap<string, CashAccount>;
}

/** Returns the price of one unit in the position's currency, or null. */
export type PriceLookup = (exchange: string, symbol: string) => Decimal | null;

/**
 * Returns the worth of a book at the prices and rates of `timeMs`.
 *
 * A new price changes its own holding and the sum, so it costs as much for a thousand holdings as
 * for one; sums are exact, so they never drift from a valuation made anew.
 */
export function createValuation(
  book: ValuedBook,
  { getPrice, getRate, timeMs }: { getPrice: PriceLookup; getRate: RateLookup; timeMs: number },
): Valuation {
  const rates = new Map<string, Decimal | null>();
  const toBase = (amount: Decimal, currency: string): Decimal | null => {
    if (currency === book.currency) return amount;
    if (!rates.has(currency)) rates.set(currency, getRate(currency, book.currency, timeMs));
    const rate = rates.get(currency);
    return rate ? multiply(amount, rate) : null;
  };
  const priced = new Map<string, Priced>();
  let total = zero;
  let missingCount = 0;
  const put = (part: Priced, price: Decimal | null) => {
    const { lots, currency } = part.position;
    part.price = price;
    part.valueOwn = isZero(lots.quantity) ? zero : price && multiply(lots.quantity, price);
    part.value = part.valueOwn && toBase(part.valueOwn, currency);
    if (part.value) total = add(total, part.value);
    else missingCount++;
  };
  for (const [key, position] of book.positions) {
    const part: Priced = { position, price: null, valueOwn: null, value: null };
    priced.set(key, part);
    const isHeld = !isZero(position.lots.quantity);
    put(part, isHeld ? getPrice(position.exchange, position.symbol) : null);
  }
  const cash = [...book.cash.values()].filter(({ balance }) => !isZero(balance)).map((account) => {
    const value = toBase(account.balance, account.currency);
    if (value) total = add(total, value);
    else missingCount++;
    return { ...account, value };
  });
  const parts = [...priced.values()];
  // The book stays: what prices do not change is made once, and for who asks for it only.
  let still: StillSums | null = null;
  return {
    setPrice(exchange, symbol, price) {
      const part = priced.get(positionKey(exchange, symbol));
      if (!part || isZero(part.position.lots.quantity)) return false;
      if (part.value) total = subtract(total, part.value);
      else missingCount--;
      put(part, price);
      return true;
    },
    readTotal: () => missingCount > 0 ? null : formatDecimal(total),
    read: () => describe(book, parts, cash, { total, still: still ??= describeStill(parts) }),
    allocate: (by) => divideValue(parts, cash, by),
  };
}

type Cash = { exchange: string; currency: string; balance: Decimal; value: Decimal | null };

const format = (value: Decimal | null): string | null => value && formatDecimal(value);

/** Returns null as soon as one is null. */
function sum(values: Iterable<Decimal | null>): Decimal | null {
  let all = zero;
  for (const value of values) {
    if (!value) return null;
    all = add(all, value);
  }
  return all;
}

/** Sums over all positions that no price changes, null where a part is missing. */
interface StillSums {
  cost: Decimal | null;
  realised: Decimal | null;
  income: Decimal | null;
  charges: Decimal | null;
  fees: Decimal | null;
  /** In the order of the positions. */
  holdings: StillHolding[];
}

/** What no price changes of a holding. */
type StillHolding = Omit<
  Holding,
  "price" | "valueOwn" | "unrealisedOwn" | "value" | "unrealised_pnl"
>;

function describeStill(parts: readonly Priced[]): StillSums {
  const sumOf = (pick: (position: Position) => Decimal | null) =>
    sum(parts.map(({ position }) => pick(position)));
  return {
    cost: sumOf(({ lots }) => lots.cost.base),
    realised: sumOf((position) => position.realised.base),
    income: sumOf((position) => position.income.base),
    charges: sumOf((position) => position.charges.base),
    fees: sumOf((position) => position.fees.base),
    holdings: parts.map(({ position }) => describePosition(position)),
  };
}

function describe(
  book: ValuedBook,
  parts: readonly Priced[],
  cash: readonly Cash[],
  { total, still }: { total: Decimal; still: StillSums },
): PortfolioValue {
  const { cost, realised, income, charges, fees, holdings } = still;
  const values = [...parts, ...cash].map(({ value }) => value);
  const held = sum(parts.map(({ value }) => value));
  const unrealised = held && cost && subtract(held, cost);
  const gain = unrealised && realised && income && charges &&
    subtract(add(add(realised, unrealised), income), charges);
  return {
    currency: book.currency,
    holdings: parts.map((part, i) => describeHolding(part, holdings[i]!)),
    cash: cash.map(({ exchange, currency, balance, value }) => ({
      exchange,
      currency,
      balance: formatDecimal(balance),
      value: format(value),
    })),
    value: format(sum(values)),
    valueKnown: formatDecimal(total),
    cost: format(cost),
    realised_pnl: format(realised),
    unrealised_pnl: format(unrealised),
    income: format(income),
    fees: format(fees),
    charges: format(charges),
    gain: format(gain),
    allocation: divideValue(parts, cash, "symbol"),
    missing: listMissing(parts, cash),
  };
}

function describePosition(position: Position): StillHolding {
  const { exchange, symbol, currency, lots, realised, income, fees } = position;
  const isHeld = !isZero(lots.quantity);
  return {
    exchange,
    symbol,
    currency,
    quantity: formatDecimal(lots.quantity),
    average: isHeld ? formatDecimal(divide(lots.cost.own, lots.quantity)) : null,
    costOwn: formatDecimal(lots.cost.own),
    realisedOwn: formatDecimal(realised.own),
    cost: format(lots.cost.base),
    realised_pnl: format(realised.base),
    income: format(income.base),
    fees: format(fees.base),
    heldSinceMs: lots.lots[lots.head]?.openedMs ?? null,
  };
}

function describeHolding(
  { position: { lots }, price, valueOwn, value }: Priced,
  still: StillHolding,
): Holding {
  return {
    ...still,
    price: format(price),
    valueOwn: format(valueOwn),
    unrealisedOwn: format(valueOwn && subtract(valueOwn, lots.cost.own)),
    value: format(value),
    unrealised_pnl: format(value && lots.cost.base && subtract(value, lots.cost.base)),
  };
}

function listMissing(parts: readonly Priced[], cash: readonly Cash[]): string[] {
  const missing = new Set<string>();
  for (const { position: { exchange, symbol, currency }, valueOwn, value } of parts) {
    if (!valueOwn) missing.add(positionKey(exchange, symbol));
    else if (!value) missing.add(currency);
  }
  for (const { currency, value } of cash) if (!value) missing.add(currency);
  return [...missing];
}

function divideValue(
  parts: readonly Priced[],
  cash: readonly Cash[],
  by: AllocationField,
): AllocationPart[] {
  const sums = new Map<string, Decimal>();
  const put = (name: string, value: Decimal | null) => {
    if (value && value.units > 0n) sums.set(name, add(sums.get(name) ?? zero, value));
  };
  for (const { position, value } of parts) put(position[by], value);
  for (const account of cash) put(by === "symbol" ? account.currency : account[by], account.value);
  const whole = toNumber([...sums.values()].reduce(add, zero));
  return [...sums]
    .map(([name, value]) => ({
      name,
      value: formatDecimal(value),
      share: toNumber(value) / whole,
    }))
    .sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1));
}
