/** A whole world whose only clock is moved by hand: waits of minutes pass without sleeping. */
import { type ReplayServer, startReplayServer } from "../../collectors/replay.ts";
import { type Collectors, startCollectors } from "../../collectors/run.ts";
import type { CollectorHealth } from "../../collectors/health.ts";
import { type Logger, silentLogger } from "../../lib/log.ts";
import { createPipeline, type Pipeline } from "../../lib/pipeline/mod.ts";
import { openStore, type Store, type WorldStore } from "../../lib/store/mod.ts";
import { createManualClock, type ManualClock } from "./clock.ts";
import { turn } from "./exchange.ts";
import { grantedLeases } from "./leases.ts";
import { listAddresses } from "./recorded.ts";

/** A world at work. */
export interface SteppedWorld {
  replay: ReplayServer;
  pipeline: Pipeline;
  store: WorldStore;
  collectors: Collectors;
  queue: Store["jobs"];
  marketNow(): number;
  clock: ManualClock;
  health(): CollectorHealth | undefined;
  /** Of every source. */
  healths(): CollectorHealth[];
  /** Moves the clock on in small steps, letting sockets run, until `isDone` or for `maxMs`. */
  run(maxMs: number, isDone?: () => boolean): Promise<boolean>;
  /** Ends everything and returns. */
  stop(): Promise<void>;
}

const stepMs = 2_000;

/** Starts a world, usually at the speed of its recording; server and collectors share one clock. */
export async function startSteppedWorld(
  {
    folder,
    startMinutes = 30,
    speed = 1,
    source = "binance",
    log = silentLogger,
    wrap = (store) => store,
    isWaited = true,
  }: {
    folder: string;
    startMinutes?: number;
    /** Milliseconds of the market for each of the clock. */
    speed?: number;
    /** The one that is waited for at the start. */
    source?: string;
    log?: Logger;
    /** False returns at once, before anything was asked. */
    isWaited?: boolean;
    /** What pipeline and collectors see of the store. */
    wrap?: (store: WorldStore) => WorldStore;
  },
): Promise<SteppedWorld> {
  const clock = createManualClock(1_800_000_000_000);
  const opened = await openStore({ path: ":memory:", clock, log });
  const replay = await startReplayServer({ folder, speed, startMinutes, clock, log });
  const store = wrap(opened.world(replay.info.hash));
  const pipeline = createPipeline({
    store,
    live: { publishPrice: () => {}, publishBar: () => {}, publish: () => {} },
    detectors: [],
    clock,
    log,
    mode: "replay",
  });
  await pipeline.start();
  const marketNow = () => Math.max(pipeline.market.now(), replay.marketNow());
  const collectors = startCollectors({
    store,
    leases: grantedLeases,
    intake: pipeline.intake,
    addresses: listAddresses(replay),
    marketNow,
    clock,
    log,
    mode: "replay",
    onHealth: () => {},
  });
  const health = () => collectors.health().find((one) => one.source === source);
  for (let i = 0; isWaited && health()?.state !== "live" && i < 2_000; i++) {
    // The first trade comes with time, all before it with turns alone.
    if (replay.marketNow() > replay.info.startedAt || i > 200) await clock.advance(100);
    await turn(2);
  }
  return {
    replay,
    pipeline,
    store,
    collectors,
    queue: opened.jobs,
    marketNow,
    clock,
    health,
    healths: () => collectors.health(),
    async run(maxMs, isDone = () => false) {
      for (let passed = 0; passed < maxMs; passed += stepMs) {
        if (isDone()) return true;
        await clock.advance(stepMs);
        await turn(3);
      }
      return isDone();
    },
    async stop() {
      const stopped = (async () => {
        await collectors.stop();
        await pipeline.stop();
        await replay.close();
      })();
      let isStopped = false;
      void stopped.then(() => isStopped = true);
      while (!isStopped) await turn(1);
      await opened.close();
    },
  };
}
