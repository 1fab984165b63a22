/**
 * Every endpoint of the API: its method, its path, what it takes and what it answers.
 *
 * @module
 */
import type * as admin from "../contracts/admin.ts";
import type * as auth from "../contracts/auth.ts";
import type { cacheSchema } from "../contracts/cache.ts";
import type { configChangeSchema, configCheckSchema, configSchema } from "../contracts/config.ts";
import type * as dashboard from "../contracts/dashboard.ts";
import type * as dex from "../contracts/dex.ts";
import type { fullHealthSchema, healthSchema } from "../contracts/health.ts";
import type * as market from "../contracts/market.ts";
import type {
  marketAnalysisQuerySchema,
  marketAnalysisSchema,
} from "../contracts/market_analysis.ts";
import type * as exports from "../contracts/exports.ts";
import type * as operations from "../contracts/operations.ts";
import type * as portfolios from "../contracts/portfolios.ts";
import type * as shares from "../contracts/shares.ts";
import type * as watchlists from "../contracts/watchlists.ts";
import type { signalsQuerySchema, signalsSchema } from "../contracts/signals.ts";
import type * as udf from "../contracts/udf.ts";
import type * as visits from "../contracts/visits.ts";
import { type AccountCalls, accountEndpoints } from "./account_endpoints.ts";
import {
  type Answer,
  type Body,
  type Call,
  type EndpointAddress,
  get,
  type OfId,
  post,
  put,
  type Query,
  remove,
} from "./calls.ts";
import { type PersonalCalls, personalEndpoints } from "./personal_endpoints.ts";

type OfSymbol = { symbol: string };
type OfActivity = { id: string; activity_id: string };
type OfPair = { pair_id: string };

