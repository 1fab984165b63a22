/**
 * What a live client says and hears, in its own terms.
 *
 * @module
 */

/** Which signals a subscription wants. */
export interface LiveFilter {
  type?: string | string[];
  entity?: string;
  /** From 0 to 1. */
  minConfidence?: number;
}

/** What is wanted of some channels; without symbols, everything. */
export interface Subscription {
  channels: string[];
  symbols?: string[];
  filter?: LiveFilter;
}

/** A message that carries data. */
export interface LiveMessage {
  type: "initial" | "update" | "reset";
  channel: string;
  /** From 1 on each connection and channel; null where nothing counts (polling). */
  seq: number | null;
  /** What to resume after. */
  id: string | null;
  /** Epoch ms at sending. */
  ts: number;
  data: unknown;
}

/** Reads a frame; null for what carries no data or is not one of ours, whatever the bytes. */
export function parseLiveMessage(frame: unknown): LiveMessage | null {
  if (typeof frame !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { type, channel, seq, id, ts, data } = value as Record<string, unknown>;
  if (type !== "initial" && type !== "update" && type !== "reset") return null;
  if (typeof channel !== "string") return null;
  return {
    type,
    channel,
    seq: Number.isSafeInteger(seq) ? seq as number : null,
    id: typeof id === "string" ? id : null,
    ts: typeof ts === "number" && Number.isFinite(ts) ? ts : 0,
    data,
  };
}

/**
 * Returns the query of one event stream for all subscriptions. It knows one list of symbols for
 * all channels: the union, or everything when one subscription wants everything.
 */
export function describeSse(subscriptions: readonly Subscription[], after?: string): string {
  const query = new URLSearchParams();
  const channels = new Set(subscriptions.flatMap((each) => each.channels));
  if (channels.size > 0) query.set("channels", [...channels].join(","));
  const isEverything = subscriptions.some((each) => !each.symbols);
  const symbols = new Set(subscriptions.flatMap((each) => each.symbols ?? []));
  if (!isEverything && symbols.size > 0) query.set("symbols", [...symbols].join(","));
  const filter = subscriptions.find((each) => each.filter)?.filter;
  if (filter?.type) query.set("type", [filter.type].flat().join(","));
  if (filter?.entity) query.set("entity", filter.entity);
  if (filter?.minConfidence !== undefined) {
    query.set("minConfidence", String(filter.minConfidence));
  }
  if (after) query.set("after", after);
  return query.toString();
}
