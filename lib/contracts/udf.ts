/**
 * The universal datafeed that charting libraries speak: tables as columns, times in seconds.
 *
 * Its own protocol decides the shapes, also of failures: they come with status 200.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";

/** Names of timeframes in this protocol. */
export const udfResolutions = ["1", "5", "15", "60", "240", "1D"] as const;

const text = z.string().max(200).optional();

/** A failure, as this protocol says it. */
export const udfErrorSchema = z.object({ s: z.literal("error"), errmsg: z.string() })
  .openapi("UdfError");

/** What the feed can do. */
export const udfConfigSchema = z.object({
  supported_resolutions: z.array(z.string()),
  supports_group_request: z.boolean(),
  supports_marks: z.boolean(),
  supports_search: z.boolean(),
  supports_timescale_marks: z.boolean(),
  supports_time: z.boolean(),
  exchanges: z.array(z.object({ value: z.string(), name: z.string(), desc: z.string() })),
  symbols_types: z.array(z.object({ name: z.string(), value: z.string() })),
}).openapi("UdfConfig");

/** Which symbol. */
export const udfSymbolQuerySchema = z.object({ symbol: text });

/** One symbol. */
export const udfSymbolSchema = z.union([
  z.object({
    name: z.string(),
    ticker: z.string(),
    description: z.string(),
    type: z.string(),
    exchange: z.string(),
    listed_exchange: z.string(),
    session: z.string(),
    timezone: z.string(),
    /** Days without a session, `YYYYMMDD` by commas; of exchanges that close. */
    session_holidays: z.string().optional(),
    /** Days with other hours, such as `0930-1300:20261127`. */
    corrections: z.string().optional(),
    minmov: z.number(),
    /** The least step of a price is 1 divided by this. */
    pricescale: z.number(),
    has_intraday: z.boolean(),
    has_daily: z.boolean(),
    has_weekly_and_monthly: z.boolean(),
    intraday_multipliers: z.array(z.string()),
    supported_resolutions: z.array(z.string()),
    volume_precision: z.number(),
    data_status: z.string(),
    format: z.string(),
    currency_code: z.string(),
  }).openapi("UdfSymbol"),
  udfErrorSchema,
]);

/** What is looked for. */
export const udfSearchQuerySchema = z.object({
  query: text,
  type: text,
  exchange: text,
  limit: text,
});

/** What was found. */
export const udfSearchSchema = z.union([
  z.array(
    z.object({
      symbol: z.string(),
      full_name: z.string(),
      description: z.string(),
      exchange: z.string(),
      ticker: z.string(),
      type: z.string(),
    }).openapi("UdfFound"),
  ),
  udfErrorSchema,
]);

/** Which bars; seconds, `to` exclusive; with `countback`, so many before `to`. */
export const udfHistoryQuerySchema = z.object({
  symbol: text,
  resolution: text,
  from: text,
  to: text,
  countback: text,
});

const columnSchema = z.array(z.number());

/** Bars as columns, oldest first. */
export const udfHistorySchema = z.union([
  z.object({
    s: z.literal("ok"),
    t: columnSchema,
    o: columnSchema,
    h: columnSchema,
    l: columnSchema,
    c: columnSchema,
    v: columnSchema,
  }).openapi("UdfBars"),
  z.object({
    s: z.literal("no_data"),
    /** Where the newest bar before the asked ones lies, seconds. */
    nextTime: z.number().optional(),
  }).openapi("UdfNoData"),
  udfErrorSchema,
]);

/** Which marks; seconds. */
export const udfMarksQuerySchema = z.object({
  symbol: text,
  resolution: text,
  from: text,
  to: text,
});

/** Marks as columns. */
export const udfMarksSchema = z.union([
  z.object({
    id: z.array(z.string()),
    time: columnSchema,
    color: z.array(z.string()),
    text: z.array(z.string()),
    label: z.array(z.string()),
    labelFontColor: z.array(z.string()),
    minSize: columnSchema,
  }).openapi("UdfMarks"),
  udfErrorSchema,
]);
