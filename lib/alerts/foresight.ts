/**
 * Foresight: what an alert would have done in the past, by the very steps that it takes live.
 *
 * Of trades, history keeps bars. Within one the price is taken to go from the open to the nearer
 * extreme, to the other one, and to the close, so that every level it touched is touched.
 *
 * @module
 */
import type { AlertRecord } from "../contracts/owned.ts";
import { type IndicatorName, indicatorNames, openIndicators } from "../indicators/mod.ts";
import { type BarColumns, sliceColumns, type Timeframe, timeframeMs } from "../market/mod.ts";
import type { BarCourseOptions } from "./bar_course.ts";
import { listComparisons } from "./conditions/custom.ts";
import { createAlertState, getWakeMs, stepAlert } from "./life_cycle.ts";
import { createRule } from "./rule.ts";
import type { Moment, PriceMoment, Rule, Verdict } from "./types.ts";

const DAY_MS = 86_400_000;

/** Stretches that are counted, days back from now. */
export const foresightDays = [7, 30, 90] as const;
/** How long after a firing the price is looked at, ms. */
export const foresightAfterMs = [3_600_000, 4 * 3_600_000, DAY_MS] as const;
/** Firings that are listed, the newest ones. */
const FIRINGS_LISTED = 50;
/** Firings whose aftermath is told, the newest ones: more of them say nothing new. */
const FIRINGS_FOLLOWED = 10_000;
/** So many bars are walked before others may work: a few milliseconds. */
const BARS_A_SLICE = 4_096;
/** Moments before it that it may need to know its course: the longest indicator looks 200 back. */
export const FORESIGHT_LEAD_BARS = 600;

/** Which series the columns are of. */
export type Series = Pick<BarCourseOptions, "symbol" | "timeframe" | "isNext">;

/** One firing of the past. */
export interface PastFiring {
  /** Market time, epoch ms. */
  timeMs: number;
  price: number;
  /** Change of the price after each of `foresightAfterMs`, percent; null where it is not known. */
  changes: (number | null)[];
}

/** What came after the firings, per span of `foresightAfterMs`. */
export interface Aftermath {
  afterMs: number;
  /** Of the newest 10,000 firings, those whose price afterwards is known. */
  count: number;
  /** Median change, percent; null without firings. */
  medianChange: number | null;
  /** Share (0 to 1) after which the price was higher; null without firings. */
  higherShare: number | null;
}

/** What an alert would have done. */
export interface Foresight {
  /** By `foresightDays`; `coveredDays` is how many of those days the history knows. */
  counts: { days: number; firings: number; coveredDays: number }[];
  aftermath: Aftermath[];
  /** Newest first, at most 50. */
  firings: PastFiring[];
}

/** What is looked at. */
export type Past = Series & {
  columns: BarColumns;
  /** Market time up to which is looked, epoch ms. */
  nowMs: number;
};

/**
 * Returns what `alert` would have done in `columns` up to `nowMs` (epoch ms), counted over 90 days;
 * older bars only lead in. `columns` are bars of the alert's own timeframe for what is tried on
 * bars, and of any for prices.
 */
export function foresee(alert: AlertRecord, past: Past): Foresight {
  const steps = foreseeSteps(alert, past);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same, a few milliseconds at a time: between two of them `pause` lets others work. */
export async function foreseeInSlices(
  alert: AlertRecord,
  past: Past,
  pause: () => Promise<void>,
): Promise<Foresight> {
  const steps = foreseeSteps(alert, past);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pause();
  }
}

/** Looks back, and stops wherever others may work. */
function* foreseeSteps(
  alert: AlertRecord,
  { columns, nowMs, ...series }: Past,
): Generator<undefined, Foresight> {
  const times: number[] = [];
  const prices: number[] = [];
  const walk = createWalk(alert, nowMs - 90 * DAY_MS, (moment) => {
    times.push(moment.timeMs);
    prices.push(
      moment.kind === "price" ? moment.price : moment.kind === "bar" ? moment.close : NaN,
    );
  });
  yield* createRule(alert).condition.on === "price"
    ? walkPrices(walk, columns, series)
    : walkBars(walk, columns, series);
  return yield* summarise({ times, prices }, columns, timeframeMs[series.timeframe], nowMs);
}

