/**
 * Notifications: what a person was told, what of it is unread, and what channels made of it.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  deliveriesQuerySchema,
  deliveriesSchema,
  markedSchema,
  type notificationSchema,
  notificationsQuerySchema,
  notificationsSchema,
  readSchema,
} from "../contracts/notifications.ts";
import type { NotificationRecord } from "../contracts/notification_records.ts";
import type { OwnedStore } from "../store/mod.ts";
import { requireUser } from "./identity.ts";
import { linkNext, readPage } from "./paging.ts";
import { getPersonal, jsonBody, type PersonalDeps, readPerson } from "./personal.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const path = "/api/v1/notifications";
const deliveriesPath = "/api/v1/deliveries";
const tags = ["notifications"];
/** Unread ones are counted up to here: nobody needs to know more. */
const UNREAD_MAX = 100;
/** Marked in one commit. */
const MARK_BATCH = 100;

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "What one was told, newest first",
  request: { query: notificationsQuerySchema },
  responses: { ...describeAnswers(notificationsSchema, "A page"), ...unavailable },
});

const readRoute = createRoute({
  method: "post",
  path: `${path}/read`,
  tags,
  summary: "Marks the named notifications as read, or all of them",
  request: { body: jsonBody(readSchema) },
  responses: { ...describeAnswers(markedSchema, "How many were unread"), ...unavailable },
});

const deliveriesRoute = createRoute({
  method: "get",
  path: deliveriesPath,
  tags,
  summary: "What channels did with one's messages, newest first",
  request: { query: deliveriesQuerySchema },
  responses: { ...describeAnswers(deliveriesSchema, "A page"), ...unavailable },
});

/** Binds the notification centre. */
export function bindNotifications(api: Api, deps: PersonalDeps): void {
  for (const guarded of [path, `${path}/*`, deliveriesPath]) {
    api.use(guarded, requireUser(deps, "alerts"));
  }
  api.openapi(listRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { owned } = getPersonal(deps);
    const { unread, limit, cursor: after } = c.req.valid("query");
    const { items, cursor } = await readPage(owned.notifications, {
      index: unread === "true" ? "unread" : "user",
      equals: [userId],
      limit,
      ...(after !== undefined && { cursor: after }),
    });
    linkNext(c, cursor);
    return c.json({
      notifications: items.map(describe),
      count: items.length,
      unread: (await listUnread(owned, userId, UNREAD_MAX)).length,
      next_cursor: cursor,
    }, 200);
  });
  api.openapi(readRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { owned } = getPersonal(deps);
    const { ids } = c.req.valid("json");
    const marked = ids ? await markRead(owned, userId, ids) : await markAllRead(owned, userId);
    return c.json({ marked }, 200);
  });
  api.openapi(deliveriesRoute, async (c) => {
    const { userId } = await readPerson(c, deps);
    const { owned } = getPersonal(deps);
    const { firing_id, limit, cursor: after } = c.req.valid("query");
    const { items, cursor } = await readPage(owned.deliveries, {
      ...(firing_id === undefined
        ? { index: "user", equals: [userId] }
        : { index: "firing", equals: [firing_id] }),
      limit,
      ...(after !== undefined && { cursor: after }),
    });
    linkNext(c, cursor);
    // A firing is of one person: either all of them are one's own, or none.
    const deliveries = items.filter((one) => one.userId === userId)
      .map(({ userId: _own, ...delivery }) => delivery);
    return c.json({ deliveries, count: deliveries.length, next_cursor: cursor }, 200);
  });
}

async function listUnread(owned: OwnedStore, userId: string, limit: number) {
  const query = { index: "unread", equals: [userId], limit };
  return (await owned.notifications.list(query)).items;
}

/** Marks those that are one's own and unread; whoever asks for others learns nothing. */
async function markRead(
  owned: OwnedStore,
  userId: string,
  ids: readonly string[],
): Promise<number> {
  let marked = 0;
  for (let from = 0; from < ids.length; from += MARK_BATCH) {
    const batch = new Set(ids.slice(from, from + MARK_BATCH));
    marked += await owned.transact(async (transaction) => {
      let count = 0;
      for (const id of batch) {
        const record = await transaction.get("notifications", id);
        if (record?.userId !== userId || record.isRead) continue;
        await transaction.put("notifications", { ...record, isRead: true });
        count++;
      }
      return count;
    });
  }
  return marked;
}

async function markAllRead(owned: OwnedStore, userId: string): Promise<number> {
  let marked = 0;
  for (;;) {
    const unread = await listUnread(owned, userId, MARK_BATCH);
    if (unread.length === 0) return marked;
    const count = await markRead(owned, userId, unread.map(({ id }) => id));
    // Somebody else marks the same ones: they will come to the end.
    if (count === 0) return marked;
    marked += count;
  }
}

function describe(record: NotificationRecord): z.output<typeof notificationSchema> {
  const { userId: _own, ...notification } = record;
  return notification;
}
