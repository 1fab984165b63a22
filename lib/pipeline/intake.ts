/**
 * The synchronous part of the live path: what collectors push in, up to the completed bar.
 *
 * @module
 */
import { addTrade, addTradeId, advanceBuilder } from "../bars/mod.ts";
import type { QualityRecord } from "../contracts/records.ts";
import { type Bar, type Timeframe, timeframeMs, timeframes, type Trade } from "../market/mod.ts";
import { checkTrade, getCheckCounts } from "../quality/mod.ts";
import type { Committer } from "./committer.ts";
import { listHoleBorders } from "./holes.ts";
import { FetchedBars, HOURS_CHECK } from "./intake_bars.ts";
import { WatchedSymbols } from "./intake_symbols.ts";
import type { PipelineOptions } from "./options.ts";
import type { ExchangeRoom } from "./rooms.ts";
import { getPriceChange, getRunning, type IntakeState, type SymbolState } from "./state.ts";
import type { ExchangeTraits, MarketIntake } from "./types.ts";
import { loseSymbol, resumeBehind, resumeClosed, resumeSymbol } from "./watch.ts";

/** Running bars of a symbol are published at most this often, ms of market time. */
const RUNNING_EVERY_MS = 1000;
/** An exchange bar that did not come within this time of its end was lost. */
const CONFIRM_MS = 10_000;
const MINUTE_MS = 60_000;

/** What every view of the intake shares. */
interface IntakeParts {
  state: IntakeState;
  committer: Committer;
  options: PipelineOptions;
  halted: AbortSignal;
}

/** Returns the intake of a pipeline: of all exchanges together, and of each by `forExchange`. */
export function createIntake(parts: IntakeParts): MarketIntake {
  const { rooms } = parts.state;
  const views = new Map<ExchangeRoom, MarketIntake>();
  const openView = (exchange: string, traits?: ExchangeTraits): MarketIntake => {
    const room = rooms.open(exchange);
    if (traits) room.traits = traits;
    const view = views.get(room) ?? new IntakeView(parts, room, openView);
    views.set(room, view);
    return view;
  };
  return new IntakeView(parts, null, openView);
}

/** One exchange's symbols, or with a null room those of all. */
class IntakeView implements MarketIntake {
  readonly forExchange: MarketIntake["forExchange"];
  readonly halted: AbortSignal;
  readonly #symbols: WatchedSymbols;
  readonly #fetched: FetchedBars;
  readonly #committer: Committer;
  readonly #options: PipelineOptions;
  readonly #counts: IntakeState["counts"];
  readonly #base: Timeframe;
  readonly #isReplay: boolean;
  #closing: SymbolState | null = null;

  constructor(
    { state, committer, options, halted }: IntakeParts,
    room: ExchangeRoom | null,
    forExchange: MarketIntake["forExchange"],
  ) {
    this.forExchange = forExchange;
    this.halted = halted;
    this.#symbols = new WatchedSymbols(state, room);
    this.#fetched = new FetchedBars(this.#symbols, committer, options);
    this.#committer = committer;
    this.#options = options;
    this.#counts = state.counts;
    this.#base = options.baseTimeframe ?? "1m";
    this.#isReplay = options.mode === "replay";
  }

