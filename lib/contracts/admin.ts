/**
 * Administration: what an operator asks for and is answered.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";

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
  exchange: z.enum(["binance"]).default("binance"),
  active: z.boolean().default(true),
}).openapi("SymbolChange");
