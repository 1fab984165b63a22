/**
 * Share links on the wire: an address under which something may be read, for a while, until revoked.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { lineSchema } from "./alerts.ts";
import { holdingSchema } from "./portfolios.ts";
import { nextCursorSchema } from "./paging.ts";
import { clientIdSchema, watchedSymbolSchema } from "./watchlists.ts";

/** Links that a person may have at a time. */
export const sharesMax = 200;
/** Longest life of a link. */
export const shareDaysMax = 365;

/** A link as its owner wants it. */
export const shareDraftSchema = z.strictObject({
  kind: z.enum(["dashboard", "watchlist", "portfolio"]),
  target: lineSchema(500).openapi({
    description: "Id of the watchlist or portfolio; of a dashboard its page's query",
    example: "symbol=BTCUSDT&timeframe=1h",
  }),
  title: lineSchema(120).default("").openapi({ example: "My dashboard" }),
  expiresDays: z.number().int().min(1).max(shareDaysMax).default(30).openapi({ example: 30 }),
}).openapi("ShareDraft", {
  example: { kind: "dashboard", target: "symbol=BTCUSDT", title: "Mine", expiresDays: 30 },
});

/** A link as its owner sees it; its token is shown once. */
export const shareSchema = z.object({
  id: z.string(),
  kind: z.enum(["dashboard", "watchlist", "portfolio"]),
  target: z.string(),
  title: z.string(),
  createdMs: z.number(),
  expiresMs: z.number().nullable(),
  isOpen: z.boolean(),
}).openapi("Share");

/** A new link with its token. */
export const createdShareSchema = shareSchema.extend({
  token: z.string(),
  /** Where the API gives what is shared. */
  path: z.string(),
}).openapi("CreatedShare");

/** A page of links, newest first. */
export const sharesSchema = z.object({
  shares: z.array(shareSchema),
  count: z.number().int(),
  most: z.number().int(),
  next_cursor: nextCursorSchema,
}).openapi("Shares");

/** Path of a link to its owner: the hash of its token. */
export const shareParamSchema = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/).openapi({ example: "9f86d081884c7d65".repeat(4) }),
});

/** Path of a link to whoever has it. */
export const tokenParamSchema = z.object({
  token: z.string().min(16).max(100).openapi({ example: "share_0123456789abcdefABCDEF" }),
});

/** What a link shows: figures, never whose they are. */
export const sharedSchema = z.object({
  kind: z.enum(["dashboard", "watchlist", "portfolio"]),
  title: z.string(),
  expiresMs: z.number().nullable(),
  asOfMs: z.number(),
  isRecorded: z.boolean(),
  /** Of a dashboard: what its page is asked for. */
  view: z.record(z.string(), z.string()).nullable(),
  watchlist: z.object({ name: z.string(), symbols: z.array(watchedSymbolSchema) }).nullable(),
  portfolio: z.object({
    name: z.string(),
    currency: z.string(),
    value: z.string().nullable(),
    cost: z.string().nullable(),
    realised_pnl: z.string().nullable(),
    unrealised_pnl: z.string().nullable(),
    holdings: z.array(holdingSchema.omit({ lots: true, lotCount: true })),
    allocation: z.array(z.object({ name: z.string(), value: z.string(), share: z.number() })),
    missing: z.array(z.string()),
  }).nullable(),
}).openapi("Shared");

/** Id of a shared record. */
export const sharedTargetSchema = clientIdSchema;
