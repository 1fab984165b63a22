/**
 * Evidence: a find becomes a signal that can be checked later, with the same id on every replay.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { SignalRecord } from "../contracts/records.ts";
import { type BarColumns, timeframeMs } from "../market/mod.ts";
import { type ConfidenceFactors, scoreConfidence } from "./confidence.ts";
import type { Detector, Find, Thresholds } from "./types.ts";

/** What a signal is made of. */
export interface SignalInput {
  find: Find;
  detector: Detector;
  /** What the detector was given; defaults stand in for what it leaves out. */
  thresholds: Thresholds;
  /** What the detector was given; rows before the last `barsNeeded` are not part of the evidence. */
  bars: BarColumns;
  entity: string;
  source: string;
  /** Market time of detection, epoch ms. */
  timestamp: number;
  /** Wall time of writing, epoch ms. */
  now: number;
  /** Outcomes of earlier signals of this kind. */
  accuracy?: ConfidenceFactors["accuracy"];
  /** From 0 to 1; by default the soundness of the bars. */
  sourceReliability?: number;
  /** How many other signals say the same now. Default 0. */
  corroborations?: number;
  /** Set where the source itself is in doubt: so much of its reliability is left, 0 to 1. */
  reliabilityLeft?: number;
  /** Another explanation than the claim. */
  explanation?: string | null;
  /** The signal that this one updates, as `decideEmission` said. */
  updates?: SignalRecord;
}

/** How sound a bar of each quality is: observed, repaired, filled. */
const qualityReliability = [1, 0.9, 0.5];

/**
 * Returns the record of a find. The id is a hash of type, entity, bar and parameters, so the same
 * bars make the same signal in every world.
 *
 * @throws {RangeError} If there is no bar.
 */
export function buildSignal(input: SignalInput): SignalRecord {
  const { find, detector, bars, entity, timestamp, now, updates } = input;
  if (bars.length === 0) {
    throw new RangeError("Cannot build a signal: at least one bar is required, was none");
  }
  const barTime = bars.time[bars.length - 1]!;
  const barEndMs = barTime + timeframeMs[detector.timeframe];
  const parameterVersion = formatParameterVersion(detector, input.thresholds);
  const confidence = scoreConfidence({
    magnitude: find.magnitude,
    sourceReliability: (input.reliabilityLeft ?? 1) *
      (input.sourceReliability ?? measureReliability(bars, detector.barsNeeded)),
    accuracy: input.accuracy ?? null,
    corroborations: input.corroborations ?? 0,
    ageMs: timestamp - barEndMs,
  });
  return {
    id: hashText([find.type, entity, barTime, parameterVersion].join("|")).slice(0, 32),
    source: input.source,
    type: find.type,
    entity,
    data: {
      ...find.data,
      magnitude: find.magnitude,
      event_started: updates ? getEventStart(updates) : timestamp,
    },
    confidence_score: confidence.score,
    timestamp,
    processed: false,
    created_at: now,
    updated_at: now,
    evidence: {
      inputHash: hashBars(bars, detector.barsNeeded),
      parameterVersion,
      modelVersion: null,
      barTime,
      timeframe: detector.timeframe,
      claim: "activity",
      horizonMs: barEndMs + detector.horizonMs,
    },
    factors: confidence.contributions,
    ...(updates && { updates: updates.updates ?? updates.id }),
    ...(typeof input.explanation === "string" && { explanation: input.explanation }),
  };
}

/**
 * Says what a find is, given the latest signal of the same type and entity: a new event; a
 * stronger find of the same event, to be written as a further record; or nothing new.
 */
export function decideEmission(
  previous: SignalRecord | null,
  find: Find,
  timestamp: number,
  windowMs = 86_400_000,
): "new" | "update" | "none" {
  if (!previous || previous.type !== find.type) return "new";
  if (timestamp - getEventStart(previous) >= windowMs) return "new";
  // Market time never goes back, so an older find is a repetition.
  if (timestamp < previous.timestamp) return "none";
  return find.magnitude > Number(previous.data.magnitude ?? 0) ? "update" : "none";
}

/** Returns the SHA-256 (hex) of the last `count` rows: time, open, high, low, close, volume each. */
export function hashBars(bars: BarColumns, count: number): string {
  const from = Math.max(0, bars.length - count);
  const columns = [bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume];
  const view = new DataView(new ArrayBuffer((bars.length - from) * columns.length * 8));
  let offset = 0;
  for (let i = from; i < bars.length; i++) {
    for (const column of columns) {
      // Little-endian always, so that every machine gets the same hash.
      view.setFloat64(offset, column[i]!, true);
      offset += 8;
    }
  }
  return createHash("sha256").update(view).digest("hex");
}

/** Returns detector, version and a hash of the thresholds in force: `price_alert/1#ab12cd34`. */
export function formatParameterVersion(detector: Detector, thresholds: Thresholds): string {
  const inForce = Object.entries({ ...detector.defaults, ...thresholds })
    .sort(([a], [b]) => a < b ? -1 : 1);
  return `${detector.type}/${detector.version}#${hashText(JSON.stringify(inForce)).slice(0, 8)}`;
}

function getEventStart(signal: SignalRecord): number {
  const started = signal.data.event_started;
  return typeof started === "number" ? started : signal.timestamp;
}

function measureReliability(bars: BarColumns, count: number): number {
  const from = Math.max(0, bars.length - count);
  let sum = 0;
  for (let i = from; i < bars.length; i++) sum += qualityReliability[bars.quality[i]!] ?? 0;
  return sum / (bars.length - from);
}

function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
