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
import { getCalendar as getKnownCalendar } from "../market/calendars/mod.ts";
import type { Bar, Timeframe } from "../market/mod.ts";
import type { QuarantinedTrade } from "../quality/mod.ts";
import type { SeriesKey } from "../store/types.ts";
import { createCommitter } from "./committer.ts";
import { createIntake } from "./intake.ts";
import { createKeeper } from "./keeper.ts";
import type { PipelineOptions } from "./options.ts";
import { restoreSymbols } from "./restore.ts";
import { type ReleaseOutcome, releaseTrade } from "./review.ts";
import { createRooms } from "./rooms.ts";
import { createSignalRunner } from "./signals.ts";
import { createSymbolState, type IntakeState } from "./state.ts";
import type {
  ClosedBarListener,
  ContinuityRow,
  MarketIntake,
  PipelineStats,
  SymbolQuality,
} from "./types.ts";
import { createViews } from "./views.ts";

/** The running live path of one world. */
export interface Pipeline {
  intake: MarketIntake;
  market: MarketClock;
  /** Restores running bars and warms the series of the active symbols from the store. */
  start(): Promise<void>;
  /** Commits what is completed and keeps running bars. */
  stop(): Promise<void>;
  /** Counts anew what is stored, after old bars were deleted. */
  recount(): Promise<void>;
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
  /** Refused trades that are kept for review, newest first; none without a quarantine. */
  listRefused(): QuarantinedTrade[];
  /** Lets a refused trade go on into its bar; null when it is not kept. */
  releaseTrade(id: number): ReleaseOutcome | null;
}

/** Returns a pipeline that waits for `start`. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { store, live, clock, log, baseTimeframe: base = "1m" } = options;
  const state = createState(options, base);
  const signals = createSignalRunner({
    store,
    live,
    detectors: options.detectors,
    log,
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
    recount: () => committer.recount(),
    halt,
    onClosedBar: (listener) => committer.onClosedBar(listener),
    listRefused: () => options.quarantine?.list() ?? [],
    releaseTrade: (id) => options.quarantine ? releaseTrade(state, options.quarantine, id) : null,
    ...createViews(state, committer, keeper),
  };
}

function createState(options: PipelineOptions, base: Timeframe): IntakeState {
  const { mode, freshnessMs = 60_000, limits, log, getCalendar = getKnownCalendar } = options;
  return {
    symbols: new Map(),
    rooms: createRooms({ getCalendar, log }),
    createState: (symbol, room) =>
      createSymbolState(symbol, {
        base,
        room,
        freshnessMs,
        // A recording's clock is its own trades, so nothing in it can be ahead of its time.
        aheadMs: mode === "live" ? freshnessMs : Infinity,
        limits,
      }),
    marketMs: 0,
    tickMs: 0,
    counts: createCounts(),
  };
}

function createCounts(): IntakeState["counts"] {
  return { trades: 0, rejected: 0, late: 0, duplicates: 0 };
}