/** All endpoints by the name of their function. */
export interface Calls extends AccountCalls, PersonalCalls {
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
    Body<typeof admin.symbolChangeSchema>
  >;
  deleteManagedSymbol: Call<Answer<typeof admin.managedSymbolSchema>, OfSymbol>;
  listRefusedTrades: Call<Answer<typeof admin.refusedTradesSchema>>;
  releaseTrade: Call<Answer<typeof admin.releasedTradeSchema>, OfId>;
  listBackfills: Call<Answer<typeof admin.backfillsSchema>>;
  startBackfill: Call<
    Answer<typeof admin.backfillSchema>,
    Body<typeof admin.backfillRequestSchema>
  >;
  getBackfill: Call<Answer<typeof admin.backfillSchema>, OfId>;
  stopBackfill: Call<Answer<typeof admin.backfillSchema>, OfId>;
  /** Nothing (an empty text) where visits are not counted. */
  reportVisits: Call<
    Answer<typeof visits.visitsCountedSchema> | "",
    Body<typeof visits.visitReportsSchema>
  >;
  getVisits: Call<Answer<typeof visits.visitsSchema>, Query<typeof visits.visitsQuerySchema>>;
  getConfig: Call<Answer<typeof configSchema>>;
  putConfig: Call<Answer<typeof configSchema>, Body<typeof configChangeSchema>>;
  checkConfig: Call<
    Answer<typeof configCheckSchema>,
    Body<typeof configChangeSchema>
  >;
  listWatchlists: Call<
    Answer<typeof watchlists.watchlistsSchema>,
    Query<typeof watchlists.ownedQuerySchema>
  >;
  getWatchlist: Call<Answer<typeof watchlists.watchlistSchema>, OfId>;
  putWatchlist: Call<
    Answer<typeof watchlists.watchlistSchema>,
    OfId & Body<typeof watchlists.watchlistDraftSchema>
  >;
  deleteWatchlist: Call<Answer<typeof auth.doneSchema>, OfId>;
  getPublicWatchlist: Call<Answer<typeof watchlists.watchSchema>, OfId>;
  listPortfolios: Call<
    Answer<typeof portfolios.portfoliosSchema>,
    Query<typeof watchlists.ownedQuerySchema>
  >;
  getPortfolio: Call<Answer<typeof portfolios.portfolioDetailSchema>, OfId>;
  putPortfolio: Call<
    Answer<typeof portfolios.portfolioSchema>,
    OfId & Body<typeof portfolios.portfolioDraftSchema>
  >;
  deletePortfolio: Call<Answer<typeof auth.doneSchema>, OfId>;
  listActivities: Call<
    Answer<typeof portfolios.activitiesSchema>,
    OfId & Query<typeof portfolios.activitiesQuerySchema>
  >;
  getActivity: Call<Answer<typeof portfolios.activitySchema>, OfActivity>;
  putActivity: Call<
    Answer<typeof portfolios.activitySchema>,
    OfActivity & Body<typeof portfolios.activityDraftSchema>
  >;
  deleteActivity: Call<Answer<typeof auth.doneSchema>, OfActivity>;
  listImports: Call<Answer<typeof portfolios.importsSchema>, OfId>;
  /** Rows as JSON; a CSV file is sent by `fetch`. */
  previewImport: Call<
    Answer<typeof portfolios.importPreviewSchema>,
    OfId & Query<typeof portfolios.previewQuerySchema> & { body: readonly unknown[] }
  >;
  runImport: Call<
    Answer<typeof portfolios.importSchema>,
    & OfId
    & { import_id: string; body: readonly unknown[] }
    & Query<typeof portfolios.importRunQuerySchema>
  >;
  undoImport: Call<Answer<typeof portfolios.undoneSchema>, OfId & { import_id: string }>;
  getPortfolioValue: Call<
    Answer<typeof portfolios.portfolioValueSchema>,
    OfId & Query<typeof portfolios.valueQuerySchema>
  >;
  listHoldings: Call<Answer<typeof portfolios.holdingsSchema>, OfId>;
  getPortfolioHistory: Call<
    Answer<typeof portfolios.valueHistorySchema>,
    OfId & Query<typeof portfolios.historyQuerySchema>
  >;
  listShares: Call<
    Answer<typeof shares.sharesSchema>,
    Query<typeof watchlists.ownedQuerySchema>
  >;
  createShare: Call<Answer<typeof shares.createdShareSchema>, Body<typeof shares.shareDraftSchema>>;
  revokeShare: Call<Answer<typeof auth.doneSchema>, OfId>;
  getShared: Call<Answer<typeof shares.sharedSchema>, { token: string }>;
  /** Files as text, or (JSON) as what they hold; Parquet and PDF are fetched by their address. */
  exportBars: Call<unknown, OfSymbol & Query<typeof exports.barsQuerySchema>>;
  exportSignals: Call<unknown, Query<typeof exports.tableQuerySchema>>;
  exportOutcomes: Call<unknown, Query<typeof exports.tableQuerySchema>>;
  exportMarket: Call<unknown, Query<typeof exports.tableQuerySchema>>;
  exportDashboard: Call<unknown, Query<typeof exports.formatQuerySchema>>;
  exportSnapshot: Call<string>;
  exportAlerts: Call<unknown, Query<typeof exports.tableQuerySchema>>;
  exportFirings: Call<unknown, Query<typeof exports.tableQuerySchema>>;
  exportWatchlists: Call<unknown, Query<typeof exports.tableQuerySchema>>;
  exportNotifications: Call<unknown, Query<typeof exports.tableQuerySchema>>;
  exportMe: Call<string>;
  exportPortfolio: Call<unknown, OfId & Query<typeof exports.portfolioQuerySchema>>;
  reportSymbol: Call<string, OfSymbol & Query<typeof exports.reportQuerySchema>>;
  reportDashboard: Call<string>;
  reportPortfolio: Call<string, OfId>;
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

/** Where each endpoint is. */
export const endpoints: Readonly<Record<keyof Calls, EndpointAddress>> = {
  ...accountEndpoints,
  ...personalEndpoints,
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
  collect: post("/collect"),
  listSources: get("/api/v1/sources"),
  getCache: get("/api/v1/cache"),
  listJobs: get("/api/v1/jobs"),
  getMetrics: get("/metrics"),
  listManagedSymbols: get("/api/v1/admin/symbols"),
  putManagedSymbol: put("/api/v1/admin/symbols"),
  deleteManagedSymbol: remove("/api/v1/admin/symbols/{symbol}"),
  listRefusedTrades: get("/api/v1/admin/quarantine"),
  releaseTrade: post("/api/v1/admin/quarantine/{id}/release"),
  listBackfills: get("/api/v1/admin/backfills"),
  startBackfill: post("/api/v1/admin/backfills"),
  getBackfill: get("/api/v1/admin/backfills/{id}"),
  stopBackfill: remove("/api/v1/admin/backfills/{id}"),
  reportVisits: post("/api/v1/visits"),
  getVisits: get("/api/v1/admin/visits"),
  getConfig: get("/api/v1/admin/config"),
  putConfig: put("/api/v1/admin/config"),
  checkConfig: post("/api/v1/admin/config/check"),
  listWatchlists: get("/api/v1/watchlists"),
  getWatchlist: get("/api/v1/watchlists/{id}"),
  putWatchlist: put("/api/v1/watchlists/{id}"),
  deleteWatchlist: remove("/api/v1/watchlists/{id}"),
  getPublicWatchlist: get("/api/v1/watch/{id}"),
  listPortfolios: get("/api/v1/portfolios"),
  getPortfolio: get("/api/v1/portfolios/{id}"),
  putPortfolio: put("/api/v1/portfolios/{id}"),
  deletePortfolio: remove("/api/v1/portfolios/{id}"),
  listActivities: get("/api/v1/portfolios/{id}/activities"),
  getActivity: get("/api/v1/portfolios/{id}/activities/{activity_id}"),
  putActivity: put("/api/v1/portfolios/{id}/activities/{activity_id}"),
  deleteActivity: remove("/api/v1/portfolios/{id}/activities/{activity_id}"),
  listImports: get("/api/v1/portfolios/{id}/imports"),
  previewImport: post("/api/v1/portfolios/{id}/imports/preview"),
  runImport: post("/api/v1/portfolios/{id}/imports"),
  undoImport: remove("/api/v1/portfolios/{id}/imports/{import_id}"),
  getPortfolioValue: get("/api/v1/portfolios/{id}/value"),
  listHoldings: get("/api/v1/portfolios/{id}/holdings"),
  getPortfolioHistory: get("/api/v1/portfolios/{id}/history"),
  listShares: get("/api/v1/shares"),
  createShare: post("/api/v1/shares"),
  revokeShare: remove("/api/v1/shares/{id}"),
  getShared: get("/api/v1/shared/{token}"),
  exportBars: get("/api/v1/export/{symbol}"),
  exportSignals: get("/api/v1/export/signals"),
  exportOutcomes: get("/api/v1/export/outcomes"),
  exportMarket: get("/api/v1/export/market"),
  exportDashboard: get("/api/v1/export/dashboard"),
  exportSnapshot: get("/api/v1/export/snapshot"),
  exportAlerts: get("/api/v1/export/alerts"),
  exportFirings: get("/api/v1/export/firings"),
  exportWatchlists: get("/api/v1/export/watchlists"),
  exportNotifications: get("/api/v1/export/notifications"),
  exportMe: get("/api/v1/export/me"),
  exportPortfolio: get("/api/v1/export/portfolios/{id}"),
  reportSymbol: get("/api/v1/reports/symbols/{symbol}"),
  reportDashboard: get("/api/v1/reports/dashboard"),
  reportPortfolio: get("/api/v1/reports/portfolios/{id}"),
  getUdfConfig: get("/udf/config"),
  getUdfSymbol: get("/udf/symbols"),
  searchUdf: get("/udf/search"),
  getUdfHistory: get("/udf/history"),
  getUdfMarks: get("/udf/marks"),
  getUdfTime: get("/udf/time"),
};

/** The endpoint that never ends: it is read by `events` of the client. */
export const eventsEndpoint: EndpointAddress = get("/api/v1/events");
