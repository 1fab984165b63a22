/**
 * Market analysis: trend, volatility and levels of symbols and assets.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { recordedSchema } from "./common.ts";

/** Which symbols or assets, by commas or repeated. */
export const marketAnalysisQuerySchema = z.object({
  symbols: z.union([z.string(), z.array(z.string())]).default("bitcoin,ethereum")
    .transform((text) => [text].flat().flatMap((each) => each.split(",")).filter(Boolean))
    .pipe(z.array(z.string().max(80)).min(1).max(50))
    .openapi({ example: ["bitcoin", "ethereum"] }),
});

const levelSchema = z.object({
  price: z.number(),
  /** How often the market turned there. */
  touches: z.number().int(),
  lastTouch: z.number(),
}).openapi("Level");

/** What is told of one market; what history is too short for is null or absent. */
export const analysisSchema = z.object({
  /** As it was asked for. */
  symbol: z.string(),
  /** The traded symbol whose bars were looked at; null where only figures are known. */
  series: z.string().nullable(),
  price: z.number().nullable(),
  volume_24h: z.number().nullable(),
  market_cap: z.number().nullable(),
  price_change_24h: z.number().nullable(),
  trend: z.enum(["bullish", "bearish"]).nullable(),
  /** From 0 (none) to 1. */
  trend_strength: z.number().nullable(),
  /** Yearly, percent, of the last 7 days. */
  volatility: z.number().nullable(),
  /** From 0 to 100: the share of earlier days that were calmer. */
  volatility_index: z.number().nullable(),
  support_level: z.number().optional(),
  resistance_level: z.number().optional(),
  levels: z.object({ support: levelSchema.nullable(), resistance: levelSchema.nullable() }),
  /** Why something is null. */
  reason: z.string().optional(),
}).openapi("Analysis");

/** The analyses, in the order asked for, and how alike their returns were. */
export const marketAnalysisSchema = z.object({
  analysis: z.array(analysisSchema),
  correlation: z.array(z.object({
    a: z.string(),
    b: z.string(),
    /** From -1 to 1; null where they have too few hours in common. */
    correlation: z.number().nullable(),
    n: z.number().int(),
  })),
  timestamp: z.number(),
  cached: z.boolean(),
  recorded: recordedSchema,
}).openapi("MarketAnalyses");
