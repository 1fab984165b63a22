/**
 * The doors of the live path: what collectors push in, and what the pipeline asks of them.
 *
 * @module
 */
import type { Bar, Timeframe, Trade } from "../market/mod.ts";

/**
 * What collectors hand over. Calls are synchronous and cheap; `settled` is the back-pressure.
 * Order matters: trades of a bucket come before the tick or exchange bar that ends it.
 */
export interface MarketIntake {
  /** One live trade, as parsed. */
  addTrade(trade: Trade): void;
  /** The exchange's own bar; `bar.closed` says whether it is final. The authority (COL-11). */
  addExchangeBar(symbol: string, timeframe: Timeframe, bar: Bar, source: string): void;
  /**
   * Moves market time to `eventMs`: buckets that end at or before it complete, for quiet symbols
   * too. Older times are ignored.
   */
  advance(eventMs: number): void;
  /** Resolves when fewer than a bounded number of completed bars wait for the store. */
  settled(): Promise<void>;
  /** Bars fetched by REST: history before we watched, or the mending of a hole. Idempotent. */
  addHistory(
    symbol: string,
    timeframe: Timeframe,
    bars: readonly Bar[],
    options: { source: string; reason: "history" | "repair" },
  ): Promise<void>;
  /** Watching of these symbols stopped (socket gone, silence) at market time `atMs`. */
  markLost(symbols: readonly string[], atMs: number, reason: string): void;
  /** Symbols with an unmended hole, with the hole's borders, for the collector to fetch. */
  listHoles(): { symbol: string; timeframe: Timeframe; from: number; to: number }[];
  /** The exchange has nothing for this hole: it stays labelled, and is not asked for again. */
  markUnrepairable(symbol: string, timeframe: Timeframe, from: number, to: number): Promise<void>;
  /** Symbols that we watch now; state of others is dropped. */
  setSymbols(symbols: readonly string[]): void;
}
