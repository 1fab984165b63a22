/**
 * What the API is given of one world, in the API's own words.
 *
 * @module
 */
import { type ApiDeps, createMarketReaders, describeCollector, describeRun } from "../api/mod.ts";
import type { Config } from "../config.ts";
import type { CollectionRunRecord } from "../contracts/records.ts";
import type { SettingsWatch } from "../settings.ts";
import type { OpenWorld, Store } from "../store/mod.ts";
import type { LivePath } from "./live_path.ts";

/** Parts that go on as they are. */
type Given = Pick<
  ApiDeps,
  | "adminToken"
  | "backfills"
  | "demand"
  | "getMode"
  | "listSources"
  | "log"
  | "marketNow"
  | "metrics"
  | "now"
>;

/** What the API is made of. */
export interface ApiParts extends Given, LivePath {
  config: Config;
  store: Store;
  settings: SettingsWatch;
  world: OpenWorld;
  version: string;
  startedMs: number;
  /** The newest report of every collector. */
  listReports(): Parameters<typeof describeCollector>[0][];
  /** Runs the collecting stage of a cycle, or joins the one that runs. */
  collect(request: { runId: string; trigger: "manual" }): Promise<CollectionRunRecord>;
}

/** Returns what the API asks for. */
export function createApiDeps(parts: ApiParts): ApiDeps {
  const { config, store, settings, world, pipeline, marketNow, now } = parts;
  const { adminToken, backfills, demand, getMode, listSources, log, metrics } = parts;
  const { answers, charts, symbols, hub, version, startedMs } = parts;
  return {
    store: world,
    answers,
    charts,
    symbols,
    hub,
    log,
    metrics,
    adminToken,
    backfills,
    demand,
    getMode,
    listSources,
    marketNow,
    now,
    version,
    startedMs,
    market: createMarketReaders(pipeline, marketNow),
    readPipeline: () => pipeline.stats(),
    countBars: async () => (await world.measure()).bars,
    listCollectors: () => parts.listReports().map(describeCollector),
    listParkedJobs: () => store.jobs.parked(),
    async collect() {
      const request = { runId: `manual-${now()}`, trigger: "manual" } as const;
      return describeRun(world, await parts.collect(request));
    },
    ...(settings.get().quality.quarantine && {
      quarantine: { list: pipeline.listRefused, release: pipeline.releaseTrade },
    }),
    getStoreGate: () => ({ ...store.metrics() }),
    rateLimit: config.rateLimit,
    publicRead: config.publicRead,
    corsOrigins: config.corsOrigins,
  };
}
