/**
 * Signals: what is asked and answered.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { querySize, recordedSchema } from "./common.ts";
import { cursorSchema, nextCursorSchema } from "./paging.ts";

/** Types of signals. */
export const signalTypes = [
  "sentiment_shift",
  "tvl_anomaly",
  "volume_anomaly",
  "price_alert",
] as const;

/** Lengths of time back from market time, in ms. */
export const timeRangeMs = {
  "1h": 3_600_000,
  "24h": 86_400_000,
  "7d": 604_800_000,
  "30d": 2_592_000_000,
} as const;

/** What signals are asked by. */
export const signalsQuerySchema = z.object({
  limit: querySize(50, 200),
  type: z.enum(signalTypes).optional(),
  entity: z.string().min(1).max(80).optional(),
  minConfidence: z.coerce.number().min(0).max(1).optional(),
  timeRange: z.enum(["1h", "24h", "7d", "30d"]).optional(),
  cursor: cursorSchema,
});

/** One signal. */
export const signalSchema = z.object({
  id: z.string(),
  source: z.string(),
  type: z.enum(signalTypes),
  entity: z.string(),
  data: z.record(z.string(), z.unknown()),
  confidence_score: z.number(),
  timestamp: z.number(),
  processed: z.boolean(),
  entity_name: z.string().optional(),
  entity_type: z.enum(["token", "exchange", "wallet", "protocol"]).optional(),
  entity_sentiment: z.number().optional(),
  evidence: z.looseObject({ claim: z.string() }),
  factors: z.record(z.string(), z.number()),
  updates: z.string().optional(),
  merges: z.array(z.string()).optional(),
  sources: z.array(z.string()).optional(),
  explanation: z.string().optional(),
}).openapi("Signal");

/**
 * Signals, newest first; `timestamp` is market time to the minute. A page may hold fewer than asked
 * for, even none, and still have a `next_cursor` when a rare confidence had to be looked for.
 */
export const signalsSchema = z.object({
  signals: z.array(signalSchema),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
  timestamp: z.number(),
  recorded: recordedSchema,
}).openapi("Signals");
