/**
 * The other explanations of a move that bars show: a fault of the source, or the whole market.
 *
 * One bar that differs is taken for a fault of the source until a second one agrees, the one before it
 * or the one after. Then the prices of other sources, the leading coin and the soundness of the bars
 * are asked before it is called a move of the symbol itself.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";
import { decideEmission } from "./evidence.ts";
import { formatChange, isExplained } from "./tvl_cause.ts";
import type { Detector, Find } from "./types.ts";

/**
 * What a move is taken for. The first four mean a probable fault of the source: one bar only; gone
 * again; another source tells otherwise; most bars were not observed.
 */
export type BarCause =
  | "unconfirmed"
  | "reverted"
  | "contradicted"
  | "unobserved"
  | "market"
  | "confirmed";

/** What a move is checked against; null where nothing is known. */
export interface BarChecks {
  /** Prices of other sources at about the same time, in the same currency. */
  others: readonly { source: string; price: number }[];
  /** The leading coin by the same measure: change of its price in percent, or ratio of its volume. */
  leader: { symbol: string; value: number } | null;
  /** Share of the bars that were observed or repaired, 0 to 1. */
  observed: number;
}

/** What a move is taken for, and what is said about it. */
export interface BarExplanation {
  cause: BarCause;
  /** Null where nothing but the move itself explains it. */
  explanation: string | null;
  /** Checks that were made and did not explain it. */
  corroborations: number;
}

/** What becomes of a find: whether it is told, and what is known of it before any check. */
export interface BarStep {
  emission: "new" | "update";
  find: Find;
  /** Null where the checks are to tell. */
  cause: "unconfirmed" | "reverted" | null;
  /** Bars that agree. */
  samples: number;
}

/** With fewer bars observed than this share, the source itself is in doubt. */
const OBSERVED_MIN = 0.5;
const faultCauses: readonly unknown[] = ["unconfirmed", "reverted", "contradicted", "unobserved"];

/** Says whether a cause means that the figure itself is in doubt. */
export function isBarFault(cause: unknown): boolean {
  return faultCauses.includes(cause);
}

/**
 * Says what becomes of a bar: `find` is beyond the threshold, `measured` the same without it. The
 * first bar of an event is told as unconfirmed, the second one confirms it, a stronger one updates
 * it, and one that takes back more than half of the threshold takes an unconfirmed event back. A bar
 * without a trade confirms nothing. Null where there is nothing to tell.
 */
export function followBar(
  previous: SignalRecord | null,
  { find, measured, timestamp, isFilled, detector: { windowMs } }: {
    find: Find | null;
    measured: Find | null;
    timestamp: number;
    isFilled: boolean;
    detector: Pick<Detector, "windowMs">;
  },
): BarStep | null {
  const started = Number(previous?.data.event_started ?? previous?.timestamp);
  const isOpen = previous !== null && timestamp > previous.timestamp &&
    timestamp - started < windowMs;
  if (!find) {
    const isGone = isOpen && previous.data.cause === "unconfirmed" && measured?.type ===
        previous.type &&
      (measured.magnitude < 0.5 || measured.data.direction !== previous.data.direction);
    if (!isGone) return null;
    return { emission: "update", find: measured, cause: "reverted", samples: 1 };
  }
  const emission = decideEmission(previous, find, timestamp, windowMs);
  if (emission === "new") return { emission, find, cause: "unconfirmed", samples: 1 };
  if (!isOpen) return null;
  const isAgain = find.data.direction === previous.data.direction &&
    previous.data.cause !== "reverted";
  if (!isAgain) {
    return emission === "update" ? { emission, find, cause: "unconfirmed", samples: 1 } : null;
  }
  const isConfirming = previous.data.cause === "unconfirmed" && !isFilled;
  if (!isConfirming && (emission === "none" || isFilled)) return null;
  const magnitude = Math.max(find.magnitude, Number(previous.data.magnitude) || 0);
  const samples = (Number(previous.data.samples) || 1) + 1;
  return { emission: "update", find: { ...find, magnitude }, cause: null, samples };
}

/**
 * Has a step that one bar alone shows confirmed by `before`, what the detector finds on the bar before
 * it: who first looks at a series must not call one bar what two of them show.
 */
export function confirmStep(step: BarStep, before: Find | null): BarStep {
  const { cause, find } = step;
  const isShown = cause === "unconfirmed" && before?.type === find.type &&
    before.data.direction === find.data.direction;
  if (!isShown) return step;
  const magnitude = Math.max(find.magnitude, before.magnitude);
  return { ...step, find: { ...find, magnitude }, cause: null, samples: 2 };
}

/** Explains a step: what was settled before any check stays, the rest is asked of the checks. */
export function explainStep(
  { cause, find }: Pick<BarStep, "cause" | "find">,
  checks: BarChecks | null,
): BarExplanation {
  if (cause === "unconfirmed") return fault(cause, "only one bar shows it so far");
  if (cause === "reverted") return fault(cause, "it was gone again before a second bar showed it");
  if (!checks) return { cause: "confirmed", explanation: null, corroborations: 0 };
  if (!(checks.observed >= OBSERVED_MIN)) {
    return fault("unobserved", "most bars of the day were not observed");
  }
  return find.type === "price_alert" ? explainPrice(find, checks) : explainVolume(find, checks);
}

function explainPrice({ data }: Find, { others, leader }: BarChecks): BarExplanation {
  const [price, before] = [Number(data.price), Number(data.price_24h_ago)];
  const change = Number(data.price_change_24h) / 100;
  // A price nearer to the one of a day ago knows nothing of the move.
  const against = others.filter((other) =>
    Math.abs(other.price - price) > Math.abs(other.price - before)
  );
  if (against.length > 0 && against.length === others.length) {
    const names = against.map(({ source }) => source).join(" and ");
    return fault("contradicted", `${names} ${against.length > 1 ? "tell" : "tells"} no such move`);
  }
  const market = leader === null ? null : leader.value / 100;
  if (isExplained(change, market, Number(data.threshold_percent) / 100)) {
    const explanation = `The whole market moved as much (${leader!.symbol} ${
      formatChange(market!)
    })`;
    return { cause: "market", explanation, corroborations: others.length - against.length };
  }
  return confirm(others.length - against.length + Number(market !== null));
}

function explainVolume({ data }: Find, { leader }: BarChecks): BarExplanation {
  const [ratio, threshold] = [Number(data.ratio), Number(data.threshold_ratio)];
  // What is left after the leader's own rise must be usual, and the leader's rise no trifle.
  const isMarket = leader !== null && leader.value - 1 >= (ratio - 1) / 2 &&
    ratio / leader.value < threshold;
  if (isMarket) {
    const explanation = `The whole market traded more (${leader.symbol} ${
      leader.value.toFixed(1)
    } times its usual volume)`;
    return { cause: "market", explanation, corroborations: 0 };
  }
  return confirm(Number(leader !== null));
}

function confirm(corroborations: number): BarExplanation {
  return { cause: "confirmed", explanation: null, corroborations };
}

function fault(cause: BarCause, why: string): BarExplanation {
  return { cause, explanation: `Probable fault of the source: ${why}`, corroborations: 0 };
}
