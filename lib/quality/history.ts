/**
 * What the checks remember of a symbol: its last accepted trades and how its checks went.
 *
 * @module
 */

import { createTradeLimits, type TradeLimits } from "./limits.ts";

/** The window and the counters of one symbol; their size changes only with the limits. */
export interface TradeHistory {
  /** Shared with other symbols, and read anew with each trade. */
  limits: Readonly<TradeLimits>;
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
  /** Fraction from 0 to 1 over about the last `scoreTrades` trades. */
  score: number;
}

/** Returns an empty window for a symbol; `limits` go before the two times given beside them. */
export function createTradeHistory(
  { checks = 8, freshnessMs = 60_000, aheadMs = freshnessMs, limits }: {
    checks?: number;
    freshnessMs?: number;
    aheadMs?: number;
    limits?: Readonly<TradeLimits> | undefined;
  } = {},
): TradeHistory {
  const own = limits ?? createTradeLimits({ freshnessMs, aheadMs });
  return {
    limits: own,
    prices: new Float64Array(own.windowTrades),
    sizes: new Float64Array(own.windowTrades),
    count: 0,
    next: 0,
    priceMean: 0,
    priceM2: 0,
    sizeSum: 0,
    lastPrice: 0,
    refusedPrices: new Float64Array(own.rebaseTrades),
    refusedSizes: new Float64Array(own.rebaseTrades),
    refusedCount: 0,
    passed: new Float64Array(checks),
    failed: new Float64Array(checks),
    score: 1,
  };
}

/** Adds an accepted trade to the window; the oldest leaves when it is full. */
export function addToHistory(history: TradeHistory, price: number, size: number): void {
  const { windowTrades } = history.limits;
  if (history.prices.length !== windowTrades) resizeWindow(history, windowTrades);
  const slot = history.next;
  history.lastPrice = price;
  history.next = slot + 1 === windowTrades ? 0 : slot + 1;
  if (history.count < windowTrades) {
    history.count++;
    const delta = price - history.priceMean;
    history.priceMean += delta / history.count;
    history.priceM2 += delta * (price - history.priceMean);
    history.sizeSum += size;
  } else {
    const oldPrice = history.prices[slot]!;
    const oldMean = history.priceMean;
    history.priceMean += (price - oldPrice) / windowTrades;
    history.priceM2 += (price - oldPrice) * (price - history.priceMean + oldPrice - oldMean);
    history.sizeSum += size - history.sizes[slot]!;
  }
  history.prices[slot] = price;
  history.sizes[slot] = size;
  // Rounding errors would pile up for ever; once a turn of the ring they are thrown away.
  if (history.next === 0) recompute(history);
}

/** Makes room for another number of trades; the newest of those that are there stay. */
function resizeWindow(history: TradeHistory, windowTrades: number): void {
  const { prices, sizes, count, next } = history;
  const kept = Math.min(count, windowTrades);
  history.prices = new Float64Array(windowTrades);
  history.sizes = new Float64Array(windowTrades);
  for (let i = 0; i < kept; i++) {
    const from = (next - kept + i + prices.length) % prices.length;
    history.prices[i] = prices[from]!;
    history.sizes[i] = sizes[from]!;
  }
  history.count = kept;
  history.next = kept === windowTrades ? 0 : kept;
  recompute(history);
}

function recompute(history: TradeHistory): void {
  let priceSum = 0;
  let sizeSum = 0;
  for (let i = 0; i < history.count; i++) {
    priceSum += history.prices[i]!;
    sizeSum += history.sizes[i]!;
  }
  const mean = history.count === 0 ? 0 : priceSum / history.count;
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
 * Notes a refused trade. After `rebaseTrades` in a row, each within `rebaseChange` of the one before,
 * the window starts anew from them, since the market has really moved; then true is returned.
 */
export function noteRefusal(history: TradeHistory, price: number, size: number): boolean {
  const { rebaseTrades, rebaseChange } = history.limits;
  if (history.refusedPrices.length !== rebaseTrades) {
    history.refusedPrices = new Float64Array(rebaseTrades);
    history.refusedSizes = new Float64Array(rebaseTrades);
    history.refusedCount = 0;
  }
  const count = history.refusedCount;
  const isConsistent = count === 0 ||
    Math.abs(price / history.refusedPrices[count - 1]! - 1) <= rebaseChange;
  const slot = isConsistent ? count : 0;
  history.refusedPrices[slot] = price;
  history.refusedSizes[slot] = size;
  history.refusedCount = slot + 1;
  if (history.refusedCount < rebaseTrades) return false;
  history.count = 0;
  history.next = 0;
  history.priceMean = 0;
  history.priceM2 = 0;
  history.sizeSum = 0;
  for (let i = 0; i < rebaseTrades; i++) {
    addToHistory(history, history.refusedPrices[i]!, history.refusedSizes[i]!);
  }
  history.refusedCount = 0;
  return true;
}

/** Moves the score towards `value` (1 good, 0.5 suspect, 0 refused or corrected). */
export function noteScore(history: TradeHistory, value: number): void {
  history.score += (value - history.score) / history.limits.scoreTrades;
}
