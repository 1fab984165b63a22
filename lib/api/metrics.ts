/**
 * Metrics for Prometheus: requests are counted as they pass, the rest is read when somebody asks.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import { hasScope, requireIdentity } from "../accounts/mod.ts";
import type { BreakerState } from "../resilience/mod.ts";
import type { Metrics } from "../metrics.ts";
import { markGuard } from "./access.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { getIp } from "./guards.ts";
import { identify, keepPrivate, logRefusal } from "./identity.ts";
import { listAll } from "./page_records.ts";
import { readQualityList } from "./quality_list.ts";
import { type Api, describeAnswers } from "./routes.ts";

const answers = describeAnswers(z.string(), "Metrics in Prometheus' text form");
const route = createRoute({
  method: "get",
  path: "/metrics",
  tags: ["operation"],
  summary: "Metrics; from another machine or through a proxy for administrators only",
  responses: {
    ...answers,
    200: {
      description: answers[200].description,
      content: { "text/plain": { schema: z.string() } },
    },
  },
});

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const dayMs = 86_400_000;
const runsMax = 500;

/** Binds `/metrics`. */
export function bindMetrics(api: Api, deps: ApiDeps, metrics: Metrics): void {
  api.use("/metrics", refuseStrangers(deps));
  api.openapi(route, async (c) => {
    await sampleReaders(metrics, deps);
    const type = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
    return c.body(await metrics.render(), 200, type) as never;
  });
}

/** Lets pass who asks on this machine, the operator's token, and administrators. */
function refuseStrangers(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  return markGuard("operator", async (c, next) => {
    if (!isLocal(c)) {
      const identity = await identify(c, deps);
      if (identity && !hasScope(identity, "admin")) logRefusal(c, deps, identity);
      requireIdentity(identity, "admin");
      keepPrivate(c);
    }
    await next();
  });
}

/** Loopback, and not a proxy on this machine that asks for somebody else. */
function isLocal(c: Context<ApiEnv>): boolean {
  const isForwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"]
    .some((name) => c.req.header(name) !== undefined);
  return !isForwarded && /^(127\.|::1$|::ffff:127\.)/.test(getIp(c));
}

/** Counts every answer with its route and status, and how long it took. */
export function measureRequests(
  metrics: Metrics,
  { now }: Pick<ApiDeps, "now">,
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const startMs = now();
    await next();
    const route = nameRoute(c);
    const method = methods.includes(c.req.method) ? c.req.method : "other";
    metrics.count("http_requests_total", 1, { method, route, status: String(c.res.status) });
    metrics.observe("http_request_duration", Math.max(0, now() - startMs) / 1_000, { route });
    if (c.res.status === 429) metrics.count("rate_limit_exceeded_total");
  };
}

/** The route's own pattern, never the address: addresses are without number. */
function nameRoute(c: Context<ApiEnv>): string {
  const own = matchedRoutes(c).findLast(({ path }) => !path.endsWith("*"));
  return own?.path ?? "unmatched";
}

/** Takes over what the parts have counted themselves. */
async function sampleReaders(metrics: Metrics, deps: ApiDeps): Promise<void> {
  sampleCollectors(metrics, deps);
  samplePipeline(metrics, deps);
  await sampleQuality(metrics, deps);
  sampleServing(metrics, deps);
  await sampleJobs(metrics, deps);
  if (deps.getStoreBytes) metrics.set("store_bytes", await deps.getStoreBytes());
}

const upOf = { healthy: 1, degraded: 0.5, down: 0 } as const;
const breakerOf: Record<BreakerState, number> = { CLOSED: 0, HALF_OPEN: 0.5, OPEN: 1 };

function sampleCollectors(metrics: Metrics, { listCollectors, now }: ApiDeps): void {
  for (const health of listCollectors()) {
    const { source, status, lastMessageMs, parseErrors, reconnects, breaker } = health;
    metrics.set("collector_up", upOf[status], { source });
    if (lastMessageMs !== null) {
      metrics.set("collector_age_seconds", (now() - lastMessageMs) / 1_000, { source });
    }
    if (typeof parseErrors === "number") {
      metrics.setTotal("collector_errors_total", parseErrors, { source });
    }
    if (typeof reconnects === "number") {
      metrics.setTotal("websocket_reconnections_total", reconnects, { source });
    }
    const state = breakerOf[breaker as BreakerState];
    if (state !== undefined) metrics.set("circuit_breaker_state", state, { source });
  }
}

