/**
 * Exports on the wire: which table, which stretch of time, in which format.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { timeframes } from "../market/mod.ts";
import { clientIdSchema } from "./watchlists.ts";

/** Exports that a client may make in 60 s. */
export const exportsPerMinute = 10;

const timeSchema = z.coerce.number().int().min(0).max(8_640_000_000_000_000);
const rangeFields = {
  start: timeSchema.optional().openapi({ example: 1_704_067_200_000 }),
  end: timeSchema.optional().openapi({
    description: "Exclusive",
    example: 1_704_153_600_000,
  }),
};
const formatSchema = z.enum(["csv", "json", "ndjson", "parquet"]).default("csv");

/** Format and stretch of time. */
export const tableQuerySchema = z.object({ format: formatSchema, ...rangeFields });

/** The same of bars. */
export const barsQuerySchema = tableQuerySchema.extend({
  timeframe: z.enum(timeframes).default("1m"),
});

/** Which table of a portfolio. */
export const portfolioQuerySchema = tableQuerySchema.extend({
  table: z.enum(["activities", "holdings", "history"]).default("activities"),
});

/** Tables of the market that anybody who reads may export. */
export const marketTables = ["signals", "outcomes", "market", "dashboard"] as const;
/** Tables of a person. */
export const ownTables = ["alerts", "firings", "watchlists", "notifications"] as const;

/** Format only. */
export const formatQuerySchema = z.object({ format: formatSchema });

/** Path of a portfolio's export. */
export const exportParamSchema = z.object({ id: clientIdSchema });

/** How much of a symbol a report covers. */
export const reportQuerySchema = z.object({
  timeframe: z.enum(timeframes).default("1h"),
  bars: z.coerce.number().int().min(10).max(2_000).default(168).openapi({ example: 168 }),
});
