/**
 * Trades made from a recorded bar: open, nearer extreme, other extreme, close, volume in four.
 *
 * @module
 */
import type { ReplayBar } from "./bars_file.ts";

/** One trade on the tape. */
export interface TapeTrade {
  id: number;
  /** Epoch ms. */
  at: number;
  price: number;
  size: number;
  /** True where the seller took liquidity. */
  buyerMaker: boolean;
}

/** How many trades a bar is made into. */
export const tradesPerBar = 4;

/**
 * Splits a volume into four parts, equal but for rounding, whose sum from left to right is the
 * volume exactly. The first three are rounded to 8 decimals as an exchange spells them; the last
 * is the rest, which is exact because it lies within a factor of two (Sterbenz).
 */
export function splitVolume(volume: number): [number, number, number, number] {
  const rounded = Number((volume / tradesPerBar).toFixed(8));
  const part = volume >= 1e-4 ? rounded : volume / tradesPerBar;
  const sum = part + part + part;
  const rest = volume - sum;
  const short = Number(rest.toFixed(8));
  return [part, part, part, sum + short === volume && short > 0 ? short : rest];
}

/** Returns the four prices of a bar; of equally near extremes the high comes first. */
export function listPath(
  { open, high, low, close }: Pick<ReplayBar, "open" | "high" | "low" | "close">,
): [number, number, number, number] {
  return high - open <= open - low ? [open, high, low, close] : [open, low, high, close];
}

/** The golden ratio's fraction: multiples of it lie evenly spread, however many there are. */
const SPREAD = 0.6180339887498949;

/**
 * Returns a symbol's own delay in ms, from 1 to a quarter bar (exclusive), so that the market does
 * not tick in one instant. The most traded symbol (`rank` 0) comes first, as people look at it.
 */
export function getPhaseMs(rank: number, stepMs: number): number {
  return 1 + Math.floor(rank * SPREAD % 1 * (stepMs / tradesPerBar - 1));
}

/**
 * Makes the trades of one bar, numbered from `firstId` and delayed by `phaseMs`; none for a bar without volume. They lie a
 * quarter of a bar apart, within the bar.
 */
export function makeTrades(
  bar: ReplayBar,
  { phaseMs, stepMs, firstId }: { phaseMs: number; stepMs: number; firstId: number },
): TapeTrade[] {
  if (bar.volume === 0) return [];
  const prices = listPath(bar);
  const sizes = splitVolume(bar.volume);
  return prices.map((price, index) => ({
    id: firstId + index,
    at: bar.time + phaseMs + index * stepMs / tradesPerBar,
    price,
    size: sizes[index]!,
    buyerMaker: index > 0 && price < prices[index - 1]!,
  }));
}

/** Returns the bar over some trades of one bucket, in their order; null for none. */
export function makeBar(time: number, trades: readonly TapeTrade[]): ReplayBar | null {
  const first = trades[0];
  if (!first) return null;
  const bar: ReplayBar = {
    time,
    open: first.price,
    high: first.price,
    low: first.price,
    close: first.price,
    volume: 0,
    quote: 0,
    count: trades.length,
    takerBase: 0,
    takerQuote: 0,
  };
  for (const { price, size, buyerMaker } of trades) {
    bar.high = Math.max(bar.high, price);
    bar.low = Math.min(bar.low, price);
    bar.close = price;
    bar.volume += size;
    bar.quote += price * size;
    if (buyerMaker) continue;
    bar.takerBase += size;
    bar.takerQuote += price * size;
  }
  return bar;
}
