/**
 * The other explanations of a change of TVL: a fault, the price, the whole chain.
 *
 * @module
 */

/** How prices and totals changed between two times, as fractions; null where not known. */
export interface TvlChecks {
  /** The protocol's own token, and the token of its chain. */
  token: number | null;
  chainToken: number | null;
  /** All value on its chain. */
  chain: number | null;
}

/**
 * What a change is taken for. The first three mean a probable adapter fault: one sample only; came
 * back; nothing known to check it against.
 */
export type TvlCause =
  | "unconfirmed"
  | "reverted"
  | "unchecked"
  | "price"
  | "chain"
  | "outflow"
  | "inflow";

/** A move of something else that is less than this share of the change explains nothing. */
const SHARE_EXPLAINED_MIN = 0.5;

/** What a change is taken for, and what is said about it. */
export interface TvlExplanation {
  cause: TvlCause;
  /** Null for an outflow or inflow. */
  explanation: string | null;
  /** Checks that were made and did not explain it. */
  corroborations: number;
}

/**
 * Explains a `change` (a fraction) that was confirmed by further samples, or says why `settled`
 * already settled it. A price or total explains it if it moved at least half as much, and what is left after
 * it is below `threshold`.
 */
export function explainTvl(
  change: number,
  checks: TvlChecks | null,
  threshold: number,
  settled?: TvlCause,
): TvlExplanation {
  if (settled === "unconfirmed") {
    return fault("unconfirmed", "only one sample shows it so far");
  }
  if (settled === "reverted") return fault("reverted", "the value came back at the next sample");
  const { token = null, chainToken = null, chain = null } = checks ?? {};
  const known = [token, chainToken, chain].filter((other) => other !== null);
  if (known.length === 0) {
    return fault(
      "unchecked",
      "neither a token price nor a chain total is known to check it against",
    );
  }
  const price = [token, chainToken].find((other) => isExplained(change, other, threshold));
  if (price !== undefined && price !== null) {
    const explanation = `The price moved as much (${formatChange(price)}): the value changed, ` +
      `not the amount that is locked`;
    return { cause: "price", explanation, corroborations: 0 };
  }
  if (isExplained(change, chain, threshold)) {
    const explanation = `The whole chain moved as much (${formatChange(chain!)})`;
    return { cause: "chain", explanation, corroborations: 0 };
  }
  return {
    cause: change < 0 ? "outflow" : "inflow",
    explanation: null,
    corroborations: known.length,
  };
}

function fault(cause: TvlCause, why: string): TvlExplanation {
  return { cause, explanation: `Probable adapter fault: ${why}`, corroborations: 0 };
}

/** Says whether a like move of something else leaves less than the threshold unexplained. */
export function isExplained(change: number, other: number | null, threshold: number): boolean {
  if (other === null || other <= -1 || Math.sign(other) !== Math.sign(change)) return false;
  if (Math.abs(other) < Math.abs(change) * SHARE_EXPLAINED_MIN) return false;
  return Math.abs((1 + change) / (1 + other) - 1) < threshold;
}

/** Writes a change (a fraction) as percent with its sign. */
export function formatChange(share: number): string {
  return `${share > 0 ? "+" : "−"}${Math.abs(share * 100).toFixed(1)} %`;
}
