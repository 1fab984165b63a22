/**
 * Lots: what is held, bought when and for how much; what leaves first came in first.
 *
 * @module
 */
import { add, compare, type Decimal, divide, multiply, one, subtract, zero } from "./decimal.ts";

/**
 * An amount in a position's currency, and in the currency that the portfolio is valued in; null
 * there where a rate was missing.
 */
export interface Amount {
  own: Decimal;
  base: Decimal | null;
}

/** Nothing. */
export const noAmount: Amount = { own: zero, base: zero };

/** Units that came in together; `cost` includes the fees of buying. */
export interface Lot {
  openedMs: number;
  quantity: Decimal;
  cost: Amount;
}

/** Lots in the order in which they came, with what they sum up to. */
export interface LotQueue {
  lots: Lot[];
  /** Index of the oldest lot that is left; those before it are gone. */
  head: number;
  quantity: Decimal;
  cost: Amount;
}

/** What left a queue. */
export interface TakenLots {
  quantity: Decimal;
  cost: Amount;
  lots: Lot[];
}

/** Digits after the point that a share of a lot's cost is rounded to: least and most. */
const shareDigits = { least: 18, most: 36 };

/** Gone lots that are kept before the queue is shortened. */
const goneMax = 1_024;

/** Returns a queue without lots. */
export function createLotQueue(): LotQueue {
  return { lots: [], head: 0, quantity: zero, cost: noAmount };
}

/** Returns `a + b`; without a base value where either has none. */
export function addAmounts(a: Amount, b: Amount): Amount {
  if (a === noAmount) return b;
  if (b === noAmount) return a;
  const own = add(a.own, b.own);
  if (a.base === a.own && b.base === b.own) return { own, base: own };
  return { own, base: a.base && b.base && add(a.base, b.base) };
}

/** Returns `a - b`; without a base value where either has none. */
export function subtractAmounts(a: Amount, b: Amount): Amount {
  if (b === noAmount) return a;
  const own = subtract(a.own, b.own);
  if (a.base === a.own && b.base === b.own) return { own, base: own };
  return { own, base: a.base && b.base && subtract(a.base, b.base) };
}

/** Adds a lot at the end of the queue. */
export function putLot(queue: LotQueue, lot: Lot): void {
  queue.lots.push(lot);
  queue.quantity = add(queue.quantity, lot.quantity);
  queue.cost = addAmounts(queue.cost, lot.cost);
}

/**
 * Takes `quantity` from the queue, oldest lots first; fewer where it does not hold as much.
 *
 * Of a lot that is split, the part that leaves carries its share of the cost, rounded to at least
 * 18 digits after the point, and the part that stays the rest: nothing is lost between them.
 */
export function takeLots(queue: LotQueue, quantity: Decimal): TakenLots {
  const taken: TakenLots = { quantity: zero, cost: noAmount, lots: [] };
  let left = quantity;
  while (left.units > 0n && queue.head < queue.lots.length) {
    const lot = queue.lots[queue.head]!;
    const isWhole = compare(lot.quantity, left) <= 0;
    const part = isWhole ? lot : splitLot(lot, left);
    if (isWhole) queue.head++;
    else queue.lots[queue.head] = restOf(lot, part);
    left = subtract(left, part.quantity);
    taken.lots.push(part);
    taken.quantity = add(taken.quantity, part.quantity);
    taken.cost = addAmounts(taken.cost, part.cost);
  }
  queue.quantity = subtract(queue.quantity, taken.quantity);
  queue.cost = subtractAmounts(queue.cost, taken.cost);
  if (queue.head > goneMax) queue.lots = queue.lots.slice(queue.head), queue.head = 0;
  if (queue.head === queue.lots.length) Object.assign(queue, createLotQueue());
  return taken;
}

/** Makes `ratio` units of each unit held, to 36 digits after the point; costs stay. */
export function splitUnits(queue: LotQueue, ratio: Decimal): void {
  queue.lots = queue.lots.slice(queue.head).map((lot) => {
    const exact = multiply(lot.quantity, ratio);
    const isLong = exact.digits > shareDigits.most;
    return { ...lot, quantity: isLong ? divide(exact, one, shareDigits.most) : exact };
  });
  queue.head = 0;
  queue.quantity = queue.lots.reduce((sum, lot) => add(sum, lot.quantity), zero);
}

function splitLot(lot: Lot, quantity: Decimal): Lot {
  const share = (cost: Decimal) => {
    const wanted = Math.max(shareDigits.least, cost.digits + quantity.digits);
    return divide(multiply(cost, quantity), lot.quantity, Math.min(shareDigits.most, wanted));
  };
  const { own, base } = lot.cost;
  const ownShare = share(own);
  const baseShare = base === own ? ownShare : base && share(base);
  return { openedMs: lot.openedMs, quantity, cost: { own: ownShare, base: baseShare } };
}

function restOf(lot: Lot, part: Lot): Lot {
  return {
    openedMs: lot.openedMs,
    quantity: subtract(lot.quantity, part.quantity),
    cost: subtractAmounts(lot.cost, part.cost),
  };
}
