/**
 * How collection goes: the last cycle, the next one, and how many of a day went well.
 *
 * @module
 */
import type { CollectionRunRecord } from "../contracts/records.ts";
import type { JobQueue, ParkedJob } from "../store/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { listOperatorAlerts } from "./notify.ts";
import type { OperatorAlert } from "./types.ts";

/** What pages and the API show of scheduled work. Times are epoch ms of wall time. */
export interface CollectionStatus {
  lastRun: CollectionRunRecord | null;
  isRunning: boolean;
  nextRunMs: number;
  /** Of the last 24 hours, or since the first run within them. */
  day: {
    /** Quarters of an hour in which a cycle was to run, and in which one did. */
    expected: number;
    ran: number;
    /** Cycles that ended, and those of them that failed. */
    ended: number;
    failed: number;
    /** Sources that were asked, over all cycles, and those of them that answered. */
    asked: number;
    answered: number;
    /** From 0 to 1; null while there is nothing to divide. */
    cronShare: number | null;
    collectionShare: number | null;
  };
  parked: ParkedJob[];
  alerts: OperatorAlert[];
}

const dayMs = 86_400_000;

/** Reads how collection goes at `nowMs` (wall time). */
export async function readCollectionStatus(
  { store, queue, nowMs, cycleMs = 15 * 60_000 }: {
    store: Pick<WorldStore, "collectionRuns" | "getState">;
    queue: Pick<JobQueue, "parked">;
    nowMs: number;
    /** How often cycles run. */
    cycleMs?: number;
  },
): Promise<CollectionStatus> {
  const runs: CollectionRunRecord[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: CollectionRunRecord[]; cursor: string | null } = await store
      .collectionRuns.list({ from: nowMs - dayMs, limit: 200, ...(cursor !== null && { cursor }) });
    runs.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  const lastRun = runs[0] ?? (await store.collectionRuns.list({ limit: 1 })).items[0] ?? null;
  return {
    lastRun,
    isRunning: lastRun?.status === "running",
    nextRunMs: (Math.floor(nowMs / cycleMs) + 1) * cycleMs,
    day: summariseDay(runs, nowMs, cycleMs),
    parked: await queue.parked(),
    alerts: await listOperatorAlerts(store),
  };
}

function summariseDay(
  runs: readonly CollectionRunRecord[],
  nowMs: number,
  cycleMs: number,
) {
  const slotOf = (ms: number) => Math.floor(ms / cycleMs);
  const scheduled = runs.filter(({ trigger }) => trigger !== "manual");
  const ran = new Set(scheduled.map(({ timestamp }) => slotOf(timestamp))).size;
  const first = scheduled.at(-1)?.timestamp;
  const expected = first === undefined ? 0 : slotOf(nowMs) - slotOf(first) + 1;
  const results = runs.flatMap(({ sources }) => Object.values(sources));
  const asked = results.filter(({ status }) => status === "ok" || status === "failed").length;
  const answered = results.filter(({ status }) => status === "ok").length;
  return {
    expected,
    ran,
    ended: runs.filter(({ status }) => status !== "running").length,
    failed: runs.filter(({ status }) => status === "failed").length,
    asked,
    answered,
    cronShare: expected > 0 ? Math.min(1, ran / expected) : null,
    collectionShare: asked > 0 ? answered / asked : null,
  };
}
