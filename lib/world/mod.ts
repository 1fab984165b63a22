/**
 * One world at work: the parts of `lib` put together, so that `main.ts` only binds them to sources,
 * pages and a server. Nothing is worked out here.
 *
 * @module
 */
export { tellWrites } from "../cache/written.ts";
export { makeSetupLink } from "./accounts.ts";
export { startWatchedPath } from "./alert_desk.ts";
export type { Delivery } from "./delivery.ts";
export { openPeople } from "./people.ts";
export { createApiDeps } from "./api_deps.ts";
export { createConfigDesk, createConfigReader, watchConfig } from "./config_desk.ts";
export { createCycle, listenToCycles, startFirstCycle } from "./cycle.ts";
export { followFeeds } from "./feeds.ts";
export { describeFailure, describeStart, formatUrl } from "./greeting.ts";
export { listKnownNames } from "./known_names.ts";
export { followStream, readBreakerLimits, readTuning, tuneQuotas } from "./live_limits.ts";
export { createSwitches, type Switches } from "./switches.ts";
export { createStoreMeter } from "./meters.ts";
export { serveMetrics } from "./metrics_server.ts";
export { createKeptFrom, keepValue, runUpkeep } from "./upkeep.ts";
export type { LivePath } from "./live_path.ts";
