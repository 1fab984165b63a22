/**
 * Visits: browsers report them without saying whose they are, operators read what they come to.
 *
 * Of a request nothing is kept but the counts in it: no address, no name of a browser, no cookie.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { Context } from "hono";
import { ServiceUnavailableError } from "../contracts/errors.ts";
import {
  visitReportsSchema,
  visitsCountedSchema,
  visitsQuerySchema,
  visitsSchema,
  type VisitsView,
} from "../contracts/visits.ts";
import {
  addDays,
  fillDays,
  isTaken,
  makeDay,
  measureVisits,
  monthDays,
  nameDay,
} from "../visits/mod.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { requireOperator } from "./operator.ts";
import { jsonBody } from "./personal.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const reportPath = "/api/v1/visits";
const readPath = "/api/v1/admin/visits";

const reportRoute = createRoute({
  method: "post",
  path: reportPath,
  tags: ["operation"],
  summary: "Adds what a browser counted to the sums of its days; each report once",
  request: { body: jsonBody(visitReportsSchema) },
  responses: {
    ...describeAnswers(visitsCountedSchema, "How many were added"),
    204: { description: "Nothing is counted here, or not for whoever asked that of their browser" },
  },
});

const readRoute = createRoute({
  method: "get",
  path: readPath,
  tags: ["administration"],
  summary: "Visits by day, and how the product stands against its goals",
  request: { query: visitsQuerySchema },
  responses: { ...describeAnswers(visitsSchema, "Visits"), ...unavailable },
});

/** Binds visits. */
export function bindVisits(api: Api, deps: ApiDeps): void {
  api.use(readPath, requireOperator(deps));
  api.use(reportPath, async (c, next) => {
    if (!deps.visits?.isCounted() || asksForPrivacy(c)) return c.body(null, 204);
    await next();
  });
  api.openapi(reportRoute, async (c) => {
    const { reports } = c.req.valid("json");
    const added = [];
    for (const report of reports) {
      if (!isTaken(report.day, deps.now())) continue;
      if (await getVisits(deps).book.add(report)) added.push(report.id);
    }
    return c.json({ counted: added.length }, 200);
  });
  api.openapi(readRoute, async (c) => {
    return c.json(await readVisits(deps, c.req.valid("query").days), 200);
  });
}

/** Browsers say so with every request: Global Privacy Control, Do Not Track. */
function asksForPrivacy(c: Context<ApiEnv>): boolean {
  return c.req.header("sec-gpc") === "1" || c.req.header("dnt") === "1";
}

/** @throws {ServiceUnavailableError} Where nobody counts. */
function getVisits({ visits }: Pick<ApiDeps, "visits">): NonNullable<ApiDeps["visits"]> {
  if (visits) return visits;
  throw new ServiceUnavailableError("Cannot tell of visits: they are not counted here");
}

/** Reads the newest `count` days, today included, and works out what they come to. */
async function readVisits(deps: ApiDeps, count: number): Promise<VisitsView> {
  const { book, isCounted } = getVisits(deps);
  const timestamp = deps.now();
  const today = nameDay(timestamp);
  const firstDay = await book.getFirstDay();
  const read = async (from: string, to: string) =>
    (await book.list({ from, to })).map(({ day, counts }) => makeDay(day, counts));
  const start = addDays(today, 1 - count);
  const from = firstDay === null || firstDay > start ? firstDay ?? addDays(today, 1) : start;
  const days = fillDays(await read(from, today), from, today);
  const firstMonth = firstDay === null
    ? []
    : await read(firstDay, addDays(firstDay, monthDays - 1));
  return {
    isCounted: isCounted(),
    firstDay,
    figures: measureVisits({ firstDay, today, firstMonth, days }),
    days: days.toReversed(),
    count: days.length,
    timestamp,
  };
}
