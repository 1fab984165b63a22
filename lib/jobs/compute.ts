/**
 * The stage after collecting: headlines are judged, and whom they speak of is noted.
 *
 * @module
 */
import type { EntityMentionRecord, NewsRecord } from "../contracts/records.ts";
import { type EntityModel, ruleSentiment, type SentimentModel } from "../ml/mod.ts";
import { createEntityModel, isTokenCode } from "./entity_names.ts";
import { listUpTo } from "./read.ts";
import type { StageContext, StageResult } from "./types.ts";

const DAY_MS = 86_400_000;
/** Headlines may come so much later than others of their time. */
const LATE_MS = 2 * DAY_MS;
/** Once a market day, late ones of so long are looked for too. */
const SWEEP_MS = 7 * DAY_MS;
const READ_MAX = 50_000;
const STATE = "compute";

/** Where the last run stopped. */
interface Progress {
  /** Time of the newest headline that was judged, epoch ms. */
  newest: number;
  /** Market day of the last sweep. */
  sweptDay: number;
  /** False while headlines older than `newest` still wait. */
  isDone: boolean;
}

/** Models of text, the rules by default, and how much is done in one run. */
export interface ComputeOptions {
  sentiment?: SentimentModel;
  /** Made from the names that the store knows where it is not given. */
  entities?: EntityModel;
  /** Headlines judged in one run; the rest waits for the next. Default 5000. */
  judgedMax?: number;
}

/**
 * Judges the headlines that nobody judged, and stores the entities that they name. The same run
 * again changes nothing. Returns how many headlines and mentions were written.
 */
export async function runCompute(
  context: StageContext,
  runId: string,
  { sentiment = ruleSentiment, entities, judgedMax = 5_000 }: ComputeOptions = {},
): Promise<StageResult> {
  const { store, log } = context;
  const progress = await store.getState<Progress>(STATE);
  const today = Math.floor(context.marketNow() / DAY_MS);
  const backMs = progress?.sweptDay === today ? LATE_MS : SWEEP_MS;
  const from = progress?.isDone ? progress.newest - backMs : undefined;
  const read = await listUpTo(store.news, from === undefined ? {} : { from }, READ_MAX);
  const waiting = read.filter(({ sentiment_score }) => sentiment_score === null);
  const due = waiting.slice(0, judgedMax);
  const newest = Math.max(progress?.newest ?? 0, read[0]?.timestamp ?? 0);
  let mentions: EntityMentionRecord[] = [];
  if (due.length > 0) {
    const model = entities ?? await createEntityModel(context);
    const judged = due.map((headline) => judgeHeadline(headline, sentiment));
    mentions = judged.flatMap((headline) => findMentions(headline, model, context.now()));
    // Mentions first: a headline counts as judged only when they are stored.
    await store.mentions.putMany(mentions);
    await store.news.putMany(judged);
    log.info("headlines judged", { runId, headlines: due.length, mentions: mentions.length });
  }
  const next: Progress = { newest, sweptDay: today, isDone: waiting.length === due.length };
  if (JSON.stringify(next) !== JSON.stringify(progress)) await store.putState(STATE, next);
  return { records: due.length + mentions.length, signals: 0 };
}

/** Returns a headline with its sentiment. */
export function judgeHeadline(headline: NewsRecord, model: SentimentModel): NewsRecord {
  const { score, confidence } = model.judge(headline.title);
  return {
    ...headline,
    sentiment_score: score,
    sentiment_confidence: confidence,
    sentiment_model: model.version,
  };
}

/**
 * Returns a mention for each entity that a judged headline names, and for each token that its source
 * tagged; tags of one or two letters, or of digits, are noise unless the title has them too.
 */
export function findMentions(
  headline: NewsRecord,
  model: EntityModel,
  now: number,
): EntityMentionRecord[] {
  const found = model.find(headline.title).map(({ type, name, count }) => ({ type, name, count }));
  const named = new Set(found.filter(({ type }) => type === "token").map(({ name }) => name));
  for (const code of new Set(headline.currencies)) {
    if (!named.has(code) && isTokenCode(code)) found.push({ type: "token", name: code, count: 1 });
  }
  return found.map(({ type, name, count }) => ({
    id: `${headline.id} ${type} ${name}`,
    signal_id: null,
    news_id: headline.id,
    entity_type: type,
    entity_name: name,
    mention_count: count,
    sentiment_score: headline.sentiment_score ?? 0,
    timestamp: headline.timestamp,
    created_at: now,
  }));
}
