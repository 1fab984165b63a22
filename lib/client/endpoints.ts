/**
 * Every endpoint of the API: its method, its path, what it takes and what it answers.
 *
 * The types come from the contracts; nothing of them is left at run time.
 *
 * @module
 */
import type { z } from "zod";
import type * as admin from "../contracts/admin.ts";
import type { cacheSchema } from "../contracts/cache.ts";
import type * as dashboard from "../contracts/dashboard.ts";
import type * as dex from "../contracts/dex.ts";
import type { fullHealthSchema, healthSchema } from "../contracts/health.ts";
import type * as market from "../contracts/market.ts";
import type {
  marketAnalysisQuerySchema,
  marketAnalysisSchema,
} from "../contracts/market_analysis.ts";
import type * as operations from "../contracts/operations.ts";
import type { signalsQuerySchema, signalsSchema } from "../contracts/signals.ts";
import type * as udf from "../contracts/udf.ts";

type Answer<S extends z.ZodType> = z.output<S>;
/** Parameters of a query: none is required. */
type Query<S extends z.ZodType> = { [K in keyof z.output<S>]?: z.output<S>[K] | undefined };
type OfSymbol = { symbol: string };
type OfPair = { pair_id: string };
type Nothing = Record<never, never>;

/** One endpoint as a function. */
export type Call<Out, In = Nothing> = Nothing extends In
  ? (input?: In, options?: CallOptions) => Promise<Out>
  : (input: In, options?: CallOptions) => Promise<Out>;

/** What may be said of a single call. */
export interface CallOptions {
  /** Ends the call, also while it waits to try again. */
  signal?: AbortSignal;
}

/** All endpoints by the name of their function. */
export interface Calls {
  getHealth: Call<Answer<typeof healthSchema>>;
  getFullHealth: Call<Answer<typeof fullHealthSchema>>;
  getMarketData: Call<
    Answer<typeof market.marketDataSchema>,
    OfSymbol & Query<typeof market.marketDataQuerySchema>
  >;
  listMarketData: Call<
    Answer<typeof market.marketListSchema>,
    Query<typeof market.marketListQuerySchema>
  >;
  analyseMarket: Call<Answer<typeof marketAnalysisSchema>, Query<typeof marketAnalysisQuerySchema>>;
  listSignals: Call<Answer<typeof signalsSchema>, Query<typeof signalsQuerySchema>>;
  listSymbols: Call<Answer<typeof market.symbolsSchema>>;
  getChart: Call<
    Answer<typeof market.chartSchema>,
    OfSymbol & Query<typeof market.chartQuerySchema>
  >;
  getFeatures: Call<
    Answer<typeof market.featuresSchema>,
    OfSymbol & Query<typeof market.featuresQuerySchema>
  >;
  getQuality: Call<Answer<typeof market.qualitySchema>, OfSymbol>;
  listQuality: Call<Answer<typeof operations.qualityListSchema>>;
  getContinuity: Call<
    Answer<typeof market.continuitySchema>,
    Query<typeof market.continuityQuerySchema>
  >;
  listDexPairs: Call<Answer<typeof dex.dexPairsSchema>, Query<typeof dex.dexPairsQuerySchema>>;
  listDexNetworks: Call<Answer<typeof dex.dexNetworksSchema>>;
  listDexSignals: Call<
    Answer<typeof dex.dexSignalsSchema>,
    Query<typeof dex.dexSignalsQuerySchema>
  >;
  analyseDexPair: Call<Answer<typeof dex.dexAnalysisSchema>, OfPair>;
  listDexListings: Call<
    Answer<typeof dex.dexListingsSchema>,
    Query<typeof dex.dexListingsQuerySchema>
  >;
  getDexHistory: Call<
    Answer<typeof dex.dexHistorySchema>,
    OfPair & Query<typeof dex.dexHistoryQuerySchema>
  >;
  listVolumeLeaders: Call<
    Answer<typeof dex.dexLeadersSchema>,
    Query<typeof dex.dexLeadersQuerySchema>
  >;
  listDexTrades: Call<Answer<typeof dex.dexTradesSchema>, Query<typeof dex.dexTradesQuerySchema>>;
  getStats: Call<Answer<typeof dashboard.statsSchema>>;
  listDashboardSignals: Call<
    Answer<typeof signalsSchema>,
    Query<typeof dashboard.dashboardSignalsQuerySchema>
  >;
  listTransactions: Call<
    Answer<typeof dashboard.transactionsSchema>,
    Query<typeof dashboard.transactionsQuerySchema>
  >;
  getDashboardHealth: Call<Answer<typeof dashboard.dashboardHealthSchema>>;
  collect: Call<Answer<typeof operations.collectSchema>>;
  listSources: Call<Answer<typeof operations.sourcesSchema>>;
  getCache: Call<Answer<typeof cacheSchema>>;
  listJobs: Call<Answer<typeof operations.jobsSchema>, Query<typeof operations.jobsQuerySchema>>;
  /** In Prometheus' text form. */
  getMetrics: Call<string>;
  listManagedSymbols: Call<Answer<typeof admin.managedSymbolsSchema>>;
  putManagedSymbol: Call<
    Answer<typeof admin.managedSymbolSchema>,
    { body: z.input<typeof admin.symbolChangeSchema> }
  >;
  deleteManagedSymbol: Call<Answer<typeof admin.managedSymbolSchema>, OfSymbol>;
  listRefusedTrades: Call<Answer<typeof admin.refusedTradesSchema>>;
  releaseTrade: Call<Answer<typeof admin.releasedTradeSchema>, { id: string }>;
  listBackfills: Call<Answer<typeof admin.backfillsSchema>>;
  startBackfill: Call<
    Answer<typeof admin.backfillSchema>,
    { body: z.input<typeof admin.backfillRequestSchema> }
  >;
  getBackfill: Call<Answer<typeof admin.backfillSchema>, { id: string }>;
  stopBackfill: Call<Answer<typeof admin.backfillSchema>, { id: string }>;
  getUdfConfig: Call<Answer<typeof udf.udfConfigSchema>>;
  getUdfSymbol: Call<Answer<typeof udf.udfSymbolSchema>, OfSymbol>;
  searchUdf: Call<Answer<typeof udf.udfSearchSchema>, Query<typeof udf.udfSearchQuerySchema>>;
  getUdfHistory: Call<
    Answer<typeof udf.udfHistorySchema>,
    Query<typeof udf.udfHistoryQuerySchema>
  >;
  getUdfMarks: Call<Answer<typeof udf.udfMarksSchema>, Query<typeof udf.udfMarksQuerySchema>>;
  /** Seconds as text. */
  getUdfTime: Call<string>;
}

