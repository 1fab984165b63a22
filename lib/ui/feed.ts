/**
 * The list of newest signals, as live messages change it.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";
import { signalTypes } from "./filters.ts";

/** What a list shows of a signal. */
export type FeedItem = Pick<
  SignalRecord,
  "id" | "type" | "entity" | "source" | "confidence_score" | "timestamp" | "explanation" | "updates"
>;

/** How many signals a list holds. */
export const feedMax = 20;

/** Returns what a list shows of a signal. */
export function toFeedItem(record: SignalRecord): FeedItem {
  const { id, type, entity, confidence_score, timestamp, explanation, updates } = record;
  return {
    id,
    type,
    entity,
    source: nameSources(record),
    confidence_score,
    timestamp,
    ...(typeof explanation === "string" && { explanation }),
    ...(typeof updates === "string" && { updates }),
  };
}

/** Returns all sources of a merged signal, else its own. */
export function nameSources({ source, sources }: Pick<SignalRecord, "source" | "sources">): string {
  return Array.isArray(sources) && sources.length > 0 ? sources.join(", ") : source;
}

function isFeedItem(value: unknown): value is SignalRecord {
  if (typeof value !== "object" || value === null) return false;
  const { id, type, entity, source, confidence_score, timestamp } = value as Record<
    string,
    unknown
  >;
  return typeof id === "string" && signalTypes.some((known) => known === type) &&
    typeof entity === "string" && typeof source === "string" &&
    Number.isFinite(confidence_score) && Number.isFinite(timestamp);
}

/** Reads one signal or several from a message; what is none is left out. */
export function parseFeedItems(data: unknown): FeedItem[] {
  return (Array.isArray(data) ? data : [data]).filter(isFeedItem).map(toFeedItem);
}

/** Returns the newest signals of both lists, the newest record of each event, newest first. */
export function addSignals(items: readonly FeedItem[], added: readonly FeedItem[]): FeedItem[] {
  const byId = new Map([...items, ...added].map((item) => [item.id, item]));
  const events = new Set<string>();
  return [...byId.values()].sort((a, b) => b.timestamp - a.timestamp).filter((item) => {
    const event = item.updates ?? item.id;
    return !events.has(event) && events.add(event);
  }).slice(0, feedMax);
}
