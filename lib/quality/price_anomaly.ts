/**
 * Price anomaly: far outside the window's spread and far from the last accepted price.
 *
 * @module
 */
import { FAIL, PASS, SUSPECT, type TradeCheck } from "./check.ts";
import { getPriceDeviation } from "./history.ts";

/**
 * Fails when both limits are exceeded; one alone is suspect, since real markets have fat tails. A
 * flat window makes every other price an outlier. Not judged before `judgedTrades` accepted ones.
 */
export const priceAnomaly: TradeCheck = {
  name: "price_anomaly",
  isStatistical: true,
  check(history, trade) {
    const { judgedTrades, zScore, priceChange } = history.limits;
    if (history.count < judgedTrades) return PASS;
    const isOutlier = Math.abs(trade.price - history.priceMean) >
      zScore * getPriceDeviation(history) + 1e-9 * history.priceMean;
    const isJump = Math.abs(trade.price - history.lastPrice) >
      priceChange * history.lastPrice;
    if (isOutlier && isJump) return FAIL;
    return isOutlier || isJump ? SUSPECT : PASS;
  },
};
