/**
 * The quality of all followed symbols at once.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { qualityListSchema } from "../contracts/operations.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/quality",
  tags: ["quality"],
  summary: "Score of every followed symbol's data, worst first",
  responses: describeAnswers(qualityListSchema, "Scores, and the checks that ever failed"),
});

/** Binds the list; symbols that nothing was judged of yet come last. */
export function bindQualityList(api: Api, deps: ApiDeps): void {
  api.openapi(route, async (c) => {
    const list = await readQualityList(deps);
    return c.json({ ...list, recorded: describeRecording(deps.getMode()) }, 200);
  });
}

/** Reads the scores of all followed symbols, worst first, unknown ones last. */
export async function readQualityList(deps: ApiDeps) {
  const { symbols } = await deps.symbols.list();
  const rows = symbols.map(({ symbol }) => {
    const record = deps.market.getQuality(symbol);
    const failed = Object.entries(record?.checks ?? {})
      .flatMap(([name, { failed }]) => failed > 0 ? [[name, failed] as const] : []);
    return {
      symbol,
      quality_score: record?.score ?? null,
      failed: Object.fromEntries(failed),
      updated_at: record?.timestamp ?? null,
    };
  }).sort((a, b) => (a.quality_score ?? 2) - (b.quality_score ?? 2));
  const known = rows.flatMap(({ quality_score }) => quality_score ?? []);
  return {
    symbols: rows,
    count: rows.length,
    average: known.length === 0
      ? null
      : known.reduce((sum, score) => sum + score, 0) / known.length,
    timestamp: getAnswerTime(deps),
  };
}
