/**
 * What the API is given: readers of the other rooms, the clocks, and its settings.
 *
 * @module
 */
import type { Accounts } from "../accounts/mod.ts";
import type { AnswerCache } from "../cache/answers.ts";
import type { ChartCache } from "../cache/charts.ts";
import type { SymbolCache } from "../cache/symbols.ts";
import type { IndicatorKey } from "../chart/indicators.ts";
import type { CollectorHealth } from "../contracts/health.ts";
import type { ContinuityRow } from "../contracts/market.ts";
import type { FeatureRecord, QualityRecord } from "../contracts/records.ts";
import type { Hub } from "../live/hub.ts";
import type { PriceUpdate } from "../live/types.ts";
import type { Logger } from "../log.ts";
import type { Timeframe } from "../market/mod.ts";
import type { Buckets } from "../store/buckets.ts";
import type { OwnedStore } from "../store/owned.ts";
import type { WorldStore } from "../store/types.ts";
import type { PersonalParts } from "./personal.ts";
import type { PublicDeps } from "./public_deps.ts";

/** Where the data comes from. */
export interface ModeInfo {
  mode: "live" | "replay";
  /** Epoch ms of a recording's first and last moment. */
  recordedFrom?: number;
  recordedTo?: number;
  /** How the recording came to be, in words. */
  provenance?: string;
}

/** Readers of the live path; figures it does not know are null. */
export interface MarketReaders {
  listPrices(): PriceUpdate[];
  /** The newest price of one symbol, by its exchange's spelling. */
  getPrice(symbol: string): PriceUpdate | null;
  getQuality(symbol: string): QualityRecord | null;
  listContinuity(): ContinuityRow[];
  /** Features of the newest closed bar; null where none is known. */
  getFeatures(symbol: string, timeframe: Timeframe): FeatureRecord | null;
  stats(): {
    tradesPerSecond: number | null;
    latencyMs: { p50: number | null; p95: number | null };
  };
}

/** Everything that the API asks for. */
export interface ApiDeps extends PublicDeps {
  store: WorldStore;
  charts: ChartCache;
  answers: AnswerCache;
  symbols: SymbolCache;
  hub: Hub;
  market: MarketReaders;
  listCollectors(): CollectorHealth[];
  /** What a chart shows to someone who never chose. */
  getChartDefaults(): { timeframe: Timeframe; indicators: IndicatorKey[] };
  /** Figures of the store's gate, by name. */
  getStoreGate(): Record<string, number>;
  getMode(): ModeInfo;
  /** Epoch ms of the market, and of the wall. */
  marketNow(): number;
  now(): number;
  version: string;
  /** Requests a client may make in 60 s. */
  rateLimit: number;
  /** The same for each signed-in user; `rateLimit` where it is not given. */
  userRateLimit?: number;
  /** Where they are counted for all processes; without it this one counts for itself. */
  buckets?: Buckets;
  /** Whether anonymous visitors may read market data. */
  publicRead: boolean;
  /** The token of the data folder. */
  adminToken: string;
  /** Who people are; without them only the operator is known. */
  accounts?: Accounts;
  /** What belongs to people, and what works on it. */
  personal?: PersonalParts;
  /** What belongs to people. */
  owned?: OwnedStore;
  /** Origins that may call with credentials. */
  corsOrigins: readonly string[];
  log: Logger;
}

/** What travels with a request. */
export interface ApiEnv {
  /** The connection, as `Deno.serve` hands it over; absent in process. */
  Bindings: { ip?: string; remoteAddr?: { hostname: string } };
  Variables: { requestId: string };
}
