/**
 * Charts, symbols, market data, features, quality and continuity: what is asked and answered.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { barQualities } from "../market/mod.ts";
import { queryFlagSchema, querySize, recordedSchema, timeframeSchema } from "./common.ts";
import { cursorSchema, nextCursorSchema } from "./paging.ts";

/** One bar on the wire; `time` is the epoch ms of its start. */
export const barSchema = z.object({
  time: z.number().int(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  volume: z.number(),
  closed: z.boolean(),
  quality: z.enum(barQualities),
}).openapi("Bar");

/** What a chart is asked by. */
export const chartQuerySchema = z.object({
  timeframe: timeframeSchema.default("1h"),
  limit: querySize(500, 5_000),
});

/** A chart: indicator arrays are as long as `bars`, null where no value exists. */
export const chartSchema = z.object({
  symbol: z.string(),
  timeframe: timeframeSchema,
  bars: z.array(barSchema),
  indicators: z.record(z.string(), z.array(z.number().nullable())),
  source: z.string(),
  recorded: recordedSchema,
  cached: z.boolean(),
}).openapi("Chart");

/** A symbol in the list of symbols. */
export const listedSymbolSchema = z.object({
  symbol: z.string(),
  id: z.string(),
  name: z.string().optional(),
  timeframes: z.array(timeframeSchema),
}).openapi("ListedSymbol");

/** Active symbols by exchange. */
export const symbolsSchema = z.object({
  exchanges: z.object({
    Binance: z.array(listedSymbolSchema),
    Alpaca: z.array(listedSymbolSchema),
    Yahoo: z.array(listedSymbolSchema),
  }),
  count: z.number().int(),
  cached: z.boolean(),
  recorded: recordedSchema,
}).openapi("Symbols");

/** Whether a cached figure will do. */
export const marketDataQuerySchema = z.object({ cache: queryFlagSchema });

/** Last known figures of a symbol or asset; `timestamp` is when they were true. */
export const marketDataSchema = z.object({
  symbol: z.string(),
  price: z.number(),
  volume_24h: z.number().nullable(),
  market_cap: z.number().nullable(),
  price_change_24h: z.number().nullable(),
  timestamp: z.number(),
  source: z.string(),
  /** Null for figures of another date than the recording that is played. */
  ageMs: z.number().nullable(),
  /** Then: when they were recorded, epoch ms. */
  recordedAt: z.number().optional(),
  recorded: recordedSchema,
  /** Where and when each figure was told, epoch ms; those that are null are left out. */
  figures: z.partialRecord(
    z.enum(["price", "volume_24h", "market_cap", "price_change_24h"]),
    z.object({ source: z.string(), timestamp: z.number() }),
  ),
  /** `queued`: nobody could be asked now; the figures are the last known ones. */
  from: z.enum(["store", "cache", "source", "alternative", "queued"]),
  cached: z.boolean(),
}).openapi("MarketData");

/** Which symbols are asked for, by commas or repeated; none means all. */
export const marketListQuerySchema = z.object({
  symbols: z.union([z.string(), z.array(z.string())]).optional()
    .transform((text) => [text ?? []].flat().flatMap((each) => each.split(",")).filter(Boolean))
    .pipe(z.array(z.string().max(80)).max(500)),
});

/** The newest price of each symbol; a symbol without any is left out. */
export const marketListSchema = z.object({
  marketData: z.array(z.object({
    symbol: z.string(),
    price: z.number(),
    price_change_24h: z.number().nullable(),
    timestamp: z.number(),
    source: z.string(),
  })),
  timestamp: z.number(),
}).openapi("MarketList");

/** What features are asked by. */
export const featuresQuerySchema = z.object({
  timeframe: timeframeSchema.default("1h"),
  start: z.coerce.number().int().min(0).optional(),
  end: z.coerce.number().int().min(0).optional(),
  mode: z.enum(["batch", "realtime"]).default("batch"),
  version: z.string().max(20).default("v1.0"),
  limit: querySize(500, 1_000),
  cursor: cursorSchema,
});

/** One row of features; `backfilled` names cells that came from a later row. */
export const featureRowSchema = z.object({
  time: z.number(),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  backfilled: z.array(z.string()),
}).openapi("FeatureRow");

/** Rows of features, oldest first, the page of the newest first; in realtime mode the newest one only. */
export const featuresSchema = z.object({
  symbol: z.string(),
  timeframe: timeframeSchema,
  version: z.string(),
  features: z.union([z.array(featureRowSchema), featureRowSchema, z.null()]),
  /** Leads to older rows. */
  next_cursor: nextCursorSchema,
  timestamp: z.number(),
  recorded: recordedSchema,
}).openapi("Features");

/** The quality of a symbol's data; the score is null before anything was judged. */
export const qualitySchema = z.object({
  symbol: z.string(),
  quality_score: z.number().min(0).max(1).nullable(),
  checks: z.record(z.string(), z.object({ passed: z.number(), failed: z.number() })),
  updated_at: z.number().nullable(),
  recorded: recordedSchema,
}).openapi("Quality");

/** What the ledger is narrowed to. */
export const continuityQuerySchema = z.object({
  symbol: z.string().max(80).optional(),
  timeframe: timeframeSchema.optional(),
  /** Holes of a page; those of other timeframes are left out of it. */
  limit: querySize(200, 1_000),
  cursor: cursorSchema,
});

/** One series of the ledger: bars expected since watching began, and what became of them. */
export const continuityRowSchema = z.object({
  source: z.string(),
  symbol: z.string(),
  timeframe: timeframeSchema,
  from: z.number(),
  to: z.number(),
  expected: z.number().int(),
  received: z.number().int(),
  repaired: z.number().int(),
  filled: z.number().int(),
  missing: z.number().int(),
}).openapi("ContinuityRow");
/** One series of the ledger. */
export type ContinuityRow = z.infer<typeof continuityRowSchema>;

/** A hole in our watching. */
export const gapSchema = z.object({
  id: z.string(),
  source: z.string(),
  symbol: z.string(),
  timeframe: timeframeSchema,
  from: z.number(),
  to: z.number(),
  status: z.enum(["open", "repaired", "unrepairable"]),
  reason: z.string(),
  timestamp: z.number(),
  repairedAt: z.number().optional(),
}).openapi("Gap");

/** The ledger: every series and the newest holes. */
export const continuitySchema = z.object({
  series: z.array(continuityRowSchema),
  gaps: z.array(gapSchema),
  /** Leads to older holes. */
  next_cursor: nextCursorSchema,
  totals: z.object({
    expected: z.number(),
    received: z.number(),
    repaired: z.number(),
    filled: z.number(),
    missing: z.number(),
  }),
  timestamp: z.number(),
  recorded: recordedSchema,
}).openapi("Continuity");
