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
import { listConfidenceBuckets } from "../store/indexes.ts";
import type { RecordQuery } from "../store/types.ts";
import { joinEntity, type SignalWithEntity } from "../store/views.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { requireReader } from "./guards.ts";
import { linkNext, readPage } from "./paging.ts";
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

/** What signals are looked for by; `entity` as signals spell it. */
export type SignalsQuery = z.infer<typeof signalsQuerySchema>;

/** Binds signals. Times count back from market time, so that a recording answers too. */
export function bindSignals(api: Api, deps: ApiDeps): void {
  api.use("/signals", requireReader(deps));
  api.openapi(route, async (c) => {
    const answer = await answerSignals(deps, c.req.valid("query"));
    linkNext(c, answer.next_cursor);
    return c.json(answer, 200);
  });
}

/** Returns a page of signals, as the endpoints of signals answer it. */
export async function answerSignals(deps: ApiDeps, query: SignalsQuery) {
  // Read even where no entity is asked for: the answer names the entities by this list.
  await deps.symbols.list();
  const known = query.entity && await deps.symbols.find(query.entity);
  const entity = known ? known.symbol : query.entity?.replace(/^asset:/, "");
  const { records, cursor } = await listSignals(deps, { ...query, entity });
  const signals = await Promise.all(
    records.map((record) =>
      typesOfEntities.includes(record.type) ? joinEntity(deps.store, record) : record
    ),
  );
  const newest = records[0]?.timestamp ?? 0;
  return {
    signals: signals.map((signal) => describeSignal(signal, deps)),
    count: records.length,
    next_cursor: cursor,
    timestamp: getAnswerTime(deps, newest),
    recorded: describeRecording(deps.getMode()),
  };
}

/** Every combination of filters has its index. */
async function listSignals(
  deps: ApiDeps,
  query: SignalsQuery,
): Promise<{ records: SignalRecord[]; cursor: string | null }> {
  const { limit, timeRange, cursor } = query;
  const page = await readPage(deps.store.signals, {
    limit,
    ...chooseIndex(query),
    ...(timeRange === undefined ? {} : { from: deps.marketNow() - timeRangeMs[timeRange] }),
    ...(cursor === undefined ? {} : { cursor }),
  });
  // Weighed by the index already; where a signal was revised meanwhile, it may be another now.
  const { minConfidence = 0 } = query;
  const records = page.items.filter(({ confidence_score }) => confidence_score >= minConfidence);
  return { records, cursor: page.cursor };
}

function chooseIndex(
  { type, entity, minConfidence = 0 }: SignalsQuery,
): Pick<RecordQuery, "index" | "equals" | "oneOf" | "least"> {
  const buckets = minConfidence > 0 ? listConfidenceBuckets(minConfidence) : null;
  const parts = [
    ...(type === undefined ? [] : [{ name: "type", value: type }]),
    ...(entity === undefined ? [] : [{ name: "entity", value: entity }]),
  ];
  const names = [...parts.map(({ name }) => name), ...(buckets ? ["confidence"] : [])];
  if (names.length === 0) return {};
  return {
    index: names.join("_"),
    equals: parts.map(({ value }) => value),
    ...(buckets && { oneOf: buckets, least: minConfidence }),
  };
}

/** Signals of these types come from an entity, noted as a mention; others speak of a symbol. */
const typesOfEntities: readonly SignalRecord["type"][] = ["sentiment_shift", "tvl_anomaly"];

function describeSignal(
  signal: SignalWithEntity,
  { symbols }: Pick<ApiDeps, "symbols">,
): z.infer<typeof signalSchema> {
  const { created_at: _created, updated_at: _updated, evidence, ...told } = signal;
  const { entity_name, entity_type, entity_sentiment, ...shown } = told;
  const known = symbols.peek(signal.entity);
  const name = entity_name ?? known?.name;
  // A share is none of the things that an entity can be.
  const type = entity_type ?? (known?.kind === "crypto" ? "token" : undefined);
  // The mood of a mention that was made by other figures than texts was never judged.
  const isJudged = entity_sentiment !== undefined && signal.type === "sentiment_shift";
  return {
    ...shown,
    evidence: { ...evidence },
    ...(name === undefined ? {} : { entity_name: name }),
    ...(type === undefined ? {} : { entity_type: type }),
    ...(isJudged ? { entity_sentiment } : {}),
  };
}
