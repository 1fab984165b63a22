/**
 * Faults of Yahoo's prices that a look at the answer itself reveals: wrong units, a hundredfold
 * price, splits that were applied to only a part of a series.
 *
 * @module
 */
import type { Bar } from "../../lib/market/mod.ts";

/** A split: `ratio` new shares for one old. */
export interface Split {
  timeMs: number;
  ratio: number;
}

/** Bars that may be kept, and those that may not, with the reason. */
export interface JudgedBars {
  kept: Bar[];
  refused: { time: number; reason: string }[];
}

/**
 * No price moves further than this from one bar to the next. Borsa Istanbul stops a share at 10% a
 * day, so a jump by half is a fault, or a change of the share that no event tells of.
 */
const stepMax = 1.5;
/** A jump within this share of a split's ratio is that split. */
const splitTolerance = 0.08;

/**
 * Sorts out bars (one series, oldest first) whose prices cannot be true. Prices are believed from
 * `price` backwards, the newest that the source tells elsewhere in its answer; without it from the
 * longest stretch without a jump. A fault of the whole answer, `price` included, is not seen here.
 */
export function judgeBars(
  bars: readonly Bar[],
  { price, splits = [] }: { price?: number | null; splits?: readonly Split[] } = {},
): JudgedBars {
  const reasons: (string | null)[] = bars.map((bar) => findInnerFault(bar));
  bars.forEach((_, index) => reasons[index] ??= findUnappliedSplit(bars, index, splits));
  const isSound = (index: number) => reasons[index] === null;
  const walk = (from: number, step: 1 | -1, believed: number) => {
    /** The stretch that is being refused: its newest price, and what was wrong at its start. */
    let fault: { price: number; reason: string } | null = null;
    let last = -1;
    for (let i = from; i >= 0 && i < bars.length; i += step) {
      if (!isSound(i)) continue;
      const { open, close } = bars[i]!;
      const [near, far] = step < 0 ? [close, open] : [open, close];
      const split: Split | null = last < 0 ? null : findSplitBetween(bars, i, last, splits);
      if (split === null && isStep(near / believed)) {
        believed = far;
        fault = null;
        last = i;
        continue;
      }
      const goesOn: boolean = fault !== null && isStep(near / fault.price);
      const reason: string = goesOn
        ? fault!.reason
        : describeJump(near / believed, split ? [split] : splits);
      fault = { price: far, reason };
      reasons[i] = reason;
    }
  };
  if (price !== undefined && price !== null && price > 0) walk(bars.length - 1, -1, price);
  else {
    const { from, to } = findLongestRun(bars, isSound);
    if (to > from) {
      walk(from - 1, -1, bars[from]!.open);
      walk(to, 1, bars[to - 1]!.close);
    }
  }
  const kept = bars.filter((_, index) => reasons[index] === null);
  const refused = bars.flatMap(({ time }, index) => {
    const reason = reasons[index];
    return reason ? [{ time, reason }] : [];
  });
  return { kept, refused };
}

const isStep = (ratio: number) => ratio <= stepMax && ratio >= 1 / stepMax;

/** Returns what is wrong with a bar in itself, or null. */
function findInnerFault({ open, high, low, close, volume }: Bar): string | null {
  const prices = [open, high, low, close];
  if (!prices.every((value) => Number.isFinite(value) && value > 0)) {
    return "a price is not above zero";
  }
  if (!Number.isFinite(volume) || volume < 0) return "the volume is negative";
  const ratio = Math.max(...prices) / Math.min(...prices);
  if (!isStep(ratio)) return `its own prices lie ${formatFactor(ratio)} apart`;
  if (high < Math.max(open, close) || low > Math.min(open, close)) {
    return "its high and low do not enclose its open and close";
  }
  return null;
}

/**
 * Returns the fault of the bar that carries a split and moves with it, or null: prices before a
 * split are told in today's unit, so at 5:1 a price that rises fivefold was multiplied, not traded.
 */
function findUnappliedSplit(
  bars: readonly Bar[],
  index: number,
  splits: readonly Split[],
): string | null {
  const [before, bar] = [bars[index - 1], bars[index]!];
  if (!before) return null;
  const own = splits.find((split) => isCarried(split, before, bar));
  return own && isMove(bar.open / before.close, own.ratio)
    ? `the split ${formatSplit(own)} is not applied to it`
    : null;
}

/** Returns the split between two bars that the older one knows nothing of, or null. */
function findSplitBetween(
  bars: readonly Bar[],
  a: number,
  b: number,
  splits: readonly Split[],
): Split | null {
  const [older, newer] = [bars[Math.min(a, b)]!, bars[Math.max(a, b)]!];
  return splits.find((split) =>
    isCarried(split, older, newer) && isMove(newer.open / older.close, 1 / split.ratio)
  ) ?? null;
}

const isCarried = ({ timeMs }: Split, older: Bar, newer: Bar) =>
  timeMs > older.time && timeMs <= newer.time;

/** Says whether a price moved by `ratio`, and by more than a price moves of its own. */
function isMove(move: number, ratio: number): boolean {
  return Math.abs(Math.log(move)) > 2 * splitTolerance &&
    Math.abs(Math.log(move) - Math.log(ratio)) < splitTolerance;
}

function isSplit(jump: number, { ratio }: Split): boolean {
  return Math.abs(Math.abs(Math.log(jump)) - Math.abs(Math.log(ratio))) < splitTolerance;
}

function describeJump(ratio: number, splits: readonly Split[]): string {
  const split = splits.find((one) => isSplit(ratio, one));
  if (split) return `the split ${formatSplit(split)} is applied to only a part of the series`;
  const side = ratio > 1 ? "above" : "below";
  const factor = Math.max(ratio, 1 / ratio);
  if (factor > 100 / stepMax && factor < 100 * stepMax) {
    return `its price is 100 times ${side} its neighbours': another unit of the currency`;
  }
  return `its price is ${formatFactor(factor)} ${side} its neighbours', and no split explains it`;
}

/** Returns the longest stretch of sound bars without a jump; the later one of equals. */
function findLongestRun(
  bars: readonly Bar[],
  isSound: (index: number) => boolean,
): { from: number; to: number } {
  let best = { from: 0, to: 0 };
  let from = 0;
  for (let i = 0; i < bars.length; i++) {
    const isLinked = i > from && isSound(i) && isStep(bars[i]!.open / bars[i - 1]!.close);
    if (!isLinked) from = isSound(i) ? i : i + 1;
    if (i + 1 - from >= best.to - best.from) best = { from, to: i + 1 };
  }
  return best;
}

const formatFactor = (factor: number) => `${Number(factor.toPrecision(2))} times`;

function formatSplit({ ratio }: Split): string {
  return ratio >= 1
    ? `${Number(ratio.toPrecision(4))}:1`
    : `1:${Number((1 / ratio).toPrecision(4))}`;
}
