/**
 * Charts: bars and their indicators.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { symbolParamSchema } from "../contracts/common.ts";
import { chartQuerySchema, chartSchema } from "../contracts/market.ts";
import type { ApiDeps } from "./deps.ts";
import { requireReader } from "./guards.ts";
import { describeRecording, resolveSymbol } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/charts/{symbol}",
  tags: ["market"],
  summary: "Bars and indicators of one symbol, oldest first",
  request: { params: symbolParamSchema, query: chartQuerySchema },
  responses: describeAnswers(chartSchema, "The newest bars, the running one included"),
});

/** Binds the chart. Its bytes are kept, not serialised for each request. */
export function bindCharts(api: Api, deps: ApiDeps): void {
  api.use("/api/v1/charts/*", requireReader(deps));
  api.openapi(route, async (c) => {
    const { timeframe, limit } = c.req.valid("query");
    const { symbol, exchange } = await resolveSymbol(deps, c.req.valid("param").symbol);
    const recorded = describeRecording(deps.getMode());
    const chart = await deps.charts.getChart({ symbol, timeframe }, limit, {
      source: exchange,
      recorded,
    });
    const headers = { "content-type": "application/json", etag: chart.etag };
    // The bytes are of the contract's shape; the type of an answer made of bytes cannot say so.
    return new Response(chart.bytes, { headers }) as never;
  });
}