function samplePipeline(metrics: Metrics, { market, readPipeline }: ApiDeps): void {
  const missing = market.listContinuity().reduce((sum, series) => sum + series.missing, 0);
  metrics.set("bars_missing", missing);
  const stats = readPipeline?.();
  if (!stats) return;
  metrics.setTotal("trades_received_total", stats.trades);
  metrics.setTotal("trades_refused_total", stats.rejected);
  metrics.setTotal("trades_late_total", stats.late);
  metrics.setTotal("trades_duplicate_total", stats.duplicates);
  metrics.setTotal("bars_repaired_total", stats.repaired);
}

/** Results of the checks of trades, of all followed symbols together. */
async function sampleQuality(metrics: Metrics, deps: ApiDeps): Promise<void> {
  const { average } = await readQualityList(deps);
  if (average !== null) metrics.set("quality_score", average);
  const { symbols } = await deps.symbols.list();
  const sums = new Map<string, { passed: number; failed: number }>();
  for (const { symbol } of symbols) {
    for (const [check, result] of Object.entries(deps.market.getQuality(symbol)?.checks ?? {})) {
      const { passed, failed } = sums.get(check) ?? { passed: 0, failed: 0 };
      sums.set(check, { passed: passed + result.passed, failed: failed + result.failed });
    }
  }
  for (const [check, { passed, failed }] of sums) {
    metrics.setTotal("quality_checks_passed_total", passed, { check });
    metrics.setTotal("quality_checks_failed_total", failed, { check });
  }
}

/** Of all families together: memory first, then the store. */
function sampleAnswers(metrics: Metrics, { answers }: ApiDeps): void {
  const sum = { memory: 0, store: 0, misses: 0, bytes: 0 };
  for (const { hits, misses, bytes } of answers.stats()) {
    sum.memory += hits.memory;
    sum.store += hits.store;
    sum.misses += misses;
    sum.bytes += bytes;
  }
  metrics.setTotal("cache_hits_total", sum.memory, { tier: "memory" });
  metrics.setTotal("cache_hits_total", sum.store, { tier: "store" });
  metrics.setTotal("cache_misses_total", sum.misses, { tier: "store" });
  metrics.set("cache_memory_bytes", sum.bytes, { tier: "memory" });
}

function sampleServing(metrics: Metrics, deps: ApiDeps): void {
  const tier = { tier: "charts" };
  const charts = deps.charts.stats();
  metrics.setTotal("cache_hits_total", charts.hits, tier);
  metrics.setTotal("cache_misses_total", charts.misses, tier);
  metrics.set("cache_memory_bytes", charts.bytes, tier);
  sampleAnswers(metrics, deps);
  const hub = deps.hub.stats();
  metrics.set("websocket_connections", hub.connections);
  metrics.setTotal("websocket_messages_sent_total", hub.messagesSent);
  metrics.setTotal("websocket_closed_total", hub.closedSlow, { reason: "slow" });
  metrics.setTotal("websocket_closed_total", hub.closedStale, { reason: "stale" });
  metrics.setTotal("websocket_closed_total", hub.closedNoisy, { reason: "noisy" });
  metrics.setTotal("websocket_closed_total", hub.closedEnded, { reason: "ended" });
  const { size, inUse, waiting } = deps.getStoreGate();
  if (size !== undefined) metrics.set("db_connection_pool_size", size);
  if (inUse !== undefined) metrics.set("db_connection_pool_used", inUse);
  if (waiting !== undefined) metrics.set("db_waiting", waiting);
  metrics.set("process_resident_memory_bytes", Deno.memoryUsage().rss);
  if (deps.startedMs !== undefined) {
    metrics.set("process_start_time_seconds", deps.startedMs / 1_000);
  }
}

async function sampleJobs(metrics: Metrics, deps: ApiDeps): Promise<void> {
  const runs = await listAll(deps.store.collectionRuns, { from: deps.now() - dayMs }, runsMax);
  metrics.clear("cron_runs");
  for (const status of ["running", "done", "failed"] as const) {
    metrics.set("cron_runs", runs.filter((run) => run.status === status).length, { status });
  }
  if (deps.listParkedJobs) metrics.set("jobs_parked", (await deps.listParkedJobs()).length);
}
