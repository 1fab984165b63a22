/**
 * The cache as one looks at it: hits, misses, evictions, what was made ahead, memory.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { answerBytesMax, type FamilyStats } from "../cache/answers.ts";
import { chartBytesMax, type ChartCacheStats } from "../cache/charts.ts";
import { cacheSchema } from "../contracts/cache.ts";
import type { ApiDeps } from "./deps.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/cache",
  tags: ["operation"],
  summary: "Hits, misses, evictions, what was made ahead, and memory, by kind of answer",
  responses: describeAnswers(cacheSchema, "The cache since the start"),
});

/** Binds the cache's figures. */
export function bindCache(api: Api, deps: ApiDeps): void {
  api.openapi(route, (c) => c.json({ ...readCache(deps), timestamp: deps.now() }, 200));
}

/** Returns what every kind of kept answers was good for: charts first, then the others. */
export function readCache({ answers, charts }: Pick<ApiDeps, "answers" | "charts">) {
  const families = [describeCharts(charts.stats()), ...answers.stats()].map((stats) => ({
    ...stats,
    ...countShares([stats]),
  }));
  return {
    families,
    count: families.length,
    ...countShares(families),
    bytes: families.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesMax: answerBytesMax + chartBytesMax,
  };
}

type Stats = Omit<FamilyStats, "ttlMs"> & { ttlMs: number | null };

/** Charts take closed bars as they come and never grow old, so that none is dropped or made ahead. */
function describeCharts({ hits, misses, bytes, evictions, series }: ChartCacheStats): Stats {
  return {
    family: "charts",
    hits: { memory: hits, store: 0 },
    misses,
    bytes,
    evictions,
    entries: series,
    ttlMs: null,
    ...{ warmed: 0, warmedUsed: 0, dropped: 0 },
  };
}

function countShares(all: readonly Pick<Stats, "hits" | "misses">[]) {
  const sum = { memory: 0, store: 0, misses: 0 };
  for (const { hits, misses } of all) {
    sum.memory += hits.memory;
    sum.store += hits.store;
    sum.misses += misses;
  }
  const asked = sum.memory + sum.store + sum.misses;
  return {
    memoryShare: asked === 0 ? null : sum.memory / asked,
    hitShare: asked === 0 ? null : (sum.memory + sum.store) / asked,
  };
}
