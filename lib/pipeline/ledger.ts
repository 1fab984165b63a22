/**
 * The ledger of one series: how many bars there should be, and what became of each.
 *
 * @module
 */
import { countBuckets, type TradingHours } from "../bars/mod.ts";
import { type BarColumns, barQualities, type BarQuality } from "../market/mod.ts";

/** Counts bars by quality; what is expected and not counted is missing. */
export interface Ledger {
  lengthMs: number;
  /** When bars are expected at all; null for always. */
  hours: TradingHours | null;
  /** Start of the first bar and end of the newest expected one; from = -1 while empty. */
  from: number;
  to: number;
  counts: Record<BarQuality, number>;
}

/** Returns an empty ledger of bars that are `lengthMs` long, expected within `hours`. */
export function createLedger(lengthMs: number, hours: TradingHours | null = null): Ledger {
  return { lengthMs, hours, from: -1, to: -1, counts: { observed: 0, repaired: 0, filled: 0 } };
}

/** Notes a stored bar; `previous` is the quality of the bar that it replaced, if any. */
export function noteBar(
  ledger: Ledger,
  time: number,
  quality: BarQuality,
  previous: BarQuality | null,
): void {
  if (previous) ledger.counts[previous]--;
  ledger.counts[quality]++;
  if (ledger.from < 0 || time < ledger.from) ledger.from = time;
  expectUntil(ledger, time + ledger.lengthMs);
}

/** Notes that bars are expected up to `to` (epoch ms, exclusive). */
export function expectUntil(ledger: Ledger, to: number): void {
  if (ledger.from >= 0 && to > ledger.to) ledger.to = to;
}

/** Returns a ledger of what is stored. */
export function countBars(
  lengthMs: number,
  columns: BarColumns,
  hours: TradingHours | null = null,
): Ledger {
  const ledger = createLedger(lengthMs, hours);
  for (let i = 0; i < columns.length; i++) {
    noteBar(ledger, columns.time[i]!, barQualities[columns.quality[i]!]!, null);
  }
  return ledger;
}

/** Returns expected, received, repaired, filled and missing; the last four sum to the first. */
export function readLedger(ledger: Ledger): {
  expected: number;
  received: number;
  repaired: number;
  filled: number;
  missing: number;
} {
  const { observed: received, repaired, filled } = ledger.counts;
  const expected = ledger.from < 0 ? 0 : countBuckets(ledger.hours, ledger, ledger.lengthMs);
  return {
    expected,
    received,
    repaired,
    filled,
    missing: expected - received - repaired - filled,
  };
}
