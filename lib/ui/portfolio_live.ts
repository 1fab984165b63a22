/**
 * A portfolio's worth as prices come in: exact, and only where a newer price is known.
 *
 * @module
 */
import type { HoldingView, PortfolioWorth } from "./own_views.ts";

/** Arithmetic of exact decimal texts. */
export interface TextArithmetic {
  add(a: string, b: string): string;
  subtract(a: string, b: string): string;
  multiply(a: string, b: string): string;
  divide(a: string, b: string): string;
  /** A float's decimal text. */
  of(value: number): string;
}

/** A price as it came in, epoch ms. */
export interface NewPrice {
  price: number;
  eventMs: number;
  source: string;
}

/** The sums that prices move; the others stay what the server said. */
export type LiveSums = Pick<PortfolioWorth, "value" | "valueKnown" | "unrealised_pnl" | "gain">;

/**
 * Returns the holding at a newer price of its symbol in its currency; the same one where there is
 * none. A price of another source than a live one, such as a stored close, is older than any.
 */
export function applyPrice(
  holding: HoldingView,
  next: NewPrice | null,
  math: TextArithmetic,
): HoldingView {
  const { quantity, cost, value, valueOwn, priceMs, costOwn, priceSource } = holding;
  const isNewer = next !== null && priceMs !== null &&
    (next.eventMs > priceMs || next.source !== priceSource);
  // Without a rate of the server's the worth in the portfolio's currency cannot be told.
  if (!isNewer || value === null || valueOwn === null || !/[1-9]/.test(valueOwn)) return holding;
  const nextOwn = math.multiply(quantity, math.of(next.price));
  const nextValue = value === valueOwn
    ? nextOwn
    : math.multiply(nextOwn, math.divide(value, valueOwn));
  return {
    ...holding,
    price: math.of(next.price),
    priceMs: next.eventMs,
    priceSource: next.source,
    valueOwn: nextOwn,
    value: nextValue,
    unrealisedOwn: math.subtract(nextOwn, costOwn),
    unrealised_pnl: cost === null ? null : math.subtract(nextValue, cost),
  };
}

/** Returns the sums after some holdings changed; what was not known stays so. */
export function applySums(
  worth: LiveSums & { holdings: readonly HoldingView[] },
  holdings: readonly HoldingView[],
  math: TextArithmetic,
): LiveSums {
  const change = holdings.reduce((sum, { value }, i) => {
    const before = worth.holdings[i]?.value ?? null;
    if (value === null || before === null || value === before) return sum;
    return math.add(sum, math.subtract(value, before));
  }, "0");
  const move = (amount: string | null) => amount === null ? null : math.add(amount, change);
  return {
    value: move(worth.value),
    valueKnown: math.add(worth.valueKnown, change),
    unrealised_pnl: move(worth.unrealised_pnl),
    gain: move(worth.gain),
  };
}

/** Returns at most `most` of the points, evenly spread, the last one among them. */
export function thinOut<T>(points: readonly T[], most: number): T[] {
  if (points.length <= most) return [...points];
  const step = (points.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => points[Math.round(i * step)]!);
}

/** Parts of a whole, the smaller ones as one; `share` from 0 to 1. */
export function foldParts<T extends { name: string; share: number; value: string }>(
  parts: readonly T[],
  most: number,
  others: string,
  add: TextArithmetic["add"],
): { name: string; share: number; value: string }[] {
  if (parts.length <= most) return [...parts];
  const rest = parts.slice(most - 1);
  return [...parts.slice(0, most - 1), {
    name: others,
    share: rest.reduce((sum, { share }) => sum + share, 0),
    value: rest.reduce((sum, { value }) => add(sum, value), "0"),
  }];
}

/** Returns the quote currency of a canonical id such as `crypto:BTC/USDT@binance`; null for none. */
export function readQuote(id: string): string | null {
  return /^[a-z]+:[^/@]+\/([^/@]+)@/.exec(id)?.[1] ?? null;
}
