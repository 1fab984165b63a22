/**
 * Signals on a closed bar: features, detectors, one signal per event, and outcomes in their time.
 *
 * @module
 */
import type { FeatureRecord, SignalRecord } from "../contracts/records.ts";
import { createFeatureRow } from "../features/mod.ts";
import { computeIndicators } from "../indicators/mod.ts";
import type { LivePublisher } from "../live/types.ts";
import type { Logger } from "../log.ts";
import { type BarColumns, sliceColumns, type Timeframe } from "../market/mod.ts";
import {
  buildSignal,
  confirmStep,
  type Detector,
  explainStep,
  followBar,
  isBarFault,
  judgeOutcome,
  type Thresholds,
} from "../signals/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { cutColumns } from "./columns.ts";
import { FEATURE_BARS } from "./features.ts";
import { createLateLooks } from "./late_looks.ts";
import type { Stretch } from "./ledger.ts";
import { listAll } from "./restore.ts";
import type { ClosedBar } from "./settling.ts";
import type { SeriesState } from "./state.ts";
import {
  describeChecks,
  detectBefore,
  isLeaderLate,
  isNewestFilled,
  readBarChecks,
} from "./signal_checks.ts";
import { createTrackRecord } from "./track_record.ts";

/** Series whose features are kept, beside those of detectors; shorter ones are made when asked. */
const featureTimeframes: ReadonlySet<Timeframe> = new Set(["1h", "4h", "1d"]);
/** 90 days of hours, the signal's own bar and the 24 hours after it. */
const OUTCOME_BARS = 91 * 24 + 2;
/** Signals whose horizon ended longer ago than this are no longer waited for. */
const JUDGED_WITHIN_MS = 7 * 86_400_000;
/** What is left of a source's reliability while a find is taken for its fault. */
const FAULT_RELIABILITY = 0.3;
/** Bars that are worked on before their features are written. */
const BARS_PER_WRITE = 500;
/** Rows of a backfill that are worked out before others have their turn. */
const ROWS_PER_WRITE = 20;

/** Runs detectors and judges outcomes. */
export interface SignalRunner {
  /** Loads the newest signal of each event and those that wait for their outcome. */
  load(nowMs: number): Promise<void>;
  /** Says whether bars of this timeframe are looked at. */
  isWatched(timeframe: Timeframe): boolean;
  /** Says whether detectors look at bars of this timeframe. */
  hasDetectors(timeframe: Timeframe): boolean;
  /** Keeps the rows of features of stored bars of a stretch, where they are kept of its series. */
  addFeatures(series: SeriesState, stretch: Stretch): Promise<void>;
  /** Bars are settled, given in order of their end. Returns how many signals were emitted. */
  run(closed: readonly ClosedBar[]): Promise<number>;
}

