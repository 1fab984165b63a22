/**
 * What each kind of activity does to positions, cash and flows.
 *
 * @module
 */
import type { ActivityType } from "../contracts/owned.ts";
import { splitPair } from "../market/mod.ts";
import {
  add,
  compare,
  type Decimal,
  formatDecimal,
  isZero,
  multiply,
  negate,
  subtract,
  zero,
} from "./decimal.ts";
import {
  addAmounts,
  type Amount,
  createLotQueue,
  noAmount,
  putLot,
  splitUnits,
  subtractAmounts,
  takeLots,
  type TakenLots,
} from "./lots.ts";
import type { BookProblem, CashAccount, Entry, Flow, Position, RateLookup } from "./types.ts";

/** What bookings read and change. */
export interface Ledger {
  currency: string;
  positions: Map<string, Position>;
  cash: Map<string, CashAccount>;
  /** Null where nobody asks for them. */
  flows: Flow[] | null;
  problems: BookProblem[];
  getRate: RateLookup;
  /** Lots between two exchanges, by symbol and number of their transfer. */
  transit: Map<string, TakenLots>;
  /** The positions by exchange and then symbol, as a key joined for each activity would cost more. */
  byExchange: Map<string, Map<string, Position>>;
}

/** A fee, in the form in which it is taken. */
interface Fee {
  /** In the position's currency, for cost and proceeds. */
  amount: Amount;
  /** Units of the position itself. */
  units: Decimal;
}

/** What moves money, or is converted. */
type Paid = Pick<Entry, "id" | "exchange" | "currency" | "timestamp">;

/** Size of a position, in its last digit, beyond which a split is a mistake. */
const unitsMax = 10n ** 100n;

/** What is booked by each type. */
export const bookings: Record<ActivityType, (ledger: Ledger, entry: Entry) => void> = {
  buy,
  sell,
  deposit: bringIn,
  transfer_in: bringIn,
  withdrawal: takeOut,
  transfer_out: takeOut,
  dividend: earn,
  interest: earn,
  fee: payCharge,
  split,
};

/** Returns the ledger behind a book's sums. */
export function createLedger(
  sums: Omit<Ledger, "getRate" | "transit" | "byExchange">,
  getRate: RateLookup,
): Ledger {
  return { ...sums, getRate, transit: new Map(), byExchange: new Map() };
}

/** Returns the key of a position or an account in a book. */
export function positionKey(exchange: string, symbol: string): string {
  return `${exchange}|${symbol}`;
}

function buy(ledger: Ledger, entry: Entry): void {
  const position = getPosition(ledger, entry);
  const gross = multiply(entry.quantity, entry.price);
  const cost = toAmount(ledger, gross, entry, position);
  if (!cost) return;
  payMoney(ledger, entry, gross);
  putUnits(entry, position, cost, payFee(ledger, entry, position));
}

function sell(ledger: Ledger, entry: Entry): void {
  const position = getPosition(ledger, entry);
  const held = position.lots.quantity;
  const sold = compare(held, entry.quantity) < 0 ? held : entry.quantity;
  const gross = multiply(sold, entry.price);
  const proceeds = toAmount(ledger, gross, entry, position);
  if (!proceeds) return;
  const taken = takeUnits(ledger, entry, position, entry.quantity);
  if (isZero(taken.quantity)) return;
  moveMoney(ledger, entry, gross);
  const fee = payFee(ledger, entry, position);
  const spent = isZero(fee.units) ? noAmount : takeUnits(ledger, entry, position, fee.units).cost;
  const costs = addAmounts(addAmounts(taken.cost, fee.amount), spent);
  position.realised = addAmounts(position.realised, subtractAmounts(proceeds, costs));
}

/** Deposits and incoming transfers. */
function bringIn(ledger: Ledger, entry: Entry): void {
  const position = getPosition(ledger, entry);
  if (isMoney(entry)) {
    moveMoney(ledger, entry, entry.quantity);
    flowMoney(ledger, entry, entry.quantity);
    return charge(ledger, entry, position);
  }
  const key = transitKey(entry);
  const sent = entry.type === "transfer_in" ? ledger.transit.get(key) : undefined;
  if (sent) {
    ledger.transit.delete(key);
    return receiveLots(ledger, entry, position, sent);
  }
  const gross = multiply(entry.quantity, entry.price);
  const cost = toAmount(ledger, gross, entry, position);
  if (!cost) return;
  const fee = payFee(ledger, entry, position);
  putUnits(entry, position, cost, fee);
  flowUnits(ledger, entry, subtract(entry.quantity, fee.units));
}

