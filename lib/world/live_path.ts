/**
 * From the trade to the screen: hub, pipeline and caches of one world.
 *
 * @module
 */
import { createHealthFeed } from "../api/mod.ts";
import { createAnswerCache } from "../cache/answers.ts";
import { createChartCache } from "../cache/charts.ts";
import { createSymbolCache } from "../cache/symbols.ts";
import type { Clock } from "../clock.ts";
import { createHub, type SavedLog } from "../live/hub.ts";
import type { Logger } from "../log.ts";
import type { Timeframe } from "../market/mod.ts";
import type { Metrics } from "../metrics.ts";
import { createPipeline } from "../pipeline/mod.ts";
import { createQuarantine } from "../quality/mod.ts";
import type { SettingsWatch } from "../settings.ts";
import { detectors } from "../signals/mod.ts";
import type { OpenWorld } from "../store/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { followLifetimes } from "./lifetimes.ts";
import { followTradeLimits } from "./live_limits.ts";
import { createPipelineMeter, meterFeatures, meterPipeline, meterSignals } from "./meters.ts";

/** What a live path is made of. */
export interface LivePathOptions {
  world: OpenWorld;
  clock: Clock;
  mode: "live" | "replay";
  /** Bars that trades make. */
  baseTimeframe: Timeframe;
  /** Anonymous live connections of one address; null where the address decides. */
  connectionsPerIp: number | null;
  settings: SettingsWatch;
  metrics: Metrics;
  log: Logger;
}

/** Starts hub, pipeline and caches of one world. */
export async function startLivePath(
  { world, clock, mode, baseTimeframe, connectionsPerIp, settings, metrics, log }: LivePathOptions,
) {
  const { now } = clock;
  const epoch = now().toString(36);
  const symbols = createSymbolCache({
    symbols: world.symbols,
    now,
    getTtlMs: () => settings.get().collection.symbolsSeconds * 1_000,
  });
  const live = createHub({
    now,
    epoch,
    log,
    saved: await takeSavedLog(world),
    limits: { connectionsPerIp },
    resolveSymbol: (text) => symbols.peek(text)?.symbol ?? null,
    isSpread: true,
    snapshot: {
      prices: () => pipeline.listPrices(),
      signals: () => [],
      continuity: () => pipeline.getContinuity(),
      health: () => healthFeed.list(),
    },
  });
  const hub = meterSignals(live, metrics);
  const healthFeed = createHealthFeed(hub, metrics, now);
  const { limits, stop: unfollow } = followTradeLimits(settings, mode);
  const getRefusedMax = () => {
    const { quarantine, quarantineTrades } = settings.get().quality;
    return quarantine ? quarantineTrades : 0;
  };
  const made = createPipeline({
    store: { ...world, features: meterFeatures(world.features, metrics) },
    live: hub,
    detectors,
    clock,
    log,
    metrics: createPipelineMeter(metrics),
    mode,
    baseTimeframe,
    ...{ freshnessMs: limits.freshnessMs, limits },
    // Read at each detection, so that a change of the settings is in force at once.
    thresholds: createLiveRecord(() => settings.get().signals),
    quarantine: createQuarantine({ tradesMax: getRefusedMax }),
  });
  const pipeline = meterPipeline(made, { metrics, now });
  const { getRunningBar } = pipeline;
  const charts = createChartCache({ bars: world.bars, getRunningBar, epoch });
  pipeline.onClosedBar((series, bars) => charts.noteClosedBars(series, bars));
  await pipeline.start();
  const kept = createAnswerCache({ now, kept: world.kept, log });
  kept.follow("symbols", { symbols: true }, () => symbols.invalidate());
  const answers = followLifetimes(kept, settings.get);
  return { answers, hub, healthFeed, pipeline, symbols, charts, unfollow };
}

/** The parts of a live path at work. */
export type LivePath = Awaited<ReturnType<typeof startLivePath>>;

/** A record whose entries are those that `read` gives at that moment. */
function createLiveRecord<T>(read: () => Record<string, T>): Record<string, T> {
  return new Proxy({}, { get: (_none, name) => read()[String(name)] });
}

/** The live log of the last clean end, once: after a crash it would number anew what it missed. */
async function takeSavedLog(world: WorldStore): Promise<SavedLog | null> {
  const saved = await world.getState<SavedLog>("liveLog");
  if (saved) await world.putState("liveLog", null);
  return saved;
}
