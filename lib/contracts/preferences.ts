/**
 * Preferences on the wire: where and when a person is told. Secrets go in and are not shown again.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { channelNames } from "./owned.ts";

const minuteSchema = z.number().int().min(0).max(1_439);
const quietSchema = z.strictObject({ fromMinute: minuteSchema, toMinute: minuteSchema }).openapi(
  "QuietHours",
  { example: { fromMinute: 1_320, toMinute: 420 } },
);
const channelsSchema = z.strictObject(
  Object.fromEntries(channelNames.map((name) => [name, z.boolean().optional()])) as Record<
    typeof channelNames[number],
    z.ZodOptional<z.ZodBoolean>
  >,
).openapi("ChannelSwitches", { example: { EMAIL: true } });

/** What is to be changed; what is left out stays as it is, null takes it away. */
export const preferencesChangeSchema = z.strictObject({
  email: z.string().max(254).nullable().optional().openapi({ example: "name@example.org" }),
  webhookUrl: z.string().max(2_000).nullable().optional().openapi({
    example: "https://hooks.example.org/alerts",
  }),
  rotateWebhookSecret: z.boolean().optional().openapi({
    description: "Makes a new signing secret; the answer shows it this once",
  }),
  slackUrl: z.string().max(500).nullable().optional().openapi({
    example: "https://hooks.slack.com/services/T000/B000/XXXX",
  }),
  quietHours: quietSchema.nullable().optional(),
  timeZone: z.string().min(1).max(60).optional().openapi({ example: "Europe/Istanbul" }),
  batchSeconds: z.number().int().min(0).max(86_400).optional(),
  channels: channelsSchema.optional(),
  toasts: z.boolean().optional(),
  sound: z.boolean().optional(),
  toastConfidence: z.number().min(0).max(1).optional(),
}).openapi("PreferencesChange");

/** Preferences as their owner sees them. */
export const preferencesSchema = z.object({
  revision: z.number().int(),
  email: z.string().nullable(),
  /** False where no mail server is named: nothing is sent by mail. */
  isMailOn: z.boolean(),
  webhookUrl: z.string().nullable(),
  hasWebhookSecret: z.boolean(),
  /** Shown once, when it was made. */
  webhookSecret: z.string().nullable(),
  /** Its last four characters behind dots. */
  slackUrl: z.string().nullable(),
  quietHours: quietSchema.nullable(),
  timeZone: z.string(),
  batchSeconds: z.number(),
  channels: channelsSchema,
  toasts: z.boolean(),
  sound: z.boolean(),
  toastConfidence: z.number(),
}).openapi("Preferences", {
  example: {
    revision: 1,
    email: "name@example.org",
    isMailOn: true,
    webhookUrl: "https://hooks.example.org/alerts",
    hasWebhookSecret: true,
    webhookSecret: null,
    slackUrl: "…XXXX",
    quietHours: { fromMinute: 1_320, toMinute: 420 },
    timeZone: "Europe/Istanbul",
    batchSeconds: 60,
    channels: { EMAIL: true },
    toasts: true,
    sound: false,
    toastConfidence: 0.8,
  },
});

/** Which channel is to be tried. */
export const channelTestSchema = z.strictObject({ channel: z.enum(channelNames) }).openapi(
  "ChannelTest",
);

/** The signed text of an address that ends mail. */
export const unsubscribeQuerySchema = z.object({
  token: z.string().min(10).max(500).openapi({ example: "dQ.0a1b2c3d" }),
});
