/**
 * Foresight: what an alert would have done in the past, by the very steps that it takes live.
 *
 * Of trades, history keeps bars. Within one the price is taken to go from the open to the nearer
 * extreme, to the other one, and to the close, so that every level it touched is touched.
 *
 * @module
 */
import type { AlertRecord } from "../contracts/owned.ts";
import { computeIndicators } from "../indicators/mod.ts";
import { type BarColumns, sliceColumns, type Timeframe, timeframeMs } from "../market/mod.ts";
import type { BarCourseOptions } from "./bar_course.ts";
import { createAlertState, stepAlert } from "./life_cycle.ts";
import { createRule } from "./rule.ts";
import type { Moment, PriceMoment, Rule } from "./types.ts";

const DAY_MS = 86_400_000;

/** Stretches that are counted, days back from now. */
export const foresightDays = [7, 30, 90] as const;
/** How long after a firing the price is looked at, ms. */
export const foresightAfterMs = [3_600_000, 4 * 3_600_000, DAY_MS] as const;
/** Firings that are listed, the newest ones. */
const FIRINGS_LISTED = 50;
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
  /** Firings whose price afterwards is known. */
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

/**
 * Returns what `alert` would have done in `columns` up to `nowMs` (epoch ms), counted over 90 days;
 * older bars only lead in. `columns` are bars of the alert's own timeframe for what is tried on
 * bars, and of any for prices.
 */
export function foresee(
  alert: AlertRecord,
  { columns, nowMs, ...series }: Series & { columns: BarColumns; nowMs: number },
): Foresight {
  const fromMs = nowMs - 90 * DAY_MS;
  const moments = createRule(alert).condition.on === "price"
    ? walkPrices(columns, series)
    : walkBars(columns, series);
  const times: number[] = [];
  const prices: number[] = [];
  walkRule(alert, moments, fromMs, (moment) => {
    times.push(moment.timeMs);
    prices.push(
      moment.kind === "price" ? moment.price : moment.kind === "bar" ? moment.close : NaN,
    );
  });
  return summarise({ times, prices }, columns, timeframeMs[series.timeframe], nowMs);
}

/** Returns what an alert would have made of stored moments, such as signals; prices may be missing. */
export function foreseeMoments(
  alert: AlertRecord,
  moments: Iterable<Moment>,
  { columns, timeframe, nowMs }: { columns: BarColumns; timeframe: Timeframe; nowMs: number },
): Foresight {
  const lengthMs = timeframeMs[timeframe];
  const times: number[] = [];
  walkRule(alert, moments, nowMs - 90 * DAY_MS, ({ timeMs }) => void times.push(timeMs));
  const prices = times.map((timeMs) => readCloseAt(columns, lengthMs, timeMs));
  return summarise({ times, prices }, columns, lengthMs, nowMs);
}

/** Steps an alert from moment to moment, from its creation at `fromMs` on. */
function walkRule(
  alert: AlertRecord,
  moments: Iterable<Moment>,
  fromMs: number,
  onFiring: (moment: Moment) => void,
): void {
  const rule: Rule = createRule({ ...alert, is_active: true, snoozedUntilMs: null });
  const { condition } = rule;
  let state = createAlertState(fromMs);
  for (const moment of moments) {
    if (moment.timeMs < fromMs) continue;
    const verdict = condition.test(rule, moment);
    const mayFire = alert.allowsUnsure || !moment.isUnsure;
    const step = stepAlert(state, rule, verdict, moment.timeMs, mayFire);
    state = step.state;
    if (!step.isFiring) continue;
    onFiring(moment);
    if (alert.one_time) return;
  }
}

function* walkBars(columns: BarColumns, { symbol, timeframe, isNext }: Series): Generator<Moment> {
  const { time, open, high, low, close, volume, quality, length } = columns;
  const lengthMs = timeframeMs[timeframe];
  const follows = (i: number) =>
    isNext?.(time[i - 1]!, time[i]!) ?? time[i]! === time[i - 1]! + lengthMs;
  for (let from = 0, to: number; from < length; from = to) {
    to = from + 1;
    while (to < length && follows(to)) to++;
    // Bit for bit what a course gives bar by bar, in a fraction of its time.
    const indicators = computeIndicators(sliceColumns(columns, from, to));
    for (let i = from; i < to; i++) {
      yield {
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
        read: (name, back) => indicators[name][i - from - back] ?? NaN,
        readClose: (windowMs) => readCloseFrom(columns, time[i]! - windowMs),
      };
    }
  }
}

function* walkPrices(columns: BarColumns, series: Series): Generator<PriceMoment> {
  const lengthMs = timeframeMs[series.timeframe];
  const { time, open, high, low, close, quality, length } = columns;
  const moment: PriceMoment = {
    kind: "price",
    symbol: series.symbol,
    timeMs: 0,
    receivedMs: 0,
    isUnsure: false,
    price: 0,
  };
  for (let i = 0; i < length; i++) {
    const start = time[i]!;
    const isLowFirst = open[i]! - low[i]! <= high[i]! - open[i]!;
    moment.isUnsure = quality[i] !== 0;
    for (let part = 0; part < 4; part++) {
      moment.timeMs = part === 3 ? start + lengthMs - 1 : start + Math.floor(lengthMs * part / 4);
      moment.price = part === 0
        ? open[i]!
        : part === 3
        ? close[i]!
        : (part === 1) === isLowFirst
        ? low[i]!
        : high[i]!;
      yield moment;
    }
  }
}

function summarise(
  { times, prices }: { times: readonly number[]; prices: readonly number[] },
  columns: BarColumns,
  lengthMs: number,
  nowMs: number,
): Foresight {
  const changes = times.map((timeMs, i) =>
    foresightAfterMs.map((afterMs) =>
      toChange(prices[i]!, readCloseAt(columns, lengthMs, timeMs + afterMs))
    )
  );
  const coveredMs = columns.length === 0 ? 0 : Math.max(0, nowMs - columns.time[0]!);
  return {
    counts: foresightDays.map((days) => ({
      days,
      firings: times.filter((timeMs) => timeMs >= nowMs - days * DAY_MS).length,
      coveredDays: Math.min(days, coveredMs / DAY_MS),
    })),
    aftermath: foresightAfterMs.map((afterMs, span) =>
      describeAftermath(
        afterMs,
        changes.map((row) => row[span]!).filter((change) => change !== null),
      )
    ),
    firings: times
      .map((timeMs, i) => ({ timeMs, price: prices[i]!, changes: changes[i]! }))
      .slice(-FIRINGS_LISTED)
      .reverse(),
  };
}

function describeAftermath(afterMs: number, changes: readonly number[]): Aftermath {
  const sorted = changes.toSorted((a, b) => a - b);
  const { length: count } = sorted;
  if (count === 0) return { afterMs, count, medianChange: null, higherShare: null };
  const medianChange = (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
  return {
    afterMs,
    count,
    medianChange,
    higherShare: sorted.filter((change) => change > 0).length / count,
  };
}

function toChange(price: number, later: number): number | null {
  const change = (later / price - 1) * 100;
  return Number.isFinite(change) ? change : null;
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
