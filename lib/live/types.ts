/**
 * What the pipeline may say to the live hub, and the shapes on the wire (decisions: "On the wire").
 *
 * @module
 */
import type { Bar, Timeframe } from "../market/mod.ts";

/** Public channels; `alerts` is private and comes with accounts. */
export const publicChannels = [
  "prices",
  "bars",
  "signals",
  "dex_signals",
  "market",
  "continuity",
  "health",
] as const;
/** One public channel. */
export type PublicChannel = (typeof publicChannels)[number];
/** What reaches the connections of one person only. */
export const privateChannel = "alerts";
/** Any channel. */
export type LiveChannel = PublicChannel | typeof privateChannel;

/** The newest price of a symbol. */
export interface PriceUpdate {
  symbol: string;
  price: number;
  eventMs: number;
  receivedMs: number;
  source: string;
  /** Percent over 24 h, where known. */
  price_change_24h?: number | null;
}

/** A bar of a series changed: running (closed false), closed, or corrected (quality repaired). */
export interface BarUpdate {
  symbol: string;
  timeframe: Timeframe;
  bar: Bar;
  /** Newest value of each indicator on a closed bar; absent on a running one. */
  indicators?: Record<string, number | null>;
}

/** Where the pipeline publishes. Never throws, never waits, bounded in memory. */
export interface LivePublisher {
  /** Kept per symbol and sent at most each 100 ms. */
  publishPrice(update: PriceUpdate): void;
  /** A closed bar goes out by id; running ones are throttled to one a second and series. */
  publishBar(update: BarUpdate): void;
  /** Anything else. `symbol` and `filter` fields are what subscriptions match on. */
  publish(
    channel: PublicChannel,
    data: unknown,
    match?: { symbol?: string; type?: string; entity?: string; confidence?: number },
  ): void;
}
