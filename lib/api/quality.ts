/**
 * The quality of a symbol's data.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { symbolParamSchema } from "../contracts/common.ts";
import { qualitySchema } from "../contracts/market.ts";
import type { ApiDeps } from "./deps.ts";
import { describeRecording, resolveSymbol } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/quality/{symbol}",
  tags: ["quality"],
  summary: "Score and checks of a symbol's data",
  request: { params: symbolParamSchema },
  responses: describeAnswers(qualitySchema, "The newest judgement"),
});

/** Binds quality. */
export function bindQuality(api: Api, deps: ApiDeps): void {
  api.openapi(route, async (c) => {
    const { symbol } = await resolveSymbol(deps, c.req.valid("param").symbol);
    const record = deps.market.getQuality(symbol);
    return c.json({
      symbol,
      quality_score: record?.score ?? null,
      checks: record?.checks ?? {},
      updated_at: record?.timestamp ?? null,
      recorded: describeRecording(deps.getMode()),
    }, 200);
  });
}
