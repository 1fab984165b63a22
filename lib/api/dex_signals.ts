/**
 * Signals on DEX pairs.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import { dexSignalsQuerySchema, dexSignalsSchema } from "../contracts/dex.ts";
import type { DexSignalRecord } from "../contracts/dex_records.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { requireAny } from "./dex_absence.ts";
import { requireReader } from "./guards.ts";
import { linkNext, readPage } from "./paging.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/dex/signals",
  tags: ["dex"],
  summary: "Signals on DEX pairs, newest first",
  request: { query: dexSignalsQuerySchema },
  responses: { ...describeAnswers(dexSignalsSchema, "Signals that match"), ...unavailable },
});

/** Binds signals on pairs. */
export function bindDexSignals(api: Api, deps: ApiDeps): void {
  api.use("/dex/signals", requireReader(deps));
  api.openapi(route, async (c) => {
    const { type, pair_id, limit, cursor } = c.req.valid("query");
    const page = await readPage(deps.store.dexSignals, {
      limit,
      ...chooseIndex(type, pair_id),
      ...(cursor === undefined ? {} : { cursor }),
    });
    // Without any pair there is nothing to find signals in: an empty list would say too much.
    if (page.items.length === 0) await requireAny(deps, deps.store.dexPairs, "signals");
    linkNext(c, page.cursor);
    const newest = page.items[0]?.timestamp ?? 0;
    return c.json({
      signals: page.items.map(describeDexSignal),
      count: page.items.length,
      next_cursor: page.cursor,
      timestamp: getAnswerTime(deps, newest),
      recorded: describeRecording(deps.getMode()),
    }, 200);
  });
}

function chooseIndex(type: string | undefined, pairId: string | undefined) {
  if (type !== undefined && pairId !== undefined) {
    return { index: "pair_type", equals: [pairId, type] };
  }
  if (type !== undefined) return { index: "type", equals: [type] };
  return pairId === undefined ? {} : { index: "pair", equals: [pairId] };
}

/** Returns a signal on a pair as answers show it. */
export function describeDexSignal({ created_at: _created, ...signal }: DexSignalRecord) {
  return signal;
}
