/**
 * LIQUIDITY_SHIFT: the liquidity of a pair has changed within a day.
 *
 * @module
 */
import { formatPercent, formatVolume } from "../../format/mod.ts";
import { createShift } from "../shift.ts";

/** The liquidity of a pair has changed by so many percent in a day. */
export const liquidityShift = createShift({
  name: "LIQUIDITY_SHIFT",
  figure: "liquidity",
  unit: "percent",
  max: 10_000,
  fallback: 20,
  describe: ({ symbol, value, change }, { threshold }) =>
    `Liquidity of ${symbol} moved ${formatPercent(change)} within a day to ` +
    `${formatVolume(value)} USD (asked for: ${threshold} %).`,
});
