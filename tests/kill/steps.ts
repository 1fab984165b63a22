/** What each step of the kill test writes: a function of its number alone, so that it can be checked. */
import type { SignalRecord } from "../../lib/contracts/records.ts";
import type { Bar } from "../../lib/market/mod.ts";
import { buildBar, buildSignal } from "../support/store.ts";

/** Bars of one step; 7 does not divide 60, so that hours end within steps. */
export const BARS_PER_STEP = 7;
/** The series that every step writes to. */
export const seriesOfStep = ["A", "B", "C"].map((symbol) => ({ symbol, timeframe: "1m" as const }));

/** Returns the bars and the signal of step number `step`. */
export function buildStep(step: number): { bars: Bar[]; signal: SignalRecord } {
  const bars = Array.from({ length: BARS_PER_STEP }, (_, i) => buildBar(step * BARS_PER_STEP + i));
  return { bars, signal: buildSignal(`s${step}`, { timestamp: step }) };
}
