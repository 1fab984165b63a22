/**
 * Administration: what an operator asks for and is answered.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { timeframes } from "../market/mod.ts";

/** One symbol as an operator sees it, followed or not. */
export const managedSymbolSchema = z.object({
  symbol: z.string(),
  id: z.string(),
  exchange: z.string(),
  kind: z.enum(["crypto", "stock"]),
  base: z.string(),
  quote: z.string(),
  name: z.string().optional(),
  active: z.boolean(),
}).openapi("ManagedSymbol");

/** All symbols of the store. */
export const managedSymbolsSchema = z.object({
  symbols: z.array(managedSymbolSchema),
  count: z.number().int(),
}).openapi("ManagedSymbols");

/** Which symbol is added, enabled or disabled. */
export const symbolChangeSchema = z.object({
  /** The exchange's own spelling. */
  symbol: z.string().regex(/^[A-Z0-9.\-]{2,30}$/).openapi({ example: "BTCUSDT" }),
  exchange: z.enum(["binance", "alpaca", "bist"]).default("binance"),
  active: z.boolean().default(true),
}).openapi("SymbolChange");

/** One refused trade that is kept for review. */
export const refusedTradeSchema = z.object({
  id: z.number().int(),
  symbol: z.string(),
  price: z.number().nullable(),
  size: z.number().nullable(),
  /** Epoch ms by the exchange's clock. */
  eventMs: z.number().nullable(),
  source: z.string(),
  /** Names of the checks that it failed. */
  failed: z.array(z.string()),
}).openapi("RefusedTrade");

/** Refused trades, oldest first. */
export const refusedTradesSchema = z.object({
  trades: z.array(refusedTradeSchema),
  count: z.number().int(),
  /** False while the settings keep none. */
  isKept: z.boolean(),
}).openapi("RefusedTrades");

/** What became of a released trade. */
export const releasedTradeSchema = z.object({
  id: z.number().int(),
  /** Added to the running bar; its bar is closed, so the exchange's figures hold; or no trade at all. */
  outcome: z.enum(["added", "closed", "unusable"]),
}).openapi("ReleasedTrade");

/** A point of time: epoch ms, or ISO text; a date alone is the start of its UTC day. */
const timeSchema = z.union([z.number().int().nonnegative(), z.iso.date(), z.iso.datetime()]);

/** Which past of which series is fetched. */
export const backfillRequestSchema = z.strictObject({
  exchange: z.string().min(1).max(40).openapi({ example: "binance" }),
  /** The exchange's own spelling. */
  symbol: z.string().regex(/^[A-Z0-9.\-]{1,30}$/).openapi({ example: "BTCUSDT" }),
  timeframe: z.enum(timeframes).default("1h"),
  start: timeSchema.openapi({ example: "2024-01-01" }),
  /** Not included. */
  end: timeSchema.openapi({ example: "2024-02-01" }),
}).openapi("BackfillRequest");

/** A backfill and how far it is. */
export const backfillSchema = z.object({
  id: z.string(),
  exchange: z.string(),
  symbol: z.string(),
  timeframe: z.enum(timeframes),
  /** First and one past the last bar start, epoch ms. */
  from: z.number(),
  to: z.number(),
  status: z.enum(["waiting", "running", "done", "stopped", "failed"]),
  bars: z.number().int(),
  /** Of the stretch, what is done and all of it, ms of market time. */
  done_ms: z.number(),
  total_ms: z.number(),
  error: z.string().nullable(),
  /** Bars of the whole stretch that are stored, once it is done. */
  stored: z.number().int().optional(),
  /** What is not as it was asked for, in plain words. */
  note: z.string().optional(),
  /** Wall time, epoch ms. */
  created_at: z.number(),
  updated_at: z.number(),
}).openapi("Backfill");

/** Backfills, newest first. */
export const backfillsSchema = z.object({
  backfills: z.array(backfillSchema),
  count: z.number().int(),
}).openapi("Backfills");
