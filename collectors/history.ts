/**
 * History: bars from before we watched, fetched so that a chart has something to show at once.
 *
 * @module
 */
import type { Logger } from "../lib/log.ts";
import { getBucketStart, type Timeframe, timeframeMs, timeframes } from "../lib/market/mod.ts";
import type { MarketIntake } from "../lib/pipeline/types.ts";
import { fetchBars, fetchServerTime } from "./holes.ts";
import { GeoBlockedError, type HttpOptions } from "./http.ts";
import { goBackBars } from "./sessions.ts";
import type { StreamSource } from "./source.ts";

/** How many bars a fresh start gets; 200 keep the slowest indicator warm. */
const barsWanted: Readonly<Record<Timeframe, number>> = {
  "1m": 1000,
  "5m": 600,
  "15m": 600,
  "1h": 600,
  "4h": 600,
  "1d": 600,
};
/** After a long absence no more than this is fetched in one go. */
const barsMax = 10_000;

/** Fetches history, and remembers up to when it has. */
export interface History {
  /**
   * Fetches what is missing up to the exchange's present, the shortest timeframe of all symbols
   * first. Later calls fetch only what came since. Returns how many series failed.
   *
   * @throws {GeoBlockedError} When no host serves our region; single failures are logged only.
   */
  fetch(
    symbols: readonly string[],
    options?: { timeframes?: readonly Timeframe[] },
  ): Promise<number>;
  /** Forgets a symbol that is no longer followed. */
  forget(symbol: string): void;
}

/** What history is fetched with. */
export interface HistoryOptions {
  intake: MarketIntake;
  http: HttpOptions;
  log: Logger;
  signal: AbortSignal;
  /** Start of the newest stored bar of a series, or null: a restart continues there. */
  getLastTime?: (symbol: string, timeframe: Timeframe) => Promise<number | null>;
  /** Older bars would be deleted, epoch ms; null where all are kept. */
  getKeptFrom?: () => number | null;
  /** Requests under way at a time. */
  concurrency?: number;
}

/** Returns a history for one source. */
export function createHistory(source: StreamSource, options: HistoryOptions): History {
  const { http, log, signal, concurrency = 4 } = options;
  /** One past the last bar that was fetched, for each series. */
  const fetchedTo = new Map<string, number>();
  return {
    async fetch(symbols, { timeframes: wanted = timeframes } = {}) {
      const serverMs = await fetchServerTime(source, http);
      const series = wanted.flatMap((timeframe) =>
        symbols.map((symbol) => ({ symbol, timeframe }))
      );
      let failed = 0;
      await runLimited(concurrency, series, async ({ symbol, timeframe }) => {
        if (signal.aborted) return;
        try {
          await fetchSeries(source, { symbol, timeframe, serverMs, fetchedTo, ...options });
        } catch (error) {
          if (error instanceof GeoBlockedError) throw error;
          failed++;
          log.warn("history was not fetched", {
            source: source.key,
            symbol,
            timeframe,
            error: String(error),
          });
        }
      });
      return failed;
    },
    forget(symbol) {
      for (const timeframe of timeframes) fetchedTo.delete(`${symbol}/${timeframe}`);
    },
  };
}

async function fetchSeries(
  source: StreamSource,
  { symbol, timeframe, serverMs, fetchedTo, intake, http, getLastTime, getKeptFrom }:
    & HistoryOptions
    & {
      symbol: string;
      timeframe: Timeframe;
      serverMs: number;
      fetchedTo: Map<string, number>;
    },
): Promise<void> {
  const key = `${symbol}/${timeframe}`;
  const lengthMs = timeframeMs[timeframe];
  const to = getBucketStart(serverMs, timeframe);
  const bars = barsWanted[timeframe];
  const enoughFrom = source.calendar
    ? getBucketStart(goBackBars(source.calendar, { toMs: to, timeframe, bars }), timeframe)
    : to - bars * lengthMs;
  // The day that runs is folded from its minutes: late in the day they are more than enough.
  const usualFrom = timeframe === "1m"
    ? Math.min(enoughFrom, getBucketStart(serverMs, "1d"))
    : enoughFrom;
  const lastTime = fetchedTo.has(key) ? null : await getLastTime?.(symbol, timeframe) ?? null;
  const keptFrom = Math.ceil((getKeptFrom?.() ?? 0) / lengthMs) * lengthMs;
  const from = fetchedTo.get(key) ??
    Math.max(keptFrom, to - barsMax * lengthMs, Math.min(usualFrom, lastTime ?? usualFrom));
  if (from >= to) return;
  const found = await fetchBars(source, { symbol, timeframe, from, to }, { http, serverMs });
  if (found.length > 0) {
    await intake.addHistory(symbol, timeframe, found, { source: source.key, reason: "history" });
  }
  fetchedTo.set(key, to);
}

/** Runs `work` on every item, at most `limit` at a time, in order of their start. */
async function runLimited<T>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const runOne = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, runOne));
}