/** How an endpoint is reached. */
export interface EndpointAddress {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** With parameters in braces, as the API's own document writes it. */
  path: string;
}

const get = (path: string): EndpointAddress => ({ method: "GET", path });

/** Where each endpoint is. */
export const endpoints: Readonly<Record<keyof Calls, EndpointAddress>> = {
  getHealth: get("/health"),
  getFullHealth: get("/api/v1/health"),
  getMarketData: get("/market-data/{symbol}"),
  listMarketData: get("/dashboard/api/market"),
  analyseMarket: get("/market-analysis"),
  listSignals: get("/signals"),
  listSymbols: get("/api/v1/symbols"),
  getChart: get("/api/v1/charts/{symbol}"),
  getFeatures: get("/api/v1/features/{symbol}"),
  getQuality: get("/api/v1/quality/{symbol}"),
  listQuality: get("/api/v1/quality"),
  getContinuity: get("/api/v1/continuity"),
  listDexPairs: get("/dex/pairs"),
  listDexNetworks: get("/dex/networks"),
  listDexSignals: get("/dex/signals"),
  analyseDexPair: get("/dex/analysis/{pair_id}"),
  listDexListings: get("/dex/listings"),
  getDexHistory: get("/dex/historical/{pair_id}"),
  listVolumeLeaders: get("/dex/volume-leaders"),
  listDexTrades: get("/dex/trades"),
  getStats: get("/dashboard/api/stats"),
  listDashboardSignals: get("/dashboard/api/signals"),
  listTransactions: get("/dashboard/api/transactions"),
  getDashboardHealth: get("/dashboard/api/health"),
  collect: { method: "POST", path: "/collect" },
  listSources: get("/api/v1/sources"),
  getCache: get("/api/v1/cache"),
  listJobs: get("/api/v1/jobs"),
  getMetrics: get("/metrics"),
  listManagedSymbols: get("/api/v1/admin/symbols"),
  putManagedSymbol: { method: "PUT", path: "/api/v1/admin/symbols" },
  deleteManagedSymbol: { method: "DELETE", path: "/api/v1/admin/symbols/{symbol}" },
  listRefusedTrades: get("/api/v1/admin/quarantine"),
  releaseTrade: { method: "POST", path: "/api/v1/admin/quarantine/{id}/release" },
  listBackfills: get("/api/v1/admin/backfills"),
  startBackfill: { method: "POST", path: "/api/v1/admin/backfills" },
  getBackfill: get("/api/v1/admin/backfills/{id}"),
  stopBackfill: { method: "DELETE", path: "/api/v1/admin/backfills/{id}" },
  getUdfConfig: get("/udf/config"),
  getUdfSymbol: get("/udf/symbols"),
  searchUdf: get("/udf/search"),
  getUdfHistory: get("/udf/history"),
  getUdfMarks: get("/udf/marks"),
  getUdfTime: get("/udf/time"),
};

/** The endpoint that never ends: it is read by `events` of the client. */
export const eventsEndpoint: EndpointAddress = get("/api/v1/events");
