/**
 * What the two files may hold: every setting, its range, and what holds where a file is silent.
 *
 * @module
 */
import { z } from "zod";
import { defaultIndicators, indicatorKeys } from "../chart/indicators.ts";
import { timeframes } from "../market/mod.ts";

const DAY_SECONDS = 86_400;
const MONTH_SECONDS = 31 * DAY_SECONDS;

const whole = (max: number, min = 1) => z.number().int().min(min).max(max);
const seconds = (max: number, min = 0.001) => z.number().min(min).max(max);
const share = (min = 0) => z.number().min(min).max(1);
const thresholds = z.record(z.string(), z.number().positive().max(1e15));
const days = (value: number) => whole(36_500).default(value);

/** One source: what it allows, and how it is asked. */
const sourceSchema = z.strictObject({
  limitPerMinute: whole(10_000_000),
  creditsPerMonth: whole(1_000_000_000_000).optional(),
  isEnabled: z.boolean().optional(),
  /** Feeds asked at another pace than their source's file says. */
  cadenceSeconds: z.record(z.string(), seconds(MONTH_SECONDS, 1)).optional(),
  /** Streams only. */
  silenceSeconds: seconds(3_600, 5).optional(),
  symbolsPerConnection: whole(1_024).optional(),
});

/** Shares and times of the budget that every source is asked within. */
const budgetSchema = z.strictObject({
  windowSeconds: whole(3_600, 10).default(60),
  pacedShare: share(0.1).default(0.9),
  urgentEarlySeconds: seconds(600, 0).default(15),
  urgentCreditsShare: share().default(0.05),
  shareMin: share(0.01).default(0.1),
  shareStep: share(0.001).default(0.02),
  shareEverySeconds: seconds(3_600, 1).default(10),
  slowSeconds: seconds(60, 0.1).default(2),
  slowShareMin: share(0.01).default(0.5),
  blockSecondsMax: seconds(DAY_SECONDS, 60).default(3_600),
});

const breakerSchema = z.strictObject({
  failureThreshold: whole(1_000).default(5),
  timeoutSeconds: seconds(DAY_SECONDS).default(60),
  timeoutSecondsMax: seconds(DAY_SECONDS).default(600),
  successThreshold: whole(1_000).default(2),
}).refine(({ timeoutSeconds, timeoutSecondsMax }) => timeoutSecondsMax >= timeoutSeconds, {
  path: ["timeoutSecondsMax"],
  error: "must be at least timeoutSeconds",
});

const streamBreakerSchema = z.strictObject({
  failureThreshold: whole(1_000).default(7),
  timeoutSeconds: seconds(DAY_SECONDS).default(60),
  timeoutSecondsMax: seconds(DAY_SECONDS).default(60),
  successThreshold: whole(1_000).default(2),
}).refine(({ timeoutSeconds, timeoutSecondsMax }) => timeoutSecondsMax >= timeoutSeconds, {
  path: ["timeoutSecondsMax"],
  error: "must be at least timeoutSeconds",
});

/** When what is collected, and how patient it is with what fails. */
const collectionSchema = z.strictObject({
  cycleMinutes: whole(60).default(15),
  standbyMinutes: whole(1_440).default(16),
  alertFailures: whole(100).default(3),
  demandSeconds: seconds(600, 0.1).default(5),
  symbolsSeconds: seconds(DAY_SECONDS, 1).default(3_600),
  retrySeconds: seconds(3_600, 0.1).default(1),
  retrySecondsMax: seconds(DAY_SECONDS, 1).default(60),
  blockedRetrySeconds: seconds(DAY_SECONDS, 10).default(900),
  streamBlockedRetrySeconds: seconds(DAY_SECONDS, 10).default(300),
});

const lifetime = (value: number) => seconds(7 * DAY_SECONDS, 1).default(value);

/** How long answers are kept, by what they tell; each is dropped sooner when that is written anew. */
const answersSchema = z.strictObject({
  market_data: lifetime(300),
  features: lifetime(300),
  market_analysis: lifetime(300),
  dex_pairs: lifetime(300),
  dex_listings: lifetime(600),
  dex_networks: lifetime(1_800),
  dex_volumes: lifetime(300),
  dex_page: lifetime(300),
  tvl_page: lifetime(300),
  relations_page: lifetime(300),
  stats: lifetime(300),
  usage: lifetime(300),
  source_usage: lifetime(300),
});

