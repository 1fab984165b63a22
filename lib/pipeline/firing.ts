/**
 * From a hit to a firing: decided once, whoever else has seen the same.
 *
 * The firing, the alert's new state and the work of telling people are one commit. A process that
 * ends before it has done nothing, and one that ends after it has nothing left to do.
 *
 * @module
 */
import {
  type AlertState,
  createAlertState,
  getRest,
  type Hit,
  type Moment,
} from "../alerts/mod.ts";
import type { AlertRecord, FiringRecord } from "../contracts/owned.ts";
import type { AlertStateRecord, OwnedStore, Transaction } from "../store/mod.ts";

/** Topic of the work of telling people. */
export const DELIVER_TOPIC = "deliver";

/** What became of a hit. */
export type Decision =
  | { kind: "fired"; firing: FiringRecord; alert: AlertRecord }
  /** Somebody else decided on it, or has fired since: this is where the alert stands. */
  | { kind: "known"; state: AlertState }
  /** The alert was changed, is at rest, or is gone (null). */
  | { kind: "changed"; alert: AlertRecord | null };

/** Where a hit happened. */
export interface Scene {
  owned: OwnedStore;
  world: string;
  isRecorded: boolean;
  /** Wall time, epoch ms. */
  nowMs: number;
}

/** Id of an alert's state in one world. */
export const getStateId = (world: string, alertId: string) => `${world} ${alertId}`;

/** Returns the state that a record holds, for the alert's revision; null for another one's. */
export function readState(
  record: AlertStateRecord | null,
  { revision }: AlertRecord,
): AlertState | null {
  if (!record || record.revision !== revision) return null;
  const { phase, sinceMs, heldSinceMs, lastFiredMs } = record;
  if (phase === "snoozed" || phase === "expired" || phase === "inactive") return null;
  return { phase, sinceMs, heldSinceMs, lastFiredMs };
}

/** Returns the record of a state. */
export function writeState(
  world: string,
  { id, revision }: AlertRecord,
  { phase, sinceMs, heldSinceMs, lastFiredMs }: AlertState,
): AlertStateRecord {
  return {
    id: getStateId(world, id),
    alertId: id,
    ...{ phase, sinceMs, heldSinceMs, lastFiredMs, revision },
  };
}

/** Decides on a hit and, when it is ours, stores its firing. Rejects as `transact` does. */
export function decideHit(
  { owned, world, isRecorded, nowMs }: Scene,
  hit: Hit,
  moment: Moment,
): Promise<Decision> {
  const { rule, before, state } = hit;
  return owned.transact<Decision>(async (transaction) => {
    const alert = await transaction.get("alerts", rule.alert.id);
    const isSame = alert?.revision === rule.alert.revision && getRest(alert, nowMs) === null;
    if (!isSame) return { kind: "changed", alert };
    const record = await transaction.get("alertStates", getStateId(world, alert.id));
    const stored = readState(record, alert);
    const firing = describeFiring(hit, moment, { world, isRecorded, nowMs });
    const isTaken = (stored?.lastFiredMs ?? null) !== before.lastFiredMs ||
      await transaction.get("firings", firing.id) !== null;
    if (isTaken) return { kind: "known", state: stored ?? createAlertState(moment.timeMs) };
    return await putFiring(transaction, { alert, firing, state });
  });
}

async function putFiring(
  transaction: Transaction,
  { alert, firing, state }: { alert: AlertRecord; firing: FiringRecord; state: AlertState },
): Promise<Decision> {
  await transaction.put("firings", firing);
  await transaction.put("alertStates", writeState(firing.world, alert, state));
  const after = !alert.one_time ? alert : {
    ...alert,
    is_active: false,
    revision: alert.revision + 1,
    updated_at: firing.decidedMs,
  };
  if (alert.one_time) await transaction.put("alerts", after);
  transaction.enqueue(DELIVER_TOPIC, { firingId: firing.id }, { id: `deliver:${firing.id}` });
  return { kind: "fired", firing, alert: after };
}

/** The name of an event, by which two who saw it know that it is one. */
function nameEvent(moment: Moment): string {
  return moment.kind === "signal" ? moment.id : `${moment.symbol}@${moment.timeMs}`;
}

function describeFiring(
  { rule: { alert }, finding: { value, message, figures } }: Hit,
  moment: Moment,
  { world, isRecorded, nowMs }: { world: string; isRecorded: boolean; nowMs: number },
): FiringRecord {
  return {
    id: `${alert.id}.${alert.revision}.${world}.${nameEvent(moment)}`,
    alert_id: alert.id,
    user_id: alert.user_id,
    symbol: moment.symbol,
    condition: alert.condition,
    threshold: alert.threshold,
    value,
    timestamp: moment.timeMs,
    receivedMs: moment.receivedMs,
    decidedMs: nowMs,
    world,
    isRecorded,
    title: alert.name,
    message,
    figures: replaceNaN(figures),
    link: getLink(moment),
    channels: alert.channels,
  };
}

/** A figure that is not known is told as such: JSON has no NaN. */
function replaceNaN(figures: Readonly<Record<string, number | string | null>>) {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Number.isNaN(value) ? null : value]),
  );
}

/** Page that shows a moment, as a path. */
function getLink(moment: Moment): string {
  const symbol = encodeURIComponent(moment.symbol);
  switch (moment.kind) {
    case "figure":
      return moment.link;
    case "signal":
      return `/explore/signals?entity=${symbol}`;
    case "bar":
      return `/enhanced-dashboard?symbol=${symbol}&timeframe=${moment.timeframe}`;
    case "price":
      return `/enhanced-dashboard?symbol=${symbol}`;
  }
}