  // One closure for the life of the pipeline: the path of a trade allocates none.
  readonly #onClosed = (bar: Bar) => {
    const owner = this.#closing!;
    owner.unfolded.push(bar);
    this.#committer.add({ kind: "own", state: owner, bar });
  };

  addTrade(trade: Trade): void {
    const symbol = this.#symbols.open(trade.symbol, trade.source);
    symbol.source = trade.source;
    this.#counts.trades++;
    // In a recording, what every connection has reached: the faster one must not age the other's.
    const nowMs = this.#isReplay ? this.#symbols.market.tickMs : this.#options.clock.now();
    const lastId = symbol.ids.last;
    // A broken time must not poison the memory of numbers, so it is left to the checks.
    if (trade.eventMs > 0 && !addTradeId(symbol.ids, trade.tradeId, trade.eventMs)) {
      this.#counts.duplicates++;
      return;
    }
    const { verdict, failed } = checkTrade(symbol.history, trade, nowMs);
    if (verdict === "fail") return this.#refuse(trade, failed);
    if (symbol.room.hours?.isOpen(trade.eventMs) === false) {
      return this.#refuse(trade, [HOURS_CHECK]);
    }
    if (symbol.lost || symbol.builder.start < 0) {
      if (symbol.lost && trade.eventMs < symbol.lost.from) return;
      this.#resume(symbol, trade, lastId);
    }
    this.#closing = symbol;
    if (!addTrade(symbol.builder, trade, this.#onClosed)) {
      this.#counts.late++;
      return;
    }
    symbol.isDirty = true;
    this.#symbols.noteTime(trade.eventMs);
    this.#committer.noteEvent();
    this.#publishTrade(symbol, trade);
  }

  #resume(symbol: SymbolState, { tradeId, eventMs }: Trade, lastId: number): void {
    const isContiguous = tradeId > 0 && lastId > 0 && tradeId === lastId + 1;
    const isReplay = this.#isReplay;
    const onHole = this.#committer.putHole;
    resumeSymbol(symbol, { eventMs, isContiguous, isReplay, onHole });
  }

  #refuse(trade: Trade, failed: readonly string[]): void {
    const { quarantine, log, metrics } = this.#options;
    this.#counts.rejected++;
    quarantine?.add(trade, failed);
    const { symbol, price, size, eventMs } = trade;
    log.debug("Trade refused", { symbol, price, size, eventMs, failed });
    for (const check of failed) metrics?.count("trades_refused", 1, { check });
  }

  #publishTrade(symbol: SymbolState, trade: Trade): void {
    const { price, eventMs, receivedMs, source } = trade;
    const { live } = this.#options;
    if (symbol.price && eventMs < symbol.price.eventMs) return;
    symbol.price = {
      symbol: symbol.symbol,
      price,
      eventMs,
      receivedMs,
      source,
      price_change_24h: getPriceChange(symbol, price, eventMs),
    };
    live.publishPrice(symbol.price);
    if (eventMs - symbol.publishedMs < RUNNING_EVERY_MS) return;
    symbol.publishedMs = eventMs;
    for (const timeframe of timeframes) {
      const bar = getRunning(symbol, timeframe);
      if (bar) live.publishBar({ symbol: symbol.symbol, timeframe, bar });
    }
  }

  addExchangeBar(name: string, timeframe: Timeframe, bar: Bar, source: string): void {
    if (!bar.closed) return;
    const symbol = this.#symbols.open(name, source);
    if (!this.#fetched.accepts(symbol, timeframe, bar)) return;
    symbol.source = source;
    const endMs = bar.time + timeframeMs[timeframe];
    const isRepair = timeframe === this.#base && isInHole(symbol, bar.time);
    if (timeframe === this.#base) {
      const { builder } = symbol;
      this.#closing = symbol;
      if (symbol.lost || builder.start < 0) {
        if (endMs > builder.start) resumeBehind(symbol, endMs, bar.close, this.#committer.putHole);
      } else advanceBuilder(builder, endMs, this.#onClosed);
      // A quiet bucket is filled at the close that holds, which is the exchange's.
      if (builder.start === endMs) builder.previousClose = bar.close;
    }
    this.#committer.add({ kind: "exchange", state: symbol, timeframe, bar, isRepair });
  }

  advance(eventMs: number): void {
    const { market } = this.#symbols;
    if (!(eventMs > market.tickMs) || eventMs === Infinity) return;
    const before = market.tickMs;
    market.tickMs = eventMs;
    this.#symbols.noteTime(eventMs);
    if (Math.floor(eventMs / MINUTE_MS) !== Math.floor(before / MINUTE_MS)) {
      for (const symbol of this.#symbols.list()) {
        if (symbol.lost || symbol.builder.start < 0) continue;
        this.#closing = symbol;
        advanceBuilder(symbol.builder, eventMs, this.#onClosed);
      }
      this.#putQuality(Math.floor(eventMs / MINUTE_MS) * MINUTE_MS);
    }
    const dueMs = Math.floor((eventMs - CONFIRM_MS) / MINUTE_MS) * MINUTE_MS;
    if (dueMs > before - CONFIRM_MS) this.#committer.labelUnconfirmed(dueMs, this.#symbols.room);
    this.#committer.noteEvent();
  }

  #putQuality(timestamp: number): void {
    const records: QualityRecord[] = [];
    for (const symbol of this.#symbols.list()) {
      const { history } = symbol;
      const judged = history.passed[0]! + history.failed[0]!;
      if (judged === symbol.qualityTrades) continue;
      symbol.qualityTrades = judged;
      records.push({
        id: `${symbol.symbol}:${timestamp}`,
        symbol: symbol.symbol,
        timestamp,
        score: history.score,
        checks: getCheckCounts(history),
      });
    }
    if (records.length > 0) this.#committer.putQuality(records);
  }

  settled(): Promise<void> {
    return this.#committer.settled();
  }

  addHistory(...given: Parameters<MarketIntake["addHistory"]>): Promise<void> {
    return this.#fetched.addHistory(...given);
  }

  addPolledBars(...given: Parameters<MarketIntake["addPolledBars"]>): Promise<void> {
    return this.#fetched.addPolledBars(...given);
  }

  fillQuiet(...given: Parameters<MarketIntake["fillQuiet"]>): Promise<void> {
    return this.#fetched.fillQuiet(...given);
  }

  markLost(names: readonly string[], atMs: number, reason: string): void {
    for (const name of names) {
      const symbol = this.#symbols.find(name);
      if (!symbol || !loseSymbol(symbol, atMs, reason)) continue;
      if (!symbol.lost!.isSilent) this.#committer.putHole(symbol, symbol.lost!);
    }
  }

  beginWatch(names: readonly string[], atMs: number): void {
    for (const name of names) {
      resumeClosed(this.#symbols.open(name), atMs, this.#committer.putHole);
    }
  }

  listHoles(): ReturnType<MarketIntake["listHoles"]> {
    const found: ReturnType<MarketIntake["listHoles"]> = [];
    const untilMs = this.#symbols.market.marketMs;
    for (const symbol of this.#symbols.list()) {
      const { lost, holes, builder: { lengthMs, hours } } = symbol;
      for (const hole of lost ? [...holes, lost] : holes) {
        if (hole.status !== "open") continue;
        for (const borders of listHoleBorders(hole, { lengthMs, untilMs, hours })) {
          found.push({ symbol: symbol.symbol, timeframe: this.#base, ...borders });
        }
      }
    }
    return found;
  }

  async markUnrepairable(
    name: string,
    timeframe: Timeframe,
    from: number,
    to: number,
  ): Promise<void> {
    const symbol = this.#symbols.find(name);
    if (!symbol || timeframe !== this.#base) return;
    for (const hole of symbol.holes) {
      if (hole.status !== "open" || hole.to === null || hole.from >= to || hole.to <= from) {
        continue;
      }
      hole.status = "unrepairable";
      this.#committer.putHole(symbol, hole);
    }
    await this.#committer.addTask(() => Promise.resolve());
  }

  setSymbols(names: readonly string[]): void {
    this.#symbols.keepOnly(names);
  }
}

function isInHole(symbol: SymbolState, time: number): boolean {
  const { lost } = symbol;
  if (lost && time >= lost.from) return true;
  return symbol.holes.some((hole) =>
    !hole.isFirstWatch && time >= hole.from && (hole.to === null || time < hole.to)
  );
}
