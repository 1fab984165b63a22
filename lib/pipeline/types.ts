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
  /**
   * Bars fetched by REST: history before we watched, a stretch of the past that somebody asked for,
   * or the mending of a hole. Idempotent. Those of a backfill get their rows of features, too.
   */
  addHistory(
    symbol: string,
    timeframe: Timeframe,
    bars: readonly Bar[],
    options: { source: string; reason: "history" | "backfill" | "repair" },
  ): Promise<void>;
  /** Watching of these symbols stopped (socket gone, silence) at market time `atMs`. */
  markLost(symbols: readonly string[], atMs: number, reason: string): void;
  /** Symbols with an unmended hole, with the hole's borders, for the collector to fetch. */
  listHoles(): { symbol: string; timeframe: Timeframe; from: number; to: number }[];
  /** The exchange has nothing for this hole: it stays labelled, and is not asked for again. */
  markUnrepairable(symbol: string, timeframe: Timeframe, from: number, to: number): Promise<void>;
  /** Symbols that we watch now; state of others is dropped. */
  setSymbols(symbols: readonly string[]): void;
  /**
   * Returns the intake of one exchange: with a market time, symbols and holes of its own, inside
   * the exchange's trading hours. `traits` say how its bars differ from what trades make; they hold
   * from then on. The same exchange gives the same intake.
   */
  forExchange(exchange: string, traits?: ExchangeTraits): MarketIntake;
  /**
   * Closed bars of a source without trades, however old. Minutes between them in which the exchange
   * was open are filled; recent ones count as newly closed, older ones as history. Idempotent.
   */
  addPolledBars(
    symbol: string,
    timeframe: Timeframe,
    bars: readonly Bar[],
    options: { source: string },
  ): Promise<void>;
  /**
   * The exchange has no bars for this stretch since nothing traded: what is absent is filled at the
   * close before it. Without such a close nothing is.
   */
  fillQuiet(symbol: string, timeframe: Timeframe, from: number, to: number): Promise<void>;
  /** We are connected from `atMs` on, while the market is closed: its next session is seen whole. */
  beginWatch(symbols: readonly string[], atMs: number): void;
  /** Aborts when nothing more can be taken; its reason says why in plain words. */
  readonly halted?: AbortSignal;
}

/** How an exchange's bars differ from what its trades make; absent means that they do not. */
export interface ExchangeTraits {
  /** It sends no bar for a minute without a trade that set a price. */
  omitsQuietBars?: boolean;
  /** Its volume counts more than the trades that it tells, such as odd lots. */
  isVolumeApart?: boolean;
}

/** How a closed bar came to be told: newly closed, corrected or mended, or loaded from the past. */
export type ClosedBarKind = "closed" | "repaired" | "history";

/** Told after the commit of bars of one series, oldest first. */
export type ClosedBarListener = (
  series: { symbol: string; timeframe: Timeframe },
  bars: readonly Bar[],
  kind: ClosedBarKind,
) => void;

/** What is known of the completeness of one series: expected = the sum of the four after it. */
export interface ContinuityRow {
  source: string;
  symbol: string;
  timeframe: Timeframe;
  expected: number;
  /** Bars of quality observed. */
  received: number;
  repaired: number;
  filled: number;
  missing: number;
  /** Start of the first bar, and end of the newest (epoch ms). */
  from: number;
  to: number;
}

/** The quality of one symbol's live data. */
export interface SymbolQuality {
  symbol: string;
  /** Fraction from 0 to 1. */
  score: number;
  checks: Record<string, { passed: number; failed: number }>;
}

/** Figures of the whole pipeline since its start. */
export interface PipelineStats {
  trades: number;
  /** Over the last whole second that was measured. */
  tradesPerSecond: number;
  rejected: number;
  late: number;
  duplicates: number;
  bars: number;
  repaired: number;
  signals: number;
  /** Completed bars that wait for the store. */
  waiting: number;
  /** From the completion of bars to the end of their commit, ms. */
  latencyMs: { last: number; max: number };
  /** Our closed bars that were compared with the exchange's, and how many were equal. */
  compared: number;
  equal: number;
  /** equal / compared; 1 while nothing was compared. */
  equalShare: number;
}
