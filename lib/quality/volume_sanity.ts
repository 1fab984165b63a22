/**
 * Volume sanity: a size that dwarfs the window's mean is a mistake of the feed.
 *
 * @module
 */
import { FAIL, PASS, type TradeCheck } from "./check.ts";
import { JUDGED_TRADES_MIN } from "./history.ts";

/** How many times the window's mean size a trade may be. */
export const VOLUME_FACTOR_MAX = 100;

/** Fails when the size is above 100 × the window's mean. Not judged before 20 accepted trades. */
export const volumeSanity: TradeCheck = {
  name: "volume_sanity",
  isStatistical: true,
  check(history, trade) {
    if (history.count < JUDGED_TRADES_MIN || history.sizeSum <= 0) return PASS;
    return trade.size * history.count > VOLUME_FACTOR_MAX * history.sizeSum ? FAIL : PASS;
  },
};
