/**
 * The live path: trade → quality → bar → store → indicators → features → signals → broadcast.
 *
 * Up to the completed bar everything is synchronous and in memory; from there on batches follow one
 * another, and nobody hears of a bar before its commit.
 *
 * @module
 */
import { rebuildAggregator, restartBuilder, restoreBuilder } from "../bars/mod.ts";
import type { MarketClock } from "../clock.ts";
import type { PriceUpdate } from "../live/types.ts";
import {
  type Bar,
  getBucketStart,
  type MarketSymbol,
  type Timeframe,
  timeframeMs,
} from "../market/mod.ts";
import { getCheckCounts } from "../quality/mod.ts";
import type { SeriesKey, WorldStore } from "../store/types.ts";
import { type Committer, createCommitter } from "./committer.ts";
import { createHole } from "./holes.ts";
import { createIntake } from "./intake.ts";
import { readLedger } from "./ledger.ts";
import type { PipelineOptions } from "./options.ts";
import { createSignalRunner } from "./signals.ts";
import {
  createSymbolState,
  getPriceChange,
  getRunning,
  type IntakeState,
  type SymbolState,
} from "./state.ts";
import type {
  ClosedBarListener,
  ContinuityRow,
  MarketIntake,
  PipelineStats,
  SymbolQuality,
} from "./types.ts";
import { warmSymbol } from "./warm.ts";

/** How often running bars are kept, ms of wall time. */
const LIVE_BARS_EVERY_MS = 1000;
const PAGE_RECORDS = 500;

/** The running live path of one world. */
export interface Pipeline {
  intake: MarketIntake;
  market: MarketClock;
  /** Restores running bars and warms the series of the active symbols from the store. */
  start(): Promise<void>;
  /** Commits what is completed and keeps running bars. */
  stop(): Promise<void>;
  getRunningBar(series: SeriesKey): Bar | null;
  listPrices(): PriceUpdate[];
  getQuality(symbol: string): SymbolQuality | null;
  getContinuity(): ContinuityRow[];
  /** Returns a function that ends the listening. */
  onClosedBar(listener: ClosedBarListener): () => void;
  stats(): PipelineStats;
}

