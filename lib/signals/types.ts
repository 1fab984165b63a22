/**
 * What a detector is: history in, a find or null out. Pure, told the time, never keeping state.
 *
 * @module
 */
import type { BarColumns, Timeframe } from "../market/mod.ts";
import type { SignalRecord } from "../contracts/records.ts";

/** Thresholds by name, from configuration. */
export type Thresholds = Readonly<Record<string, number>>;

/** What a detector found, before it becomes a stored signal. */
export interface Find {
  type: SignalRecord["type"];
  /** How far beyond its threshold: 1 is just at it. */
  magnitude: number;
  /** Figures that prove it: values, threshold, window. */
  data: Record<string, number | string>;
}

/** Says whether the newest bar of a series breaks with its history. */
export interface Detector {
  type: SignalRecord["type"];
  /** Raise it when the arithmetic changes. */
  version: number;
  /** Series it is run on when a bar of that timeframe closes. */
  timeframe: Timeframe;
  /** How many bars `detect` is given, oldest first; fewer give null. */
  barsNeeded: number;
  defaults: Thresholds;
  /** One signal per entity within this time; a stronger find updates by a further record. */
  windowMs: number;
  /** After this time the outcome is judged (decision: 24 h of activity). */
  horizonMs: number;
  detect(bars: BarColumns, thresholds: Thresholds): Find | null;
  /** The same figures whether or not they are beyond the threshold. */
  measure?(bars: BarColumns, thresholds: Thresholds): Find | null;
}
