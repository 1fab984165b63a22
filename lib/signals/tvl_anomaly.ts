/**
 * TVL anomaly: the value locked in a protocol or on a chain moved far within a day, and why.
 *
 * A first sample that differs is taken for a fault of the adapter until a second one agrees and the
 * price of the token and the total of the chain do not explain it. Samples are folded one by one, in
 * the order of their time, so that any division into runs finds the same.
 *
 * @module
 */
import type { OutcomeRecord, SignalRecord, TvlRecord } from "../contracts/records.ts";
import type { ObservedDetector } from "./observed.ts";
import { getThreshold } from "./thresholds.ts";
import { explainTvl, type TvlCause, type TvlChecks } from "./tvl_cause.ts";
import type { Find, Thresholds } from "./types.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The sample to compare with is at least a day old, and at most this. */
const BASE_AGE_MAX_MS = 1.5 * DAY_MS;
/** An event is looked after this long: a daily series has two samples more in it. */
const EVENT_MS = 2 * DAY_MS;
/** Points are kept hourly so long, then in coarser steps, so that chains can be compared too. */
const FINE_MS = 30 * HOUR_MS;
const COARSE_GRAIN_MS = 6 * HOUR_MS;
const POINT_AGE_MAX_MS = 4 * DAY_MS;
/** The samples of an outcome may be late by a day. */
const OUTCOME_LATE_MS = DAY_MS;

/** A move that is being looked at. */
export interface TvlEvent {
  startMs: number;
  /** What it is compared with. */
  baseMs: number;
  base: number;
  isDrop: boolean;
  /** Samples that agree. */
  samples: number;
  magnitude: number;
  cause: TvlCause;
}

/** What is remembered of one entity. Plain values. */
export interface TvlHistory {
  /** Time of the newest folded sample, epoch ms; 0 before the first. */
  last: number;
  /** Thinned samples, oldest first: time and USD. */
  points: [number, number][];
  event: TvlEvent | null;
}

/** What one sample led to. */
export interface TvlStep {
  history: TvlHistory;
  find: Find | null;
  /** Why it may not be what it seems; null for an outflow or inflow. */
  explanation: string | null;
  /** How many checks were made and did not explain it. */
  corroborations: number;
  cause: TvlCause | null;
  isUpdate: boolean;
}

/** The parameters of the detector; `foldTvl` is its arithmetic. Percent: 10 means 10 %. */
export const tvlAnomaly = {
  type: "tvl_anomaly",
  version: 1,
  defaults: { changePercent: 10, confirmSamples: 2, confirmHours: 1 },
  windowMs: DAY_MS,
  horizonMs: EVENT_MS,
  timeframe: "1d",
} satisfies ObservedDetector;

/** Returns the history of an entity that was never seen. */
export function createTvlHistory(): TvlHistory {
  return { last: 0, points: [], event: null };
}

/** Returns what was locked at `atMs` or before it, at most 12 hours before; null where not known. */
export function findTvlPoint({ points }: TvlHistory, atMs: number): [number, number] | null {
  for (let i = points.length - 1; i >= 0; i--) {
    const point = points[i]!;
    if (point[0] <= atMs) return atMs - point[0] <= BASE_AGE_MAX_MS - DAY_MS ? point : null;
  }
  return null;
}

/**
 * Folds one sample into a history. A sample that is not newer than the last, or has no finite value
 * of 0 or more, changes nothing. `readChecks` is asked for the changes between two times.
 */
