/**
 * Mentions of entities, summed up: how many spoke of whom, and how.
 *
 * @module
 */
import type { EntityMentionRecord, EntityType } from "../contracts/records.ts";

/** All that was said of one entity in a stretch of time. */
export interface MentionSummary {
  type: EntityType;
  name: string;
  /** Headlines that name it. */
  mentions: number;
  /** Mean sentiment of those headlines, from -1 to 1. */
  sentiment: number;
  /** Shares of good and bad ones, from 0 to 1. */
  positive: number;
  negative: number;
}

/** A sentiment beyond this, either way, counts as good or bad. */
const TAKES_SIDE = 0.25;

/**
 * Returns a summary for each entity, most mentioned first, then by name. The order of `mentions`
 * does not matter; the same id twice counts once; a score that is not a number counts as 0.
 */
export function aggregateMentions(mentions: readonly EntityMentionRecord[]): MentionSummary[] {
  const unique = new Map(mentions.map((mention) => [mention.id, mention]));
  // Sums of floats depend on their order, so it is fixed.
  const ordered = [...unique.values()].sort((a, b) => a.id < b.id ? -1 : 1);
  const byEntity = new Map<string, EntityMentionRecord[]>();
  for (const mention of ordered) {
    const key = getEntityKey(mention);
    const list = byEntity.get(key);
    if (list) list.push(mention);
    else byEntity.set(key, [mention]);
  }
  return [...byEntity.values()].map(summarise).sort((a, b) =>
    b.mentions - a.mentions || (a.name < b.name ? -1 : 1)
  );
}

/** Names an entity of a type within maps: `token BTC`. */
export function getEntityKey(
  { entity_type, entity_name }: Pick<EntityMentionRecord, "entity_type" | "entity_name">,
): string {
  return `${entity_type} ${entity_name}`;
}

function summarise(mentions: readonly EntityMentionRecord[]): MentionSummary {
  const first = mentions[0]!;
  const scores = mentions.map(({ sentiment_score }) =>
    Number.isFinite(sentiment_score) ? Math.min(1, Math.max(-1, sentiment_score)) : 0
  );
  const n = scores.length;
  return {
    type: first.entity_type,
    name: first.entity_name,
    mentions: n,
    sentiment: scores.reduce((sum, score) => sum + score, 0) / n,
    positive: scores.filter((score) => score >= TAKES_SIDE).length / n,
    negative: scores.filter((score) => score <= -TAKES_SIDE).length / n,
  };
}
