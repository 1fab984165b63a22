/**
 * Backfills as an operator asks for them: begun, looked at, stopped.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { backfillRequestSchema, backfillSchema, backfillsSchema } from "../contracts/admin.ts";
import { BadRequestError, NotFoundError, ServiceUnavailableError } from "../contracts/errors.ts";
import { timeframeMs } from "../market/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { requireOperator } from "./operator.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/admin/backfills";
const params = z.object({ id: z.uuid() });
const tags = ["administration"];

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "Backfills, newest first",
  responses: { ...describeAnswers(backfillsSchema, "Backfills"), ...unavailable },
});
const startRoute = createRoute({
  method: "post",
  path,
  tags,
  summary: "Fetches the past of a series; joins the same one that is under way",
  request: {
    body: { required: true, content: { "application/json": { schema: backfillRequestSchema } } },
  },
  responses: { ...describeAnswers(backfillSchema, "The backfill"), ...unavailable },
});
const getRoute = createRoute({
  method: "get",
  path: `${path}/{id}`,
  tags,
  summary: "How far a backfill is",
  request: { params },
  responses: { ...describeAnswers(backfillSchema, "The backfill"), ...unavailable },
});
const stopRoute = createRoute({
  method: "delete",
  path: `${path}/{id}`,
  tags,
  summary: "Stops a backfill after its batch; what it has stays",
  request: { params },
  responses: {
    ...describeAnswers(backfillSchema, "The backfill as it was stopped"),
    ...unavailable,
  },
});

/** Binds backfills. */
export function bindBackfills(api: Api, deps: ApiDeps): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireOperator(deps));
  const need = () => {
    if (deps.backfills) return deps.backfills;
    throw new ServiceUnavailableError("Cannot backfill: this process does not collect");
  };
  api.openapi(listRoute, (c) => {
    const backfills = need().list();
    return c.json({ backfills, count: backfills.length }, 200);
  });
  api.openapi(startRoute, async (c) => {
    const { start, end, ...series } = c.req.valid("json");
    const [from, to] = [readTime(start), readTime(end)];
    if (to - from < timeframeMs[series.timeframe]) {
      throw new BadRequestError("Cannot backfill: a stretch of one bar or more is required", [{
        pointer: "/end",
        detail: `must lie a ${series.timeframe} bar or more behind the start, was ${end}`,
      }]);
    }
    try {
      return c.json(await need().start({ ...series, from, to }), 200);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new BadRequestError(error.message, [{
        pointer: typeof error.cause === "string" ? error.cause : "/exchange",
        detail: error.message,
      }]);
    }
  });
  api.openapi(getRoute, (c) => {
    const found = need().get(c.req.valid("param").id);
    if (!found) throw new NotFoundError("Cannot find this backfill: a known id is required");
    return c.json(found, 200);
  });
  api.openapi(stopRoute, async (c) => {
    const found = await need().stop(c.req.valid("param").id);
    if (!found) throw new NotFoundError("Cannot stop this backfill: a known id is required");
    return c.json(found, 200);
  });
}

/** A date is the start of its UTC day. */
function readTime(text: string | number): number {
  return typeof text === "number" ? text : Date.parse(text);
}
