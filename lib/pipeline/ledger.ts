/**
 * The ledger of one series: how many bars there should be, and what became of each.
 *
 * @module
 */
import { countBuckets, type TradingHours } from "../bars/mod.ts";
import { type BarColumns, barQualities, type BarQuality } from "../market/mod.ts";

/** Bars from `from` (inclusive) to `to` (exclusive), epoch ms. */
export interface Stretch {
  from: number;
  to: number;
}

/** Counts bars by quality; what is expected and not counted is missing. */
export interface Ledger {
  lengthMs: number;
  /** When bars are expected at all; null for always. */
  hours: TradingHours | null;
  /** Start of the first bar and end of the newest expected one; from = -1 while empty. */
  from: number;
  to: number;
  counts: Record<BarQuality, number>;
  /**
   * Older stretches that were fetched by themselves, oldest first: nobody expects anything between
   * them.
   */
  islands: Stretch[];
}

/** Returns an empty ledger of bars that are `lengthMs` long, expected within `hours`. */
export function createLedger(lengthMs: number, hours: TradingHours | null = null): Ledger {
  return {
    lengthMs,
    hours,
    from: -1,
    to: -1,
    counts: { observed: 0, repaired: 0, filled: 0 },
    islands: [],
  };
}

/**
 * Notes that a stretch of the past was asked for by itself. It counts apart from the rest, unless it
 * touches it.
 */
export function noteIsland(ledger: Ledger, { from, to }: Stretch): void {
  if (ledger.from >= 0 && to >= ledger.from) {
    if (from < ledger.from) extendBack(ledger, from);
    return;
  }
  const touching = ledger.islands.filter((one) => one.from <= to && from <= one.to);
  const joined = touching.reduce((sum, one) => ({
    from: Math.min(sum.from, one.from),
    to: Math.max(sum.to, one.to),
  }), { from, to });
  ledger.islands = [...ledger.islands.filter((one) => !touching.includes(one)), joined]
    .sort((a, b) => a.from - b.from);
}

/** Begins to expect bars at `from`; islands that it reaches become part of the rest. */
function extendBack(ledger: Ledger, from: number): void {
  const reached = ledger.islands.filter((one) => one.to >= from);
  ledger.from = Math.min(from, ...reached.map((one) => one.from));
  ledger.islands = ledger.islands.filter((one) => one.to < from);
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
  if (ledger.islands.some(({ from, to }) => time >= from && time < to)) return;
  if (ledger.from < 0) ledger.from = time;
  else if (time < ledger.from) extendBack(ledger, time);
  expectUntil(ledger, time + ledger.lengthMs);
}

/** Notes that bars are expected up to `to` (epoch ms, exclusive). */
export function expectUntil(ledger: Ledger, to: number): void {
  if (ledger.from >= 0 && to > ledger.to) ledger.to = to;
}

/** Returns a ledger of what is stored; of `islands` counts what lies within it. */
export function countBars(
  lengthMs: number,
  columns: BarColumns,
  hours: TradingHours | null = null,
  islands: readonly Stretch[] = [],
): Ledger {
  const ledger = createLedger(lengthMs, hours);
  const first = columns.time[0] ?? Infinity;
  for (const { from, to } of islands) {
    if (to > first) noteIsland(ledger, { from: Math.max(from, first), to });
  }
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
  const stretches = ledger.from < 0 ? ledger.islands : [...ledger.islands, ledger];
  const expected = stretches.reduce(
    (sum, stretch) => sum + countBuckets(ledger.hours, stretch, ledger.lengthMs),
    0,
  );
  return {
    expected,
    received,
    repaired,
    filled,
    missing: expected - received - repaired - filled,
  };
}
