/**
 * News as pages show it: headlines, how they speak together, and of whom.
 *
 * @module
 */
import type { EntityMentionRecord, NewsRecord } from "../contracts/records.ts";
import { aggregateMentions } from "../signals/mentions.ts";
import type { GaugeView, HeatRow, Mood, NewsFilter, NewsOverview } from "../ui/page_views.ts";
import type { ApiDeps } from "./deps.ts";
import { explainNothing, listAll } from "./page_records.ts";

const dayMs = 86_400_000;
/** Says whether a source tells headlines. */
const isNewsSource = (source: string) => source === "cryptopanic" || source.startsWith("news_");
/** Headlines read and shown, mentions read. */
const readMax = 1_000;
const shownMax = 100;
const mentionsMax = 20_000;
/** Size of the map: the newest days, and the entities named most often. */
const heatDays = 7;
const heatRows = 12;
/** A sentiment beyond this, either way, takes sides. */
const takesSide = 0.25;

/** Says how a headline speaks. */
export function readMood({ sentiment_score }: Pick<NewsRecord, "sentiment_score">): Mood {
  if (sentiment_score === null || !Number.isFinite(sentiment_score)) return "unjudged";
  if (sentiment_score >= takesSide) return "positive";
  return sentiment_score <= -takesSide ? "negative" : "neutral";
}

/** Reads headlines that match, newest first, and what the newest of all say together. */
export async function readNews(deps: ApiDeps, filter: NewsFilter): Promise<NewsOverview> {
  const { store } = deps;
  const all = await listAll(store.news, {}, readMax);
  // The map ends with the newest headline: a recording has no others.
  const newestMs = all[0]?.timestamp ?? deps.marketNow();
  const lastDay = Math.floor(newestMs / dayMs) * dayMs;
  const days = Array.from({ length: heatDays }, (_, i) => lastDay - (heatDays - 1 - i) * dayMs);
  const range = { from: days[0]!, to: lastDay + dayMs };
  const mentions = (await listAll(store.mentions, range, mentionsMax))
    .filter(({ news_id }) => news_id !== null);
  const ofEntity = filter.entity === "" ? null : await findIds(deps, filter.entity);
  const wanted = all.filter((headline) =>
    (!filter.source || headline.source === filter.source) &&
    (!filter.mood || readMood(headline) === filter.mood) &&
    (!ofEntity || ofEntity.has(headline.id) || isTagged(headline, filter.entity))
  );
  return {
    headlines: wanted.slice(0, shownMax),
    total: wanted.length,
    sources: [...new Set(all.map(({ source }) => source))].sort(),
    gauge: measureGauge(all.filter(({ timestamp }) => timestamp > newestMs - dayMs)),
    days,
    heat: drawHeat(mentions, days),
    ...(all.length === 0 ? { reason: explainNothing(deps, isNewsSource) } : {}),
  };
}

/** Reads how the headlines of the newest day speak together; null where none was judged. */
export async function readGauge({ store }: Pick<ApiDeps, "store">): Promise<GaugeView | null> {
  const [newest] = await listAll(store.news, {}, 1);
  if (!newest) return null;
  return measureGauge(await listAll(store.news, { from: newest.timestamp - dayMs + 1 }, readMax));
}

function isTagged({ currencies }: NewsRecord, entity: string): boolean {
  return currencies.some((code) => code.toLowerCase() === entity.toLowerCase());
}

/** Ids of headlines in which an entity was found; tokens are spelt in capitals, others are not. */
async function findIds({ store }: ApiDeps, entity: string): Promise<Set<string>> {
  const names = [...new Set([entity, entity.toUpperCase(), entity.toLowerCase()])];
  const lists = await Promise.all(
    names.map((name) => listAll(store.mentions, { index: "entity", equals: [name] }, readMax)),
  );
  return new Set(lists.flat().flatMap(({ news_id }) => news_id ?? []));
}

/**
 * Returns the mean sentiment of the judged headlines, each weighted by how sure its judgement is
 * (0 to 1); null where none was judged.
 */
export function measureGauge(headlines: readonly NewsRecord[]): GaugeView | null {
  const judged = headlines.filter((headline) => readMood(headline) !== "unjudged");
  if (judged.length === 0) return null;
  let [sum, weights] = [0, 0];
  for (const { sentiment_score, sentiment_confidence } of judged) {
    const weight = Math.min(1, Math.max(0, sentiment_confidence ?? 0));
    sum += weight * Math.min(1, Math.max(-1, sentiment_score!));
    weights += weight;
  }
  const times = judged.map(({ timestamp }) => timestamp);
  return {
    score: weights > 0 ? sum / weights : 0,
    n: judged.length,
    models: [...new Set(judged.flatMap(({ sentiment_model }) => sentiment_model ?? []))].sort(),
    fromMs: Math.min(...times),
    toMs: Math.max(...times),
  };
}

/** Returns the entities that were named most, with mentions and sentiment on each of `days`. */
export function drawHeat(
  mentions: readonly EntityMentionRecord[],
  days: readonly number[],
): HeatRow[] {
  const most = aggregateMentions(mentions).slice(0, heatRows);
  const byDay = days.map((day) =>
    new Map(
      aggregateMentions(
        mentions.filter(({ timestamp }) => timestamp >= day && timestamp < day + dayMs),
      ).map((summary) => [`${summary.type} ${summary.name}`, summary]),
    )
  );
  return most.map(({ type, name }) => ({
    type,
    name,
    cells: byDay.map((summaries) => {
      const found = summaries.get(`${type} ${name}`);
      return found ? { mentions: found.mentions, sentiment: found.sentiment } : null;
    }),
  }));
}
