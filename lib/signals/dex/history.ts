/**
 * The remembered past of a pair: folding samples in, and looking back a day.
 *
 * @module
 */
import type { DexSampleRecord } from "../../contracts/dex_records.ts";
import type { DexHistory, DexPoint } from "./types.ts";

const HOUR_MS = 3_600_000;
/** Length of a day in ms. */
export const DAY_MS = 24 * HOUR_MS;
const POINT_AGE_MAX_MS = 30 * HOUR_MS;
const DAYS_KEPT = 8;

/** Returns the past of a pair that was never seen. */
export function createDexHistory(): DexHistory {
  return { last: 0, points: [], days: [], fired: {} };
}

/** Returns the point a day before `atMs`, at least 24 and at most 30 hours old, or null. */
export function findDayBefore({ points }: DexHistory, atMs: number): DexPoint | null {
  for (let i = points.length - 1; i >= 0; i--) {
    const age = atMs - points[i]![0];
    if (age >= DAY_MS) return age <= POINT_AGE_MAX_MS ? points[i]! : null;
  }
  return null;
}

/** Returns the mean of the daily mean 24 h volumes of the UTC days before the sample's, or null. */
export function measureMeanVolume(
  { days }: DexHistory,
  atMs: number,
): { mean: number; days: number } | null {
  const today = Math.floor(atMs / DAY_MS);
  let sumOfMeans = 0, known = 0;
  for (const [day, sum, count] of days) {
    if (day >= today || day < today - 7 || count <= 0) continue;
    sumOfMeans += sum / count;
    known++;
  }
  return known === 0 ? null : { mean: sumOfMeans / known, days: known };
}

/** Adds a sample that is newer than the last; values that are not finite or below 0 are unknown. */
export function addDexSample(history: DexHistory, sample: DexSampleRecord): DexHistory {
  const { timestamp } = sample;
  const volume = cleanFigure(sample.volume_24h);
  const hour = Math.floor(timestamp / HOUR_MS);
  const points = history.points.filter((point) =>
    timestamp - point[0] <= POINT_AGE_MAX_MS && Math.floor(point[0] / HOUR_MS) !== hour
  );
  points.push([timestamp, cleanFigure(sample.price), volume, cleanFigure(sample.liquidity)]);
  const day = Math.floor(timestamp / DAY_MS);
  const days = history.days.filter((other) => other[0] > day - DAYS_KEPT && other[0] !== day);
  const [, sum, count] = history.days.find((other) => other[0] === day) ?? [day, 0, 0];
  days.push([day, sum + (volume ?? 0), count + (volume === null ? 0 : 1)]);
  return { ...history, last: timestamp, points, days };
}

/** Returns a figure, or null where it is unknown, not finite or below 0. */
export function cleanFigure(value: number | null): number | null {
  return value !== null && Number.isFinite(value) && value >= 0 ? value : null;
}
