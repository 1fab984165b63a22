/**
 * Live messages in both directions, version 1 of the protocol.
 *
 * `initial` and `reset` carry a list (the state of the channel); an `update` of `prices` carries a
 * list, of every other channel one item. `seq` counts `initial`, `update` and `reset` of one
 * connection and channel from 1 without holes; `id` is what a client resumes `after`.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { timeframes } from "../market/mod.ts";

/** Public channels, spelled as in the live hub's own list (a test holds the two together). */
export const liveChannels = [
  "prices",
  "bars",
  "signals",
  "dex_signals",
  "market",
  "continuity",
  "health",
] as const;

const channelsSchema = z.array(z.string().max(40)).min(1).max(20);
const symbolsSchema = z.array(z.string().min(1).max(80)).max(1000);

/** What a client may narrow a channel to. */
export const liveFilterSchema = z.object({
  /** One type, or several of which one is enough. */
  type: z.union([z.string().max(60), z.array(z.string().max(60)).min(1).max(20)]).optional(),
  entity: z.string().max(80).optional(),
  minConfidence: z.number().min(0).max(1).optional(),
});
/** What a client may narrow a channel to. */
export type LiveFilter = z.infer<typeof liveFilterSchema>;

/** What a client sends. */
export const clientMessageSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("subscribe"),
    channels: channelsSchema,
    symbols: symbolsSchema.optional(),
    timeframes: z.array(z.enum(timeframes)).optional(),
    filter: liveFilterSchema.optional(),
    after: z.string().max(80).optional(),
  }),
  z.object({
    type: z.literal("unsubscribe"),
    channels: channelsSchema,
    symbols: symbolsSchema.optional(),
  }),
  z.object({ type: z.literal("ping") }),
]);
/** What a client sends. */
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** What the server sends with data. */
export const serverMessageSchema = z.object({
  type: z.enum(["initial", "update", "reset"]),
  /** `alerts` reaches the connections of one person. */
  channel: z.enum([...liveChannels, "alerts"]),
  seq: z.number().int().min(1),
  id: z.string().regex(/^.+-\d+$/),
  ts: z.number().int(),
  data: z.unknown(),
});
/** What the server sends with data. */
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** What the server answers to a client's message. */
export const serverAnswerSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("ack"), ts: z.number().int() }),
  z.object({ type: z.literal("pong"), ts: z.number().int() }),
  z.object({ type: z.literal("error"), ts: z.number().int(), message: z.string() }),
]);
/** What the server answers to a client's message. */
export type ServerAnswer = z.infer<typeof serverAnswerSchema>;
