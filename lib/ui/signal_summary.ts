/**
 * Signals together: how many of each sort there are, how sure they are, how unusual their volumes.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";
import { formatDay } from "./filters.ts";

const dayMs = 86_400_000;

/** How many signals have something in common. */
export interface CountRow {
  name: string;
  count: number;
}

/**
 * Counts records by what `name` says of each, the most first; beyond `most` names the rest is one
 * row, named `others`.
 */
export function countBy<T>(
  records: readonly T[],
  name: (record: T) => string,
  { most = 6, others }: { most?: number; others: string },
): CountRow[] {
  const counts = new Map<string, number>();
  for (const record of records) counts.set(name(record), (counts.get(name(record)) ?? 0) + 1);
  const rows = [...counts].map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  if (rows.length <= most) return rows;
  const count = rows.slice(most - 1).reduce((sum, row) => sum + row.count, 0);
  return [...rows.slice(0, most - 1), { name: others, count }];
}

/** How many signals lie between two confidences, 0 to 1; the upper one belongs to the next row. */
export interface ConfidenceRow {
  from: number;
  to: number;
  count: number;
}

/** Counts signals by their confidence in fifths, the surest first; 1 belongs to the first. */
export function countConfidences(
  records: readonly Pick<SignalRecord, "confidence_score">[],
): ConfidenceRow[] {
  const counts = [0, 0, 0, 0, 0];
  for (const { confidence_score: score } of records) {
    // The least step above 0.6 in floating point must not fall below it.
    if (score >= 0 && score <= 1) counts[Math.min(4, Math.floor(score * 5 + 1e-9))]! += 1;
  }
  return counts.map((count, i) => ({ from: i / 5, to: (i + 1) / 5, count })).reverse();
}

/** A signal of unusual volume: when (epoch ms), and how many times the usual was traded. */
export interface AnomalyDot {
  id: string;
  entity: string;
  source: string;
  x: number;
  y: number;
}

/** Returns the signals of unusual volume whose evidence names a ratio above 0, in their order. */
export function listAnomalies(records: readonly SignalRecord[]): AnomalyDot[] {
  return records.flatMap(({ id, type, entity, source, timestamp, data }) => {
    const { ratio } = data;
    if (type !== "volume_anomaly" || typeof ratio !== "number") return [];
    if (!Number.isFinite(ratio) || ratio <= 0 || !isDate(timestamp)) return [];
    return [{ id, entity, source, x: timestamp, y: ratio }];
  });
}

const isDate = (timeMs: number) => !Number.isNaN(new Date(timeMs).getTime());

/** The address of a signal on the page of signals: those of its entity on its day, at its card. */
export function linkSignal(
  { id, entity, timestamp }: Pick<SignalRecord, "id" | "entity" | "timestamp">,
): string {
  const query = new URLSearchParams({ entity });
  if (isDate(timestamp)) {
    const day = formatDay(Math.floor(timestamp / dayMs) * dayMs);
    query.set("from", day);
    query.set("to", day);
  }
  return `/explore/signals?${query}#${encodeURIComponent(id)}`;
}
