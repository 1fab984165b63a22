/**
 * Alert history: every firing of a person's alerts, with the numbers it was decided by.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import { requireOwn } from "../accounts/mod.ts";
import { alertHistorySchema, type firingSchema, historyQuerySchema } from "../contracts/alerts.ts";
import type { FiringRecord } from "../contracts/owned.ts";
import { requireUser } from "./identity.ts";
import { linkNext, readPage } from "./paging.ts";
import { getPersonal, type PersonalDeps, readPerson } from "./personal.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/alert-history";

const route = createRoute({
  method: "get",
  path,
  tags: ["alerts"],
  summary: "What came of one's alerts, newest first",
  request: { query: historyQuerySchema },
  responses: { ...describeAnswers(alertHistorySchema, "A page of firings"), ...unavailable },
});

/** Binds the alert history. */
export function bindAlertHistory(api: Api, deps: PersonalDeps): void {
  api.use(path, requireUser(deps, "alerts"));
  api.openapi(route, async (c) => {
    const person = await readPerson(c, deps);
    const { owned } = getPersonal(deps);
    const { alert_id, limit, cursor: after } = c.req.valid("query");
    const query = { limit, ...(after !== undefined && { cursor: after }) };
    if (alert_id !== undefined) await requireOwnHistory(deps, alert_id, person);
    const { items, cursor } = await readPage(
      owned.firings,
      alert_id === undefined
        ? { ...query, index: "user", equals: [person.userId] }
        : { ...query, index: "alert", equals: [alert_id] },
    );
    linkNext(c, cursor);
    const firings = items.map(describeFiring);
    return c.json({ firings, count: firings.length, next_cursor: cursor }, 200);
  });
}

/** History outlives its alert: then the newest firing says whose it is. */
async function requireOwnHistory(
  deps: PersonalDeps,
  alertId: string,
  person: { userId: string },
): Promise<void> {
  const { owned } = getPersonal(deps);
  const alert = await owned.alerts.get(alertId);
  const { items } = alert
    ? { items: [alert] }
    : await owned.firings.list({ index: "alert", equals: [alertId], limit: 1 });
  requireOwn(items[0] ?? null, ({ user_id }) => user_id, person, "such an alert");
}

function describeFiring(firing: FiringRecord): z.output<typeof firingSchema> {
  const { id, alert_id, symbol, condition, threshold, value, timestamp, receivedMs } = firing;
  const { decidedMs, isRecorded, title, message, figures, link, channels } = firing;
  return {
    ...{ id, alert_id, symbol, condition, threshold, value, timestamp, receivedMs, decidedMs },
    ...{ isRecorded, title, message, figures, link, channels },
  };
}
