/**
 * What sources cost: calls and credits of today and this month, by feed, and when they run out.
 *
 * @module
 */
import type { ApiUsageRecord } from "../contracts/records.ts";
import { getMonthEnd, predictRunOut } from "../resilience/mod.ts";
import type { Quotas, QuotaView } from "../store/mod.ts";
import type { Collection } from "../store/types.ts";

/** What was spent in some time. */
export interface Spending {
  calls: number;
  succeeded: number;
  /** Answers 429 and 418. */
  refused: number;
  credits: number;
  /** Mean over all answers; null without any. */
  responseMs: number | null;
}

/** What one feed of a source cost. */
export interface FeedEconomics {
  feed: string;
  today: Spending;
  month: Spending;
  /** Its part of the source's calls and credits of this month, 0 to 1. */
  share: number;
}

/** The budget of one source. Days and months are UTC; times are epoch ms of wall time. */
export interface SourceEconomics {
  source: string;
  name: string;
  today: Spending;
  month: Spending;
  /** Null where the source counts none. */
  creditsPerMonth: number | null;
  creditsLeft: number | null;
  /** When the credits run out at the pace of the last 24 h; null when they last the month. */
  runsOutMs: number | null;
  monthEndMs: number;
  /** The budget of a minute: used now, allowed now, and by the source's word. */
  quota: QuotaView;
  feeds: FeedEconomics[];
}

/** A source as its file and the settings describe it. */
export interface SourceBudget {
  key: string;
  name: string;
  limitPerMinute: number;
  creditsPerMonth?: number;
}

/** Reads what sources cost. */
export interface Economics {
  /** In the order of the sources. */
  read(nowMs: number): Promise<SourceEconomics[]>;
}

const dayMs = 86_400_000;
const pageSize = 500;

type Sums = Map<string, Spending & { source: string; feed: string; totalMs: number }>;

/** Returns a reader; days that are over are added up once. */
export function createEconomics({ usage, quotas, sources }: {
  usage: Pick<Collection<ApiUsageRecord>, "list">;
  quotas: Quotas;
  sources: () => readonly SourceBudget[];
}): Economics {
  const days = new Map<number, Sums>();

  const readSums = async (
    from: number,
    to: number,
    onRow: (row: ApiUsageRecord) => void = () => {},
  ): Promise<Sums> => {
    const sums: Sums = new Map();
    let cursor: string | null = null;
    do {
      const page: { items: ApiUsageRecord[]; cursor: string | null } = await usage.list({
        from,
        to,
        limit: pageSize,
        ...(cursor !== null && { cursor }),
      });
      for (const row of page.items) {
        addRow(sums, row);
        onRow(row);
      }
      cursor = page.cursor;
    } while (cursor !== null);
    return sums;
  };

  /** The last rows of a day are written some minutes after it. */
  const readDay = async (day: number, nowMs: number): Promise<Sums> => {
    const known = days.get(day);
    if (known) return known;
    const sums = await readSums(day, day + dayMs);
    if (nowMs > day + dayMs + 3_600_000) days.set(day, sums);
    return sums;
  };

  return {
    async read(nowMs) {
      const today = Math.floor(nowMs / dayMs) * dayMs;
      const monthEndMs = getMonthEnd(nowMs);
      const date = new Date(nowMs);
      const monthStartMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
      for (const day of days.keys()) if (day < monthStartMs) days.delete(day);
      const month: Sums = new Map();
      for (let day = monthStartMs; day < today; day += dayMs) {
        mergeSums(month, await readDay(day, nowMs));
      }
      const todays = await readSums(today, today + dayMs);
      mergeSums(month, todays);
      let oldestMs = nowMs - 3_600_000;
      const lately = await readSums(nowMs - dayMs, nowMs, ({ timestamp }) => {
        oldestMs = Math.min(oldestMs, timestamp);
      });
      const latelyMs = nowMs - oldestMs;
      return await Promise.all(
        sources().map(async (source) => {
          const limits = {
            limit: source.limitPerMinute,
            ...(source.creditsPerMonth !== undefined &&
              { creditsPerMonth: source.creditsPerMonth }),
          };
          const quota = await quotas.open(source.key, () => limits).read();
          return describe(source, { todays, month, lately, latelyMs, quota, nowMs, monthEndMs });
        }),
      );
    },
  };
}

function describe(
  { key, name }: SourceBudget,
  { todays, month, lately, latelyMs, quota, nowMs, monthEndMs }: {
    todays: Sums;
    month: Sums;
    lately: Sums;
    /** How long `lately` is, ms. */
    latelyMs: number;
    quota: QuotaView;
    nowMs: number;
    monthEndMs: number;
  },
): SourceEconomics {
  const pick = (sums: Sums) => [...sums.values()].filter(({ source }) => source === key);
  const [ofToday, ofMonth] = [pick(todays), pick(month)];
  const whole = total(ofMonth);
  const { creditsPerMonth } = quota;
  const spentLately = total(pick(lately)).credits;
  return {
    source: key,
    name,
    today: total(ofToday),
    month: whole,
    creditsPerMonth,
    creditsLeft: creditsPerMonth === null ? null : Math.max(0, creditsPerMonth - quota.credits),
    runsOutMs: creditsPerMonth === null ? null : predictRunOut({
      spent: quota.credits,
      limit: creditsPerMonth,
      spentLately,
      latelyMs,
      nowMs,
      monthEndMs,
    }),
    monthEndMs,
    quota,
    feeds: ofMonth.map((spent) => ({
      feed: spent.feed,
      today: total(ofToday.filter(({ feed }) => feed === spent.feed)),
      month: total([spent]),
      share: whole.credits > 0
        ? spent.credits / whole.credits
        : whole.calls > 0
        ? spent.calls / whole.calls
        : 0,
    })).sort((a, b) => b.share - a.share || (a.feed < b.feed ? -1 : 1)),
  };
}

function addRow(sums: Sums, row: ApiUsageRecord): void {
  mergeSums(
    sums,
    new Map([[`${row.source} ${row.feed}`, {
      source: row.source,
      feed: row.feed,
      calls: row.request_count,
      succeeded: row.success_count,
      refused: row.refused_count,
      credits: row.credits,
      totalMs: row.response_ms,
      responseMs: null,
    }]]),
  );
}

function mergeSums(into: Sums, from: Sums): void {
  for (const [key, row] of from) {
    const known = into.get(key);
    into.set(key, known ? addSpending(known, row) : { ...row });
  }
}

function addSpending<T extends Spending & { totalMs: number }>(a: T, b: T): T {
  return {
    ...a,
    calls: a.calls + b.calls,
    succeeded: a.succeeded + b.succeeded,
    refused: a.refused + b.refused,
    credits: a.credits + b.credits,
    totalMs: a.totalMs + b.totalMs,
  };
}

function total(rows: readonly (Spending & { totalMs: number })[]): Spending {
  const zero = { calls: 0, succeeded: 0, refused: 0, credits: 0, totalMs: 0, responseMs: null };
  const { totalMs, ...sum } = rows.reduce<Spending & { totalMs: number }>(addSpending, zero);
  const { calls, succeeded, refused, credits } = sum;
  const responseMs = calls > 0 ? Math.round(totalMs / calls) : null;
  return { calls, succeeded, refused, credits, responseMs };
}
