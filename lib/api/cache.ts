/**
 * The cache as one looks at it: hits, misses, evictions, what was made ahead, memory.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { FamilyStats } from "../cache/answers.ts";
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
  };
}

type Stats = Omit<FamilyStats, "ttlMs"> & { ttlMs: number | null };

/** Charts are kept until their bars change, and never grow old. */
function describeCharts(
  { hits, misses, bytes }: { hits: number; misses: number; bytes: number },
): Stats {
  const never = { warmed: 0, warmedUsed: 0, evictions: 0, entries: 0 };
  return {
    family: "charts",
    hits: { memory: hits, store: 0 },
    misses,
    bytes,
    ttlMs: null,
    ...never,
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
