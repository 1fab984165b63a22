/**
 * How the product works: collection, sources with their budgets, jobs, and quality of all symbols.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { querySize, recordedSchema } from "./common.ts";
import { healthStates } from "./health.ts";
import { cursorSchema, nextCursorSchema } from "./paging.ts";

/** What a collection cycle brought. */
export const collectSchema = z.object({
  success: z.boolean(),
  /** Wall time, epoch ms. */
  timestamp: z.number(),
  /** Whether this call joined a cycle that was running. */
  joined: z.boolean(),
  results: z.object({
    /** Sources reached. */
    collected: z.number().int(),
    /** Signals made in all. */
    signals: z.number().int(),
    sources: z.record(
      z.string(),
      z.object({
        source: z.string(),
        /** At most the first 50 records; `records` says how many there were. */
        data: z.array(z.unknown()),
        records: z.number().int(),
        /** `skipped`: switched off, or its market is closed. `waiting`: not asked yet. */
        status: z.enum(["ok", "failed", "skipped", "waiting"]),
        /** Nothing was due: `data` is what was stored before. */
        cached: z.boolean(),
        error: z.string().optional(),
      }),
    ),
  }),
}).openapi("Collected");

/** Calls of a feed or a source within a time. */
const usageSchema = z.object({
  request_count: z.number().int(),
  success_count: z.number().int(),
  /** Answers 429 and 418. */
  refused_count: z.number().int(),
  /** Milliseconds; null without any answer. */
  avg_response_time: z.number().nullable(),
  credits: z.number(),
}).openapi("Usage");

/** What a source may spend, and how long it lasts. */
const budgetSchema = z.object({
  limitPerMinute: z.number().nullable(),
  creditsPerMonth: z.number().nullable(),
  creditsLeft: z.number().nullable(),
  /** Credits at the end of this month if it goes on as in its last days. */
  creditsExpected: z.number().nullable(),
  /** The day (UTC, `2024-01-31`) on which the month's credits end; null if they last. */
  runsOutOn: z.string().nullable(),
}).openapi("SourceBudget");

/** All sources, with health, age, use and budget. */
export const sourcesSchema = z.object({
  sources: z.array(
    z.object({
      source: z.string(),
      name: z.string(),
      enabled: z.boolean(),
      reason: z.string().optional(),
      status: z.enum(healthStates),
      detail: z.string().optional(),
      /** Wall time of the last answer or message, epoch ms. */
      lastMessageMs: z.number().nullable(),
      /** Now minus that. */
      ageMs: z.number().nullable(),
      today: usageSchema,
      month: usageSchema,
      budget: budgetSchema,
      feeds: z.array(
        z.object({
          name: z.string(),
          feature: z.string().optional(),
          cadenceMs: z.number().nullable(),
          lastSuccessMs: z.number().nullable(),
          ageMs: z.number().nullable(),
          lastError: z.string().optional(),
          today: usageSchema,
          month: usageSchema,
        }).openapi("SourceFeed"),
      ),
    }).openapi("Source"),
  ),
  count: z.number().int(),
  /** Wall time, epoch ms. */
  timestamp: z.number(),
  recorded: recordedSchema,
}).openapi("Sources");

/** Which runs. */
export const jobsQuerySchema = z.object({
  limit: querySize(20, 200),
  status: z.enum(["running", "done", "failed"]).optional(),
  cursor: cursorSchema,
});

/** Stages of a cycle, work that was given up, and the newest cycles. */
export const jobsSchema = z.object({
  stages: z.array(z.string()),
  /** What failed three cycles in a row or more, and what of it is mended. */
  alerts: z.array(z.object({
    /** A source, or `cycle` for all of them. */
    id: z.string(),
    message: z.string(),
    failures: z.number().int(),
    sinceMs: z.number(),
    resolvedMs: z.number().nullable(),
  })),
  parked: z.array(z.object({
    id: z.string(),
    topic: z.string(),
    attempt: z.number().int(),
    error: z.string(),
    parkedAt: z.number(),
  })),
  runs: z.array(
    z.object({
      id: z.string(),
      trigger: z.enum(["cron", "standby", "manual", "start"]),
      timestamp: z.number(),
      duration_ms: z.number().nullable(),
      status: z.enum(["running", "done", "failed"]),
      sources: z.record(
        z.string(),
        z.object({
          status: z.enum(["ok", "failed", "skipped", "waiting"]),
          records: z.number(),
          error: z.string().optional(),
          duration_ms: z.number(),
        }),
      ),
      records: z.number(),
      signals: z.number(),
    }).openapi("CollectionRun"),
  ),
  count: z.number().int(),
  next_cursor: nextCursorSchema,
  /** Whether a cycle is under way, and when the next one is due, epoch ms. */
  isRunning: z.boolean(),
  nextRunMs: z.number(),
  /** Of the last 24 hours, or since the first cycle within them. */
  day: z.object({
    /** Quarters of an hour in which a cycle was to run, and in which one did. */
    expected: z.number().int(),
    ran: z.number().int(),
    ended: z.number().int(),
    failed: z.number().int(),
    /** Sources that were asked, over all cycles, and those of them that answered. */
    asked: z.number().int(),
    answered: z.number().int(),
    /** From 0 to 1; null while there is nothing to divide. */
    cronShare: z.number().nullable(),
    collectionShare: z.number().nullable(),
  }),
  /** Of the cycles of the last 24 hours that ended, the share that is done; null without any. */
  successShare: z.number().nullable(),
  timestamp: z.number(),
}).openapi("Jobs");

/** The quality of every followed symbol, worst first. */
export const qualityListSchema = z.object({
  symbols: z.array(z.object({
    symbol: z.string(),
    quality_score: z.number().nullable(),
    failed: z.record(z.string(), z.number()),
    updated_at: z.number().nullable(),
  })),
  count: z.number().int(),
  /** Mean of the known scores. */
  average: z.number().nullable(),
  timestamp: z.number(),
  recorded: recordedSchema,
}).openapi("QualityList");
