/**
 * Volume sanity: a size that dwarfs the window's mean is a mistake of the feed.
 *
 * @module
 */
import { FAIL, PASS, type TradeCheck } from "./check.ts";

/**
 * Fails when the size is above `volumeFactor` × the window's mean. Not judged before `judgedTrades`
 * accepted ones.
 */
export const volumeSanity: TradeCheck = {
  name: "volume_sanity",
  isStatistical: true,
  check(history, trade) {
    const { judgedTrades, volumeFactor } = history.limits;
    if (history.count < judgedTrades || history.sizeSum <= 0) return PASS;
    return trade.size * history.count > volumeFactor * history.sizeSum ? FAIL : PASS;
  },
};
