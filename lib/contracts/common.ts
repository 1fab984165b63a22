/**
 * What every answer shares: problems, provenance, timeframes and symbols as clients write them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { timeframes } from "../market/mod.ts";

/** An error as RFC 9457 wants it. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string(),
  request_id: z.string(),
  errors: z.array(z.object({ detail: z.string(), pointer: z.string() })),
}).openapi("Problem", {
  example: {
    type: "about:blank",
    title: "Bad Request",
    status: 400,
    detail: "The request does not fit its contract",
    instance: "/api/v1/charts/BTCUSDT",
    request_id: "0f8fad5b-d9cb-469f-a165-70867728950e",
    errors: [{ detail: "Too big: expected number to be <=5000", pointer: "/query/limit" }],
  },
});

/** First and last moment of a recording, epoch ms; null when data is live. */
export const recordedSchema = z.object({ from: z.number(), to: z.number() }).nullable()
  .openapi("Recorded");

/** A timeframe. */
export const timeframeSchema = z.enum(timeframes).openapi("Timeframe");

/** Path with a symbol in either spelling. */
export const symbolParamSchema = z.object({
  symbol: z.string().min(1).max(80).openapi({
    param: { name: "symbol", in: "path" },
    description: "The exchange's spelling or the canonical id, percent-encoded.",
    example: "BTCUSDT",
  }),
});

/** A whole number in a query, with its bounds. */
export function querySize(fallback: number, max: number) {
  return z.coerce.number().int().min(1).max(max).default(fallback).openapi({ example: fallback });
}

/** True or false in a query; true unless said otherwise. */
export const queryFlagSchema = z.enum(["true", "false", "1", "0"]).default("true")
  .transform((text) => text === "true" || text === "1").openapi({ type: "boolean", default: true });
