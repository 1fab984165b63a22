/**
 * What the dashboards show: sums over signals, transactions, market, entities and sources.
 *
 * A figure that is not known is null; none is made up.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { querySize, recordedSchema } from "./common.ts";
import { cursorSchema } from "./paging.ts";
import { signalTypes } from "./signals.ts";

/** An exact decimal number as text, such as `12.50`. */
const moneySchema = z.string().regex(/^-?\d+(\.\d+)?$/).openapi({ example: "12.5" });

/** Sums of everything. */
export const statsSchema = z.object({
  signals: z.object({
    bySource: z.array(z.object({
      source: z.string(),
      type: z.string(),
      count: z.number().int(),
      avg_confidence: z.number(),
    })),
    total: z.number().int(),
  }),
  /** Confirmed payments; no wallet is named. */
  transactions: z.object({
    total_transactions: z.number().int(),
    /** Of the currency that most was paid in. */
    total_revenue: moneySchema,
    currency: z.string().nullable(),
    avg_transaction: moneySchema.nullable(),
    unique_users: z.number().int(),
  }),
  market: z.object({
    symbols_tracked: z.number().int(),
    /** Stored closed bars; null where the store does not count them. */
    data_points: z.number().int().nullable(),
    /** Mean change of 24 h in percent of the symbols that have one. */
    avg_change: z.number().nullable(),
  }),
  /** The most mentioned entities. */
  entities: z.array(z.object({
    entity_name: z.string(),
    entity_type: z.string(),
    mention_count: z.number().int(),
    /** -1 to 1; null for an entity of no mentions. */
    avg_sentiment: z.number().nullable(),
  })),
  /** Of this calendar month (UTC). */
  apiUsage: z.array(z.object({
    source: z.string(),
    request_count: z.number().int(),
    /** Milliseconds; null without any answer. */
    avg_response_time: z.number().nullable(),
    success_count: z.number().int(),
  })),
  timestamp: z.number(),
  cached: z.boolean(),
  recorded: recordedSchema,
}).openapi("DashboardStats");

/** Which signals. */
export const dashboardSignalsQuerySchema = z.object({
  limit: querySize(50, 200),
  type: z.enum(signalTypes).optional(),
  cursor: cursorSchema,
});

/** Which days. */
export const transactionsQuerySchema = z.object({
  range: z.enum(["1h", "24h", "7d", "30d"]).default("7d"),
});

/** Confirmed payments by day (UTC) and currency, newest day first; no wallet is named. */
export const transactionsSchema = z.object({
  transactions: z.array(z.object({
    date: z.string().openapi({ example: "2024-01-31" }),
    currency: z.string(),
    count: z.number().int(),
    revenue: moneySchema,
    unique_users: z.number().int(),
  })),
  summary: z.array(z.object({
    currency: z.string(),
    count: z.number().int(),
    revenue: moneySchema,
    avg_transaction: moneySchema,
    unique_users: z.number().int(),
  })),
  timeRange: z.enum(["1h", "24h", "7d", "30d"]),
  /** True where there were more payments than are read for one answer; the oldest are left out. */
  truncated: z.boolean(),
  timestamp: z.number(),
}).openapi("Transactions");

const conditionSchema = z.object({
  /** `disabled`: switched off or without its key, so it is not asked. */
  status: z.enum(["healthy", "unhealthy", "disabled"]),
  /** Milliseconds. */
  responseTime: z.number().optional(),
  statusCode: z.number().int().optional(),
  error: z.string().optional(),
}).openapi("Condition");

/** The health of the parts and of every source. */
export const dashboardHealthSchema = z.object({
  database: conditionSchema,
  cache: conditionSchema,
  apis: z.record(z.string(), conditionSchema),
  /** Seconds since the start of the process. */
  uptime: z.number(),
  /** Wall time, epoch ms. */
  timestamp: z.number(),
}).openapi("DashboardHealth");
