/**
 * Alerts on the wire: what a person orders, where it stands, what came of it, and what it would have
 * done in the past. Prescribed fields keep their spelling; times are epoch ms.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { timeframes } from "../market/mod.ts";
import { querySize } from "./common.ts";
import { alertComparisons, alertConditions, alertPhases, channelNames } from "./owned.ts";
import { cursorSchema, nextCursorSchema } from "./paging.ts";

/** Alerts that a person may have. */
export const alertsMax = 1_000;
/** Largest time that dates can be made of, epoch ms. */
const timeMax = 8_640_000_000_000_000;
/** Nothing that a page, a mail or a terminal would act upon. */
const linePattern = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]*$/u;
/** The same, in several lines. */
const textPattern = /^(?:[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]|\n)*$/u;

/** One line of text of at most `max` characters. */
export const lineSchema = (max: number) =>
  z.string().trim().max(max).regex(linePattern, { error: "must be one line of plain text" });
const timeSchema = z.number().int().min(0).max(timeMax);
const priceSchema = z.number().positive().max(1e15);

const lineOnChartSchema = z.strictObject({
  fromMs: timeSchema,
  fromPrice: priceSchema,
  toMs: timeSchema,
  toPrice: priceSchema,
}).openapi("AlertLine", {
  example: {
    fromMs: 1_704_153_600_000,
    fromPrice: 42_000,
    toMs: 1_704_240_000_000,
    toPrice: 43_000,
  },
});

const comparisonSchema = z.strictObject({
  field: z.string().min(1).max(40).openapi({ example: "rsi_14" }),
  is: z.enum(alertComparisons),
  value: z.number(),
}).openapi("AlertComparison");
const groupOf = <T extends z.ZodType>(rule: T) =>
  z.strictObject({ match: z.enum(["all", "any"]), rules: z.array(rule).min(1).max(20) });
// Written out to the depth that is allowed, so that no input can be nested without end.
const innerGroupSchema = groupOf(comparisonSchema);
const middleGroupSchema = groupOf(z.union([comparisonSchema, innerGroupSchema]));
/** All or any of some comparisons or further groups. */
export const groupSchema = groupOf(z.union([comparisonSchema, middleGroupSchema])).openapi(
  "AlertGroup",
  { example: { match: "all", rules: [{ field: "rsi_14", is: "crosses_above", value: 70 }] } },
);

/** What some conditions need beside the threshold. */
export const parametersSchema = z.strictObject({
  timeframe: z.enum(timeframes).optional(),
  direction: z.enum(["up", "down", "both"]).optional(),
  windowMs: z.number().int().min(1).max(1e12).optional(),
  signalType: lineSchema(40).min(1).optional().openapi({ example: "price_alert" }),
  line: lineOnChartSchema.optional(),
  group: groupSchema.optional(),
  repeats: z.boolean().optional(),
}).openapi("AlertParameters", { example: {} });

const nameSchema = lineSchema(120).default("").openapi({
  description: "Made of the condition when empty",
  example: "BTC above 60,000",
});

const draftFields = {
  symbol: lineSchema(120).min(1).openapi({ example: "BTCUSDT" }),
  condition: z.enum(alertConditions),
  threshold: z.number().nullable().default(null).openapi({ example: 60_000 }),
  parameters: parametersSchema.default({}),
  channels: z.array(z.enum(channelNames)).min(1).max(channelNames.length)
    .refine((names) => new Set(names).size === names.length, { error: "names each channel once" })
    .default(["WEBSOCKET"]).openapi({ example: ["WEBSOCKET", "PUSH"] }),
  cooldown: z.number().int().min(0).max(1e9).default(300).openapi({ example: 300 }),
  one_time: z.boolean().default(false),
  is_active: z.boolean().default(true),
  name: nameSchema,
  note: z.string().max(1_000).regex(textPattern, { error: "must be plain text" }).default("")
    .openapi({ example: "" }),
  holdMs: z.number().int().min(0).max(1e12).default(0).openapi({ example: 0 }),
  allowsUnsure: z.boolean().default(false),
  expiresMs: timeSchema.nullable().default(null).openapi({ example: null }),
  snoozedUntilMs: timeSchema.nullable().default(null).openapi({ example: null }),
};

/** Id of an alert: what a client makes, or we. */
export const alertIdSchema = z.uuid().toLowerCase().openapi({
  example: "0f8fad5b-d9cb-469f-a165-70867728950e",
});

/** An alert as it is ordered. */
export const alertDraftSchema = z.strictObject(draftFields).openapi("AlertDraft");
/** The same to be made; with an id of the client's own it can be sent again and is made once. */
export const newAlertSchema = z.strictObject({
  ...draftFields,
  alert_id: alertIdSchema.optional(),
}).openapi("NewAlert");

/** Some fields of an alert, to be changed. */
export const alertChangeSchema = z.strictObject({
  symbol: draftFields.symbol.optional(),
  condition: draftFields.condition.optional(),
  threshold: z.number().nullable().optional().openapi({ example: 60_000 }),
  parameters: parametersSchema.optional(),
  channels: draftFields.channels.removeDefault().optional(),
  cooldown: draftFields.cooldown.removeDefault().optional(),
  one_time: z.boolean().optional(),
  is_active: z.boolean().optional(),
  name: lineSchema(120).optional(),
  note: draftFields.note.removeDefault().optional(),
  holdMs: draftFields.holdMs.removeDefault().optional(),
  allowsUnsure: z.boolean().optional(),
  expiresMs: timeSchema.nullable().optional(),
  snoozedUntilMs: timeSchema.nullable().optional(),
}).openapi("AlertChange", { example: { is_active: false } });

