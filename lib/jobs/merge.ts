/**
 * What different sources say of one entity at about the same time becomes one further record.
 *
 * @module
 */
import { correlateSignals, mergeCluster } from "../signals/correlation.ts";
import { emitSignal } from "./emit.ts";
import { listUpTo } from "./read.ts";
import type { StageContext, StageResult } from "./types.ts";

const HOUR_MS = 3_600_000;
/** Signals of so long are looked at, so that a cluster is seen whole. */
const LOOK_BACK_MS = 24 * HOUR_MS;
/** Clusters whose newest signal is older are left as they are. */
const FRESH_MS = 6 * HOUR_MS;
const SIGNALS_MAX = 10_000;

/** Merges the clusters of the last hours that are not merged yet. */
export async function mergeSignals(context: StageContext): Promise<StageResult> {
  const { store } = context;
  const nowMs = context.marketNow();
  const range = { from: nowMs - LOOK_BACK_MS, to: nowMs + 1 };
  const recent = await listUpTo(store.signals, range, SIGNALS_MAX);
  const merged = recent.filter(({ merges }) => merges);
  let signals = 0;
  for (const cluster of correlateSignals(recent)) {
    if (nowMs - cluster.signals.at(-1)!.timestamp > FRESH_MS) continue;
    const ids = new Set(cluster.signals.map(({ id }) => id));
    // Listed newest first, so the first that shares a signal is the newest.
    const previous = merged.find(({ merges }) => merges!.some((id) => ids.has(id))) ?? null;
    const record = mergeCluster(cluster, { previous, now: context.now() });
    if (record && await emitSignal(context, record)) signals++;
  }
  return { records: 0, signals };
}