/** Returns a runner of `detectors`; `now` is wall time, for the time of writing. */
export function createSignalRunner({ store, live, detectors, log, now, thresholds = {} }: {
  store: WorldStore;
  live: LivePublisher;
  detectors: readonly Detector[];
  log: Logger;
  now: () => number;
  thresholds?: Readonly<Record<string, Thresholds>>;
}): SignalRunner {
  const newest = new Map<string, SignalRecord>();
  const waiting = new Map<string, SignalRecord[]>();
  const track = createTrackRecord();
  const late = createLateLooks(now);
  const remember = (signal: SignalRecord) => {
    const key = `${signal.type} ${signal.entity}`;
    const known = newest.get(key);
    if (!known || known.timestamp <= signal.timestamp) newest.set(key, signal);
  };
  const waitFor = (signal: SignalRecord) =>
    waiting.set(signal.entity, [...waiting.get(signal.entity) ?? [], signal]);

  /** What becomes of a closed bar; null where nothing is told, or not yet. */
  async function decide(bar: ClosedBar, detector: Detector, bars: BarColumns, limits: Thresholds) {
    const given = takeLast(bars, detector.barsNeeded);
    const find = detector.detect(given, limits);
    const { state: { symbol }, endMs } = bar;
    const previous = newest.get(`${detector.type} ${symbol}`) ?? null;
    if (!find && !previous) return null;
    const step = followBar(previous, {
      find,
      measured: find ?? detector.measure?.(given, limits) ?? null,
      timestamp: endMs,
      isFilled: isNewestFilled(given),
      detector,
    });
    if (step?.cause !== "unconfirmed") return step && { step, previous };
    const confirmed = confirmStep(step, detectBefore(bars, detector, limits));
    const isWaiting = confirmed.cause === null &&
      await isLeaderLate(store, { symbol, endMs, detector }) && late.wait(bar);
    return isWaiting ? null : { step: confirmed, previous };
  }

  async function detect(bar: ClosedBar, detector: Detector, bars: BarColumns) {
    const { state, endMs } = bar;
    const limits = thresholds[detector.type] ?? detector.defaults;
    const decided = await decide(bar, detector, bars, limits);
    if (!decided) return 0;
    const { step, previous } = decided;
    const given = takeLast(bars, detector.barsNeeded);
    const { symbol } = state;
    const checks = step.cause === null
      ? await readBarChecks(store, {
        symbol,
        find: step.find,
        bars: given,
        endMs,
        detector,
        limits,
      })
      : null;
    const told = explainStep(step, checks);
    const signal = buildSignal({
      find: {
        ...step.find,
        data: {
          ...step.find.data,
          cause: told.cause,
          samples: step.samples,
          ...describeChecks(checks, detector.type),
        },
      },
      detector,
      thresholds: limits,
      bars: given,
      entity: state.symbol,
      source: state.source,
      timestamp: endMs,
      now: now(),
      accuracy: track.read(detector.type, endMs),
      corroborations: told.corroborations,
      explanation: told.explanation,
      ...(isBarFault(told.cause) && { reliabilityLeft: FAULT_RELIABILITY }),
      ...(step.emission === "update" && previous && { updates: previous }),
    });
    remember(signal);
    // A signal is never rewritten: on a second run over the same bars the first one stays.
    if (!await store.signals.create(signal)) return 0;
    waitFor(signal);
    live.publish("signals", signal, {
      symbol: signal.entity,
      type: signal.type,
      entity: signal.entity,
      confidence: signal.confidence_score,
    });
    return 1;
  }

  async function judge(entity: string, series: SeriesState, endMs: number): Promise<void> {
    const signals = waiting.get(entity);
    if (!signals?.some((signal) => signal.evidence.horizonMs <= endMs)) return;
    const hourly = await store.bars.readColumns({ ...series.key, timeframe: "1h" }, {
      to: endMs,
      limit: OUTCOME_BARS,
    });
    const left: SignalRecord[] = [];
    for (const signal of signals) {
      const outcome = signal.evidence.horizonMs <= endMs ? judgeOutcome(signal, hourly) : null;
      if (!outcome) {
        left.push(signal);
        continue;
      }
      await store.outcomes.create(outcome);
      track.add(outcome);
    }
    waiting.set(entity, left);
  }

  /** A detector's mistake must not hold up the bars behind it. */
  async function runOne(
    bar: ClosedBar,
    table: BarColumns,
    rows: FeatureRecord[],
  ): Promise<number> {
    const { state, series, endMs } = bar;
    const { timeframe } = series.key;
    let emitted = 0;
    try {
      const due = detectors.filter((detector) => detector.timeframe === timeframe);
      const limit = countBars(due);
      const bars = cutColumns(table, endMs, limit);
      const row = createFeatureRow(bars, computeIndicators(bars), series.key);
      if (row) rows.push(row);
      for (const detector of due) emitted += await detect(bar, detector, bars);
      if (timeframe === "1h") await judge(state.symbol, series, endMs);
    } catch (error) {
      log.error("Signals could not be worked out", { ...series.key, error: String(error) });
    }
    return emitted;
  }

  async function runSome(closed: readonly ClosedBar[]): Promise<number> {
    const tables = await readTables(store, closed, countBars(detectors));
    const rows: FeatureRecord[] = [];
    let emitted = 0;
    for (const bar of closed) emitted += await runOne(bar, tables.get(bar.series)!, rows);
    await store.features.putMany(rows);
    return emitted;
  }

  return {
    async load(nowMs) {
      for (const outcome of await listAll((query) => store.outcomes.list(query))) {
        track.add(outcome);
      }
      const recent = { from: nowMs - JUDGED_WITHIN_MS };
      for (const signal of await listAll((query) => store.signals.list(query), recent)) {
        // What others found or merged is not ours to follow and to judge.
        const isOurs = detectors.some(({ type }) => type === signal.type);
        if (!isOurs || signal.merges) continue;
        remember(signal);
        if (await store.outcomes.get(signal.id)) continue;
        waitFor(signal);
      }
    },
    hasDetectors: (timeframe) => detectors.some((detector) => detector.timeframe === timeframe),
    isWatched: (timeframe) =>
      featureTimeframes.has(timeframe) ||
      detectors.some((detector) => detector.timeframe === timeframe),
    addFeatures: (series, stretch) => addFeatures(store, series, stretch),
    async run(closed) {
      let emitted = 0;
      const all = late.join(closed);
      for (let i = 0; i < all.length; i += BARS_PER_WRITE) {
        emitted += await runSome(all.slice(i, i + BARS_PER_WRITE));
      }
      return emitted;
    },
  };
}

function takeLast(bars: BarColumns, count: number): BarColumns {
  return sliceColumns(bars, Math.max(0, bars.length - count));
}

/** Bars that are read for a look: what any needs, and for detectors the bar before. */
function countBars(detectors: readonly Detector[]): number {
  return Math.max(FEATURE_BARS, ...detectors.map(({ barsNeeded }) => barsNeeded + 1));
}

async function addFeatures(
  store: Pick<WorldStore, "bars" | "features">,
  { key, lengthMs }: SeriesState,
  { from, to }: Stretch,
): Promise<void> {
  if (!featureTimeframes.has(key.timeframe)) return;
  const table = await store.bars.readColumns(key, { from: from - FEATURE_BARS * lengthMs, to });
  let rows: FeatureRecord[] = [];
  for (let i = 0; i < table.length; i++) {
    const time = table.time[i]!;
    if (time < from) continue;
    // What the row of this bar would have been made of, when it closed.
    const bars = cutColumns(table, time + lengthMs, FEATURE_BARS);
    const row = createFeatureRow(bars, computeIndicators(bars), key);
    if (row) rows.push(row);
    if (rows.length < ROWS_PER_WRITE) continue;
    await store.features.putMany(rows);
    rows = [];
  }
  await store.features.putMany(rows);
}

/** Reads once, for each series, all that its bars will be looked at with. */
async function readTables(
  store: WorldStore,
  closed: readonly ClosedBar[],
  barsNeeded: number,
): Promise<Map<SeriesState, BarColumns>> {
  const spans = new Map<SeriesState, { from: number; to: number }>();
  for (const { series, endMs } of closed) {
    const span = spans.get(series) ?? { from: endMs, to: endMs };
    spans.set(series, { from: Math.min(span.from, endMs), to: Math.max(span.to, endMs) });
  }
  const tables = new Map<SeriesState, BarColumns>();
  for (const [series, { from, to }] of spans) {
    const limit = barsNeeded + Math.ceil((to - from) / series.lengthMs);
    tables.set(series, await store.bars.readColumns(series.key, { to, limit }));
  }
  return tables;
}
