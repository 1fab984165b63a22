/**
 * Bars that collectors fetched: history, repairs, polls, and word that a stretch was quiet.
 *
 * @module
 */
import { findBucketClose, restartBuilder } from "../bars/mod.ts";
import { type Bar, type Timeframe, timeframeMs } from "../market/mod.ts";
import { isValidBar, OHLC_CHECK } from "../quality/mod.ts";
import type { Committer } from "./committer.ts";
import type { WatchedSymbols } from "./intake_symbols.ts";
import type { PipelineOptions } from "./options.ts";
import type { ExchangeRoom } from "./rooms.ts";
import { getPriceChange, type SymbolState } from "./state.ts";
import { resumeBehind } from "./watch.ts";

/** Polled bars of a minute that ended longer ago are history. */
const FRESH_POLL_MS = 3_600_000;
/** Name of the refusal of what happened while the market was closed. */
export const HOURS_CHECK = "trading_hours";

/** Takes fetched bars in. */
export class FetchedBars {
  readonly #symbols: WatchedSymbols;
  readonly #committer: Committer;
  readonly #options: PipelineOptions;
  readonly #base: Timeframe;

  constructor(symbols: WatchedSymbols, committer: Committer, options: PipelineOptions) {
    this.#symbols = symbols;
    this.#committer = committer;
    this.#options = options;
    this.#base = options.baseTimeframe ?? "1m";
  }

  /** Says whether a bar may be kept; one that may not is counted and logged. */
  accepts({ symbol, room }: SymbolState, timeframe: Timeframe, bar: Bar): boolean {
    if (isValidBar(bar) && isInHours(room, timeframe, bar)) return true;
    const check = isValidBar(bar) ? HOURS_CHECK : OHLC_CHECK;
    this.#options.metrics?.count("bars_refused", 1, { check });
    this.#options.log.warn("Bar refused", { symbol, check, bar });
    return false;
  }

  /** As `MarketIntake.addHistory`. */
  async addHistory(
    name: string,
    timeframe: Timeframe,
    bars: readonly Bar[],
    { source, reason }: { source: string; reason: "history" | "backfill" | "repair" },
  ): Promise<void> {
    const symbol = this.#symbols.open(name, source);
    symbol.source ||= source;
    const valid = this.#listAccepted(symbol, timeframe, bars);
    const isBase = timeframe === this.#base;
    const last = valid.at(-1);
    if (isBase && last) this.#noteHistory(symbol, last, reason);
    const isRepair = reason === "repair";
    const end = last ? last.time + timeframeMs[timeframe] : 0;
    const isBackfill = reason === "backfill";
    if (valid.length > 0) {
      const item = { state: symbol, timeframe, bars: valid, isRepair, isBackfill };
      this.#committer.add({ kind: "history", ...item });
    }
    await this.#finish();
    if (isBackfill && last) {
      await this.#committer.addFeatures(symbol, timeframe, { from: valid[0]!.time, to: end });
    }
    const { builder } = symbol;
    if (isBase && !symbol.lost && builder.start < 0) {
      if (builder.hours && last && end >= symbol.knownEnd) builder.previousClose = last.close;
      symbol.knownEnd = Math.max(symbol.knownEnd, end);
    }
  }

  /** As `MarketIntake.addPolledBars`. */
  async addPolledBars(
    name: string,
    timeframe: Timeframe,
    bars: readonly Bar[],
    { source }: { source: string },
  ): Promise<void> {
    const symbol = this.#symbols.open(name, source);
    const valid = this.#listAccepted(symbol, timeframe, bars.filter((bar) => bar.closed));
    const last = valid.at(-1);
    if (last) {
      const stretch = { from: last.time, to: last.time + timeframeMs[timeframe] };
      const endMs = findBucketClose(symbol.room.hours, stretch);
      followPolls(symbol, source);
      this.#symbols.noteTime(endMs);
      if (timeframe === this.#base) this.#publishPrice(symbol, last.close, endMs);
      const freshFromMs = this.#getFreshFrom(timeframe);
      this.#committer.add({ kind: "polled", state: symbol, timeframe, bars: valid, freshFromMs });
      this.#committer.labelUnconfirmed(endMs, symbol.room);
    }
    await this.#finish();
  }

  /** As `MarketIntake.fillQuiet`. */
  async fillQuiet(name: string, timeframe: Timeframe, from: number, to: number): Promise<void> {
    const symbol = this.#symbols.find(name);
    if (!symbol || timeframe !== this.#base || !(from < to)) return;
    this.#committer.add({ kind: "quiet", state: symbol, from, to });
    await this.#finish();
  }

  /** Resolves when all that was added before is committed. */
  #finish(): Promise<void> {
    return this.#committer.addTask(() => Promise.resolve());
  }

  #listAccepted(symbol: SymbolState, timeframe: Timeframe, bars: readonly Bar[]): Bar[] {
    return bars.filter((bar) => this.accepts(symbol, timeframe, bar))
      .sort((a, b) => a.time - b.time);
  }

  /** A recording's clock is its market's, which streams of other exchanges move. */
  #getFreshFrom(timeframe: Timeframe): number {
    const { mode, clock } = this.#options;
    const nowMs = mode === "replay" ? this.#symbols.state.marketMs : clock.now();
    return nowMs - Math.max(FRESH_POLL_MS, timeframeMs[timeframe] / 4);
  }

  #publishPrice(symbol: SymbolState, price: number, eventMs: number): void {
    if (symbol.price && eventMs <= symbol.price.eventMs) return;
    symbol.price = {
      symbol: symbol.symbol,
      price,
      eventMs,
      receivedMs: this.#options.clock.now(),
      source: symbol.source,
      price_change_24h: getPriceChange(symbol, price, eventMs),
    };
    this.#options.live.publishPrice(symbol.price);
  }

  /** History makes a close known; a repair shows that the source answers again. */
  #noteHistory(symbol: SymbolState, last: Bar, reason: "history" | "backfill" | "repair"): void {
    const { builder } = symbol;
    const end = last.time + builder.lengthMs;
    if (reason === "repair" && symbol.lost && end > symbol.lost.from) {
      resumeBehind(symbol, end, last.close, this.#committer.putHole);
    } else if (builder.start === end || (builder.isPartial && builder.previousClose === 0)) {
      builder.previousClose = last.close;
    } else if (builder.hours && builder.previousClose === 0 && end <= builder.start) {
      // We began to watch before the open, and a quiet first minute is filled at this close.
      builder.previousClose = last.close;
    }
  }
}

/** Only bars of times at which the market was open, in part at least, are the exchange's. */
function isInHours({ hours }: ExchangeRoom, timeframe: Timeframe, { time }: Bar): boolean {
  return hours === null || hours.measureOpen(time, time + timeframeMs[timeframe]) > 0;
}

/** Of a polled symbol nothing is watched: what an earlier start took for a loss is none. */
function followPolls(symbol: SymbolState, source: string): void {
  symbol.source = source;
  symbol.isPolled = true;
  symbol.lost = null;
  restartBuilder(symbol.builder, { start: -1, isPartial: false });
}
