/**
 * TVL_CHANGE: the value locked in a protocol has changed within a day.
 *
 * @module
 */
import { formatPercent, formatVolume } from "../../format/mod.ts";
import { createShift } from "../shift.ts";

/** The value locked in a protocol has changed by so many percent in a day. */
export const tvlChange = createShift({
  name: "TVL_CHANGE",
  figure: "tvl",
  unit: "percent",
  max: 10_000,
  fallback: 10,
  describe: ({ symbol, value, change }, { threshold }) =>
    `Value locked in ${symbol} moved ${formatPercent(change)} within a day to ` +
    `${formatVolume(value)} USD (asked for: ${threshold} %).`,
});
