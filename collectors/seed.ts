/**
 * The loader of sample data: a recording's symbols and bars, put into a fresh store at once.
 *
 * It asks the recorded world as a collector would, at the recording's end, so that what it stores
 * is what playing the recording would have stored.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { type Timeframe, timeframeMs, timeframes } from "../lib/market/mod.ts";
import { createPipeline, type MarketIntake } from "../lib/pipeline/mod.ts";
import type { Store } from "../lib/store/mod.ts";
import { streamSources } from "./mod.ts";
import { type ReplayServer, startReplayServer } from "./replay.ts";
import type { StreamSource } from "./source.ts";

/** What was loaded. */
export interface SeedReport {
  /** Name of the recording's world. */
  world: string;
  symbols: number;
  bars: number;
}

/** The store is not fresh: it holds something of this recording already. */
export class NotFreshError extends Error {
  override name = "NotFreshError";
}

/** Bars of each series, at most; a request takes 1000. */
const BARS_MAX = 5_000;
const PAGE_BARS = 1_000;

/**
 * Fills the recording's world of `store` with its symbols and its newest bars in every timeframe.
 *
 * @throws {NotFreshError} When the world holds symbols already.
 * @throws {ReplayError} When the folder holds nothing that can be played.
 */
export async function seedStore(options: {
  store: Pick<Store, "world">;
  /** A folder in the layout of a recording, and what of it. */
  folder: string;
  set?: string;
  clock: Clock;
  log: Logger;
}): Promise<SeedReport> {
  const { store, folder, set, clock, log } = options;
  const replay = await startReplayServer({
    folder,
    ...(set ? { set } : {}),
    speed: 1,
    // At the end all that was recorded is history.
    resumeAt: Number.MAX_SAFE_INTEGER,
    clock,
    log,
  });
  try {
    return await seedWorld(store.world(replay.info.hash), replay, { clock, log });
  } finally {
    await replay.close();
  }
}

async function seedWorld(
  world: ReturnType<Store["world"]>,
  replay: ReplayServer,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<SeedReport> {
  if (await world.symbols.count() > 0) {
    throw new NotFreshError("Cannot seed: the store holds this recording already");
  }
  const { intake, drain } = openIntake(world, replay, { clock, log });
  const report: SeedReport = { world: world.world, symbols: 0, bars: 0 };
  for (const source of streamSources) {
    const listed = source.listSymbols.parse(
      await ask(replay, source, source.listSymbols.request()),
    );
    const symbols = listed.filter(({ symbol }) => replay.info.symbols.includes(symbol));
    if (symbols.length === 0) continue;
    await world.symbols.putMany(symbols.map((symbol) => ({ ...symbol, active: true })));
    report.symbols += symbols.length;
    for (const { symbol } of symbols) {
      for (const timeframe of timeframes) {
        report.bars += await loadSeries({ replay, source, intake, symbol, timeframe });
      }
    }
  }
  await drain();
  // A start on this store stands at the recording's end and offers to play it again.
  await world.putState("playedMs", replay.info.to);
  return report;
}

/** A pipeline whose only work is to put history away: nobody listens. */
function openIntake(
  world: ReturnType<Store["world"]>,
  replay: ReplayServer,
  { clock, log }: { clock: Clock; log: Logger },
): { intake: MarketIntake; drain(): Promise<void> } {
  const pipeline = createPipeline({
    store: world,
    live: { publishPrice: () => {}, publishBar: () => {}, publish: () => {} },
    detectors: [],
    clock,
    log,
    mode: "replay",
    baseTimeframe: replay.info.timeframe,
  });
  return { intake: pipeline.intake, drain: () => pipeline.stop() };
}

/** Loads the newest bars of one series; returns how many there were. */
async function loadSeries({ replay, source, intake, symbol, timeframe }: {
  replay: ReplayServer;
  source: StreamSource;
  intake: MarketIntake;
  symbol: string;
  timeframe: Timeframe;
}): Promise<number> {
  const lengthMs = timeframeMs[timeframe];
  const end = Math.floor(replay.info.to / lengthMs) * lengthMs;
  const first = end - BARS_MAX * lengthMs;
  let loaded = 0;
  for (let from = first; from < end; from += PAGE_BARS * lengthMs) {
    const to = Math.min(end, from + PAGE_BARS * lengthMs);
    const request = source.bars.request(symbol, timeframe, from, to);
    const bars = source.bars.parse(await ask(replay, source, request));
    if (bars.length === 0) continue;
    await intake.addHistory(symbol, timeframe, bars, { source: source.key, reason: "history" });
    loaded += bars.length;
  }
  return loaded;
}

async function ask(
  replay: ReplayServer,
  source: StreamSource,
  { path }: { path: string },
): Promise<unknown> {
  const response = await fetch(`${replay.address.of(source.key)}${path}`);
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`Cannot seed: the recording answers ${path} with ${response.status}`);
  }
  return await response.json();
}