/** Returns a pipeline that waits for `start`. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { store, live, clock, log, mode, freshnessMs = 60_000, baseTimeframe = "1m" } = options;
  const symbols = new Map<string, SymbolState>();
  const createState = (symbol: string) =>
    createSymbolState(symbol, {
      base: baseTimeframe,
      freshnessMs,
      // A recording's clock is its own trades, so nothing in it can be ahead of its time.
      aheadMs: mode === "live" ? freshnessMs : Infinity,
    });
  const signals = createSignalRunner({
    store,
    live,
    detectors: options.detectors,
    now: () => clock.now(),
    ...(options.thresholds && { thresholds: options.thresholds }),
  });
  const state: IntakeState = {
    symbols,
    createState,
    marketMs: 0,
    tickMs: 0,
    counts: createCounts(),
  };
  const committer = createCommitter({ store, live, clock, log, signals, intake: state, options });
  const intake = createIntake({ state, committer, options });
  const stopping = new AbortController();
  let loop: Promise<void> | null = null;
  let rate = 0;

  async function keepRunningBars(): Promise<void> {
    let trades = state.counts.trades;
    while (!stopping.signal.aborted) {
      await clock.wait(LIVE_BARS_EVERY_MS, stopping.signal);
      rate = state.counts.trades - trades;
      trades = state.counts.trades;
      try {
        await putLiveBars(store, symbols, baseTimeframe);
      } catch (error) {
        log.error("Running bars could not be kept", { error: String(error) });
      }
    }
  }

  return {
    intake,
    market: { now: () => committer.getFinishedMs() },
    async start() {
      for (const symbol of await listActive(store)) {
        const restored = symbols.get(symbol.symbol) ?? createState(symbol.symbol);
        restored.source ||= symbol.exchange;
        await restoreSymbol(store, restored, baseTimeframe);
        symbols.set(symbol.symbol, restored);
        state.marketMs = Math.max(state.marketMs, restored.knownEnd);
      }
      committer.setFinishedMs(state.marketMs);
      await signals.load(state.marketMs);
      loop = keepRunningBars();
    },
    async stop() {
      stopping.abort();
      await loop;
      await committer.drain();
      await putLiveBars(store, symbols, baseTimeframe);
    },
    getRunningBar({ symbol, timeframe }) {
      const found = symbols.get(symbol);
      return found ? getRunning(found, timeframe) : null;
    },
    listPrices: () => listPrices(symbols, state.marketMs),
    getQuality(symbol) {
      const found = symbols.get(symbol);
      if (!found) return null;
      const { history } = found;
      return { symbol, score: history.score, checks: getCheckCounts(history) };
    },
    getContinuity: () => listContinuity(symbols, state.marketMs),
    onClosedBar: (listener) => committer.onClosedBar(listener),
    stats: () => readStats(state, committer, rate),
  };
}

function createCounts(): IntakeState["counts"] {
  return { trades: 0, rejected: 0, late: 0, duplicates: 0 };
}

function readStats(state: IntakeState, committer: Committer, rate: number): PipelineStats {
  const figures = committer.getFigures();
  return {
    ...state.counts,
    tradesPerSecond: rate,
    ...figures,
    latencyMs: { ...figures.latencyMs },
    equalShare: figures.compared === 0 ? 1 : figures.equal / figures.compared,
  };
}

async function listActive(store: WorldStore): Promise<MarketSymbol[]> {
  const active: MarketSymbol[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: MarketSymbol[]; cursor: string | null } = await store.symbols.list({
      limit: PAGE_RECORDS,
      ...(cursor && { cursor }),
    });
    active.push(...page.items.filter((symbol) => symbol.active));
    cursor = page.cursor;
  } while (cursor);
  return active;
}

/** Takes up a symbol where an earlier run left it; what came in between counts as lost. */
async function restoreSymbol(
  store: WorldStore,
  state: SymbolState,
  base: Timeframe,
): Promise<void> {
  await warmSymbol(store, state);
  const { builder, symbol } = state;
  const key = { symbol, timeframe: base };
  const kept = await store.bars.getLiveBar(key);
  if (state.knownEnd >= 0) {
    const last = state.knownEnd - builder.lengthMs;
    const today = await store.bars.listBars(key, { from: getBucketStart(last, "1d") });
    rebuildAggregator(state.aggregator, today);
    restartBuilder(builder, {
      start: state.knownEnd,
      isPartial: false,
      previousClose: today.at(-1)?.close ?? 0,
    });
  }
  if (kept && kept.bar.time >= state.knownEnd) restoreBuilder(builder, kept.bar, kept.lastTradeId);
  if (kept) {
    state.ids.last = kept.lastTradeId;
    // Within the kept bucket a lower number is a repetition; later it is a new count.
    state.ids.lastEventMs = kept.bar.time + builder.lengthMs - 1;
  }
  if (builder.start < 0) return;
  const from = state.knownEnd >= 0 ? state.knownEnd : builder.start;
  state.lost = createHole(from, { reason: "restart", seenMs: from });
}

async function putLiveBars(
  store: WorldStore,
  symbols: ReadonlyMap<string, SymbolState>,
  timeframe: Timeframe,
): Promise<void> {
  const entries = [];
  for (const state of symbols.values()) {
    if (!state.isDirty || state.builder.isPartial || state.lost) continue;
    const bar = getRunning(state, timeframe);
    if (!bar) continue;
    state.isDirty = false;
    entries.push({ series: { symbol: state.symbol, timeframe }, bar, lastTradeId: state.ids.last });
  }
  if (entries.length > 0) await store.bars.putLiveBars(entries);
}

function listPrices(symbols: ReadonlyMap<string, SymbolState>, nowMs: number): PriceUpdate[] {
  const prices: PriceUpdate[] = [];
  for (const state of symbols.values()) {
    const { price } = state;
    if (!price) continue;
    prices.push({ ...price, price_change_24h: getPriceChange(state, price.price, nowMs) });
  }
  return prices;
}

function listContinuity(
  symbols: ReadonlyMap<string, SymbolState>,
  nowMs: number,
): ContinuityRow[] {
  const rows: ContinuityRow[] = [];
  for (const { symbol, source, series, lost } of symbols.values()) {
    for (const { key, ledger } of series.values()) {
      if (ledger.from < 0) continue;
      // While lost, each bucket that has ended is one more bar that should be there.
      const to = lost ? getBucketStart(nowMs, key.timeframe) : ledger.to;
      const seen = { ...ledger, to: Math.max(ledger.to, to) };
      rows.push({
        source,
        symbol,
        timeframe: key.timeframe,
        ...readLedger(seen),
        from: seen.from,
        to: seen.to,
      });
    }
  }
  return rows.sort((a, b) =>
    a.symbol < b.symbol
      ? -1
      : a.symbol > b.symbol
      ? 1
      : timeframeMs[a.timeframe] - timeframeMs[b.timeframe]
  );
}