/** Returns what an alert would have made of stored moments, such as signals; prices may be missing. */
export function foreseeMoments(
  alert: AlertRecord,
  moments: Iterable<Moment>,
  { columns, timeframe, nowMs }: { columns: BarColumns; timeframe: Timeframe; nowMs: number },
): Foresight {
  const lengthMs = timeframeMs[timeframe];
  const times: number[] = [];
  const walk = createWalk(alert, nowMs - 90 * DAY_MS, ({ timeMs }) => void times.push(timeMs));
  for (const moment of moments) walk.take(moment);
  const prices = times.map((timeMs) => readCloseAt(columns, lengthMs, timeMs));
  const steps = summarise({ times, prices }, columns, lengthMs, nowMs);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** An alert on its way through the past. */
interface Walk {
  readonly rule: Rule;
  /** True when it will not fire any more. */
  readonly isOver: boolean;
  /** Steps to a moment; those before its creation change nothing. */
  take(moment: Moment): void;
  /** Says whether nothing changes up to a time (epoch ms) while the verdict stays as it is. */
  rests(verdict: Verdict, untilMs: number): boolean;
}

/** Steps an alert from moment to moment, from its creation at `fromMs` on. */
function createWalk(
  alert: AlertRecord,
  fromMs: number,
  onFiring: (moment: Moment) => void,
): Walk {
  const rule: Rule = createRule({ ...alert, is_active: true, snoozedUntilMs: null });
  const { condition } = rule;
  let state = createAlertState(fromMs);
  let last: Verdict = -1;
  let wakeMs = -Infinity;
  let isOver = false;
  return {
    rule,
    get isOver() {
      return isOver;
    },
    rests: (verdict, untilMs) => verdict !== -1 && verdict === last && untilMs < wakeMs,
    take(moment) {
      if (isOver || moment.timeMs < fromMs) return;
      last = condition.test(rule, moment);
      const mayFire = alert.allowsUnsure || !moment.isUnsure;
      const step = stepAlert(state, rule, last, moment.timeMs, mayFire);
      state = step.state;
      wakeMs = getWakeMs(state, rule, last, mayFire);
      if (!step.isFiring) return;
      onFiring(moment);
      isOver = alert.one_time;
    },
  };
}

function* walkBars(
  walk: Walk,
  columns: BarColumns,
  { symbol, timeframe, isNext }: Series,
): Generator<undefined, void> {
  const { time, open, high, low, close, volume, quality, length } = columns;
  const lengthMs = timeframeMs[timeframe];
  const fields = listFields(walk.rule);
  const follows = (i: number) =>
    isNext?.(time[i - 1]!, time[i]!) ?? time[i]! === time[i - 1]! + lengthMs;
  for (let from = 0, to: number; from < length && !walk.isOver; from = to) {
    to = from + 1;
    while (to < length && follows(to)) to++;
    // Bit for bit what a course gives bar by bar, in a fraction of its time.
    const indicators = openIndicators(sliceColumns(columns, from, to));
    for (const name of to - from > BARS_A_SLICE ? fields : []) {
      indicators(name);
      yield;
    }
    for (let i = from; i < to && !walk.isOver; i++) {
      if (i % BARS_A_SLICE === 0) yield;
      walk.take({
        kind: "bar",
        symbol,
        timeframe,
        timeMs: time[i]! + lengthMs,
        receivedMs: time[i]!,
        isUnsure: quality[i] !== 0,
        open: open[i]!,
        high: high[i]!,
        low: low[i]!,
        close: close[i]!,
        volume: volume[i]!,
        closeBefore: i > from ? close[i - 1]! : NaN,
        read: (name, back) => indicators(name)[i - from - back] ?? NaN,
        readClose: (windowMs) => readCloseFrom(columns, time[i]! - windowMs),
      });
    }
  }
}

/** Names of the indicators that a rule's own comparisons are of. */
function listFields({ alert: { parameters: { group } } }: Rule): IndicatorName[] {
  const fields = new Set<string>(group ? listComparisons(group).map(({ field }) => field) : []);
  return indicatorNames.filter((name) => fields.has(name));
}

function* walkPrices(
  walk: Walk,
  columns: BarColumns,
  series: Series,
): Generator<undefined, void> {
  const lengthMs = timeframeMs[series.timeframe];
  const { time, open, high, low, close, quality, length } = columns;
  const { rule } = walk;
  // Between two prices on one side of a fixed level there is no other side.
  const isFixed = rule.alert.parameters.line === undefined;
  const moment: PriceMoment = {
    kind: "price",
    symbol: series.symbol,
    timeMs: 0,
    receivedMs: 0,
    isUnsure: false,
    price: 0,
  };
  const isQuiet = (i: number) => {
    moment.timeMs = time[i]!;
    moment.price = low[i]!;
    const verdict = rule.condition.test(rule, moment);
    if (!walk.rests(verdict, time[i]! + lengthMs)) return false;
    moment.price = high[i]!;
    return rule.condition.test(rule, moment) === verdict;
  };
  for (let i = 0; i < length && !walk.isOver; i++) {
    if (i % BARS_A_SLICE === 0) yield;
    if (isFixed && isQuiet(i)) continue;
    const isLowFirst = open[i]! - low[i]! <= high[i]! - open[i]!;
    moment.isUnsure = quality[i] !== 0;
    for (let part = 0; part < 4; part++) {
      moment.timeMs = part === 3
        ? time[i]! + lengthMs - 1
        : time[i]! + Math.floor(lengthMs * part / 4);
      moment.price = part === 0
        ? open[i]!
        : part === 3
        ? close[i]!
        : (part === 1) === isLowFirst
        ? low[i]!
        : high[i]!;
      walk.take(moment);
    }
  }
}

function* summarise(
  { times, prices }: { times: readonly number[]; prices: readonly number[] },
  columns: BarColumns,
  lengthMs: number,
  nowMs: number,
): Generator<undefined, Foresight> {
  const changes: Float64Array[] = [];
  const first = Math.max(0, times.length - FIRINGS_FOLLOWED);
  for (const afterMs of foresightAfterMs) {
    const column = new Float64Array(times.length - first);
    for (let i = 0; i < column.length; i++) {
      if (i % BARS_A_SLICE === 0) yield;
      const later = readCloseAt(columns, lengthMs, times[first + i]! + afterMs);
      column[i] = (later / prices[first + i]! - 1) * 100;
    }
    changes.push(column);
  }
  const coveredMs = columns.length === 0 ? 0 : Math.max(0, nowMs - columns.time[0]!);
  const aftermath: Aftermath[] = [];
  for (const [span, afterMs] of foresightAfterMs.entries()) {
    yield;
    aftermath.push(describeAftermath(afterMs, changes[span]!));
  }
  const listed = times.slice(-FIRINGS_LISTED).map((timeMs, i): PastFiring => {
    const place = Math.max(0, times.length - FIRINGS_LISTED) + i;
    const ofIt = changes.map((column) => {
      const change = column[place - first]!;
      return Number.isFinite(change) ? change : null;
    });
    return { timeMs, price: prices[place]!, changes: ofIt };
  });
  return {
    counts: foresightDays.map((days) => ({
      days,
      firings: times.filter((timeMs) => timeMs >= nowMs - days * DAY_MS).length,
      coveredDays: Math.min(days, coveredMs / DAY_MS),
    })),
    aftermath,
    firings: listed.reverse(),
  };
}

function describeAftermath(afterMs: number, changes: Float64Array): Aftermath {
  const sorted = changes.filter(Number.isFinite).sort();
  const { length: count } = sorted;
  if (count === 0) return { afterMs, count, medianChange: null, higherShare: null };
  const medianChange = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
  const higher = sorted.reduce((sum, change) => sum + (change > 0 ? 1 : 0), 0);
  return { afterMs, count, medianChange, higherShare: higher / count };
}

/** Close of the bar within which a time lies, NaN where there is none. */
function readCloseAt(columns: BarColumns, lengthMs: number, atMs: number): number {
  const place = findLast(columns, atMs);
  return place >= 0 && atMs < columns.time[place]! + lengthMs ? columns.close[place]! : NaN;
}

/** Close of the bar that starts at a time, NaN where there is none. */
function readCloseFrom(columns: BarColumns, startMs: number): number {
  const place = findLast(columns, startMs);
  return columns.time[place] === startMs ? columns.close[place]! : NaN;
}

/** Place of the last bar that starts at or before a time, -1 without one. */
function findLast({ time, length }: BarColumns, atMs: number): number {
  let from = 0;
  let to = length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (time[middle]! <= atMs) from = middle + 1;
    else to = middle;
  }
  return from - 1;
}
