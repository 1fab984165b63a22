/** A pipeline over a store in memory, for tests of what reads it. */
import { silentLogger } from "../../lib/log.ts";
import type { LivePublisher } from "../../lib/live/types.ts";
import type { Bar } from "../../lib/market/mod.ts";
import { createPipeline, type Pipeline } from "../../lib/pipeline/mod.ts";
import { detectors } from "../../lib/signals/mod.ts";
import { createManualClock, type ManualClock } from "./clock.ts";
import { DAY_MS, MINUTE_MS, tradesOfBar } from "./market.ts";
import { createMemoryStore, type MemoryStore } from "./memory_store.ts";

/** A publisher that nobody listens to. */
export const silentPublisher: LivePublisher = {
  publishPrice: () => {},
  publishBar: () => {},
  publish: () => {},
};

/** A pipeline, and ways to let it live. */
export interface TestPipeline {
  pipeline: Pipeline;
  store: MemoryStore;
  clock: ManualClock;
  /** Gives it the four trades of each bar and the end of its minute; resolves when all is kept. */
  play(symbol: string, played: readonly Bar[]): Promise<void>;
}

/** Returns a pipeline whose wall clock stands at the start of the test day. */
export function aPipeline(live: LivePublisher = silentPublisher): TestPipeline {
  const store = createMemoryStore();
  const clock = createManualClock(DAY_MS);
  const pipeline = createPipeline({
    store,
    clock,
    detectors,
    log: silentLogger,
    mode: "replay",
    live,
  });
  const play = async (symbol: string, played: readonly Bar[]) => {
    played.forEach((bar, i) => {
      for (const trade of tradesOfBar(bar, 1 + i * 4, symbol)) pipeline.intake.addTrade(trade);
      pipeline.intake.advance(bar.time + MINUTE_MS);
    });
    await pipeline.intake.addHistory(symbol, "1m", [], { source: "binance", reason: "history" });
  };
  return { pipeline, store, clock, play };
}
