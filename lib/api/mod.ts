/**
 * The JSON API: what every request passes, then every family of endpoints, one line each.
 *
 * A new endpoint is one file here, its contract in `lib/contracts`, and one line below.
 *
 * @module
 */
import { createMetrics } from "../metrics.ts";
import { bindAdminConfig } from "./admin_config.ts";
import { bindAdminSymbols } from "./admin_symbols.ts";
import { bindApiKeys } from "./api_keys.ts";
import { bindAuth } from "./auth.ts";
import { secureAnswers } from "./auth_headers.ts";
import { bindAlertHistory } from "./alert_history.ts";
import { bindAlerts } from "./alerts.ts";
import { bindBackfills } from "./backfills.ts";
import { tagAndCompress } from "./bodies.ts";
import { bindCache } from "./cache.ts";
import { bindCharts } from "./charts.ts";
import { bindCollect } from "./collect.ts";
import { bindContinuity } from "./continuity.ts";
import { bindDashboard } from "./dashboard.ts";
import { announceDeprecated } from "./deprecated.ts";
import type { ApiDeps } from "./deps.ts";
import { bindDex } from "./dex.ts";
import { bindDexAnalysis } from "./dex_analysis.ts";
import { bindDexHistory } from "./dex_history.ts";
import { bindDexSignals } from "./dex_signals.ts";
import { bindEvents } from "./events.ts";
import { bindExports } from "./exports.ts";
import { bindFeatures } from "./features.ts";
import { allowOrigins, numberRequests, refuseForeignWrites } from "./guards.ts";
import { bindForesight } from "./foresight.ts";
import { bindHealth } from "./health.ts";
import { repeatAnswers } from "./idempotency.ts";
import { bindJobs } from "./jobs.ts";
import { bindMarketAnalysis } from "./market_analysis.ts";
import { bindMarketData } from "./market_data.ts";
import { bindMetrics, measureRequests } from "./metrics.ts";
import { bindNotifications } from "./notifications.ts";
import { bindOpenApi } from "./openapi.ts";
import { bindPasskeys } from "./passkeys.ts";
import { bindPortfolios } from "./portfolios.ts";
import { createPortfolioDesk } from "./portfolio_values_desk.ts";
import { bindPreferences } from "./preferences.ts";
import { answerError, answerProblem } from "./problems.ts";
import { bindPush } from "./push.ts";
import { bindQuarantine } from "./quarantine.ts";
import { bindQuality } from "./quality.ts";
import { bindQualityList } from "./quality_list.ts";
import { limitRate } from "./rate_limit.ts";
import { bindReports } from "./reports.ts";
import { type Api, createRouter } from "./routes.ts";
import { bindSessions } from "./sessions.ts";
import { bindShares } from "./shares.ts";
import { bindSignals } from "./signals.ts";
import { bindSources } from "./sources.ts";
import { bindSymbols } from "./symbols.ts";
import { bindUdf } from "./udf.ts";
import { bindUnsubscribe } from "./unsubscribe.ts";
import { limitBodies } from "./uploads.ts";
import { bindUsers } from "./users.ts";
import { bindVisits } from "./visits.ts";
import { bindWatchlists } from "./watchlists.ts";

export type { ConfigDesk, ConfigView } from "./admin_config.ts";
export { createHealthFeed, describeCollector } from "./collector_health.ts";
export type { ApiDeps, ModeInfo } from "./deps.ts";
export { describeRun } from "./collect_results.ts";
export { secureAnswer } from "./auth_headers.ts";
export { isOwnRequest } from "./guards.ts";
export { identifyRequest, type IdentityDeps } from "./identity.ts";
export { createMarketReaders } from "./market_readers.ts";
export { readVisitor, type Visitor } from "./page_account.ts";
export * from "./page_alerts.ts";
export { createPageData } from "./page_data.ts";
export { apiPaths } from "./paths.ts";
export type { DeliveryDesk, PersonalParts } from "./personal.ts";
export { answerSocket } from "./sockets.ts";

/**
 * Returns the app. It is called as `app.fetch(request, { ip })`, where `ip` is the address of the
 * connection.
 */
export function createApi(deps: ApiDeps): Api {
  const api = createRouter();
  const metrics = deps.metrics ?? createMetrics();
  api.use(secureAnswers());
  api.use(measureRequests(metrics, deps));
  api.use(numberRequests(deps));
  api.use(allowOrigins(deps.corsOrigins));
  api.use(tagAndCompress());
  api.use(limitRate(deps));
  api.use(refuseForeignWrites(deps.corsOrigins));
  api.use(limitBodies());
  api.use(repeatAnswers(deps));
  announceDeprecated(api);

  bindHealth(api, deps);
  bindMarketData(api, deps);
  bindSignals(api, deps);
  bindSymbols(api, deps);
  bindCharts(api, deps);
  bindFeatures(api, deps);
  bindQuality(api, deps);
  bindContinuity(api, deps);
  bindEvents(api, deps);
  const desk = createPortfolioDesk(deps);
  bindWatchlists(api, deps);
  bindPortfolios(api, deps, desk);
  bindShares(api, deps, desk);
  bindExports(api, deps, desk);
  bindReports(api, deps, desk);
  bindAdminSymbols(api, deps);
  bindAdminConfig(api, deps);
  bindMarketAnalysis(api, deps);
  bindDex(api, deps);
  bindDexHistory(api, deps);
  bindDexAnalysis(api, deps);
  bindDexSignals(api, deps);
  bindDashboard(api, deps);
  bindCollect(api, deps);
  bindSources(api, deps);
  bindJobs(api, deps);
  bindCache(api, deps);
  bindQualityList(api, deps);
  bindUdf(api, deps);
  bindMetrics(api, deps, metrics);
  bindBackfills(api, deps);
  bindQuarantine(api, deps);
  bindAuth(api, deps);
  bindSessions(api, deps);
  bindApiKeys(api, deps);
  bindPasskeys(api, deps);
  bindUsers(api, deps);
  bindAlerts(api, deps);
  bindForesight(api, deps);
  bindAlertHistory(api, deps);
  bindPreferences(api, deps);
  bindNotifications(api, deps);
  bindPush(api, deps);
  bindUnsubscribe(api, deps);
  bindVisits(api, deps);
  bindOpenApi(api, deps);

  api.notFound((c) => answerProblem(c, 404, `Cannot find ${c.req.path}`));
  api.onError((error, c) => answerError(error, c, deps.log));
  return api;
}
