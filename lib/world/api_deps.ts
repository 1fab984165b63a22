/**
 * What the API is given of one world, in the API's own words.
 *
 * @module
 */
import {
  type ApiDeps,
  type ConfigDesk,
  createMarketReaders,
  describeCollector,
  describeRun,
} from "../api/mod.ts";
import type { Config } from "../config.ts";
import type { CollectionRunRecord } from "../contracts/records.ts";
import type { SettingsWatch } from "../settings.ts";
import type { OpenWorld, Store } from "../store/mod.ts";
import type { WorldDesk } from "./alert_desk.ts";
import type { LivePath } from "./live_path.ts";

/** Parts that go on as they are. */
type Given = Pick<
  ApiDeps,
  | "accounts"
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

type CollectorReport = Parameters<typeof describeCollector>[0];

/** What the API is made of. */
export interface ApiParts extends Given, LivePath {
  config: Config;
  store: Store;
  settings: SettingsWatch;
  configDesk: ConfigDesk;
  world: OpenWorld;
  alerts: Pick<WorldDesk, "personal">;
  version: string;
  startedMs: number;
  /** The newest report of every collector. */
  listReports(): CollectorReport[];
  /** Runs the collecting stage of a cycle, or joins the one that runs. */
  collect(request: { runId: string; trigger: "manual" }): Promise<CollectionRunRecord>;
}

/** Returns what the API asks for. */
export function createApiDeps(parts: ApiParts): ApiDeps & { config: ConfigDesk } {
  const { config, store, settings, world, pipeline, marketNow, now } = parts;
  const { accounts, adminToken, backfills, demand, getMode, listSources, log, metrics } = parts;
  const { answers, charts, symbols, hub, version, startedMs } = parts;
  return {
    personal: parts.alerts.personal,
    store: world,
    answers,
    charts,
    symbols,
    hub,
    log,
    metrics,
    accounts,
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
    config: parts.configDesk,
    listCollectors: () =>
      [...parts.listReports(), ...listRefusals(settings)].map(describeCollector),
    listParkedJobs: () => store.jobs.parked(),
    getUptime: parts.healthFeed.getUptime,
    async collect() {
      const request = { runId: `manual-${now()}`, trigger: "manual" } as const;
      return describeRun(world, await parts.collect(request));
    },
    get quarantine() {
      const isKept = settings.get().quality.quarantine;
      return isKept ? { list: pipeline.listRefused, release: pipeline.releaseTrade } : undefined;
    },
    getChartDefaults: () => settings.get().charts,
    getCycleMs: () => settings.get().collection.cycleMinutes * 60_000,
    getStoreBytes: () => store.sizeBytes(),
    getStoreGate: () => ({ ...store.metrics() }),
    rateLimit: config.rateLimit,
    userRateLimit: config.userRateLimit,
    buckets: store.buckets,
    owned: store.owned,
    visits: { book: store.visits, isCounted: () => settings.get().visits.isCounted },
    publicRead: config.publicRead,
    corsOrigins: config.corsOrigins,
  };
}

/** Settings that were refused degrade the product as a collector that fails does, and say why. */
function listRefusals(settings: Pick<SettingsWatch, "refusal">): CollectorReport[] {
  const detail = settings.refusal();
  return detail === null
    ? []
    : [{ source: "settings", state: "reconnecting", lastMessageMs: null, detail }];
}
