/**
 * What alerts look at, and what a condition is: a moment in, yes, no or unknown out. Pure.
 *
 * @module
 */
import type { AlertConditionName, AlertParameters, AlertRecord } from "../contracts/owned.ts";
import type { IndicatorName } from "../indicators/mod.ts";
import type { Timeframe } from "../market/mod.ts";

/** What every moment tells. */
interface MomentBase {
  /** Symbol, entity or pair. */
  symbol: string;
  /** Market time of the event, and wall time at which it reached us, epoch ms. */
  timeMs: number;
  receivedMs: number;
  /** True for stale, repaired or filled data, on which most alerts do not fire. */
  isUnsure: boolean;
}

/** One trade. */
export interface PriceMoment extends MomentBase {
  kind: "price";
  price: number;
}

/** One closed bar with its indicators; `timeMs` is its end. */
export interface BarMoment extends MomentBase {
  kind: "bar";
  timeframe: Timeframe;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** Close of the bar before; NaN where there is none or a hole lies between. */
  closeBefore: number;
  /** An indicator at this bar, or with `back` 1 at the one before; NaN where it has no value. */
  read(name: IndicatorName, back: 0 | 1): number;
  /** Close of the bar that ended `windowMs` before this one ends; NaN where there is none. */
  readClose(windowMs: number): number;
}

/** Names of figures that cycles find. */
export type FigureName = "sentiment" | "tvl" | "liquidity" | "new_pair" | "spread";

/** One figure that a cycle worked out. */
export interface FigureMoment extends MomentBase {
  kind: "figure";
  name: FigureName;
  /** The figure now, in its own unit. */
  value: number;
  /** How it changed; percent, for sentiment points from -2 to 2; NaN where it has no past. */
  change: number;
  /** Where it is to be seen, as a path. */
  link: string;
  /** What it was made of, by name, for the sentence that tells of it. */
  details?: Readonly<Record<string, number | string>>;
}

/** One emitted signal. */
export interface SignalMoment extends MomentBase {
  kind: "signal";
  id: string;
  type: string;
  /** From 0 to 1. */
  confidence: number;
}

/** The market at one moment, as alerts look at it. */
export type Moment = PriceMoment | BarMoment | FigureMoment | SignalMoment;

/** 1 when the condition holds, 0 when not, -1 when the moment does not tell. */
export type Verdict = -1 | 0 | 1;

/** An alert in the form in which it is tried. */
export interface Rule {
  alert: AlertRecord;
  condition: Condition;
  /** NaN where the condition has none. */
  threshold: number;
  timeframe: Timeframe;
  direction: "up" | "down" | "both";
  windowMs: number;
  cooldownMs: number;
  holdMs: number;
  /** Fires again after each cooldown while the condition still holds. */
  repeats: boolean;
  /** CUSTOM: its comparisons in a form that is quick to try. */
  test: ((moment: BarMoment) => Verdict) | null;
}

/** Why a rule holds: the number it was decided by, and all figures of the sentence. */
export interface Finding {
  value: number | null;
  message: string;
  figures: Record<string, number | string | null>;
}

/** What a threshold is measured in. */
export type ThresholdUnit = "price" | "percent" | "index" | "times" | "points" | "fraction" | "usd";

/** One thing an alert can wait for. */
export interface Condition {
  name: AlertConditionName;
  /** What it is tried on. */
  on: Moment["kind"];
  /** Which figure, where it is tried on figures. */
  figure?: FigureName;
  /** True where it holds at single moments, such as a crossing, and not between them. */
  isEvent: boolean;
  /** Null where there is no threshold. */
  threshold: {
    unit: ThresholdUnit;
    min: number;
    max: number;
    /** Taken when none is given; null asks for one. */
    fallback: number | null;
  } | null;
  /** Parameters it reads, beside `repeats`. */
  parameters: readonly (keyof AlertParameters)[];
  test(rule: Rule, moment: Moment): Verdict;
  /** Says why a rule holds at a moment for which `test` gave 1. */
  explain(rule: Rule, moment: Moment): Finding;
}

/** A condition over one kind of moment, as its file writes it. */
export type ConditionOf<Kind extends Moment["kind"]> =
  & Omit<Condition, "on" | "test" | "explain">
  & {
    on: Kind;
    test(rule: Rule, moment: Extract<Moment, { kind: Kind }>): Verdict;
    explain(rule: Rule, moment: Extract<Moment, { kind: Kind }>): Finding;
  };

/** Returns a condition that is never tried on another kind of moment than its own. */
export function defineCondition<Kind extends Moment["kind"]>(
  condition: ConditionOf<Kind>,
): Condition {
  // The book asks a condition for its own kind of moment only, so that the wider type is never used.
  return condition as Condition;
}

/** Returns a verdict: unknown where a number is missing. */
export function judge(isKnown: boolean, holds: boolean): Verdict {
  return !isKnown ? -1 : holds ? 1 : 0;
}
