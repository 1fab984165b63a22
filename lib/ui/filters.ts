/**
 * The filters of the signal page, to and from its address.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";
import type { SignalFilter } from "./state.ts";

/** Every kind of signal, in the order of the form. */
export const signalTypes = [
  "price_alert",
  "volume_anomaly",
  "tvl_anomaly",
  "sentiment_shift",
] as const satisfies SignalRecord["type"][];

const DAY_MS = 86_400_000;

/** Reads a day such as `2024-03-12` as the epoch ms of its start (UTC); null for anything else. */
export function parseDay(text: string | null): number | null {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const timeMs = Date.parse(`${text}T00:00:00Z`);
  // Dates such as 31 February do not survive the way back.
  return Number.isFinite(timeMs) && formatDay(timeMs) === text ? timeMs : null;
}

/** Returns the day of a moment for a date field. */
export function formatDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** Reads the filters from an address; what cannot be read does not filter. */
export function parseSignalFilter(query: URLSearchParams, limit: number): SignalFilter {
  const asked = query.getAll("type").flatMap((text) => text.split(","));
  const to = parseDay(query.get("to"));
  const confidence = Number(query.get("confidence") ?? 0);
  return {
    types: signalTypes.filter((type) => asked.includes(type)),
    entity: (query.get("entity") ?? "").trim().slice(0, 64),
    from: parseDay(query.get("from")),
    // The day named is included.
    to: to === null ? null : to + DAY_MS,
    minConfidence: confidence >= 0 && confidence <= 100 ? confidence / 100 : 0,
    limit,
  };
}

/** Pages that can be asked for; older signals are found by their day. */
const pagesMax = 100;

/** Reads which page of a list is wanted, from 1; the first for whatever is no page. */
export function parsePage(query: URLSearchParams): number {
  const text = query.get("page") ?? "";
  const page = /^\d{1,3}$/.test(text) ? Number(text) : 1;
  return Math.min(pagesMax, Math.max(1, page));
}

/** Writes the filters as a query, without what does not filter. */
export function formatSignalFilter(filter: SignalFilter): string {
  const query = new URLSearchParams();
  for (const type of filter.types) query.append("type", type);
  if (filter.entity) query.set("entity", filter.entity);
  if (filter.from !== null) query.set("from", formatDay(filter.from));
  if (filter.to !== null) query.set("to", formatDay(filter.to - DAY_MS));
  if (filter.minConfidence > 0) {
    query.set("confidence", String(Math.round(filter.minConfidence * 100)));
  }
  return query.toString();
}

/** Says whether nothing is filtered out. */
export function isFilterEmpty(filter: SignalFilter): boolean {
  return formatSignalFilter(filter) === "";
}
