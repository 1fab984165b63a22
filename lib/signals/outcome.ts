/**
 * Outcomes: whether a claim of activity came true, by measures fixed before anybody looked.
 *
 * A signal that claims activity is right if, in the 24 hours after its bar, volume is at least 1.5
 * times the median 24 h volume of the 30 days up to the bar, or realised volatility is above the
 * 75th percentile of the 90 days up to the bar. Both thresholds come from the past alone.
 *
 * @module
 */
import type { OutcomeRecord, SignalRecord } from "../contracts/records.ts";
import { type BarColumns, timeframeMs } from "../market/mod.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;
const VOLUME_DAYS = 30;
const VOLATILITY_DAYS = 90;
const VOLUME_FACTOR = 1.5;
const VOLATILITY_QUANTILE = 0.75;
/** Share of the past's 24 h windows that must be free of holes. */
const COVERAGE_REQUIRED = 0.9;

/** The figures by which activity is judged; null where they could not be measured. */
export interface Activity {
  outcome: OutcomeRecord["outcome"];
  reason: string;
  figures: {
    /** Volume of the 24 hours after. */
    volumeAfter: number | null;
    /** Median 24 h volume of the 30 days before. */
    volumeMedian: number | null;
    /** Root of the sum of squared hourly log returns of the 24 hours after. */
    volatilityAfter: number | null;
    /** 75th percentile of the same over the 90 days before. */
    volatilityThreshold: number | null;
  };
}

/**
 * Returns the outcome of a signal, or null while `hourly`, the 1h bars of its symbol oldest first,
 * does not reach its horizon. Later bars and bars older than 90 days are not read.
 *
 * @throws {RangeError} If the signal is a `tvl_anomaly`, which claims something else.
 */
export function judgeOutcome(signal: SignalRecord, hourly: BarColumns): OutcomeRecord | null {
  if (signal.type === "tvl_anomaly") {
    throw new RangeError("Cannot judge activity: a claim of activity is required, was tvl_anomaly");
  }
  const { barTime, timeframe, horizonMs } = signal.evidence;
  if (hourly.length === 0 || hourly.time[hourly.length - 1]! + HOUR_MS < horizonMs) return null;
  const measured = measureActivity(hourly, barTime + timeframeMs[timeframe]);
  const activity: Activity = signal.data.cause === "reverted"
    ? { ...measured, outcome: "not_measurable", reason: "it was taken back and claimed nothing" }
    : measured;
  return {
    id: signal.id,
    signalType: signal.type,
    entity: signal.entity,
    timestamp: horizonMs,
    outcome: activity.outcome,
    reason: activity.reason,
    figures: { ...activity.figures },
  };
}

/** Judges the claim "activity" at `splitMs`, the end of the bar that was looked at (epoch ms). */
export function measureActivity(hourly: BarColumns, splitMs: number): Activity {
  const split = findRow(hourly.time, hourly.length, splitMs);
  const after = measureWindow(hourly, split + HOURS - 1);
  const figures: Activity["figures"] = {
    volumeAfter: after?.volume ?? null,
    volumeMedian: null,
    volatilityAfter: after?.volatility ?? null,
    volatilityThreshold: null,
  };
  const refuse = (reason: string): Activity => ({ outcome: "not_measurable", reason, figures });
  if (!after || hourly.time[split] !== splitMs) {
    return refuse("bars are missing in the 24 hours after the signal");
  }
  const volumes = collectPast(hourly, split, splitMs, VOLUME_DAYS).map((w) => w.volume);
  const volatilities = collectPast(hourly, split, splitMs, VOLATILITY_DAYS)
    .map((w) => w.volatility);
  if (volumes.length < countRequired(VOLUME_DAYS)) {
    return refuse(`the past is too short: ${VOLUME_DAYS} days of volume are needed`);
  }
  figures.volumeMedian = computeQuantile(volumes, 0.5);
  if (volatilities.length < countRequired(VOLATILITY_DAYS)) {
    return refuse(`the past is too short: ${VOLATILITY_DAYS} days of prices are needed`);
  }
  figures.volatilityThreshold = computeQuantile(volatilities, VOLATILITY_QUANTILE);
  if (figures.volumeMedian <= 0) return refuse("nothing was traded in the 30 days before");
  return { ...decide(after, figures.volumeMedian, figures.volatilityThreshold), figures };
}

/**
 * Returns how often the claim would have come true at any hour, judged each `stepHours`: what an
 * accuracy must be compared with. The share is null where no hour could be judged.
 */
export function measureBaseRate(
  hourly: BarColumns,
  { stepHours = 1 }: { stepHours?: number } = {},
): { n: number; rate: number | null } {
  let n = 0;
  let right = 0;
  for (let i = 0; i + HOURS <= hourly.length; i += stepHours) {
    const { outcome } = measureActivity(hourly, hourly.time[i]!);
    if (outcome === "not_measurable") continue;
    n++;
    if (outcome === "right") right++;
  }
  return { n, rate: n === 0 ? null : right / n };
}

interface DayWindow {
  volume: number;
  volatility: number;
}

function decide(
  after: DayWindow,
  volumeMedian: number,
  volatilityThreshold: number,
): Pick<Activity, "outcome" | "reason"> {
  const isBusy = after.volume >= VOLUME_FACTOR * volumeMedian;
  const isWild = after.volatility > volatilityThreshold;
  if (isBusy && isWild) return { outcome: "right", reason: "volume and volatility were high" };
  if (isBusy) return { outcome: "right", reason: "volume was high" };
  if (isWild) return { outcome: "right", reason: "volatility was high" };
  return { outcome: "wrong", reason: "neither volume nor volatility was high" };
}

/** How many 24 h windows, one ending each hour, must have been measured in `days`. */
function countRequired(days: number): number {
  return Math.ceil((days * 24 - HOURS) * COVERAGE_REQUIRED);
}

/** Returns every 24 h window without a hole that lies wholly in the `days` before row `split`. */
function collectPast(
  hourly: BarColumns,
  split: number,
  splitMs: number,
  days: number,
): DayWindow[] {
  const startMs = splitMs - days * 24 * HOUR_MS;
  const windows: DayWindow[] = [];
  for (let end = split - 1; end >= HOURS; end--) {
    // A window reads one close more than it has bars.
    if (hourly.time[end - HOURS]! < startMs) break;
    const window = measureWindow(hourly, end);
    if (window) windows.push(window);
  }
  return windows;
}

/** Measures the 24 bars that end with row `end`; null if one or the close before is missing. */
function measureWindow(hourly: BarColumns, end: number): DayWindow | null {
  const before = end - HOURS;
  if (before < 0 || end >= hourly.length) return null;
  if (hourly.time[end]! - hourly.time[before]! !== HOURS * HOUR_MS) return null;
  let volume = 0;
  let squares = 0;
  for (let i = before + 1; i <= end; i++) {
    volume += hourly.volume[i]!;
    squares += Math.log(hourly.close[i]! / hourly.close[i - 1]!) ** 2;
  }
  const volatility = Math.sqrt(squares);
  return Number.isFinite(volatility + volume) ? { volume, volatility } : null;
}

/** Returns the first row at or after `timeMs`. */
function findRow(time: Float64Array, length: number, timeMs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (time[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns a quantile by linear interpolation between neighbours. */
function computeQuantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position - Math.floor(position));
}
