/** Whole worlds for tests: a recording, a pipeline and collectors on one store, played to the end. */
import { type ReplayFault, type ReplayServer, startReplayServer } from "../../collectors/replay.ts";
import { type Collectors, startCollectors } from "../../collectors/run.ts";
import { type Clock, systemClock } from "../../lib/clock.ts";
import type { LivePublisher, PublicChannel } from "../../lib/live/types.ts";
import { type Logger, silentLogger } from "../../lib/log.ts";
import type { Bar, Timeframe } from "../../lib/market/mod.ts";
import { timeframes } from "../../lib/market/mod.ts";
import {
  type ContinuityRow,
  createPipeline,
  listRunLines,
  type Pipeline,
  type PipelineStats,
  readRun,
} from "../../lib/pipeline/mod.ts";
import { detectors } from "../../lib/signals/mod.ts";
import { openStore, type SeriesKey, type Store, type WorldStore } from "../../lib/store/mod.ts";
import { grantedLeases } from "./leases.ts";
import { listAddresses } from "./recorded.ts";

/** A bar that was told to listeners after its commit. */
export interface ToldBar {
  symbol: string;
  timeframe: Timeframe;
  bar: Bar;
  kind: string;
}

/** A fault that is switched on when market time reaches `atMinute` of the play. */
export interface PlannedFault {
  atMinute: number;
  /** Null switches a lasting fault off. */
  fault: ReplayFault | null;
}

/** What to play, and on what. */
export interface PlayOptions {
  folder: string;
  set?: string;
  /** 0 = as fast as everything is read. */
  speed?: number;
  startMinutes?: number;
  faults?: readonly PlannedFault[];
  /** Without it, one in memory that `close` closes. */
  store?: Store;
  resumeAt?: number;
  /** Market time (epoch ms) at which the play is stopped instead of at its end. */
  stopAt?: number;
  log?: Logger;
  clock?: Clock;
}

/** A world that was played. */
export interface PlayedWorld {
  store: WorldStore;
  info: ReplayServer["info"];
  stats: PipelineStats;
  continuity: ContinuityRow[];
  told: ToldBar[];
  published: { channel: PublicChannel; data: unknown }[];
  /** Market time when it stopped. */
  marketMs: number;
  /** Wall time of the play, ms. */
  tookMs: number;
  close(): Promise<void>;
}

/** The outer edge of the tests: lets timers and sockets run. */
const rest = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** A play that does not move for so long is stuck. */
const stuckMs = 60_000;

/** A clock that runs `factor` times as fast as the machine's: waits of a minute pass in a moment. */
export function createFastClock(factor: number): Clock {
  const startMs = systemClock.now();
  return {
    now: () => startMs + Math.round((systemClock.now() - startMs) * factor),
    random: systemClock.random,
    wait: (ms, signal) => systemClock.wait(ms / factor, signal),
  };
}

/** Every series of these symbols. */
export function listSeries(symbols: readonly string[]): SeriesKey[] {
  return symbols.flatMap((symbol) => timeframes.map((timeframe) => ({ symbol, timeframe })));
}

function createPublisher(published: PlayedWorld["published"]): LivePublisher {
  return {
    publishPrice: () => {},
    publishBar: () => {},
    publish: (channel, data) => void published.push({ channel, data }),
  };
}

/** Sets each fault in its time, and waits until the play has ended (or is to stop). */
async function watchPlay(
  { replay, pipeline, faults, stopAt }: {
    replay: ReplayServer;
    pipeline: Pipeline;
    faults: PlannedFault[];
    stopAt?: number;
  },
): Promise<void> {
  let movedAt = systemClock.now();
  let lastMs = -1;
  // At speed 0 a short play may have left the server before any of it was read.
  const isDone = () => stopAt === undefined ? replay.ended() : pipeline.market.now() >= stopAt;
  while (!isDone()) {
    const nowMs = replay.marketNow();
    if (nowMs !== lastMs) movedAt = systemClock.now();
    if (systemClock.now() - movedAt > stuckMs) {
      throw new Error(`The play is stuck at ${new Date(nowMs).toISOString()}`);
    }
    lastMs = nowMs;
    while (faults[0] && nowMs >= replay.info.startedAt + faults[0].atMinute * 60_000) {
      replay.setFault(faults.shift()!.fault);
    }
    await rest(1);
  }
}

