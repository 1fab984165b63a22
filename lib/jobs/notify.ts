/**
 * The last stage of a cycle: tells open pages how it went, and operators what keeps failing.
 *
 * @module
 */
import type { CollectionRunRecord } from "../contracts/records.ts";
import type { WorldStore } from "../store/types.ts";
import { listTroubles } from "./troubles.ts";
import type { OperatorAlert, StageContext, StageResult } from "./types.ts";

/** Failures in a row that operators are told of, where nothing else is set. */
const failuresDefault = 3;
const stateName = "operatorAlerts";
/** Alerts that are over are kept for so long. */
const keptMs = 7 * 86_400_000;

interface AlertState {
  /** The newest run that was judged. */
  runMs: number;
  alerts: OperatorAlert[];
}

/** Returns alerts that last, and those that ended within a week; newest first. */
export async function listOperatorAlerts(
  store: Pick<WorldStore, "getState">,
): Promise<OperatorAlert[]> {
  const state = await store.getState<AlertState>(stateName);
  const troubles = await listTroubles(store);
  return [...state?.alerts ?? [], ...troubles].sort((a, b) => b.sinceMs - a.sinceMs);
}

/**
 * Publishes a run on the `health` channel, and opens or ends alerts: a source that failed three runs
 * in a row, or three runs in which every source failed. The same run again changes nothing.
 */
export async function runNotify(context: StageContext, runId: string): Promise<StageResult> {
  const { store, live } = context;
  const run = await store.collectionRuns.get(runId);
  const state = await store.getState<AlertState>(stateName) ?? { runMs: -1, alerts: [] };
  if (!run || run.timestamp <= state.runMs) return { records: 0, signals: 0 };
  const failuresMax = context.getAlertFailures?.() ?? failuresDefault;
  const { items } = await store.collectionRuns.list({ to: run.timestamp + 1, limit: failuresMax });
  const ended = items.filter(({ status }) => status !== "running");
  const streaks = findStreaks(run, ended, failuresMax);
  const alerts = state.alerts.filter(({ resolvedMs }) =>
    resolvedMs === null || context.now() - resolvedMs < keptMs
  );
  const changed = changeAlerts(alerts, streaks, run, { ...context, failuresMax });
  // Before it is written down: told again after a sudden end, it is known by its id.
  for (const alert of changed) await context.onOperatorAlert?.(alert);
  await store.putState(stateName, { runMs: run.timestamp, alerts });
  live.publish("health", { kind: "collection_run", run });
  for (const alert of changed) live.publish("health", { kind: "operator_alert", alert });
  return { records: changed.length, signals: 0 };
}

/** Returns what failed in all of the newest runs, with the error of the newest. */
function findStreaks(
  run: CollectionRunRecord,
  ended: readonly CollectionRunRecord[],
  failuresMax: number,
): Map<string, string> {
  const streaks = new Map<string, string>();
  if (ended.length < failuresMax) return streaks;
  for (const [source, { error }] of Object.entries(run.sources)) {
    if (ended.every(({ sources }) => sources[source]?.status === "failed")) {
      streaks.set(source, `${source}: ${error ?? "does not answer"}`);
    }
  }
  if (ended.every(({ status }) => status === "failed")) {
    streaks.set("cycle", "no source could be collected from");
  }
  return streaks;
}

/** Opens, renews and ends alerts in place; returns those that began or ended. */
function changeAlerts(
  alerts: OperatorAlert[],
  streaks: ReadonlyMap<string, string>,
  run: CollectionRunRecord,
  { log, now, failuresMax }: StageContext & { failuresMax: number },
): OperatorAlert[] {
  const changed: OperatorAlert[] = [];
  for (const [id, message] of streaks) {
    const open = alerts.find((alert) => alert.id === id && alert.resolvedMs === null);
    if (open) {
      Object.assign(open, { message, failures: open.failures + 1 });
      continue;
    }
    const alert = { id, message, failures: failuresMax, sinceMs: now(), resolvedMs: null };
    alerts.push(alert);
    changed.push(alert);
    log.error("collection keeps failing", { id, message, failures: failuresMax });
  }
  for (const alert of alerts) {
    const isOver = alert.resolvedMs === null && !streaks.has(alert.id) &&
      (alert.id === "cycle" ? run.status === "done" : run.sources[alert.id]?.status === "ok");
    if (!isOver) continue;
    alert.resolvedMs = now();
    changed.push(alert);
    log.info("collection works again", { id: alert.id });
  }
  return changed;
}
