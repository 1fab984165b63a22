/**
 * The live path: trade → quality → bar → store → indicators → features → signals → broadcast.
 *
 * Up to the completed bar everything is synchronous and in memory; from there on batches follow one
 * another, and nobody hears of a bar before its commit.
 *
 * @module
 */
import type { MarketClock } from "../clock.ts";
import type { FeatureRecord } from "../contracts/records.ts";
import type { PriceUpdate } from "../live/types.ts";
import type { Bar, Timeframe } from "../market/mod.ts";
import type { SeriesKey, WorldStore } from "../store/types.ts";
import { createCommitter } from "./committer.ts";
import { readFeatures } from "./features.ts";
import { createIntake } from "./intake.ts";
import type { PipelineOptions } from "./options.ts";
import { listActive, listUnmended, restoreSymbol } from "./restore.ts";
import { createSignalRunner } from "./signals.ts";
import {
  createSymbolState,
  getRunning,
  getSeries,
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
import { listContinuity, listPrices, readQuality, readStats } from "./views.ts";

/** How often running bars are kept, ms of wall time. */
const LIVE_BARS_EVERY_MS = 1000;

/** The running live path of one world. */
export interface Pipeline {
  intake: MarketIntake;
  market: MarketClock;
  /** Restores running bars and warms the series of the active symbols from the store. */
  start(): Promise<void>;
  /** Commits what is completed and keeps running bars. */
  stop(): Promise<void>;
  /** Ends collecting for good, with the reason in plain words; reading goes on. */
  halt(reason: string): void;
  getRunningBar(series: SeriesKey): Bar | null;
  listPrices(): PriceUpdate[];
  getQuality(symbol: string): SymbolQuality | null;
  /** Features of the newest closed bar, or null where none is known. */
  getFeatures(symbol: string, timeframe: Timeframe): FeatureRecord | null;
  getContinuity(): ContinuityRow[];
  /** Returns a function that ends the listening. */
  onClosedBar(listener: ClosedBarListener): () => void;
  stats(): PipelineStats;
}

/** Returns a pipeline that waits for `start`. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { store, live, clock, log, baseTimeframe: base = "1m" } = options;
  const state = createState(options, base);
  const { symbols } = state;
  const signals = createSignalRunner({
    store,
    live,
    detectors: options.detectors,
    now: () => clock.now(),
    ...(options.thresholds && { thresholds: options.thresholds }),
  });
  const halting = new AbortController();
  const halt = (reason: string) => {
    if (halting.signal.aborted) return;
    log.error("Collecting stopped, reading goes on", { reason });
    halting.abort(reason);
  };
  const committer = createCommitter({
    store,
    live,
    clock,
    log,
    signals,
    intake: state,
    options,
    onFailure: halt,
  });
  const intake = createIntake({ state, committer, options, halted: halting.signal });
  const keeper = createKeeper(state, options, base);
  return {
    intake,
    market: { now: () => committer.getFinishedMs() },
    async start() {
      await restoreSymbols(store, state, base);
      committer.setFinishedMs(state.marketMs);
      await signals.load(state.marketMs);
      keeper.start();
    },
    async stop() {
      await keeper.stop();
      await committer.drain();
      await keeper.keep();
    },
    halt,
    getRunningBar({ symbol, timeframe }) {
      const found = symbols.get(symbol);
      return found ? getRunning(found, timeframe) : null;
    },
    listPrices: () => listPrices(symbols, state.marketMs),
    getQuality(symbol) {
      const found = symbols.get(symbol);
      return found ? readQuality(found) : null;
    },
    getFeatures(symbol, timeframe) {
      const found = symbols.get(symbol);
      if (!found) return null;
      const { key, tail } = getSeries(found, timeframe);
      return readFeatures(tail, key);
    },
    getContinuity: () => listContinuity(symbols, state.marketMs),
    onClosedBar: (listener) => committer.onClosedBar(listener),
    stats: () => readStats(state, committer, keeper.rate()),
  };
}

function createState({ mode, freshnessMs = 60_000 }: PipelineOptions, base: Timeframe) {
  const state: IntakeState = {
    symbols: new Map(),
    createState: (symbol) =>
      createSymbolState(symbol, {
        base,
        freshnessMs,
        // A recording's clock is its own trades, so nothing in it can be ahead of its time.
        aheadMs: mode === "live" ? freshnessMs : Infinity,
      }),
    marketMs: 0,
    tickMs: 0,
    counts: createCounts(),
  };
  return state;
}

/** Restores every followed symbol; market time goes on where the newest bar ends. */
async function restoreSymbols(
  store: WorldStore,
  state: IntakeState,
  base: Timeframe,
): Promise<void> {
  const unmended = await listUnmended(store, base);
  for (const { symbol, exchange } of await listActive(store)) {
    const restored = state.symbols.get(symbol) ?? state.createState(symbol);
    restored.source ||= exchange;
    await restoreSymbol(store, restored, { base, gaps: unmended.get(symbol) ?? [] });
    state.symbols.set(symbol, restored);
    state.marketMs = Math.max(state.marketMs, restored.knownEnd);
  }
}

/** Keeps running bars every second, and counts trades while it is at it. */
function createKeeper(
  { symbols, counts }: IntakeState,
  { store, clock, log }: PipelineOptions,
  base: Timeframe,
) {
  const stopping = new AbortController();
  let loop: Promise<void> | null = null;
  let rate = 0;
  async function keep(): Promise<void> {
    try {
      await putLiveBars(store, symbols, base);
    } catch (error) {
      log.error("Running bars could not be kept", { error: String(error) });
    }
  }
  async function run(): Promise<void> {
    let trades = counts.trades;
    while (!stopping.signal.aborted) {
      await clock.wait(LIVE_BARS_EVERY_MS, stopping.signal);
      rate = counts.trades - trades;
      trades = counts.trades;
      await keep();
    }
  }
  return {
    keep,
    start: () => void (loop = run()),
    async stop() {
      stopping.abort();
      await loop;
    },
    rate: () => rate,
  };
}

function createCounts(): IntakeState["counts"] {
  return { trades: 0, rejected: 0, late: 0, duplicates: 0 };
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
