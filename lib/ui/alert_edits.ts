/**
 * What the buttons of an alert change, as edits that outlive the network.
 *
 * @module
 */
import { pickContent } from "./alert_acts.ts";
import type { AlertView } from "./alert_list.ts";
import type { EditDraft } from "./edits.ts";

/**
 * Returns the edit of a button; null for one that there is none of. `nowMs` is wall time; `shown` is
 * the alert with what waits on this device, where something does.
 */
export function planAlertEdit(
  alert: AlertView,
  { act, seconds, nowMs, shown = alert }: {
    act: string;
    seconds: number;
    nowMs: number;
    shown?: AlertView;
  },
): EditDraft | null {
  const content = pickContent(shown);
  const shared = {
    path: `/api/v1/alerts/${alert.alert_id}`,
    base: { ...pickContent(alert), revision: alert.revision },
    title: alert.name,
  };
  const put = (change: Record<string, unknown>): EditDraft => ({
    ...shared,
    method: "PUT",
    body: { ...content, ...change },
  });
  if (act === "on" || act === "off") return put({ is_active: act === "on" });
  if (act === "wake") return put({ snoozedUntilMs: null });
  if (act === "snooze" && seconds > 0) return put({ snoozedUntilMs: nowMs + seconds * 1_000 });
  return act === "delete" ? { ...shared, method: "DELETE", body: null } : null;
}

/** Returns the edit that makes a deleted alert again, under its own id. */
export function planReturn(alert: AlertView): EditDraft {
  return {
    method: "PUT",
    path: `/api/v1/alerts/${alert.alert_id}`,
    body: pickContent(alert),
    base: null,
    title: alert.name,
  };
}
