/**
 * What sources were asked, by feed and hour: counted in memory and written down in groups.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { ApiUsageRecord } from "../lib/contracts/records.ts";
import type { Logger } from "../lib/log.ts";
import type { Collection } from "../lib/store/types.ts";
import type { AnswerReport } from "./http.ts";

/** Counts requests. */
export interface Usage {
  note(source: string, feed: string, report: AnswerReport): void;
  /** Writes down what changed. Never rejects; what could not be written is written next time. */
  flush(): Promise<void>;
  /** Flushes now and then until `signal` is aborted, and once more. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

const hourMs = 3_600_000;
const flushEveryMs = 60_000;

/**
 * Returns a record of use. `holder` names this process: each has rows of its own, so that no two
 * overwrite each other, and who reads adds them up.
 */
export function createUsage({ usage, holder, clock, log }: {
  usage: Pick<Collection<ApiUsageRecord>, "putMany">;
  holder: string;
  clock: Clock;
  log: Logger;
}): Usage {
  const rows = new Map<string, ApiUsageRecord>();
  const changed = new Set<string>();

  const getRow = (source: string, feed: string): ApiUsageRecord => {
    const timestamp = Math.floor(clock.now() / hourMs) * hourMs;
    const id = `${source} ${feed} ${timestamp} ${holder}`;
    let row = rows.get(id);
    if (!row) {
      row = {
        id,
        source,
        feed,
        timestamp,
        request_count: 0,
        success_count: 0,
        refused_count: 0,
        response_ms: 0,
        credits: 0,
      };
      rows.set(id, row);
    }
    changed.add(id);
    return row;
  };

  const flush = async () => {
    const ids = [...changed];
    if (ids.length === 0) return;
    changed.clear();
    try {
      await usage.putMany(ids.map((id) => ({ ...rows.get(id)! })));
    } catch (error) {
      ids.forEach((id) => changed.add(id));
      log.warn("use of sources was not written down", { error: String(error) });
      return;
    }
    const thisHour = Math.floor(clock.now() / hourMs) * hourMs;
    for (const id of ids) {
      if (rows.get(id)!.timestamp < thisHour && !changed.has(id)) rows.delete(id);
    }
  };

  return {
    note(source, feed, { outcome, ms, credits }) {
      const row = getRow(source, feed);
      row.request_count++;
      if (outcome === "ok") row.success_count++;
      if (outcome === "refused") row.refused_count++;
      row.response_ms += Math.max(0, ms);
      row.credits += credits;
    },
    flush,
    async run(signal) {
      while (!signal.aborted) {
        await clock.wait(flushEveryMs, signal);
        await flush();
      }
      await flush();
    },
  };
}
