/**
 * The continuity ledger: what was expected, received, repaired and is missing, by series.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import {
  continuityQuerySchema,
  type ContinuityRow,
  continuitySchema,
} from "../contracts/market.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { linkNext, readPage } from "./paging.ts";
import { describeRecording, resolveSymbol } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/continuity",
  tags: ["quality"],
  summary: "Bars expected, received, repaired and missing of every series",
  request: { query: continuityQuerySchema },
  responses: describeAnswers(continuitySchema, "The ledger and the newest holes"),
});

/** Binds the ledger. */
export function bindContinuity(api: Api, deps: ApiDeps): void {
  api.openapi(route, async (c) => {
    const { symbol: text, timeframe, ...query } = c.req.valid("query");
    const symbol = text === undefined ? undefined : (await resolveSymbol(deps, text)).symbol;
    const isWanted = (row: { symbol: string; timeframe: string }) =>
      (symbol === undefined || row.symbol === symbol) &&
      (timeframe === undefined || row.timeframe === timeframe);
    const series = deps.market.listContinuity().filter(isWanted);
    const page = await readPage(deps.store.gaps, {
      ...query,
      ...(symbol === undefined ? {} : { index: "symbol", equals: [symbol] }),
    });
    linkNext(c, page.cursor);
    return c.json({
      series,
      gaps: page.items.filter(isWanted),
      next_cursor: page.cursor,
      totals: sumRows(series),
      timestamp: getAnswerTime(deps),
      recorded: describeRecording(deps.getMode()),
    }, 200);
  });
}

function sumRows(rows: readonly ContinuityRow[]) {
  const totals = { expected: 0, received: 0, repaired: 0, filled: 0, missing: 0 };
  for (const row of rows) {
    totals.expected += row.expected;
    totals.received += row.received;
    totals.repaired += row.repaired;
    totals.filled += row.filled;
    totals.missing += row.missing;
  }
  return totals;
}
