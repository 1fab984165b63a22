/**
 * Price anomaly: far outside the window's spread and far from the last accepted price.
 *
 * @module
 */
import { FAIL, PASS, SUSPECT, type TradeCheck } from "./check.ts";
import { getPriceDeviation, JUDGED_TRADES_MIN } from "./history.ts";

/** How many standard deviations from the window's mean are an outlier. */
export const Z_SCORE_MAX = 3;
/** How far a price may be from the last accepted one, as a fraction. */
export const PRICE_CHANGE_MAX = 0.1;

/**
 * Fails when both limits are exceeded; one alone is suspect, since real markets have fat tails. A
 * flat window makes every other price an outlier. Not judged before 20 accepted trades.
 */
export const priceAnomaly: TradeCheck = {
  name: "price_anomaly",
  isStatistical: true,
  check(history, trade) {
    if (history.count < JUDGED_TRADES_MIN) return PASS;
    const isOutlier = Math.abs(trade.price - history.priceMean) >
      Z_SCORE_MAX * getPriceDeviation(history) + 1e-9 * history.priceMean;
    const isJump = Math.abs(trade.price - history.lastPrice) >
      PRICE_CHANGE_MAX * history.lastPrice;
    if (isOutlier && isJump) return FAIL;
    return isOutlier || isJump ? SUSPECT : PASS;
  },
};
