/**
 * Collection cycles, what keeps failing, and work that was given up.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { jobsQuerySchema, jobsSchema } from "../contracts/operations.ts";
import type { CollectionRunRecord } from "../contracts/records.ts";
import { readCollectionStatus } from "../jobs/mod.ts";
import { stages } from "../jobs/types.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { linkNext, readPage } from "./paging.ts";
import { hideAddresses, hideReasons } from "./reasons.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/jobs",
  tags: ["operation"],
  summary: "Stages of a collection cycle, work that was given up, and the newest cycles",
  request: { query: jobsQuerySchema },
  responses: describeAnswers(jobsSchema, "The newest cycles and what is parked"),
});

/** Binds jobs. The bodies of parked work stay inside: they may name what is private. */
export function bindJobs(api: Api, deps: ApiDeps): void {
  api.openapi(route, async (c) => {
    const jobs = await readJobs(deps, c.req.valid("query"));
    linkNext(c, jobs.next_cursor);
    return c.json(jobs, 200);
  });
}

/** Reads the newest cycles, what is parked, and how many cycles of a day went well. */
export async function readJobs(deps: ApiDeps, { limit, status, cursor }: {
  limit: number;
  status?: CollectionRunRecord["status"] | undefined;
  cursor?: string | undefined;
}) {
  const { collectionRuns } = deps.store;
  const page = await readPage(collectionRuns, {
    limit,
    ...(status === undefined ? {} : { index: "status", equals: [status] }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  const { alerts, parked, day, isRunning, nextRunMs } = await readCollectionStatus({
    store: deps.store,
    queue: { parked: () => deps.listParkedJobs?.() ?? Promise.resolve([]) },
    nowMs: deps.now(),
    ...(deps.getCycleMs && { cycleMs: deps.getCycleMs() }),
  });
  return {
    stages: [...stages],
    alerts: hideReasons(alerts),
    parked: parked.map(({ id, topic, attempt, error, parkedAt }) => ({
      id,
      topic,
      attempt,
      error: hideAddresses(error.split("\n")[0]!).slice(0, 300),
      parkedAt,
    })),
    runs: hideReasons(page.items),
    count: page.items.length,
    next_cursor: page.cursor,
    isRunning,
    nextRunMs,
    day,
    successShare: day.ended === 0 ? null : (day.ended - day.failed) / day.ended,
    timestamp: getAnswerTime({ marketNow: deps.now }),
  };
}
