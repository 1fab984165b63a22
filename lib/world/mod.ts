/**
 * One world at work: the parts of `lib` put together, so that `main.ts` only binds them to sources,
 * pages and a server. Nothing is worked out here.
 *
 * @module
 */
export { createApiDeps } from "./api_deps.ts";
export { createCycle, listenToCycles } from "./cycle.ts";
export { runUpkeep } from "./upkeep.ts";
export { type LivePath, startLivePath } from "./live_path.ts";
