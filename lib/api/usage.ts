/**
 * How much sources were used within a time, by source and by feed, and how long budgets last.
 *
 * @module
 */
import type { ApiUsageRecord } from "../contracts/records.ts";
import { getMonthEnd, predictRunOut } from "../resilience/mod.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";

/** Calls within a time. */
interface UsageSums {
  request_count: number;
  success_count: number;
  refused_count: number;
  /** Milliseconds; null without any answer. */
  avg_response_time: number | null;
  credits: number;
}

/** Hours of a month for fifty feeds. */
const recordsMax = 40_000;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Days whose mean is taken to go on. */
const paceDays = 7;

/** Returns the sums since `fromMs` (wall time), whole hours; feeds by `source feed`. */
export async function readUsage({ store }: Pick<ApiDeps, "store">, fromMs: number) {
  const from = Math.floor(fromMs / hourMs) * hourMs;
  return sumUsage(await listAll(store.apiUsage, { from }, recordsMax));
}

/** Sums records up by source, and by `source feed`. */
export function sumUsage(records: readonly ApiUsageRecord[]) {
  const group = (name: (record: ApiUsageRecord) => string) =>
    new Map(
      [...Map.groupBy(records, name)].map(([key, rows]) => [key, addUsage(rows)] as const),
    );
  return {
    bySource: group(({ source }) => source),
    byFeed: group(({ source, feed }) => `${source} ${feed}`),
  };
}

/** Sums records up; zeros of none, as no call was made. */
export function addUsage(records: readonly ApiUsageRecord[]): UsageSums {
  const sum = (pick: (record: ApiUsageRecord) => number) =>
    records.reduce((total, record) => total + pick(record), 0);
  const request_count = sum((record) => record.request_count);
  return {
    request_count,
    success_count: sum((record) => record.success_count),
    refused_count: sum((record) => record.refused_count),
    avg_response_time: request_count === 0
      ? null
      : sum((record) => record.response_ms) / request_count,
    credits: sum((record) => record.credits),
  };
}

/** Returns the first moments (UTC, epoch ms) of the day and month of `nowMs`, and of the next month. */
export function getBorders(nowMs: number): { day: number; month: number; nextMonth: number } {
  const now = new Date(nowMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return {
    day: Date.UTC(year, month, now.getUTCDate()),
    month: Date.UTC(year, month, 1),
    nextMonth: getMonthEnd(nowMs),
  };
}

/**
 * Says how long a month's credits last if they are spent as in the last seven days, or since
 * `sinceMs`, the first of them, where that is later.
 */
export function forecastCredits(
  { creditsPerMonth, spent, spentRecently, sinceMs, nowMs }: {
    creditsPerMonth: number | null;
    /** Credits of this month, and of the last seven days. */
    spent: number;
    spentRecently: number;
    /** When the first recorded call of the last seven days was; null for none. */
    sinceMs: number | null;
    nowMs: number;
  },
): { creditsLeft: number | null; creditsExpected: number | null; runsOutOn: string | null } {
  if (creditsPerMonth === null) {
    return { creditsLeft: null, creditsExpected: null, runsOutOn: null };
  }
  const creditsLeft = Math.max(0, creditsPerMonth - spent);
  const monthEndMs = getMonthEnd(nowMs);
  // An hour at least, so that the first minutes are not taken for the pace of a month.
  const latelyMs = Math.min(paceDays * dayMs, Math.max(hourMs, nowMs - (sinceMs ?? nowMs)));
  const pace = { spentLately: sinceMs === null ? 0 : spentRecently, latelyMs };
  const runsOutMs = predictRunOut({ spent, limit: creditsPerMonth, ...pace, nowMs, monthEndMs });
  const more = creditsLeft === 0 ? 0 : pace.spentLately / latelyMs * (monthEndMs - nowMs);
  return {
    creditsLeft,
    creditsExpected: spent + more,
    runsOutOn: runsOutMs === null ? null : new Date(runsOutMs).toISOString().slice(0, 10),
  };
}
