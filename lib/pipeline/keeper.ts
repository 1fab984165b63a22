/**
 * Keeps running bars every second, so that they outlive a restart, and counts trades on the way.
 *
 * @module
 */
import type { Timeframe } from "../market/mod.ts";
import type { WorldStore } from "../store/types.ts";
import type { PipelineOptions } from "./options.ts";
import { getRunning, type IntakeState, type SymbolState } from "./state.ts";

/** How often running bars are kept, ms of wall time. */
const LIVE_BARS_EVERY_MS = 1000;

/** Writes running bars down. */
export interface Keeper {
  /** Keeps what changed since the last time. Never rejects. */
  keep(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  /** Trades of the last whole second. */
  rate(): number;
}

/** Returns a keeper of the running bars of `base` that waits for `start`. */
export function createKeeper(
  { symbols, counts }: IntakeState,
  { store, clock, log }: PipelineOptions,
  base: Timeframe,
): Keeper {
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
