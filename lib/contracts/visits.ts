/**
 * Visits as browsers report them, and what they come to: sums of a day, of nobody in particular.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import { querySize } from "./common.ts";
import { type VisitCounter, visitCounters, visitLimits, visitReportsMax } from "./visit_limits.ts";

/** Most days that one answer tells of. */
const visitDaysMax = 366;

const daySchema = z.iso.date().openapi({ example: "2024-01-31", format: "date" });
const count = (max: number) => z.number().int().min(1).max(max).optional();
const countsSchema = z.strictObject(
  Object.fromEntries(visitCounters.map((name) => [name, count(visitLimits[name])])) as {
    [Name in VisitCounter]: ReturnType<typeof count>;
  },
).refine((counts) => Object.keys(counts).length > 0, { error: "must count something" });

/** What one browser counted since its last report. The id is made by chance, and for this report only. */
export const visitReportSchema = z.strictObject({
  id: z.uuid(),
  /** The UTC day that it is of. */
  day: daySchema,
  counts: countsSchema.openapi({ example: { visits: 1, activeBrowsers: 1, visitSeconds: 95 } }),
}).openapi("VisitReport");

/** Counts by their counters; what is absent is none. */
export type VisitCounts = { [Name in VisitCounter]?: number | undefined };
/** See the schema. */
export type VisitReport = z.infer<typeof visitReportSchema>;

/** Body of a request that brings reports. */
export const visitReportsSchema = z.strictObject({
  reports: z.array(visitReportSchema).min(1).max(visitReportsMax),
}).openapi("VisitReports");

/** How many reports were added; those that came before or are too old are not. */
export const visitsCountedSchema = z.object({ counted: z.number().int() }).openapi("VisitsCounted");

/** How many days are told, today included. */
export const visitsQuerySchema = z.object({ days: querySize(30, visitDaysMax) });

const sum = z.number().int().min(0);
const visitDaySchema = z.object({
  day: daySchema,
  ...Object.fromEntries(visitCounters.map((name) => [name, sum])) as Record<
    VisitCounter,
    typeof sum
  >,
}).openapi("VisitDay");

/** Sums of one day. */
export type VisitDay = z.infer<typeof visitDaySchema>;

/** What the product is measured by. */
export const visitFigureNames = [
  "installs",
  "dailyUsers",
  "visits",
  "visitSeconds",
  "signalViews",
  "pushOpenShare",
  "crashFreeShare",
  "satisfiedShare",
] as const;

const visitFigureSchema = z.object({
  name: z.enum(visitFigureNames),
  /** Null while it is not yet measured. */
  value: z.number().nullable(),
  /** Null for what has no goal. */
  goal: z.object({ value: z.number(), kind: z.enum(["least", "above"]) }).nullable(),
  /** Null while it is not measured, or not due yet. */
  isMet: z.boolean().nullable(),
  /** Days that it rests on, and how many visits, messages or answers of these days. */
  days: sum,
  sample: sum,
}).openapi("VisitFigure");

/** One figure with its goal, and what it rests on. */
export type VisitFigure = z.infer<typeof visitFigureSchema>;

/** What was counted, by day, and what it comes to. */
export const visitsSchema = z.object({
  /** Whether anything is counted at all. */
  isCounted: z.boolean(),
  /** The first day that anything was counted on; null before. */
  firstDay: daySchema.nullable(),
  figures: z.array(visitFigureSchema),
  /** Newest first. */
  days: z.array(visitDaySchema),
  count: sum,
  /** Wall time, epoch ms. */
  timestamp: z.number(),
}).openapi("Visits");

/** See the schema. */
export type VisitsView = z.infer<typeof visitsSchema>;