/** Lots keep their day and cost; what the way took in units stays in the cost of the rest. */
function receiveLots(ledger: Ledger, entry: Entry, position: Position, sent: TakenLots): void {
  const queue = createLotQueue();
  for (const lot of sent.lots) putLot(queue, lot);
  const lost = subtract(queue.quantity, entry.quantity);
  const way = lost.units > 0n ? takeLots(queue, lost).cost : noAmount;
  queue.lots.slice(queue.head).forEach((lot, i) => {
    putLot(position.lots, i > 0 ? lot : { ...lot, cost: addAmounts(lot.cost, way) });
  });
  if (lost.units < 0n) {
    const quantity = negate(lost);
    const cost = toAmount(ledger, multiply(quantity, entry.price), entry, position);
    if (cost) putLot(position.lots, { openedMs: entry.timestamp, quantity, cost });
  }
  flowUnits(ledger, entry, entry.quantity);
  charge(ledger, entry, position);
}

/** Withdrawals and outgoing transfers: what leaves is no sale, so nothing is realised. */
function takeOut(ledger: Ledger, entry: Entry): void {
  const position = getPosition(ledger, entry);
  if (isMoney(entry)) {
    payMoney(ledger, entry, entry.quantity);
    flowMoney(ledger, entry, negate(entry.quantity));
    return charge(ledger, entry, position);
  }
  const taken = takeUnits(ledger, entry, position, entry.quantity);
  if (entry.type === "transfer_out" && entry.reference) {
    ledger.transit.set(transitKey(entry), taken);
  }
  flowUnits(ledger, entry, negate(taken.quantity));
  charge(ledger, entry, position);
}

/** Dividends and interest; interest on units comes in units, at what they are worth then. */
function earn(ledger: Ledger, entry: Entry): void {
  const position = getPosition(ledger, entry);
  const gross = getWorth(entry);
  const amount = toAmount(ledger, gross, entry, position);
  if (!amount) return;
  const fee = payFee(ledger, entry, position);
  position.income = addAmounts(position.income, subtractAmounts(amount, fee.amount));
  if (entry.type !== "interest" || isMoney(entry)) return moveMoney(ledger, entry, gross);
  putUnits(entry, position, amount, { amount: noAmount, units: fee.units });
}

function payCharge(ledger: Ledger, entry: Entry): void {
  const position = getPosition(ledger, entry);
  const gross = getWorth(entry);
  const amount = toAmount(ledger, gross, entry, position);
  if (amount) {
    payMoney(ledger, entry, gross);
    position.fees = addAmounts(position.fees, amount);
    position.charges = addAmounts(position.charges, amount);
  }
  charge(ledger, entry, position);
}

function split(ledger: Ledger, entry: Entry): void {
  const { lots } = getPosition(ledger, entry);
  if (!isZero(entry.quantity) && lots.quantity.units < unitsMax) {
    return splitUnits(lots, entry.quantity);
  }
  const message =
    `Cannot split ${entry.symbol}: a ratio above 0 and a position of fewer than 100 ` +
    `digits are required, was ${formatDecimal(entry.quantity)}`;
  ledger.problems.push({ activityId: entry.id, kind: "number", message });
}

function getPosition(ledger: Ledger, entry: Entry): Position {
  const { exchange, symbol, currency } = entry;
  const bySymbol = ledger.byExchange.get(exchange);
  const found = bySymbol?.get(symbol);
  if (found) return found;
  const sums = { realised: noAmount, income: noAmount, fees: noAmount, charges: noAmount };
  const made: Position = { exchange, symbol, currency, lots: createLotQueue(), ...sums };
  ledger.positions.set(positionKey(exchange, symbol), made);
  if (bySymbol) bySymbol.set(symbol, made);
  else ledger.byExchange.set(exchange, new Map([[symbol, made]]));
  return made;
}

/** An activity moves money itself, not units that money pays for. */
function isMoney({ symbol, currency }: Entry): boolean {
  return symbol === currency;
}

function getWorth(entry: Entry): Decimal {
  return isMoney(entry) ? entry.quantity : multiply(entry.quantity, entry.price);
}

function transitKey({ symbol, reference }: Entry): string {
  return `${symbol}|${reference}`;
}

/** A fee that no lot and no proceeds carry. */
function charge(ledger: Ledger, entry: Entry, position: Position): void {
  const fee = payFee(ledger, entry, position);
  const spent = isZero(fee.units) ? noAmount : takeUnits(ledger, entry, position, fee.units).cost;
  position.charges = addAmounts(position.charges, addAmounts(fee.amount, spent));
}

