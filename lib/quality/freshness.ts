/**
 * Freshness: a live trade is recent, and not from the future.
 *
 * @module
 */
import { FAIL, PASS, type TradeCheck } from "./check.ts";

/** Fails when the trade is older than `freshnessMs`, or further ahead than `aheadMs`. */
export const freshness: TradeCheck = {
  name: "freshness",
  isStatistical: false,
  check: (history, trade, nowMs) =>
    nowMs - trade.eventMs > history.limits.freshnessMs ||
      trade.eventMs - nowMs > history.limits.aheadMs
      ? FAIL
      : PASS,
};