export function foldTvl(
  history: TvlHistory,
  { timestamp, tvl_usd }: Pick<TvlRecord, "timestamp" | "tvl_usd">,
  readChecks: (fromMs: number, toMs: number) => TvlChecks,
  thresholds: Thresholds = {},
): TvlStep {
  const nothing = {
    find: null,
    explanation: null,
    corroborations: 0,
    cause: null,
    isUpdate: false,
  };
  if (timestamp <= history.last || !Number.isFinite(tvl_usd) || tvl_usd < 0) {
    return { history, ...nothing };
  }
  const before = findTvlPoint(history, timestamp - DAY_MS);
  const next: TvlHistory = {
    last: timestamp,
    points: addPoint(history.points, timestamp, tvl_usd),
    event: history.event,
  };
  const open = next.event && timestamp - next.event.startMs <= EVENT_MS ? next.event : null;
  if (!open) next.event = null;
  const threshold = getThreshold("changePercent", thresholds, tvlAnomaly.defaults) / 100;
  if (open && isFollowed(open, timestamp, tvl_usd, threshold)) {
    return followEvent(next, open, [timestamp, tvl_usd], { threshold, thresholds, readChecks });
  }
  if (!before || before[1] <= 0) return { history: next, ...nothing };
  const change = measureChange(tvl_usd, before[1]);
  if (Math.abs(change) < threshold - 1e-12) return { history: next, ...nothing };
  const event: TvlEvent = {
    startMs: timestamp,
    baseMs: before[0],
    base: before[1],
    isDrop: change < 0,
    samples: 1,
    magnitude: Math.abs(change) / threshold,
    cause: "unconfirmed",
  };
  return tell({ ...next, event }, event, [timestamp, tvl_usd], {
    threshold,
    checks: readChecks(event.baseMs, timestamp),
    isUpdate: false,
  });
}

/** Says whether a sample belongs to an event, rather than to a new one a day later. */
function isFollowed(event: TvlEvent, timestamp: number, tvl: number, threshold: number): boolean {
  if (timestamp - event.startMs < DAY_MS || event.cause === "unconfirmed") return true;
  return event.cause !== "reverted" && measureSize(event, tvl) < threshold / 2;
}

/** Returns a change as a fraction; from the difference, so that 90 from 100 is exactly 10 %. */
function measureChange(after: number, before: number): number {
  return (after - before) / before;
}

/** How far a value lies from the event's base in the event's direction, as a fraction. */
function measureSize({ base, isDrop }: TvlEvent, tvl: number): number {
  const change = measureChange(tvl, base);
  return isDrop ? -change : change;
}

/** A further sample while an event is looked at. */
function followEvent(
  history: TvlHistory,
  event: TvlEvent,
  sample: [number, number],
  { threshold, thresholds, readChecks }: {
    threshold: number;
    thresholds: Thresholds;
    readChecks: (fromMs: number, toMs: number) => TvlChecks;
  },
): TvlStep {
  const silent = { find: null, explanation: null, corroborations: 0, cause: null, isUpdate: false };
  const change = measureChange(sample[1], event.base);
  const size = measureSize(event, sample[1]);
  if (size < threshold / 2) {
    // It came back: what lies between was no value to compare with later.
    const points = history.points.map(([time, value]): [number, number] =>
      time >= event.startMs && time < sample[0] ? [time, event.base] : [time, value]
    );
    const closed = { ...event, cause: "reverted" as const };
    const settled = { ...history, points, event: closed };
    if (event.cause === "reverted") return { history: settled, ...silent };
    return tell(settled, closed, sample, { threshold, checks: null, isUpdate: true });
  }
  if (size < threshold || event.cause === "reverted") return { history, ...silent };
  const samples = event.samples + 1;
  const magnitude = Math.max(event.magnitude, size / threshold);
  const grown = { ...event, samples, magnitude };
  const needed = getThreshold("confirmSamples", thresholds, tvlAnomaly.defaults);
  const neededMs = getThreshold("confirmHours", thresholds, tvlAnomaly.defaults) * HOUR_MS;
  const isConfirmed = samples >= needed && sample[0] - event.startMs >= neededMs;
  if (!isConfirmed || event.cause !== "unconfirmed") {
    return { history: { ...history, event: grown }, ...silent };
  }
  const checks = readChecks(event.baseMs, sample[0]);
  const { cause } = explainTvl(change, checks, threshold);
  const settled = { ...grown, cause };
  return tell({ ...history, event: settled }, settled, sample, {
    threshold,
    checks,
    isUpdate: true,
  });
}

