/**
 * The mending of holes: bars that were missed while we were away, fetched from the exchange.
 *
 * @module
 */
import type { Logger } from "../lib/log.ts";
import { type Bar, getBucketStart, type Timeframe, timeframeMs } from "../lib/market/mod.ts";
import type { MarketIntake } from "../lib/pipeline/types.ts";
import { fetchBarPages } from "./bar_pages.ts";
import { fetchJson, type HttpOptions } from "./http.ts";
import { cutToSessions } from "./sessions.ts";
import type { StreamSource } from "./source.ts";

/** Which bars: starts from `from` (inclusive) to `to` (exclusive), epoch ms. */
export interface BarsWanted {
  symbol: string;
  timeframe: Timeframe;
  from: number;
  to: number;
}

/**
 * Returns the exchange's bars of a stretch, oldest first, without one that still runs at
 * `serverMs`. Long stretches are asked for in pages, newest first.
 *
 * @throws Whatever `fetchJson` and the source's parser throw.
 */
export async function fetchBars(
  source: StreamSource,
  { symbol, timeframe, from, to }: BarsWanted,
  { http, serverMs }: { http: HttpOptions; serverMs: number },
): Promise<Bar[]> {
  const lengthMs = timeframeMs[timeframe];
  const pageMs = source.bars.limitMax * lengthMs;
  const pages: Bar[][] = [];
  let end = Math.min(to, getBucketStart(serverMs, timeframe));
  while (end > from) {
    const start = Math.max(from, end - pageMs);
    const inside = await fetchBarPages(source, { symbol, timeframe, from: start, to: end }, http);
    // Nothing older exists once a page comes back empty.
    if (inside.length === 0 && pages.length > 0) break;
    pages.unshift(inside);
    end = start;
  }
  return pages.flat();
}

/** Returns the exchange's time, epoch ms: the recording's when it is a recorded one. */
export async function fetchServerTime(source: StreamSource, http: HttpOptions): Promise<number> {
  return source.time.parse(await fetchJson(source.time.request(), http));
}

/**
 * Fetches what is missing in every hole that the intake knows and hands it over as repair; what the
 * exchange does not have either is marked so. Returns how many holes were dealt with.
 */
export async function fillHoles(
  source: StreamSource,
  { intake, http, log, signal }: {
    intake: MarketIntake;
    http: HttpOptions;
    log: Logger;
    signal: AbortSignal;
  },
): Promise<number> {
  const holes = intake.listHoles();
  if (holes.length === 0) return 0;
  const serverMs = await fetchServerTime(source, http);
  let filled = 0;
  for (const hole of holes) {
    if (signal.aborted) break;
    try {
      if (await fillHole(source, hole, { intake, http, serverMs })) filled++;
    } catch (error) {
      // The hole stays listed, so the next pass tries again.
      log.warn("a hole was not mended", { source: source.key, ...hole, error: String(error) });
    }
  }
  if (filled > 0) log.info("holes were mended", { source: source.key, holes: filled });
  return filled;
}

async function fillHole(
  source: StreamSource,
  hole: BarsWanted,
  { intake, http, serverMs }: { intake: MarketIntake; http: HttpOptions; serverMs: number },
): Promise<boolean> {
  const { symbol, timeframe, from } = hole;
  const to = Math.min(hole.to, getBucketStart(serverMs, timeframe));
  if (to <= from) return false;
  const bars = await fetchBars(source, { symbol, timeframe, from, to }, { http, serverMs });
  if (bars.length > 0) {
    await intake.addHistory(symbol, timeframe, bars, { source: source.key, reason: "repair" });
  }
  const { calendar } = source;
  const missing = listMissing(bars, { symbol, timeframe, from, to });
  // Where its market was closed there was nothing to miss.
  const real = calendar ? missing.flatMap((one) => cutToSessions(calendar, one)) : missing;
  if (source.traits?.omitsQuietBars) {
    // Where it has no bar nothing traded. Without a close before it, that cannot be filled either.
    for (const stretch of real) {
      await intake.fillQuiet(symbol, timeframe, stretch.from, stretch.to);
    }
  }
  for (const stretch of real) {
    await intake.markUnrepairable(symbol, timeframe, stretch.from, stretch.to);
  }
  return true;
}

/** Returns the stretches of `wanted` that no bar covers, oldest first. */
export function listMissing(
  bars: readonly Bar[],
  { timeframe, from, to }: BarsWanted,
): { from: number; to: number }[] {
  const lengthMs = timeframeMs[timeframe];
  const times = new Set(bars.map(({ time }) => time));
  const missing: { from: number; to: number }[] = [];
  for (let time = from; time < to; time += lengthMs) {
    if (times.has(time)) continue;
    const last = missing.at(-1);
    if (last && last.to === time) last.to = time + lengthMs;
    else missing.push({ from: time, to: time + lengthMs });
  }
  return missing;
}
