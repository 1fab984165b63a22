/**
 * Health: what the two health addresses answer.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { recordedSchema } from "./common.ts";

/** How well something is, worst last. */
export const healthStates = ["healthy", "degraded", "down"] as const;
/** How well something is. */
export type HealthState = (typeof healthStates)[number];

const stateSchema = z.enum(healthStates);
/** How well a collector is; one that is switched off or has no key is not asked, and breaks nothing. */
const collectorStateSchema = z.enum([...healthStates, "disabled"]);
const partSchema = z.object({
  status: z.enum(["healthy", "unhealthy"]),
  /** Milliseconds. */
  responseTime: z.number(),
});

/** One collector, as its supervisor sees it. */
export const collectorHealthSchema = z.looseObject({
  source: z.string(),
  status: stateSchema,
  /** When it last delivered, epoch ms of our clock; null before it did. */
  lastMessageMs: z.number().nullable(),
  detail: z.string().optional(),
}).openapi("CollectorHealth");
/** One collector, as its supervisor sees it. */
export type CollectorHealth = z.infer<typeof collectorHealthSchema>;

/** The short answer of `/health`. */
export const healthSchema = z.object({
  status: stateSchema,
  timestamp: z.string(),
  version: z.string(),
  sources: z.array(z.object({
    name: z.string(),
    status: collectorStateSchema,
    lastMessageMs: z.number().nullable(),
  })),
  database: partSchema,
  cache: partSchema,
  mode: z.enum(["live", "replay"]),
  recorded: recordedSchema,
}).openapi("Health");

/** The full answer of `/api/v1/health`. */
export const fullHealthSchema = z.object({
  status: stateSchema,
  timestamp: z.string(),
  version: z.string(),
  mode: z.enum(["live", "replay"]),
  recorded: recordedSchema,
  marketTime: z.number(),
  store: partSchema.extend({
    /** On disk, with the journal; absent where it is not known. */
    bytes: z.number().int().optional(),
    gate: z.record(z.string(), z.number()),
  }),
  cache: partSchema.extend({
    memoryBytes: z.number(),
    series: z.number(),
    hits: z.number(),
    misses: z.number(),
    evictions: z.number(),
  }),
  collectors: z.array(collectorHealthSchema.extend({ status: collectorStateSchema })),
  tradesPerSecond: z.number().nullable(),
  latencyMs: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  live: z.looseObject({ connections: z.number() }),
}).openapi("FullHealth");
