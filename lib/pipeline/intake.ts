/**
 * The synchronous part of the live path: what collectors push in, up to the completed bar.
 *
 * @module
 */
import { addTrade, addTradeId, advanceBuilder } from "../bars/mod.ts";
import type { QualityRecord } from "../contracts/records.ts";
import { type Bar, type Timeframe, timeframeMs, timeframes, type Trade } from "../market/mod.ts";
import { checkTrade, getCheckCounts, isValidBar, OHLC_CHECK } from "../quality/mod.ts";
import type { Committer } from "./committer.ts";
import { getHoleBorders } from "./holes.ts";
import type { PipelineOptions } from "./options.ts";
import { getPriceChange, getRunning, type IntakeState, type SymbolState } from "./state.ts";
import type { MarketIntake } from "./types.ts";
import { loseSymbol, resumeBehind, resumeSymbol } from "./watch.ts";

/** Running bars of a symbol are published at most this often, ms of market time. */
const RUNNING_EVERY_MS = 1000;
/** An exchange bar that did not come within this time of its end was lost. */
const CONFIRM_MS = 10_000;
const MINUTE_MS = 60_000;

/** Returns the intake of a pipeline. */
export function createIntake({ state, committer, options, halted }: {
  state: IntakeState;
  committer: Committer;
  options: PipelineOptions;
  halted: AbortSignal;
}): MarketIntake {
  const { live, clock, log, mode, metrics, quarantine, baseTimeframe: base = "1m" } = options;
  const { symbols, counts } = state;
  const isReplay = mode === "replay";
  let closing: SymbolState | null = null;
  // One closure for the life of the pipeline: the path of a trade allocates none.
  const onClosed = (bar: Bar) => {
    const owner = closing!;
    owner.unfolded.push(bar);
    committer.add({ kind: "own", state: owner, bar });
  };
  const getState = (symbol: string): SymbolState => {
    const known = symbols.get(symbol);
    if (known) return known;
    const created = state.createState(symbol);
    symbols.set(symbol, created);
    return created;
  };

  function takeTrade(trade: Trade): void {
    const symbol = getState(trade.symbol);
    symbol.source = trade.source;
    counts.trades++;
    // In a recording, what every connection has reached: the faster one must not age the other's.
    const nowMs = isReplay ? state.tickMs : clock.now();
    const lastId = symbol.ids.last;
    // A broken time must not poison the memory of numbers, so it is left to the checks.
    if (trade.eventMs > 0 && !addTradeId(symbol.ids, trade.tradeId, trade.eventMs)) {
      counts.duplicates++;
      return;
    }
    const { verdict, failed } = checkTrade(symbol.history, trade, nowMs);
    if (verdict === "fail") {
      refuse(trade, failed);
      return;
    }
    if (symbol.lost || symbol.builder.start < 0) {
      const isContiguous = trade.tradeId > 0 && lastId > 0 && trade.tradeId === lastId + 1;
      const { eventMs } = trade;
      if (symbol.lost && eventMs < symbol.lost.from) return;
      resumeSymbol(symbol, { eventMs, isContiguous, isReplay, onHole: committer.putHole });
    }
    closing = symbol;
    if (!addTrade(symbol.builder, trade, onClosed)) {
      counts.late++;
      return;
    }
    symbol.isDirty = true;
    if (trade.eventMs > state.marketMs) state.marketMs = trade.eventMs;
    committer.noteEvent();
    publishTrade(symbol, trade);
  }

  function refuse(trade: Trade, failed: readonly string[]): void {
    counts.rejected++;
    quarantine?.add(trade, failed);
    const { symbol, price, size, eventMs } = trade;
    log.debug("Trade refused", { symbol, price, size, eventMs, failed });
    for (const check of failed) metrics?.count("trades_refused", 1, { check });
  }

  function publishTrade(symbol: SymbolState, trade: Trade): void {
    const { price, eventMs, receivedMs, source } = trade;
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

  function addExchangeBar(name: string, timeframe: Timeframe, bar: Bar, source: string): void {
    if (!bar.closed) return;
    if (!acceptBar(name, bar)) return;
    const symbol = getState(name);
    symbol.source = source;
    const endMs = bar.time + timeframeMs[timeframe];
    const isRepair = timeframe === base && isInHole(symbol, bar.time);
    if (timeframe === base) {
      const { builder } = symbol;
      closing = symbol;
      if (symbol.lost || builder.start < 0) {
        if (endMs > builder.start) resumeBehind(symbol, endMs, bar.close, committer.putHole);
      } else advanceBuilder(builder, endMs, onClosed);
      // A quiet bucket is filled at the close that holds, which is the exchange's.
      if (builder.start === endMs) builder.previousClose = bar.close;
    }
    committer.add({ kind: "exchange", state: symbol, timeframe, bar, isRepair });
  }

  function acceptBar(symbol: string, bar: Bar): boolean {
    if (isValidBar(bar)) return true;
    metrics?.count("bars_refused", 1, { check: OHLC_CHECK });
    log.warn("Bar refused", { symbol, check: OHLC_CHECK, bar });
    return false;
  }

  function advance(eventMs: number): void {
    if (!(eventMs > state.tickMs) || eventMs === Infinity) return;
    const before = state.tickMs;
    state.tickMs = eventMs;
    if (eventMs > state.marketMs) state.marketMs = eventMs;
    if (Math.floor(eventMs / MINUTE_MS) !== Math.floor(before / MINUTE_MS)) {
      for (const symbol of symbols.values()) {
        if (symbol.lost || symbol.builder.start < 0) continue;
        closing = symbol;
        advanceBuilder(symbol.builder, eventMs, onClosed);
      }
      putQuality(Math.floor(eventMs / MINUTE_MS) * MINUTE_MS);
    }
    const dueMs = Math.floor((eventMs - CONFIRM_MS) / MINUTE_MS) * MINUTE_MS;
    if (dueMs > before - CONFIRM_MS) committer.labelUnconfirmed(dueMs);
    committer.noteEvent();
  }

  function putQuality(timestamp: number): void {
    const records: QualityRecord[] = [];
    for (const symbol of symbols.values()) {
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
    if (records.length > 0) committer.putQuality(records);
  }

  async function addHistory(
    name: string,
    timeframe: Timeframe,
    bars: readonly Bar[],
    { source, reason }: { source: string; reason: "history" | "repair" },
  ): Promise<void> {
    const symbol = getState(name);
    symbol.source ||= source;
    const valid = bars.filter((bar) => acceptBar(name, bar)).sort((a, b) => a.time - b.time);
    const isBase = timeframe === base;
    const last = valid.at(-1);
    if (isBase && last) noteHistory(symbol, last, reason);
    const isRepair = reason === "repair";
    const end = last ? last.time + timeframeMs[timeframe] : 0;
    if (valid.length > 0) {
      committer.add({ kind: "history", state: symbol, timeframe, bars: valid, isRepair });
    }
    await committer.addTask(() => Promise.resolve());
    if (isBase && !symbol.lost && symbol.builder.start < 0) {
      symbol.knownEnd = Math.max(symbol.knownEnd, end);
    }
  }

  /** History makes a close known; a repair shows that the source answers again. */
  function noteHistory(symbol: SymbolState, last: Bar, reason: "history" | "repair"): void {
    const { builder } = symbol;
    const end = last.time + builder.lengthMs;
    if (reason === "repair" && symbol.lost && end > symbol.lost.from) {
      resumeBehind(symbol, end, last.close, committer.putHole);
    } else if (builder.start === end || (builder.isPartial && builder.previousClose === 0)) {
      builder.previousClose = last.close;
    }
  }

  function listHoles(): ReturnType<MarketIntake["listHoles"]> {
    const found: ReturnType<MarketIntake["listHoles"]> = [];
    for (const symbol of symbols.values()) {
      const all = symbol.lost ? [...symbol.holes, symbol.lost] : symbol.holes;
      for (const hole of all) {
        const borders = hole.status === "open" &&
          getHoleBorders(hole, symbol.builder.lengthMs, state.marketMs);
        if (borders) found.push({ symbol: symbol.symbol, timeframe: base, ...borders });
      }
    }
    return found;
  }

  async function markUnrepairable(
    name: string,
    timeframe: Timeframe,
    from: number,
    to: number,
  ): Promise<void> {
    const symbol = symbols.get(name);
    if (!symbol || timeframe !== base) return;
    for (const hole of symbol.holes) {
      if (hole.status !== "open" || hole.to === null || hole.from >= to || hole.to <= from) {
        continue;
      }
      hole.status = "unrepairable";
      committer.putHole(symbol, hole);
    }
    await committer.addTask(() => Promise.resolve());
  }

  return {
    halted,
    addTrade: takeTrade,
    addExchangeBar,
    advance,
    settled: () => committer.settled(),
    addHistory,
    markLost(names, atMs, reason) {
      for (const name of names) {
        const symbol = symbols.get(name);
        if (symbol && loseSymbol(symbol, atMs, reason)) committer.putHole(symbol, symbol.lost!);
      }
    },
    listHoles,
    markUnrepairable,
    setSymbols(names) {
      const wanted = new Set(names);
      for (const name of symbols.keys()) if (!wanted.has(name)) symbols.delete(name);
      for (const name of wanted) getState(name);
    },
  };
}

function isInHole(symbol: SymbolState, time: number): boolean {
  const { lost } = symbol;
  if (lost && time >= lost.from) return true;
  return symbol.holes.some((hole) =>
    !hole.isFirstWatch && time >= hole.from && (hole.to === null || time < hole.to)
  );
}