function tell(
  history: TvlHistory,
  event: TvlEvent,
  [timestamp, tvl]: [number, number],
  { threshold, checks, isUpdate }: {
    threshold: number;
    checks: TvlChecks | null;
    isUpdate: boolean;
  },
): TvlStep {
  const change = measureChange(tvl, event.base);
  const told = explainTvl(change, checks, threshold, event.cause);
  const percent = (share: number | null) => share === null ? "unknown" : share * 100;
  return {
    history,
    isUpdate,
    cause: told.cause,
    explanation: told.explanation,
    corroborations: told.corroborations,
    find: {
      type: "tvl_anomaly",
      magnitude: event.magnitude,
      data: {
        tvl_usd: tvl,
        tvl_before_usd: event.base,
        tvl_change_24h: change * 100,
        direction: event.isDrop ? "down" : "up",
        cause: told.cause,
        samples: event.samples,
        base_time: event.baseMs,
        sample_time: timestamp,
        token_change: percent(checks?.token ?? null),
        chain_token_change: percent(checks?.chainToken ?? null),
        chain_change: percent(checks?.chain ?? null),
        threshold_percent: threshold * 100,
        window_hours: 24,
      },
    },
  };
}

/** Adds the newest point: one an hour for 30 hours, one in six hours for four days. */
function addPoint(
  points: readonly [number, number][],
  timestamp: number,
  tvl: number,
): [number, number][] {
  const kept: [number, number][] = [];
  for (const point of [...points, [timestamp, tvl] as [number, number]]) {
    const age = timestamp - point[0];
    if (age > POINT_AGE_MAX_MS) continue;
    const grainMs = age <= FINE_MS ? HOUR_MS : COARSE_GRAIN_MS;
    const last = kept.at(-1);
    const isSameSlot = last !== undefined &&
      Math.floor(last[0] / grainMs) === Math.floor(point[0] / grainMs);
    if (isSameSlot) kept.pop();
    kept.push(point);
  }
  return kept;
}

/**
 * Returns the outcome of a TVL anomaly: right if the change still stands at the second daily sample
 * after it, which is the first sample 48 hours or more later. Null while that is not there and could
 * still come. `samples` are of the same entity, in any order. A signal that was labelled a
 * probable fault claims no change, so nothing is judged.
 */
export function judgeTvlOutcome(
  signal: SignalRecord,
  samples: readonly Pick<TvlRecord, "timestamp" | "tvl_usd">[],
  marketNowMs: number,
): OutcomeRecord | null {
  const dueMs = signal.timestamp + EVENT_MS;
  const later = samples
    .filter(({ timestamp }) => timestamp >= dueMs && timestamp <= dueMs + OUTCOME_LATE_MS)
    .sort((a, b) => a.timestamp - b.timestamp)[0];
  if (!later && marketNowMs <= dueMs + OUTCOME_LATE_MS) return null;
  const base = Number(signal.data.tvl_before_usd);
  const change = later ? measureChange(later.tvl_usd, base) : null;
  const threshold = Number(signal.data.threshold_percent) / 100;
  const size = change === null ? null : signal.data.direction === "down" ? -change : change;
  const stands = size !== null && size >= threshold - 1e-12;
  const made = (outcome: OutcomeRecord["outcome"], reason: string): OutcomeRecord => ({
    id: signal.id,
    signalType: signal.type,
    entity: signal.entity,
    timestamp: later?.timestamp ?? dueMs + OUTCOME_LATE_MS,
    outcome,
    reason,
    figures: {
      tvlBefore: Number.isFinite(base) ? base : null,
      tvlAfter: later?.tvl_usd ?? null,
      change,
      stands: later ? Number(stands) : null,
    },
  });
  if (!later) return made("not_measurable", "no sample two days after the signal");
  if (size === null || !Number.isFinite(size)) {
    return made("not_measurable", "the signal has no value to compare with");
  }
  if (isFaultCause(signal.data.cause)) {
    return made("not_measurable", "it was labelled a probable adapter fault and claimed no change");
  }
  return stands
    ? made("right", "the change still stood at the second daily sample")
    : made("wrong", "the change was gone at the second daily sample");
}

/** Says whether a cause means that the figure itself is in doubt. */
export function isFaultCause(cause: unknown): boolean {
  return cause === "unconfirmed" || cause === "reverted" || cause === "unchecked";
}
