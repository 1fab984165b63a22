/**
 * The calendars of the exchanges we collect from. A new one is a table here and one line below.
 *
 * @module
 */
import { type CalendarTable, createCalendar, type TradingCalendar } from "../calendar.ts";
import { bistTable } from "./bist.ts";
import { nyseTable } from "./nyse.ts";

/** Tables by key of the exchange, as symbols name it. */
export const calendarTables: Readonly<Record<string, CalendarTable>> = {
  alpaca: nyseTable,
  bist: bistTable,
};

const made = new Map<string, TradingCalendar>();

/** Returns the calendar of an exchange, or null for one that never closes. */
export function getCalendar(exchange: string): TradingCalendar | null {
  const known = made.get(exchange);
  if (known) return known;
  const table = Object.hasOwn(calendarTables, exchange) ? calendarTables[exchange] : undefined;
  if (!table) return null;
  const calendar = createCalendar(table);
  made.set(exchange, calendar);
  return calendar;
}
