/**
 * Exchanges inside the pipeline: each has its own market time, trading hours and ways.
 *
 * @module
 */
import { createTradingHours, type TradingHours } from "../bars/mod.ts";
import type { Logger } from "../log.ts";
import type { TradingCalendar } from "../market/mod.ts";
import type { ExchangeTraits } from "./types.ts";

/** What the symbols of one exchange share. */
export interface ExchangeRoom {
  /** Key of the exchange: `binance`. */
  exchange: string;
  /** Null when it never closes. */
  hours: TradingHours | null;
  traits: ExchangeTraits;
  /** Highest event time that came in, and highest tick, epoch ms. */
  marketMs: number;
  tickMs: number;
}

/** All exchanges that were heard of. */
export interface Rooms {
  /** Returns an exchange's room, made at the first question. */
  open(exchange: string): ExchangeRoom;
  list(): Iterable<ExchangeRoom>;
}

/** Returns the room of an exchange nothing was heard of yet. */
export function createRoom(exchange: string, hours: TradingHours | null = null): ExchangeRoom {
  return { exchange, hours, traits: {}, marketMs: 0, tickMs: 0 };
}

/** Returns rooms whose hours come from `getCalendar`, null for an exchange that never closes. */
export function createRooms(
  { getCalendar, log }: {
    getCalendar: (exchange: string) => TradingCalendar | null;
    log: Logger;
  },
): Rooms {
  const rooms = new Map<string, ExchangeRoom>();
  return {
    open(exchange) {
      const known = rooms.get(exchange);
      if (known) return known;
      const calendar = getCalendar(exchange);
      const hours = calendar && createTradingHours(calendar, (timeMs) => {
        const { firstDay, lastDay } = calendar;
        log.warn("A market counts as always open outside its calendar", {
          exchange,
          firstDay,
          lastDay,
          asked: new Date(timeMs).toISOString(),
        });
      });
      const room = createRoom(exchange, hours);
      rooms.set(exchange, room);
      return room;
    },
    list: () => rooms.values(),
  };
}
