/**
 * Alerts as their owner sees them: with the phase in which each stands.
 *
 * @module
 */
import type { z } from "zod";
import { type AlertState, getPhase } from "../alerts/mod.ts";
import type { alertSchema, alertsQuerySchema } from "../contracts/alerts.ts";
import type { AlertRecord } from "../contracts/owned.ts";
import { getStateId, readState } from "../pipeline/firing.ts";
import type { RecordQuery } from "../store/types.ts";
import { readContent } from "./alert_content.ts";
import { readPage } from "./paging.ts";
import type { PersonalParts } from "./personal.ts";

/** An alert on the wire. */
export type AlertView = z.output<typeof alertSchema>;

/** Reads alerts. */
export interface AlertReader {
  /** A page of a person's alerts, newest first; filters never leave a page half empty. */
  list(
    userId: string,
    query: z.output<typeof alertsQuerySchema>,
  ): Promise<{ alerts: AlertView[]; cursor: string | null }>;
  describe(alert: AlertRecord, state: AlertState | null): AlertView;
  /** The same with the states that are kept of them. */
  describeAll(alerts: readonly AlertRecord[]): Promise<AlertView[]>;
}

/** Returns a reader; `world` is where states are kept, `now` the wall clock. */
export function createAlertReader(
  { owned, getAlertState, world, now }:
    & Pick<PersonalParts, "owned" | "getAlertState">
    & { world: string; now(): number },
): AlertReader {
  const describe: AlertReader["describe"] = (alert, state) => ({
    ...readContent(alert),
    alert_id: alert.alert_id,
    user_id: alert.user_id,
    phase: getPhase(alert, state, now()),
    lastFiredMs: state?.lastFiredMs ?? null,
    revision: alert.revision,
    created_at: alert.created_at,
    updated_at: alert.updated_at,
  });
  const readOne = async (alert: AlertRecord) => {
    // Who watches it knows best; the store lags by seconds.
    const watched = getAlertState(alert.id, alert.revision);
    if (watched) return describe(alert, watched);
    const record = await owned.alertStates.get(getStateId(world, alert.id));
    return describe(alert, readState(record, alert));
  };
  const describeAll: AlertReader["describeAll"] = (alerts) => Promise.all(alerts.map(readOne));
  return {
    describe,
    describeAll,
    async list(userId, { symbol, condition, phase, limit, cursor: first }) {
      const index: RecordQuery = symbol === undefined
        ? { index: "user", equals: [userId] }
        : { index: "user_symbol", equals: [userId, symbol] };
      const found: AlertView[] = [];
      let cursor = first ?? null;
      do {
        const page = await readPage(owned.alerts, {
          ...index,
          // No more than fit, so that the cursor stands behind the last one shown.
          limit: limit - found.length,
          ...(cursor !== null && { cursor }),
        });
        const views = await describeAll(
          page.items.filter((alert) => condition === undefined || alert.condition === condition),
        );
        found.push(...views.filter((view) => phase === undefined || view.phase === phase));
        cursor = page.cursor;
      } while (cursor !== null && found.length < limit);
      return { alerts: found, cursor };
    },
  };
}
