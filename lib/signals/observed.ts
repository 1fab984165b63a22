/**
 * Signals on records other than bars: the same evidence, the same confidence, the same stable ids.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { SignalRecord } from "../contracts/records.ts";
import { type Timeframe, timeframeMs } from "../market/mod.ts";
import { type ConfidenceFactors, scoreConfidence } from "./confidence.ts";
import type { Find, Thresholds } from "./types.ts";

/** What a detector on records has beside its arithmetic. */
export interface ObservedDetector {
  type: SignalRecord["type"];
  /** Raise it when the arithmetic changes. */
  version: number;
  defaults: Thresholds;
  /** One signal per entity within this time; a stronger find updates by a further record. */
  windowMs: number;
  /** How long after detection the outcome is judged. */
  horizonMs: number;
  /** Length of what it looks at, as the evidence names it. */
  timeframe: Timeframe;
}

/** One input of a detector as a row of plain values, for the hash. */
export type EvidenceRow = readonly (string | number | null)[];

/** What an observed signal is made of. */
export interface ObservedInput {
  find: Find;
  detector: ObservedDetector;
  thresholds: Thresholds;
  entity: string;
  source: string;
  /** Market time of detection, epoch ms. */
  timestamp: number;
  /** Wall time of writing, epoch ms. */
  now: number;
  evidence: readonly EvidenceRow[];
  modelVersion?: string | null;
  factors: Omit<ConfidenceFactors, "magnitude">;
  explanation?: string;
  sources?: readonly string[];
  /** The signal that this one updates. */
  updates?: SignalRecord;
}

/** Returns the record of a find. The id is a hash of type, entity, time and parameters. */
export function buildObservedSignal(input: ObservedInput): SignalRecord {
  const { find, detector, entity, timestamp, now, updates, explanation, sources } = input;
  const parameterVersion = formatObservedVersion(detector, input.thresholds);
  const confidence = scoreConfidence({ ...input.factors, magnitude: find.magnitude });
  const started = updates?.data.event_started;
  return {
    id: hashRows([[find.type, entity, timestamp, parameterVersion]]).slice(0, 32),
    source: input.source,
    type: find.type,
    entity,
    data: {
      ...find.data,
      magnitude: find.magnitude,
      event_started: typeof started === "number" ? started : updates?.timestamp ?? timestamp,
    },
    confidence_score: confidence.score,
    timestamp,
    processed: false,
    created_at: now,
    updated_at: now,
    evidence: {
      inputHash: hashRows(input.evidence),
      parameterVersion,
      modelVersion: input.modelVersion ?? null,
      barTime: timestamp - timeframeMs[detector.timeframe],
      timeframe: detector.timeframe,
      claim: "activity",
      horizonMs: timestamp + detector.horizonMs,
    },
    factors: confidence.contributions,
    ...(updates && { updates: updates.updates ?? updates.id }),
    ...(sources && { sources: [...sources] }),
    ...(explanation !== undefined && { explanation }),
  };
}

/** Returns the SHA-256 (hex) of rows in their order; a missing value differs from an empty text. */
export function hashRows(rows: readonly EvidenceRow[]): string {
  return createHash("sha256").update(JSON.stringify(rows)).digest("hex");
}

/** Returns detector, version and a hash of the thresholds in force: `tvl_anomaly/1#ab12cd34`. */
export function formatObservedVersion(
  { type, version, defaults }: { type: string; version: number; defaults: Thresholds },
  thresholds: Thresholds,
): string {
  const inForce = Object.entries({ ...defaults, ...thresholds })
    .sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, value]) => [name, value]);
  return `${type}/${version}#${hashRows(inForce).slice(0, 8)}`;
}