/** Path of one alert. */
export const alertParamSchema = z.object({ alert_id: alertIdSchema });

/** The condition of a write: only if the record is still this revision, or is not there yet. */
export const preconditionSchema = z.object({
  "if-match": z.string().max(100).optional().openapi({
    description: 'The record\'s `revision` in quotes; `"3"`',
    example: '"3"',
  }),
  "if-none-match": z.string().max(100).optional().openapi({
    description: "`*` makes a record and never changes one that is there",
    example: "*",
  }),
});

/** A key that the client chose for its request, so that a repetition is answered, not done. */
export const idempotencySchema = z.object({
  "idempotency-key": z.string().regex(/^[\x21-\x7e]{8,100}$/, {
    error: "must be 8 to 100 visible ASCII characters",
  }).optional().openapi({ example: "7c3d2f0e-aa10-4c9c-8c39-1d6f5a1d3c77" }),
});

/** An alert as its owner sees it. */
export const alertSchema = z.object({
  alert_id: z.string(),
  user_id: z.string(),
  symbol: z.string(),
  condition: z.enum(alertConditions),
  threshold: z.number().nullable(),
  parameters: parametersSchema,
  channels: z.array(z.enum(channelNames)),
  cooldown: z.number(),
  one_time: z.boolean(),
  is_active: z.boolean(),
  name: z.string(),
  note: z.string(),
  holdMs: z.number(),
  allowsUnsure: z.boolean(),
  expiresMs: z.number().nullable(),
  snoozedUntilMs: z.number().nullable(),
  phase: z.enum(alertPhases),
  /** Market time of its last firing. */
  lastFiredMs: z.number().nullable(),
  revision: z.number().int(),
  created_at: z.number(),
  updated_at: z.number(),
}).openapi("Alert");

/** Which alerts. */
export const alertsQuerySchema = z.object({
  symbol: lineSchema(120).min(1).optional().openapi({ example: "BTCUSDT" }),
  condition: z.enum(alertConditions).optional(),
  phase: z.enum(alertPhases).optional(),
  limit: querySize(50, 200),
  cursor: cursorSchema,
});

/** A page of alerts, newest first. */
export const alertsSchema = z.object({
  alerts: z.array(alertSchema),
  count: z.number().int(),
  /** Alerts that one person may have. */
  most: z.number().int(),
  next_cursor: nextCursorSchema,
}).openapi("Alerts");

/** Until when an alert is silent; null ends it. */
export const snoozeSchema = z.strictObject({ untilMs: timeSchema.nullable() }).openapi("Snooze");

/** Which firings. */
export const historyQuerySchema = z.object({
  alert_id: alertIdSchema.optional(),
  limit: querySize(50, 200),
  cursor: cursorSchema,
});

/** That an alert came true, and why. */
export const firingSchema = z.object({
  id: z.string(),
  alert_id: z.string(),
  symbol: z.string(),
  condition: z.enum(alertConditions),
  threshold: z.number().nullable(),
  value: z.number().nullable(),
  timestamp: z.number(),
  receivedMs: z.number(),
  decidedMs: z.number(),
  isRecorded: z.boolean(),
  title: z.string(),
  message: z.string(),
  figures: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  link: z.string(),
  channels: z.array(z.enum(channelNames)),
}).openapi("Firing", {
  example: {
    id: "0f8fad5b.1.live.BTCUSDT@1704153600000",
    alert_id: "0f8fad5b-d9cb-469f-a165-70867728950e",
    symbol: "BTCUSDT",
    condition: "PRICE_ABOVE",
    threshold: 60_000,
    value: 60_012.5,
    timestamp: 1_704_153_600_000,
    receivedMs: 1_704_153_600_040,
    decidedMs: 1_704_153_600_051,
    isRecorded: false,
    title: "BTC above 60,000",
    message: "BTCUSDT trades at 60,012.50, above the level 60,000.00.",
    figures: { price: 60_012.5, level: 60_000 },
    link: "/enhanced-dashboard?symbol=BTCUSDT",
    channels: ["WEBSOCKET"],
  },
});

/** A page of firings, newest first. */
export const alertHistorySchema = z.object({
  firings: z.array(firingSchema),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
}).openapi("AlertHistory");

/** What an alert would have done. */
export const foresightSchema = z.object({
  symbol: z.string(),
  condition: z.enum(alertConditions),
  /** Bars that were looked at; null where none were. */
  timeframe: z.enum(timeframes).nullable(),
  /** False where no history is kept of what the condition looks at: `detail` says so. */
  isKnown: z.boolean(),
  detail: z.string(),
  counts: z.array(z.object({
    days: z.number(),
    firings: z.number().int(),
    /** How many of those days the history knows. */
    coveredDays: z.number(),
  })),
  aftermath: z.array(z.object({
    afterMs: z.number(),
    count: z.number().int(),
    /** Percent. */
    medianChange: z.number().nullable(),
    /** From 0 to 1. */
    higherShare: z.number().nullable(),
  })),
  firings: z.array(z.object({
    timeMs: z.number(),
    price: z.number().nullable(),
    changes: z.array(z.number().nullable()),
  })),
}).openapi("Foresight");
