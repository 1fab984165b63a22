/**
 * Watchlists on the wire: lists of symbols that a person keeps an eye on, some of them for everybody.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { lineSchema } from "./alerts.ts";
import { querySize } from "./common.ts";
import { cursorSchema, nextCursorSchema } from "./paging.ts";

/** Watchlists that a person may have. */
export const watchlistsMax = 100;
/** Symbols that a watchlist may have. */
export const watchedMax = 500;

/** Id of a record that its client makes. */
export const clientIdSchema = z.uuid().toLowerCase().openapi({
  example: "0f8fad5b-d9cb-469f-a165-70867728950e",
});

/** Path of one record. */
export const recordParamSchema = z.object({ id: clientIdSchema });

/** Which page of a person's list. */
export const ownedQuerySchema = z.object({ limit: querySize(50, 200), cursor: cursorSchema });

/** A watchlist as its owner wants it. */
export const watchlistDraftSchema = z.strictObject({
  name: lineSchema(80).min(1).openapi({ example: "Majors" }),
  symbols: z.array(lineSchema(80).min(1)).max(watchedMax).openapi({
    description: "In either spelling; kept in the exchange's",
    example: ["BTCUSDT", "ETHUSDT"],
  }),
  isPublic: z.boolean().default(false).openapi({ example: false }),
}).openapi("WatchlistDraft");

/** A watchlist as its owner sees it. */
export const watchlistSchema = z.object({
  id: z.string(),
  name: z.string(),
  symbols: z.array(z.string()),
  isPublic: z.boolean(),
  revision: z.number().int(),
  created_at: z.number(),
  updated_at: z.number(),
}).openapi("Watchlist", {
  example: {
    id: "0f8fad5b-d9cb-469f-a165-70867728950e",
    name: "Majors",
    symbols: ["BTCUSDT", "ETHUSDT"],
    isPublic: false,
    revision: 1,
    created_at: 1_704_153_600_000,
    updated_at: 1_704_153_600_000,
  },
});

/** A page of watchlists, newest first. */
export const watchlistsSchema = z.object({
  watchlists: z.array(watchlistSchema),
  count: z.number().int(),
  /** Watchlists that one person may have. */
  most: z.number().int(),
  next_cursor: nextCursorSchema,
}).openapi("Watchlists");

/** A symbol with its newest price. */
export const watchedSymbolSchema = z.object({
  symbol: z.string(),
  /** Null where none is known, or it is not followed any more. */
  price: z.number().nullable(),
  price_change_24h: z.number().nullable(),
  source: z.string().nullable(),
  /** Market time of the price. */
  eventMs: z.number().nullable(),
  ageMs: z.number().nullable(),
}).openapi("WatchedSymbol");

/** A public watchlist as everybody sees it. */
export const watchSchema = z.object({
  name: z.string(),
  symbols: z.array(watchedSymbolSchema),
  updated_at: z.number(),
  isRecorded: z.boolean(),
}).openapi("Watch");
