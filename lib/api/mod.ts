/**
 * The JSON API: what every request passes, then every family of endpoints, one line each.
 *
 * A new endpoint is one file here, its contract in `lib/contracts`, and one line below.
 *
 * @module
 */
import { bindAdminSymbols } from "./admin_symbols.ts";
import { tagAndCompress } from "./bodies.ts";
import { bindCharts } from "./charts.ts";
import { bindContinuity } from "./continuity.ts";
import type { ApiDeps } from "./deps.ts";
import { bindEvents } from "./events.ts";
import { bindFeatures } from "./features.ts";
import { allowOrigins, limitRate, numberRequests, refuseForeignWrites } from "./guards.ts";
import { bindHealth } from "./health.ts";
import { bindMarketData } from "./market_data.ts";
import { bindOpenApi } from "./openapi.ts";
import { answerError, answerProblem } from "./problems.ts";
import { bindQuality } from "./quality.ts";
import { type Api, createRouter } from "./routes.ts";
import { bindSignals } from "./signals.ts";
import { bindSymbols } from "./symbols.ts";

export type { ApiDeps, MarketReaders, ModeInfo } from "./deps.ts";
export { createPageData } from "./page_data.ts";
export { answerSocket } from "./sockets.ts";

/**
 * Returns the app. It is called as `app.fetch(request, { ip })`, where `ip` is the address of the
 * connection.
 */
export function createApi(deps: ApiDeps): Api {
  const api = createRouter();
  api.use(numberRequests(deps));
  api.use(allowOrigins(deps.corsOrigins));
  api.use(tagAndCompress());
  api.use(limitRate(deps));
  api.use(refuseForeignWrites(deps.corsOrigins));

  bindHealth(api, deps);
  bindMarketData(api, deps);
  bindSignals(api, deps);
  bindSymbols(api, deps);
  bindCharts(api, deps);
  bindFeatures(api, deps);
  bindQuality(api, deps);
  bindContinuity(api, deps);
  bindEvents(api, deps);
  bindAdminSymbols(api, deps);
  bindOpenApi(api, deps);

  api.notFound((c) => answerProblem(c, 404, `Cannot find ${c.req.path}`));
  api.onError((error, c) => answerError(error, c, deps.log));
  return api;
}
