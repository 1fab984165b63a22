/**
 * Signals that detectors found.
 *
 * @module
 */
import { createRoute, type z } from "@hono/zod-openapi";
import type { SignalRecord } from "../contracts/records.ts";
import {
  type signalSchema,
  signalsQuerySchema,
  signalsSchema,
  timeRangeMs,
} from "../contracts/signals.ts";
import type { RecordQuery } from "../store/types.ts";
import type { ApiDeps } from "./deps.ts";
import { requireReader } from "./guards.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/signals",
  tags: ["signals"],
  summary: "Signals, newest first",
  request: { query: signalsQuerySchema },
  responses: describeAnswers(signalsSchema, "Signals that match"),
});

type Query = z.infer<typeof signalsQuerySchema>;

/** Records read in one go while filtering, and at most for one answer. */
const pageSize = 200;
const readMax = 5_000;

/** Binds signals. Times count back from market time, so that a recording answers too. */
export function bindSignals(api: Api, deps: ApiDeps): void {
  api.use("/signals", requireReader(deps));
  api.openapi(route, async (c) => {
    const query = c.req.valid("query");
    // Read even where no entity is asked for: the answer names the entities by this list.
    await deps.symbols.list();
    const known = query.entity && await deps.symbols.find(query.entity);
    const entity = known ? known.symbol : query.entity?.replace(/^asset:/, "");
    const records = await listSignals(deps, { ...query, entity });
    return c.json({
      signals: records.map((record) => describeSignal(record, deps)),
      count: records.length,
      timestamp: deps.marketNow(),
      recorded: describeRecording(deps.getMode()),
    }, 200);
  });
}

async function listSignals(deps: ApiDeps, query: Query): Promise<SignalRecord[]> {
  const from = query.timeRange && deps.marketNow() - timeRangeMs[query.timeRange];
  const found: SignalRecord[] = [];
  let cursor: string | undefined;
  for (let read = 0; read < readMax; read += pageSize) {
    const page = await deps.store.signals.list({
      limit: pageSize,
      ...chooseIndex(query),
      ...(from === undefined ? {} : { from }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items.filter((record) => isWanted(record, query)));
    if (found.length >= query.limit || page.cursor === null) break;
    cursor = page.cursor;
  }
  return found.slice(0, query.limit);
}

function chooseIndex({ type, entity }: Query): Pick<RecordQuery, "index" | "equals"> {
  if (type !== undefined && entity !== undefined) {
    return { index: "type_entity", equals: [type, entity] };
  }
  if (type !== undefined) return { index: "type", equals: [type] };
  return entity === undefined ? {} : { index: "entity", equals: [entity] };
}

function isWanted(record: SignalRecord, { type, entity, minConfidence = 0 }: Query): boolean {
  return (type === undefined || record.type === type) &&
    (entity === undefined || record.entity === entity) &&
    record.confidence_score >= minConfidence;
}

function describeSignal(
  record: SignalRecord,
  { symbols }: Pick<ApiDeps, "symbols">,
): z.infer<typeof signalSchema> {
  const known = symbols.peek(record.entity);
  const { id, source, type, entity, data, confidence_score, timestamp, processed } = record;
  return {
    id,
    source,
    type,
    entity,
    data,
    confidence_score,
    timestamp,
    processed,
    evidence: { ...record.evidence },
    factors: record.factors,
    ...(known?.name ? { entity_name: known.name } : {}),
    ...(known ? { entity_type: known.kind } : {}),
    ...(record.updates === undefined ? {} : { updates: record.updates }),
  };
}
