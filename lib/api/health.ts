/**
 * Health: in short for load balancers, in full for people. Never limited, never cached.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import {
  type CollectorHealth,
  fullHealthSchema,
  healthSchema,
  type HealthState,
} from "../contracts/health.ts";
import type { ApiDeps } from "./deps.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const short = createRoute({
  method: "get",
  path: "/health",
  tags: ["health"],
  summary: "Whether the product works: 200 for healthy and degraded, 503 for down",
  responses: {
    ...describeAnswers(healthSchema, "Healthy or degraded"),
    503: { description: "Down", content: { "application/json": { schema: healthSchema } } },
  },
});

const full = createRoute({
  method: "get",
  path: "/api/v1/health",
  tags: ["health"],
  summary: "Store, cache, collectors, trades a second and latency",
  responses: {
    ...describeAnswers(fullHealthSchema, "Healthy or degraded"),
    503: { description: "Down", content: { "application/json": { schema: fullHealthSchema } } },
  },
});

/** Binds both. */
export function bindHealth(api: Api, deps: ApiDeps): void {
  api.openapi(short, async (c) => {
    const base = await readBase(deps);
    const { store, collectors, status } = base;
    const sources = collectors.map((collector) => ({
      name: collector.source,
      status: tellStatus(collector),
      lastMessageMs: collector.lastMessageMs,
    }));
    return c.json({
      status,
      timestamp: new Date(deps.now()).toISOString(),
      version: deps.version,
      sources,
      database: store,
      cache: { status: "healthy" as const, responseTime: base.cacheMs },
      mode: deps.getMode().mode,
      recorded: describeRecording(deps.getMode()),
    }, status === "down" ? 503 : 200);
  });
  api.openapi(full, async (c) => {
    const base = await readBase(deps);
    const { series, bytes, hits, misses, evictions } = deps.charts.stats();
    return c.json({
      status: base.status,
      timestamp: new Date(deps.now()).toISOString(),
      version: deps.version,
      mode: deps.getMode().mode,
      recorded: describeRecording(deps.getMode()),
      marketTime: deps.marketNow(),
      store: { ...base.store, ...await readBytes(deps), gate: deps.getStoreGate() },
      cache: {
        status: "healthy" as const,
        responseTime: base.cacheMs,
        memoryBytes: bytes,
        series,
        hits,
        misses,
        evictions,
      },
      collectors: base.collectors.map((each) => ({ ...each, status: tellStatus(each) })),
      ...deps.market.stats(),
      live: { ...deps.hub.stats() },
    }, base.status === "down" ? 503 : 200);
  });
}

/** What is not asked is not down. */
function tellStatus({ status, state }: CollectorHealth): HealthState | "disabled" {
  return state === "disabled" ? "disabled" : status;
}

async function readBytes({ getStoreBytes, log }: ApiDeps): Promise<{ bytes?: number }> {
  try {
    return getStoreBytes ? { bytes: await getStoreBytes() } : {};
  } catch (error) {
    log.error("The store's size is not known", { error: String(error) });
    return {};
  }
}

async function readBase(deps: ApiDeps) {
  const startMs = deps.now();
  let isStoreUp = true;
  try {
    await deps.store.getState("health");
  } catch (error) {
    isStoreUp = false;
    deps.log.error("The store does not answer", { error: String(error) });
  }
  const storeMs = deps.now() - startMs;
  deps.charts.stats();
  const cacheMs = deps.now() - startMs - storeMs;
  const collectors = deps.listCollectors();
  const status: HealthState = !isStoreUp
    ? "down"
    // What is switched off or has no key is not asked, so it breaks nothing.
    : collectors.some(({ status, state }) => status !== "healthy" && state !== "disabled")
    ? "degraded"
    : "healthy";
  const store = {
    status: isStoreUp ? "healthy" as const : "unhealthy" as const,
    responseTime: round(storeMs),
  };
  return { status, store, collectors, cacheMs: round(cacheMs) };
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
