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

/** Charts from this size on leave in pieces. */
const streamMinBytes = 500_000;

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
    const body = chart.size < streamMinBytes ? chart.bytes : streamParts(chart.parts);
    // The bytes are of the contract's shape; the type of an answer made of bytes cannot say so.
    return new Response(body, { headers }) as never;
  });
}

/**
 * Hands pieces on as they lie in the cache. Two megabytes a request in one piece are twice as slow:
 * they have to be made, and their memory given back.
 */
function streamParts(parts: readonly Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) if (part.byteLength > 0) controller.enqueue(part);
      controller.close();
    },
  });
}
