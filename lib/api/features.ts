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
import type { Page } from "../store/types.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { requireReader } from "./guards.ts";
import { linkNext, readPage } from "./paging.ts";
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

/** Pages of rows are kept this long (ms), or until rows are written. */
const keptMs = 300_000;

/** Binds features. */
export function bindFeatures(api: Api, deps: ApiDeps): void {
  const kept = deps.answers.family<Page<FeatureRecord>>("features", {
    ttlMs: keptMs,
    madeOf: { features: true },
  });
  api.use("/api/v1/features/*", requireReader(deps));
  api.openapi(route, async (c) => {
    const { timeframe, start, end, mode, version, limit, cursor } = c.req.valid("query");
    if (start !== undefined && end !== undefined && start > end) {
      throw new BadRequestError("The request does not fit its contract", [
        { detail: "start must not be after end", pointer: "/query/start" },
      ]);
    }
    const { symbol } = await resolveSymbol(deps, c.req.valid("param").symbol);
    const query = {
      index: "symbol_timeframe_version",
      equals: [symbol, timeframe, version],
      limit,
      ...(start === undefined ? {} : { from: start }),
      ...(end === undefined ? {} : { to: end }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const read = () => readPage(deps.store.features, query);
    const page = mode === "realtime" ? null : (await kept.get(JSON.stringify(query), read)).value;
    linkNext(c, page?.cursor ?? null);
    return c.json({
      symbol,
      timeframe,
      version,
      features: page
        ? page.items.toReversed().map(describeRow)
        : describeNewest(deps.market.getFeatures(symbol, timeframe), version),
      next_cursor: page?.cursor ?? null,
      timestamp: getAnswerTime(deps),
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
