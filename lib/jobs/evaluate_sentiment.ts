/**
 * Sentiment of a day against the day before, once every hour of the market.
 *
 * @module
 */
import type { EntityMentionRecord, SignalRecord } from "../contracts/records.ts";
import type { MarketSymbol } from "../market/mod.ts";
import { decideEmission } from "../signals/evidence.ts";
import { aggregateMentions, getEntityKey, type MentionSummary } from "../signals/mentions.ts";
import { buildObservedSignal } from "../signals/observed.ts";
import { sentimentShift } from "../signals/sentiment_shift.ts";
import type { WorldStore } from "../store/types.ts";
import { emitSignal } from "./emit.ts";
import {
  ACCURACY_STATE,
  type AccuracyByType,
  findPrevious,
  mapSymbolsByBase,
  type ThresholdsByType,
} from "./evaluate_options.ts";
import { describeSentiment } from "./figures.ts";
import { listUpTo } from "./read.ts";
import type { StageContext, StageResult } from "./types.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MENTIONS_MAX = 50_000;
const STATE = "sentiment_hour";
/** Headlines whose publishers are counted for one signal. */
const HEADLINES_READ_MAX = 50;
const SUMMARIES_KEPT = 200;
const SUMMARIES_PUBLISHED = 20;

/** Name of the state that holds the newest `EntitySentiment`. */
export const ENTITY_SENTIMENT_STATE = "entity_sentiment";

/** What the news of 24 hours says of entities. */
export interface EntitySentiment {
  /** End of the 24 hours, epoch ms, a whole hour. */
  timestamp: number;
  /** The most mentioned, most first. */
  entities: MentionSummary[];
}

/** Looks at the 24 hours up to the last whole hour of the market, unless it was looked at. */
export async function evaluateSentiment(
  context: StageContext,
  thresholds: ThresholdsByType,
): Promise<StageResult> {
  const { store, live } = context;
  const endMs = Math.floor(context.marketNow() / HOUR_MS) * HOUR_MS;
  if ((await store.getState<number>(STATE) ?? 0) >= endMs) return { records: 0, signals: 0 };
  const mentions = (await listUpTo(
    store.mentions,
    { from: endMs - 2 * DAY_MS, to: endMs },
    MENTIONS_MAX,
  )).filter(({ news_id }) => news_id !== null);
  const splitMs = endMs - DAY_MS;
  const recent = mentions.filter(({ timestamp }) => timestamp >= splitMs);
  const after = aggregateMentions(recent);
  const before = new Map(
    aggregateMentions(mentions.filter(({ timestamp }) => timestamp < splitMs))
      .map((summary) => [`${summary.type} ${summary.name}`, summary]),
  );
  const limits = thresholds.sentiment_shift ?? {};
  let signals = 0;
  let symbols: Map<string, MarketSymbol> | null = null;
  for (const summary of after) {
    const key = `${summary.type} ${summary.name}`;
    const past = before.get(key) ?? null;
    symbols ??= await mapSymbolsByBase(store);
    const entity = nameEntity(summary, symbols);
    const at = { entity, timeMs: endMs, receivedMs: context.now() };
    context.onFigure?.(describeSentiment(summary, past, at));
    const find = sentimentShift.detect(past, summary, limits);
    if (!find) continue;
    const previous = await findPrevious(store, "sentiment_shift", entity, endMs + 1);
    const emission = decideEmission(previous, find, endMs, sentimentShift.windowMs);
    if (emission === "none") continue;
    const rows = mentions.filter((mention) => getEntityKey(mention) === key);
    const signal = await buildSignal(context, {
      find,
      limits,
      entity,
      endMs,
      rows,
      recent: rows.filter(({ timestamp }) => timestamp >= splitMs),
      updates: emission === "update" ? previous : null,
    });
    const isNew = await emitSignal(context, signal, {
      entity_type: summary.type,
      entity_name: summary.name,
      mention_count: summary.mentions,
      sentiment_score: summary.sentiment,
    });
    if (isNew) signals++;
  }
  await keepSummaries(store, { timestamp: endMs, entities: after });
  live.publish("market", {
    kind: "entity_sentiment",
    timestamp: endMs,
    entities: after.slice(0, SUMMARIES_PUBLISHED),
  });
  await store.putState(STATE, endMs);
  return { records: after.length, signals };
}

/** A token's signal is told of its followed symbol, where prices show what came of it. */
function nameEntity({ type, name }: MentionSummary, symbols: Map<string, MarketSymbol>): string {
  return type === "token" ? symbols.get(name)?.symbol ?? name : name;
}

async function buildSignal({ store, now }: StageContext, part: {
  find: NonNullable<ReturnType<typeof sentimentShift.detect>>;
  limits: Readonly<Record<string, number>>;
  entity: string;
  endMs: number;
  rows: readonly EntityMentionRecord[];
  recent: readonly EntityMentionRecord[];
  updates: SignalRecord | null;
}): Promise<SignalRecord> {
  const ids = [...new Set(part.recent.flatMap(({ news_id }) => news_id ?? []))].sort();
  const sample = ids.slice(0, HEADLINES_READ_MAX);
  const headlines = (await Promise.all(sample.map((id) => store.news.get(id))))
    .filter((headline) => headline !== null);
  const sources = [...new Set(headlines.map(({ source }) => source))].sort();
  const publishers = new Set(headlines.map(({ publisher }) => publisher));
  const sureness = headlines.map(({ sentiment_confidence }) => sentiment_confidence ?? 0);
  const newest = part.recent.reduce((last, { timestamp }) => Math.max(last, timestamp), 0);
  const accuracy = await store.getState<AccuracyByType>(ACCURACY_STATE);
  const versions = [...new Set(headlines.map(({ sentiment_model }) => sentiment_model ?? "none"))];
  return buildObservedSignal({
    find: part.find,
    detector: sentimentShift,
    thresholds: part.limits,
    entity: part.entity,
    source: sources.length === 1 ? sources[0]! : "news",
    sources,
    timestamp: part.endMs,
    now: now(),
    modelVersion: versions.sort().join(",") || null,
    evidence: [...part.rows]
      .sort((a, b) => a.id < b.id ? -1 : 1)
      .map(({ id, sentiment_score, timestamp }) => [id, sentiment_score, timestamp]),
    factors: {
      sourceReliability: sureness.length === 0
        ? 0
        : sureness.reduce((sum, share) => sum + share, 0) / sureness.length,
      accuracy: accuracy?.sentiment_shift ?? null,
      corroborations: Math.max(0, publishers.size - 1),
      ageMs: part.endMs - newest,
    },
    ...(part.updates && { updates: part.updates }),
  });
}

async function keepSummaries(store: WorldStore, summary: EntitySentiment): Promise<void> {
  await store.putState(ENTITY_SENTIMENT_STATE, {
    ...summary,
    entities: summary.entities.slice(0, SUMMARIES_KEPT),
  });
}
