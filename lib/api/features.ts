/**
 * Features: the rows that models are given.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { symbolParamSchema } from "../contracts/common.ts";
import { BadRequestError } from "../contracts/errors.ts";
import { featuresQuerySchema, featuresSchema } from "../contracts/market.ts";
import type { FeatureRecord } from "../contracts/records.ts";
import type { ApiDeps } from "./deps.ts";
import { requireReader } from "./guards.ts";
import { describeRecording, resolveSymbol } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/features/{symbol}",
  tags: ["market"],
  summary: "Rows of features, oldest first; in realtime mode the newest",
  request: { params: symbolParamSchema, query: featuresQuerySchema },
  responses: describeAnswers(featuresSchema, "Features of one version"),
});

/** Binds features. */
export function bindFeatures(api: Api, deps: ApiDeps): void {
  api.use("/api/v1/features/*", requireReader(deps));
  api.openapi(route, async (c) => {
    const { timeframe, start, end, mode, version, limit } = c.req.valid("query");
    if (start !== undefined && end !== undefined && start > end) {
      throw new BadRequestError("The request does not fit its contract", [
        { detail: "start must not be after end", pointer: "/query/start" },
      ]);
    }
    const { symbol } = await resolveSymbol(deps, c.req.valid("param").symbol);
    const features = mode === "realtime"
      ? describeNewest(deps.market.getFeatures(symbol, timeframe), version)
      : (await deps.store.features.list({
        index: "symbol_timeframe_version",
        equals: [symbol, timeframe, version],
        limit,
        ...(start === undefined ? {} : { from: start }),
        ...(end === undefined ? {} : { to: end }),
      })).items.reverse().map(describeRow);
    return c.json({
      symbol,
      timeframe,
      version,
      features,
      timestamp: deps.marketNow(),
      recorded: describeRecording(deps.getMode()),
    }, 200);
  });
}

/** A newest row of another version than was asked for is none. */
function describeNewest(newest: FeatureRecord | null, version: string) {
  return newest?.version === version ? describeRow(newest) : null;
}

function describeRow({ time, values, backfilled }: FeatureRecord) {
  return { time, values, backfilled };
}
