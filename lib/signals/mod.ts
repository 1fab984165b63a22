/**
 * Signals: what breaks with its history, with the evidence, and what came of it.
 *
 * A detector is one file here and one line in `detectors`: bars in, a find or null out, no state.
 * Those on news, TVL and pairs (`dex/`) look at records instead, and are run by the jobs.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";
import { priceAlert } from "./price_alert.ts";
import type { Detector } from "./types.ts";
import { volumeAnomaly } from "./volume_anomaly.ts";

export * from "./accuracy.ts";
export * from "./bar_cause.ts";
export * from "./confidence.ts";
export * from "./correlation.ts";
export * from "./evidence.ts";
export * from "./mentions.ts";
export * from "./observed.ts";
export * from "./outcome.ts";
export * from "./sentiment_shift.ts";
export * from "./tvl_anomaly.ts";
export * from "./tvl_cause.ts";
export * from "./types.ts";

/** Every detector, in the order in which they run. */
export const detectors: readonly Detector[] = [priceAlert, volumeAnomaly];

/** Returns the detector of a type, or null where no detector on bars makes it. */
export function findDetector(type: SignalRecord["type"]): Detector | null {
  return detectors.find((detector) => detector.type === type) ?? null;
}
