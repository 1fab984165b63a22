/**
 * Visits as they are kept: one number for each day and counter, of nobody in particular. Ids of
 * reports are kept for some days beside them, so that none is added twice.
 *
 * @module
 */
import { type VisitCounter, visitCounters } from "../contracts/visit_limits.ts";
import type { VisitCounts, VisitReport } from "../contracts/visits.ts";
import type { Gate } from "./gate.ts";
import { getVisitDayKey, getVisitReportKey, visitDaysPrefix } from "./keys.ts";

/**
 * How long ids are kept, ms of wall time. Reports of more than two days ago are not taken, so that
 * none comes again when its id is forgotten.
 */
export const reportIdsMs = 4 * 86_400_000;

/** Sums of days. */
export interface VisitBook {
  /** Adds a report to its day, as one step; false if it was added before. */
  add(report: VisitReport): Promise<boolean>;
  /** Days (such as `2024-01-31`) from `from` to `to`, both included, oldest first; those with counts only. */
  list(range: { from: string; to: string }): Promise<{ day: string; counts: VisitCounts }[]>;
  /** The first day that anything was counted on; null before. */
  getFirstDay(): Promise<string | null>;
}

/** Returns the sums of a store, shared by all worlds and processes. */
export function createVisitBook(gate: Gate): VisitBook {
  return {
    async add({ id, day, counts }) {
      const idKey = getVisitReportKey(id);
      const done = await gate.run((kv) => {
        const atomic = kv.atomic().check({ key: idKey, versionstamp: null })
          .set(idKey, true, { expireIn: reportIdsMs });
        for (const name of visitCounters) {
          const count = counts[name] ?? 0;
          if (count > 0) atomic.sum(getVisitDayKey(day, name), BigInt(count));
        }
        return atomic.commit();
      });
      return done.ok;
    },
    async list({ from, to }) {
      const days = new Map<string, VisitCounts>();
      if (from > to) return [];
      await gate.run(async (kv) => {
        days.clear(); // the gate may run it again
        // A key that ends with the day lies before those of the day itself.
        const range = { start: [...visitDaysPrefix, from], end: [...visitDaysPrefix, `${to} `] };
        for await (const { key, value } of kv.list<Deno.KvU64>(range, { batchSize: 500 })) {
          const [day, name] = key.slice(visitDaysPrefix.length) as [string, VisitCounter];
          days.set(day, { ...days.get(day), [name]: Number(value.value) });
        }
      });
      return [...days].map(([day, counts]) => ({ day, counts }));
    },
    async getFirstDay() {
      return await gate.run(async (kv) => {
        for await (const { key } of kv.list({ prefix: visitDaysPrefix }, { limit: 1 })) {
          return key[visitDaysPrefix.length] as string;
        }
        return null;
      });
    },
  };
}
