/**
 * What trades are judged by: one object that every symbol of a world shares, so that a change of the
 * settings is in force with the next trade.
 *
 * @module
 */

/** Limits of the checks; may be changed while trades come in. */
export interface TradeLimits {
  /** How old a trade may be, and how far ahead of the clock, ms. */
  freshnessMs: number;
  aheadMs: number;
  /** How many accepted trades a symbol's window holds, and after how many it is judged by them. */
  windowTrades: number;
  judgedTrades: number;
  /** How many standard deviations from the window's mean are an outlier. */
  zScore: number;
  /** How far a price may be from the last accepted one, as a fraction. */
  priceChange: number;
  /** How many times the window's mean size a trade may be. */
  volumeFactor: number;
  /** So many consecutive refusals, each within this fraction of the last, are the new truth. */
  rebaseTrades: number;
  rebaseChange: number;
  /** About how many trades the score looks back. */
  scoreTrades: number;
}

/** What holds where nobody says otherwise. */
export const defaultTradeLimits: Readonly<TradeLimits> = Object.freeze({
  freshnessMs: 60_000,
  aheadMs: 60_000,
  windowTrades: 100,
  judgedTrades: 20,
  zScore: 3,
  priceChange: 0.1,
  volumeFactor: 100,
  rebaseTrades: 5,
  rebaseChange: 0.1,
  scoreTrades: 1_000,
});

/** Returns limits of one's own: the defaults with `part` in their place. */
export function createTradeLimits(part: Partial<TradeLimits> = {}): TradeLimits {
  return { ...defaultTradeLimits, ...part };
}
