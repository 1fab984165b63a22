/**
 * What the checks remember of a symbol: its last accepted trades and how its checks went.
 *
 * @module
 */

/** How many accepted trades a symbol's window holds. */
export const HISTORY_TRADES_MAX = 100;
/** So many consecutive consistent refusals are the new truth. */
export const REBASE_TRADES = 5;
/** Price and volume are judged only after so many accepted trades. */
export const JUDGED_TRADES_MIN = 20;
/** The score forgets by this share with each trade: about a thousand trades back. */
const SCORE_WEIGHT = 1 / 1000;

/** The window and the counters of one symbol. Fixed in size. */
export interface TradeHistory {
  prices: Float64Array;
  sizes: Float64Array;
  /** Trades in the window, and the slot that the next one takes. */
  count: number;
  next: number;
  /** Running mean and sum of squared deviations of the prices (Welford), running sum of sizes. */
  priceMean: number;
  priceM2: number;
  sizeSum: number;
  lastPrice: number;
  /** Consecutive refused trades whose prices agree with each other. */
  refusedPrices: Float64Array;
  refusedSizes: Float64Array;
  refusedCount: number;
  /** Per check, in the order of the registry. */
  passed: Float64Array;
  failed: Float64Array;
  /** Fraction from 0 to 1 over about the last thousand trades. */
  score: number;
  /** How old a trade may be, and how far ahead of the clock. */
  freshnessMs: number;
  aheadMs: number;
}

/** Returns an empty window for a symbol. */
export function createTradeHistory(
  { checks = 8, freshnessMs = 60_000, aheadMs = freshnessMs }: {
    checks?: number;
    freshnessMs?: number;
    aheadMs?: number;
  } = {},
): TradeHistory {
  return {
    prices: new Float64Array(HISTORY_TRADES_MAX),
    sizes: new Float64Array(HISTORY_TRADES_MAX),
    count: 0,
    next: 0,
    priceMean: 0,
    priceM2: 0,
    sizeSum: 0,
    lastPrice: 0,
    refusedPrices: new Float64Array(REBASE_TRADES),
    refusedSizes: new Float64Array(REBASE_TRADES),
    refusedCount: 0,
    passed: new Float64Array(checks),
    failed: new Float64Array(checks),
    score: 1,
    freshnessMs,
    aheadMs,
  };
}

/** Adds an accepted trade to the window; the oldest leaves when it is full. */
export function addToHistory(history: TradeHistory, price: number, size: number): void {
  const slot = history.next;
  history.lastPrice = price;
  history.next = slot + 1 === HISTORY_TRADES_MAX ? 0 : slot + 1;
  if (history.count < HISTORY_TRADES_MAX) {
    history.count++;
    const delta = price - history.priceMean;
    history.priceMean += delta / history.count;
    history.priceM2 += delta * (price - history.priceMean);
    history.sizeSum += size;
  } else {
    const oldPrice = history.prices[slot]!;
    const oldMean = history.priceMean;
    history.priceMean += (price - oldPrice) / HISTORY_TRADES_MAX;
    history.priceM2 += (price - oldPrice) * (price - history.priceMean + oldPrice - oldMean);
    history.sizeSum += size - history.sizes[slot]!;
  }
  history.prices[slot] = price;
  history.sizes[slot] = size;
  // Rounding errors would pile up for ever; once a turn of the ring they are thrown away.
  if (history.next === 0) recompute(history);
}

function recompute(history: TradeHistory): void {
  let priceSum = 0;
  let sizeSum = 0;
  for (let i = 0; i < history.count; i++) {
    priceSum += history.prices[i]!;
    sizeSum += history.sizes[i]!;
  }
  const mean = priceSum / history.count;
  let m2 = 0;
  for (let i = 0; i < history.count; i++) m2 += (history.prices[i]! - mean) ** 2;
  history.priceMean = mean;
  history.priceM2 = m2;
  history.sizeSum = sizeSum;
}

/** Returns the standard deviation of the window's prices (population), 0 when empty. */
export function getPriceDeviation(history: TradeHistory): number {
  if (history.count === 0) return 0;
  // The running sum may fall a hair below zero on a flat window.
  return Math.sqrt(Math.max(history.priceM2, 0) / history.count);
}

/**
 * Notes a refused trade. After `REBASE_TRADES` in a row within 10 % of each other the window starts
 * anew from them, since the market has really moved; then true is returned.
 */
export function noteRefusal(history: TradeHistory, price: number, size: number): boolean {
  const count = history.refusedCount;
  const isConsistent = count === 0 ||
    Math.abs(price / history.refusedPrices[count - 1]! - 1) <= 0.1;
  const slot = isConsistent ? count : 0;
  history.refusedPrices[slot] = price;
  history.refusedSizes[slot] = size;
  history.refusedCount = slot + 1;
  if (history.refusedCount < REBASE_TRADES) return false;
  history.count = 0;
  history.next = 0;
  history.priceMean = 0;
  history.priceM2 = 0;
  history.sizeSum = 0;
  for (let i = 0; i < REBASE_TRADES; i++) {
    addToHistory(history, history.refusedPrices[i]!, history.refusedSizes[i]!);
  }
  history.refusedCount = 0;
  return true;
}

/** Moves the score towards `value` (1 good, 0.5 suspect, 0 refused or corrected). */
export function noteScore(history: TradeHistory, value: number): void {
  history.score += (value - history.score) * SCORE_WEIGHT;
}
