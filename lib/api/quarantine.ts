/**
 * Quarantine: refused trades as an operator looks at them, and lets them go.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { refusedTradesSchema, releasedTradeSchema } from "../contracts/admin.ts";
import { NotFoundError } from "../contracts/errors.ts";
import type { ApiDeps } from "./deps.ts";
import { requireOperator } from "./operator.ts";
import { type Api, describeAnswers } from "./routes.ts";

const path = "/api/v1/admin/quarantine";

const listRoute = createRoute({
  method: "get",
  path,
  tags: ["administration"],
  summary: "Refused trades that are kept for review, oldest first",
  responses: describeAnswers(refusedTradesSchema, "Refused trades"),
});

const releaseRoute = createRoute({
  method: "post",
  path: `${path}/{id}/release`,
  tags: ["administration"],
  summary: "Lets a refused trade go on into its bar",
  request: { params: z.object({ id: z.coerce.number().int().nonnegative() }) },
  responses: describeAnswers(releasedTradeSchema, "What became of it"),
});

/** What is no number, as a refused trade may hold it, is null in JSON. */
const toNumber = (value: number) => Number.isFinite(value) ? value : null;

/** Binds the review of refused trades. */
export function bindQuarantine(api: Api, deps: ApiDeps): void {
  for (const guarded of [path, `${path}/*`]) api.use(guarded, requireOperator(deps));
  api.openapi(listRoute, (c) => {
    const trades = (deps.quarantine?.list() ?? []).map(({ id, trade, failed }) => ({
      id,
      symbol: trade.symbol,
      price: toNumber(trade.price),
      size: toNumber(trade.size),
      eventMs: toNumber(trade.eventMs),
      source: trade.source,
      failed: [...failed],
    }));
    return c.json({ trades, count: trades.length, isKept: deps.quarantine !== undefined }, 200);
  });
  api.openapi(releaseRoute, (c) => {
    const { id } = c.req.valid("param");
    const outcome = deps.quarantine?.release(id) ?? null;
    if (outcome === null) {
      throw new NotFoundError(
        `Cannot release trade ${id}: one that is kept for review is required`,
      );
    }
    return c.json({ id, outcome }, 200);
  });
}