/** Takes the fee out of its account and says what it is worth. */
function payFee(ledger: Ledger, entry: Entry, position: Position): Fee {
  const { fee, symbol, currency } = entry;
  if (isZero(fee)) return { amount: noAmount, units: zero };
  const feeCurrency = entry.feeCurrency || currency;
  const isInKind = feeCurrency !== currency &&
    (feeCurrency === symbol || feeCurrency === splitPair(symbol).base);
  if (isInKind) {
    const worth = toAmount(ledger, multiply(fee, entry.price), entry, position);
    if (worth) position.fees = addAmounts(position.fees, worth);
    return { amount: noAmount, units: fee };
  }
  const { id, exchange, timestamp } = entry;
  const paid = feeCurrency === currency
    ? entry
    : { id, exchange, timestamp, currency: feeCurrency };
  payMoney(ledger, paid, fee);
  const amount = toAmount(ledger, fee, paid, position, "fee") ?? noAmount;
  position.fees = addAmounts(position.fees, amount);
  return { amount, units: zero };
}

/** Puts the activity's units in, less those that the fee takes; the cost is of all of them. */
function putUnits(entry: Entry, position: Position, cost: Amount, fee: Fee): void {
  const quantity = subtract(entry.quantity, fee.units);
  if (quantity.units <= 0n) return;
  const whole = addAmounts(cost, fee.amount);
  putLot(position.lots, { openedMs: entry.timestamp, quantity, cost: whole });
}

function takeUnits(
  ledger: Ledger,
  entry: Entry,
  position: Position,
  quantity: Decimal,
): TakenLots {
  const taken = takeLots(position.lots, quantity);
  if (compare(quantity, taken.quantity) > 0) {
    ledger.problems.push({
      activityId: entry.id,
      kind: "oversold",
      message:
        `Cannot take ${formatDecimal(quantity)} ${entry.symbol} from ${entry.exchange}: at ` +
        `most what is held is required, which was ${formatDecimal(taken.quantity)}`,
    });
  }
  return taken;
}

/**
 * Returns an amount of the entry's currency in the position's and in the book's; null if it cannot
 * be had in the position's.
 */
function toAmount(
  ledger: Ledger,
  amount: Decimal,
  entry: Paid,
  position: Position,
  kind: "rate" | "fee" = "rate",
): Amount | null {
  if (isZero(amount)) return noAmount;
  const own = convert(ledger, amount, entry, position.currency, kind);
  if (!own) return null;
  if (position.currency === ledger.currency) return { own, base: own };
  return { own, base: convert(ledger, amount, entry, ledger.currency, kind) };
}

function convert(
  ledger: Ledger,
  amount: Decimal,
  { id, currency, timestamp }: Paid,
  to: string,
  kind: "rate" | "fee",
): Decimal | null {
  if (currency === to) return amount;
  const rate = ledger.getRate(currency, to, timestamp);
  if (rate) return multiply(amount, rate);
  const day = new Date(timestamp).toISOString().slice(0, 10);
  const message = `Cannot convert ${formatDecimal(amount)} ${currency} to ${to}: the rate of ` +
    `${day} is required`;
  ledger.problems.push({ activityId: id, kind, message });
  return null;
}

/** Takes money from its account. */
function payMoney(ledger: Ledger, paid: Paid, amount: Decimal): void {
  if (ledger.cash.size > 0 || ledger.flows) moveMoney(ledger, paid, negate(amount));
}

/** Moves money on its account; without one it comes from outside or goes there. */
function moveMoney(ledger: Ledger, { exchange, currency, timestamp }: Paid, change: Decimal): void {
  if (ledger.cash.size === 0 && !ledger.flows) return;
  const account = ledger.cash.get(positionKey(exchange, currency));
  if (account) account.balance = add(account.balance, change);
  else ledger.flows?.push({ kind: "money", timeMs: timestamp, currency, amount: negate(change) });
}

function flowMoney(ledger: Ledger, { currency, timestamp }: Entry, amount: Decimal): void {
  ledger.flows?.push({ kind: "money", timeMs: timestamp, currency, amount });
}

function flowUnits(ledger: Ledger, { exchange, symbol, timestamp }: Entry, quantity: Decimal) {
  if (isZero(quantity)) return;
  ledger.flows?.push({ kind: "units", timeMs: timestamp, exchange, symbol, quantity });
}
