/**
 * Accuracy of signals: never a bare percentage, always with its size, interval and base rate.
 *
 * @module
 */
import type { OutcomeRecord } from "../contracts/records.ts";

/** How a kind of signal has done. */
export interface Accuracy {
  /** Signals whose outcome could be measured. */
  n: number;
  right: number;
  wrong: number;
  notMeasurable: number;
  /** Share right; null while n is 0. */
  hitRate: number | null;
  /** 95 % interval of the hit rate (Wilson). */
  interval: { low: number; high: number } | null;
  /** How often the same claim comes true at any hour; null where nobody measured it. */
  baseRate: number | null;
}

/** Accuracy of all signals and of each type that occurred. */
export interface AccuracySummary {
  overall: Accuracy;
  byType: Partial<Record<OutcomeRecord["signalType"], Accuracy>>;
}

/** One bin of the calibration: signals of like confidence, and how many were right. */
export interface CalibrationBin {
  /** Confidence from `low` to below `high`; the last bin includes 1. */
  low: number;
  high: number;
  n: number;
  meanConfidence: number | null;
  hitRate: number | null;
  interval: { low: number; high: number } | null;
}

/** The 97.5th percentile of the normal distribution. */
const Z_95 = 1.959963984540054;
const BIN_COUNT = 5;

/** Returns how signals have done, each outcome id counted once. `baseRate` from 0 to 1. */
export function summariseOutcomes(
  outcomes: readonly OutcomeRecord[],
  { baseRate = null }: { baseRate?: number | null } = {},
): AccuracySummary {
  const unique = [...new Map(outcomes.map((outcome) => [outcome.id, outcome])).values()];
  const byType: AccuracySummary["byType"] = {};
  for (const type of new Set(unique.map((outcome) => outcome.signalType))) {
    byType[type] = summarise(unique.filter((outcome) => outcome.signalType === type), baseRate);
  }
  return { overall: summarise(unique, baseRate), byType };
}

/** Returns five bins of equal width in which confidence can be compared with what came. */
export function summariseCalibration(
  pairs: readonly { confidence: number; outcome: OutcomeRecord["outcome"] }[],
): CalibrationBin[] {
  const measured = pairs.filter((pair) => pair.outcome !== "not_measurable");
  return Array.from({ length: BIN_COUNT }, (_, bin) => {
    const inside = measured.filter(({ confidence }) =>
      Math.min(Math.floor(confidence * BIN_COUNT), BIN_COUNT - 1) === bin
    );
    const n = inside.length;
    const right = inside.filter((pair) => pair.outcome === "right").length;
    return {
      low: bin / BIN_COUNT,
      high: (bin + 1) / BIN_COUNT,
      n,
      meanConfidence: n === 0
        ? null
        : inside.reduce((sum, { confidence }) => sum + confidence, 0) / n,
      hitRate: n === 0 ? null : right / n,
      interval: computeWilsonInterval(right, n),
    };
  });
}

/**
 * Returns the 95 % interval of a share, or null for no trials.
 *
 * Source: E. B. Wilson, "Probable Inference", J. Am. Stat. Assoc. 22 (1927).
 */
export function computeWilsonInterval(
  right: number,
  n: number,
): { low: number; high: number } | null {
  if (n === 0) return null;
  const share = right / n;
  const square = Z_95 * Z_95;
  const centre = (share + square / (2 * n)) / (1 + square / n);
  const reach = Z_95 * Math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n);
  return { low: Math.max(0, centre - reach), high: Math.min(1, centre + reach) };
}

function summarise(outcomes: readonly OutcomeRecord[], baseRate: number | null): Accuracy {
  const count = (kind: OutcomeRecord["outcome"]) =>
    outcomes.filter(({ outcome }) => outcome === kind).length;
  const right = count("right");
  const wrong = count("wrong");
  const n = right + wrong;
  return {
    n,
    right,
    wrong,
    notMeasurable: count("not_measurable"),
    hitRate: n === 0 ? null : right / n,
    interval: computeWilsonInterval(right, n),
    baseRate,
  };
}
