/**
 * From firings to what is told of them.
 *
 * @module
 */
import type { NotificationRecord } from "../contracts/notification_records.ts";
import type { FiringRecord } from "../contracts/owned.ts";
import { fingerprint } from "../format/fingerprint.ts";
import type { Message, MessagePart } from "./types.ts";

/** Returns a firing as receivers see it; `baseUrl` is the product's own address. */
export function toPart(firing: FiringRecord, baseUrl: string): MessagePart {
  return {
    firingId: firing.id,
    alertId: firing.alert_id,
    symbol: firing.symbol,
    condition: firing.condition,
    title: firing.title,
    message: firing.message,
    value: firing.value,
    threshold: firing.threshold,
    figures: firing.figures,
    timestamp: firing.timestamp,
    url: `${baseUrl}${firing.link}`,
  };
}

/** Returns the message of one firing, or the digest of several. Newest first in a digest. */
export function buildFiringMessage(
  id: string,
  firings: readonly FiringRecord[],
  { baseUrl, nowMs }: { baseUrl: string; nowMs: number },
): Message {
  const [first] = firings;
  if (!first) throw new RangeError("Cannot build a message of no firings");
  const isRecorded = firings.some((firing) => firing.isRecorded);
  const sorted = firings.toSorted((a, b) => b.decidedMs - a.decidedMs);
  const parts = sorted.map((firing) => toPart(firing, baseUrl));
  const common = { id, timestamp: nowMs, isRecorded, parts };
  if (firings.length === 1) {
    return {
      ...common,
      kind: "alert",
      title: first.title,
      text: first.message,
      url: parts[0]!.url,
      topic: `alert-${fingerprint(first.alert_id).toString(36)}`,
    };
  }
  const names = [...new Set(sorted.map(({ symbol }) => symbol))];
  const listed = names.slice(0, 5).join(", ") +
    (names.length > 5 ? ` and ${names.length - 5} more` : "");
  return {
    ...common,
    kind: "digest",
    title: `${firings.length} alerts: ${listed}`,
    text: sorted.slice(0, 5).map(({ title }) => title).join("; ") +
      (firings.length > 5 ? ` and ${firings.length - 5} more` : ""),
    url: `${baseUrl}/notifications`,
    topic: "digest",
  };
}

/** Returns what the notification centre lists of a firing. */
export function toNotification(firing: FiringRecord, nowMs: number): NotificationRecord {
  return {
    id: `n:${firing.id}`,
    userId: firing.user_id,
    timestamp: nowMs,
    kind: "alert",
    title: firing.title,
    message: firing.message,
    link: firing.link,
    firingIds: [firing.id],
    isRead: false,
    isRecorded: firing.isRecorded,
  };
}
