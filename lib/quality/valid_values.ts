/**
 * Valid values: a price above zero, a size not below it, every number finite.
 *
 * @module
 */
import { FAIL, PASS, type TradeCheck } from "./check.ts";

/** Name of this check. */
export const VALID_VALUES_CHECK = "valid_values";

/** Fails on a price ≤ 0, a size < 0, or any number that is not finite. */
export const validValues: TradeCheck = {
  name: VALID_VALUES_CHECK,
  isStatistical: false,
  check: (_history, trade) =>
    trade.price > 0 && trade.price < Infinity && trade.size >= 0 && trade.size < Infinity &&
      trade.eventMs > 0 && trade.eventMs < Infinity
      ? PASS
      : FAIL,
};
