/**
 * Which bar follows which, over nights and holidays of a symbol's exchange.
 *
 * @module
 */
import { getCalendar } from "../market/calendars/mod.ts";
import { type Timeframe, timeframeMs } from "../market/mod.ts";
import { createTradingHours, isNextBucket, type TradingHours } from "./hours.ts";

/** Says whether the bar at `next` (epoch ms) is the first that can follow the one at `time`. */
export type NextBar = (
  series: { symbol: string; timeframe: Timeframe },
  time: number,
  next: number,
) => boolean;

/** Returns the rule for all symbols; an exchange that is not known, or null, is open for ever. */
export function createNextBar(getExchange: (symbol: string) => string | null): NextBar {
  const byExchange = new Map<string, TradingHours | null>();
  return ({ symbol, timeframe }, time, next) => {
    const exchange = getExchange(symbol) ?? "";
    let hours = byExchange.get(exchange);
    if (hours === undefined) {
      const calendar = getCalendar(exchange);
      hours = calendar && createTradingHours(calendar);
      byExchange.set(exchange, hours);
    }
    return isNextBucket(hours, time, next, timeframeMs[timeframe]);
  };
}
