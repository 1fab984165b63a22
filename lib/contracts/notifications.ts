/**
 * Notifications on the wire: what a person was told, what came of each way of telling, and the
 * browsers that are told by push.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { lineSchema } from "./alerts.ts";
import { querySize } from "./common.ts";
import { channelNames } from "./owned.ts";
import { cursorSchema, nextCursorSchema } from "./paging.ts";

/** Which notifications. */
export const notificationsQuerySchema = z.object({
  unread: z.enum(["true", "false"]).default("false").openapi({ example: "false" }),
  limit: querySize(50, 200),
  cursor: cursorSchema,
});

/** One line of the notification centre. */
export const notificationSchema = z.object({
  id: z.string(),
  timestamp: z.number(),
  kind: z.enum(["alert", "signal", "digest", "test", "system"]),
  title: z.string(),
  message: z.string(),
  /** Page that shows it, as a path. */
  link: z.string(),
  firingIds: z.array(z.string()),
  isRead: z.boolean(),
  isRecorded: z.boolean(),
}).openapi("Notification");

/** A page of notifications, newest first. */
export const notificationsSchema = z.object({
  notifications: z.array(notificationSchema),
  count: z.number().int(),
  /** Unread ones, counted to 100. */
  unread: z.number().int(),
  next_cursor: nextCursorSchema,
}).openapi("Notifications");

/** Which notifications were read; all of them when none are named. */
export const readSchema = z.strictObject({
  ids: z.array(z.string().min(1).max(600)).min(1).max(200).optional()
    .openapi({ example: ["n:0f8fad5b.1.live.BTCUSDT@1704153600000"] }),
}).openapi("NotificationsRead");

/** How many were marked. */
export const markedSchema = z.object({ marked: z.number().int() }).openapi("Marked");

/** Which deliveries. */
export const deliveriesQuerySchema = z.object({
  firing_id: z.string().min(1).max(600).optional(),
  limit: querySize(50, 200),
  cursor: cursorSchema,
});

/** What channels did with messages, newest first. */
export const deliveriesSchema = z.object({
  deliveries: z.array(z.object({
    id: z.string(),
    firingId: z.string().nullable(),
    channel: z.enum(channelNames),
    timestamp: z.number(),
    status: z.enum(["sent", "retrying", "failed", "suppressed"]),
    attempts: z.number().int(),
    detail: z.string(),
  })),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
}).openapi("Deliveries");

/** The key that browsers subscribe with. */
export const pushKeySchema = z.object({ publicKey: z.string() }).openapi("PushKey");

/** Symbols that a visitor of a watch page may follow. */
const symbolsSchema = z.array(lineSchema(80).min(1)).max(20);
const base64url = (min: number, max: number) =>
  z.string().min(min).max(max).regex(/^[\w-]+=*$/, { error: "must be base64url" });

/** A browser's subscription as `PushSubscription.toJSON()` gives it, and what it wants. */
export const newPushSchema = z.object({
  endpoint: z.string().min(10).max(1_000).openapi({
    example: "https://fcm.googleapis.com/fcm/send/abc",
  }),
  keys: z.object({ p256dh: base64url(80, 100), auth: base64url(20, 30) }).openapi({
    example: {
      p256dh:
        "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
      auth: "tBHItJI5svbpez7KI4CCXg",
    },
  }),
  deviceName: lineSchema(80).default("").openapi({ example: "Firefox on Linux" }),
  symbols: symbolsSchema.default([]).openapi({
    description: "Visitors: the symbols whose signals are pushed; nothing for signed-in users",
    example: [],
  }),
  wants: z.enum(["all", "important"]).default("all"),
}).openapi("NewPushSubscription");

/** Some fields of a subscription, to be changed. */
export const pushChangeSchema = z.strictObject({
  isEnabled: z.boolean().optional(),
  wants: z.enum(["all", "important"]).optional(),
  deviceName: lineSchema(80).optional(),
  symbols: symbolsSchema.optional(),
}).openapi("PushSubscriptionChange", { example: { isEnabled: true } });

/** SHA-256 (hex) of the endpoint. */
export const pushParamSchema = z.object({
  id: z.string().regex(/^[\da-f]{64}$/, { error: "must be the id of a subscription" }).openapi({
    example: "0".repeat(64),
  }),
});

/** A browser that is told by push, without its address and keys. */
export const pushSchema = z.object({
  id: z.string(),
  deviceName: z.string(),
  symbols: z.array(z.string()),
  isEnabled: z.boolean(),
  wants: z.enum(["all", "important"]),
  isAnonymous: z.boolean(),
  /** The host of the service that carries the messages. */
  service: z.string(),
  createdMs: z.number(),
}).openapi("PushSubscription");

/** The browsers of a person. */
export const pushListSchema = z.object({
  subscriptions: z.array(pushSchema),
  count: z.number().int(),
}).openapi("PushSubscriptions");

/** What came of a test. */
export const testedSchema = z.object({
  status: z.enum(["sent", "retry", "gone", "failed", "missing"]),
  /** In words, without secrets. */
  detail: z.string(),
}).openapi("Tested");