/** What `exchanges.yaml` may hold. */
export const exchangesSchema = z.strictObject({
  sources: z.record(z.string(), sourceSchema),
  budget: budgetSchema.prefault({}),
  breaker: breakerSchema.prefault({}),
  streamBreaker: streamBreakerSchema.prefault({}),
  collection: collectionSchema.prefault({}),
  answerSeconds: answersSchema.prefault({}),
  newsFeeds: z.array(z.url({ protocol: /^https?$/ })).max(100).default([]),
});

/** What trades are judged by, and what becomes of refused ones. */
const qualitySchema = z.strictObject({
  freshnessSeconds: seconds(DAY_SECONDS).default(60),
  quarantine: z.boolean().default(true),
  quarantineTrades: whole(100_000).default(1_000),
  windowTrades: whole(10_000, 2).default(100),
  judgedTrades: whole(10_000).default(20),
  zScore: z.number().min(0.1).max(1_000).default(3),
  priceChangePercent: z.number().min(0.01).max(10_000).default(10),
  volumeFactor: z.number().min(1).max(1e9).default(100),
  rebaseTrades: whole(1_000, 2).default(5),
  rebasePercent: z.number().min(0.01).max(1_000).default(10),
  scoreTrades: whole(1_000_000).default(1_000),
}).refine(({ judgedTrades, windowTrades }) => judgedTrades <= windowTrades, {
  path: ["judgedTrades"],
  error: "must be at most windowTrades",
}).refine(({ rebaseTrades, windowTrades }) => rebaseTrades <= windowTrades, {
  path: ["rebaseTrades"],
  error: "must be at most windowTrades",
});

/** After how many days what is purged, or moved to the archive. */
const retentionSchema = z.strictObject({
  bars: days(365),
  features: days(365),
  quality: days(365),
  logs: days(90),
  marketData: days(365),
  signals: days(365),
  archiveAfter: days(90),
}).superRefine((lifetimes, context) => {
  // What passes through the archive is deleted from there.
  for (const name of ["logs", "marketData", "signals"] as const) {
    if (lifetimes[name] >= lifetimes.archiveAfter) continue;
    context.addIssue({ code: "custom", path: [name], message: "must be at least archiveAfter" });
  }
});

/** What a chart shows to someone who never chose. */
const chartsSchema = z.strictObject({
  timeframe: z.enum(timeframes).default("1h"),
  indicators: z.array(z.enum(indicatorKeys)).max(indicatorKeys.length)
    .default([...defaultIndicators]),
});

/** Whether visits are counted, as sums of days. */
const visitsSchema = z.strictObject({ isCounted: z.boolean().default(true) });

/** What `symbols.yaml` may hold. */
export const symbolsSchema = z.strictObject({
  charts: chartsSchema.prefault({}),
  quality: qualitySchema.prefault({}),
  signals: z.record(z.string(), thresholds).default({}),
  dexSignals: z.record(z.string(), thresholds).default({}),
  retentionDays: retentionSchema.prefault({}),
  visits: visitsSchema.prefault({}),
});

/** Everything that the two files say. */
export type Settings = z.infer<typeof exchangesSchema> & z.infer<typeof symbolsSchema>;

/** The files by their names, in the order in which they are read. */
export const settingsFiles = { exchanges: "exchanges.yaml", symbols: "symbols.yaml" } as const;
/** One of the two files. */
export type SettingsFile = keyof typeof settingsFiles;

/** The texts of the two files. */
export type SettingsTexts = Record<SettingsFile, string>;

/** Names that an object of the schema may have at `path`; none where it takes any. */
export function listKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = unwrap(schema);
  for (const part of path) {
    if (at instanceof z.ZodObject) at = unwrap(at.shape[String(part)]);
    else if (at instanceof z.ZodRecord) at = unwrap(at.valueType);
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** What is inside of an optional or defaulted schema. */
function unwrap(schema: unknown): unknown {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return isWrapped ? unwrap(schema.unwrap()) : schema;
}