/** Waits until everything played was taken in, holes were mended, and nothing waits. */
async function settle(pipeline: Pipeline, toMs: number, quietMs: number): Promise<void> {
  const startedAt = systemClock.now();
  let quietSince = startedAt;
  let last = "";
  while (systemClock.now() - startedAt < stuckMs) {
    const { latencyMs: _latency, tradesPerSecond: _rate, ...figures } = pipeline.stats();
    const seen = JSON.stringify([figures, pipeline.market.now()]);
    if (seen !== last) quietSince = systemClock.now();
    last = seen;
    // A recording whose symbols end one after the other does not reach its own last minute.
    const enoughMs = pipeline.market.now() >= toMs ? quietMs : 1_500;
    const isDone = pipeline.intake.listHoles().length === 0 && figures.waiting === 0;
    if (systemClock.now() - quietSince >= enoughMs && isDone) return;
    await rest(5);
  }
  throw new Error(`The world does not come to rest: ${last}`);
}

/**
 * Plays a recording and resolves when it has been played to its end and everything is stored.
 *
 * @throws {Error} When the play or the mending does not come to an end.
 */
export async function playRecording(options: PlayOptions): Promise<PlayedWorld> {
  const { folder, set, speed = 0, startMinutes = 30, resumeAt, stopAt, log = silentLogger } =
    options;
  const clock = options.clock ?? systemClock;
  const store = options.store ?? await openStore({ path: ":memory:", clock, log });
  const replay = await startReplayServer({
    folder,
    ...(set ? { set } : {}),
    ...(resumeAt !== undefined ? { resumeAt } : {}),
    speed,
    startMinutes,
    // The server's own pauses are wall time whatever the collectors' clock does.
    clock: systemClock,
    log,
  });
  const world = store.world(replay.info.hash);
  const published: PlayedWorld["published"] = [];
  const told: ToldBar[] = [];
  const pipeline = createPipeline({
    store: world,
    live: createPublisher(published),
    detectors,
    clock,
    log,
    mode: "replay",
    baseTimeframe: replay.info.timeframe,
  });
  pipeline.onClosedBar(({ symbol, timeframe }, bars, kind) => {
    for (const bar of bars) told.push({ symbol, timeframe, bar, kind });
  });
  await pipeline.start();
  const startedAt = systemClock.now();
  const collectors: Collectors = startCollectors({
    store: world,
    leases: grantedLeases,
    intake: pipeline.intake,
    addresses: listAddresses(replay),
    clock,
    log,
    mode: "replay",
    onHealth: () => {},
  });
  const close = async () => {
    if (!options.store) await store.close();
  };
  try {
    await watchPlay({
      replay,
      pipeline,
      faults: [...options.faults ?? []],
      ...(stopAt !== undefined ? { stopAt } : {}),
    });
    if (stopAt === undefined) {
      await settle(pipeline, replay.info.to, options.faults ? 500 : 200);
    }
  } catch (error) {
    await stopAll({ collectors, pipeline, replay });
    await close();
    throw error;
  }
  const tookMs = systemClock.now() - startedAt;
  await stopAll({ collectors, pipeline, replay });
  return {
    store: world,
    info: replay.info,
    stats: pipeline.stats(),
    continuity: pipeline.getContinuity(),
    told,
    published,
    marketMs: pipeline.market.now(),
    tookMs,
    close,
  };
}

async function stopAll(
  { collectors, pipeline, replay }: {
    collectors: Collectors;
    pipeline: Pipeline;
    replay: ReplayServer;
  },
): Promise<void> {
  await collectors.stop();
  await pipeline.stop();
  await replay.close();
}

/** Plays into a fresh world and returns the lines that have to be the same the next time. */
export async function listPlayedLines(options: PlayOptions): Promise<string[]> {
  const played = await playRecording(options);
  try {
    const { all, signals } = await readRun(played.store, listSeries(played.info.symbols));
    return listRunLines(all, signals);
  } finally {
    await played.close();
  }
}
