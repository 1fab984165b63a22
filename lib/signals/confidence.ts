/**
 * Confidence: how much a signal deserves to be believed, as a sum whose parts are shown.
 *
 * @module
 */

/** What is known of a signal when it is found. */
export interface ConfidenceFactors {
  /** How far beyond its threshold: 1 is just at it. */
  magnitude: number;
  /** From 0 to 1: how sound the inputs are. */
  sourceReliability: number;
  /** Outcomes of earlier signals of its kind, measurable ones only. */
  accuracy: { right: number; n: number } | null;
  /** How many other signals or sources say the same now. */
  corroborations: number;
  /** Time from the end of its newest input to its detection, ms. */
  ageMs: number;
}

/** A score from 0 to 1 and the contribution of each factor; the contributions sum to the score. */
export interface Confidence {
  score: number;
  contributions: Record<keyof typeof confidenceWeights, number>;
}

/** The most that each factor can contribute. They sum to 1. */
export const confidenceWeights = {
  magnitude: 0.35,
  source_reliability: 0.2,
  historical_accuracy: 0.2,
  corroboration: 0.15,
  freshness: 0.1,
} as const;

const HOUR_MS = 3_600_000;
/** Few outcomes say little: this many undecided ones (half right) are added to them. */
const PRIOR_OUTCOMES = 20;

/**
 * Returns the score of a signal. Each factor is brought to 0 to 1 and weighed:
 * magnitude 1 − 2^−m (a half just at the threshold), reliability as given, accuracy as a share right
 * drawn towards a half while outcomes are few, corroboration 1 − 2^−k, freshness halving each hour.
 */
export function scoreConfidence(factors: ConfidenceFactors): Confidence {
  const { right, n } = factors.accuracy ?? { right: 0, n: 0 };
  const shares = {
    magnitude: 1 - 0.5 ** Math.max(factors.magnitude, 0),
    source_reliability: factors.sourceReliability,
    historical_accuracy: (right + PRIOR_OUTCOMES / 2) / (n + PRIOR_OUTCOMES),
    corroboration: 1 - 0.5 ** Math.max(factors.corroborations, 0),
    freshness: 0.5 ** (Math.max(factors.ageMs, 0) / HOUR_MS),
  };
  const contributions = { ...confidenceWeights } as Record<keyof typeof shares, number>;
  let score = 0;
  for (const name of Object.keys(shares) as (keyof typeof shares)[]) {
    contributions[name] = round(confidenceWeights[name] * clampShare(shares[name]));
    score += contributions[name];
  }
  return { score, contributions };
}

function clampShare(share: number): number {
  return Number.isNaN(share) ? 0 : Math.min(Math.max(share, 0), 1);
}

/** Six digits, so that a stored record reads well. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
