/**
 * Collection cycles, what keeps failing, and work that was given up.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { jobsQuerySchema, jobsSchema } from "../contracts/operations.ts";
import type { CollectionRunRecord } from "../contracts/records.ts";
import { listOperatorAlerts } from "../jobs/mod.ts";
import { stages } from "../jobs/types.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";
import { linkNext, readPage } from "./paging.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/jobs",
  tags: ["operation"],
  summary: "Stages of a collection cycle, work that was given up, and the newest cycles",
  request: { query: jobsQuerySchema },
  responses: describeAnswers(jobsSchema, "The newest cycles and what is parked"),
});

const dayMs = 86_400_000;
/** Cycles of a day, with room for those that were started by hand. */
const runsADayMax = 500;

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
  const ofDay = await listAll(collectionRuns, { from: deps.now() - dayMs }, runsADayMax);
  const ended = ofDay.filter((run) => run.status !== "running");
  const parked = await deps.listParkedJobs?.() ?? [];
  return {
    stages: [...stages],
    alerts: await listOperatorAlerts(deps.store),
    parked: parked.map(({ id, topic, attempt, error, parkedAt }) => ({
      id,
      topic,
      attempt,
      error: error.split("\n")[0]!.slice(0, 300),
      parkedAt,
    })),
    runs: page.items,
    count: page.items.length,
    next_cursor: page.cursor,
    successShare: ended.length === 0
      ? null
      : ended.filter((run) => run.status === "done").length / ended.length,
    timestamp: deps.now(),
  };
}
