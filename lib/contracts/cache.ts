/**
 * The cache: what it kept, and what that was good for.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";

const share = z.number().min(0).max(1).nullable();

/** Use of all kinds of kept answers since the start; shares are null without any request. */
export const cacheSchema = z.object({
  families: z.array(
    z.object({
      family: z.string(),
      hits: z.object({ memory: z.number().int(), store: z.number().int() }),
      misses: z.number().int(),
      /** Of all requests, answered from memory, and from memory or the store. */
      memoryShare: share,
      hitShare: share,
      /** Made ahead of a request, and of those how many were then asked for. */
      warmed: z.number().int(),
      warmedUsed: z.number().int(),
      /** Left memory because it was full, and because what they were made of changed. */
      evictions: z.number().int(),
      dropped: z.number().int(),
      entries: z.number().int(),
      bytes: z.number().int(),
      /** Lifetime in force, ms; null where nothing grows old. */
      ttlMs: z.number().nullable(),
    }).openapi("CacheFamily"),
  ),
  count: z.number().int(),
  memoryShare: share,
  hitShare: share,
  bytes: z.number().int(),
  /** Memory that kept answers may take at most. */
  bytesMax: z.number().int(),
  /** Wall time, epoch ms. */
  timestamp: z.number(),
}).openapi("Cache");
