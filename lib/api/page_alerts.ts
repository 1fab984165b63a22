/**
 * What the pages of alerts and notifications read: through the API, as their visitor.
 *
 * @module
 */
import type { z } from "zod";
import { conditions, customFields } from "../alerts/mod.ts";
import type { alertHistorySchema, alertsSchema } from "../contracts/alerts.ts";
import type { AlertView } from "../ui/alert_list.ts";
import type { ConditionSpec } from "../ui/alert_form.ts";
import { type AskApi, getOwn } from "../ui/own.ts";

/** Most that one answer of the API holds. */
const pageMax = 200;

/** Every condition as a form needs it, in its order. */
export const conditionSpecs: readonly ConditionSpec[] = conditions.map((
  { name, isEvent, threshold, parameters },
) => ({ name, isEvent, threshold, parameters }));

/** Figures that comparisons may look at. */
export const comparedFigures: readonly string[] = customFields;

/** A person's alerts, all of them, and how many there may be. */
export async function readAlerts(ask: AskApi): Promise<{ alerts: AlertView[]; most: number }> {
  const alerts: AlertView[] = [];
  let most = 0;
  let cursor: string | null = null;
  do {
    const after: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: z.output<typeof alertsSchema> = await getOwn(
      ask,
      `/api/v1/alerts?limit=${pageMax}${after}`,
    );
    alerts.push(...page.alerts);
    most = page.most;
    cursor = page.next_cursor;
  } while (cursor !== null && alerts.length < most);
  return { alerts, most };
}

/** A page of firings. */
export type HistoryPage = z.output<typeof alertHistorySchema>;

/** Firings of all alerts, or of one, newest first. */
export function readHistory(
  ask: AskApi,
  { alertId, cursor, limit }: { alertId?: string; cursor?: string; limit: number },
): Promise<HistoryPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (alertId) query.set("alert_id", alertId);
  if (cursor) query.set("cursor", cursor);
  return getOwn(ask, `/api/v1/alert-history?${query}`);
}
