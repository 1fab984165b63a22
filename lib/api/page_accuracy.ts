/**
 * How often signals of a kind were right, and how often the same claim is true by chance.
 *
 * @module
 */
import type { OutcomeRecord, SignalRecord } from "../contracts/records.ts";
import { measureBaseRate, summariseOutcomes } from "../signals/mod.ts";
import type { AccuracyView } from "../ui/state.ts";
import type { ApiDeps } from "./deps.ts";
import { listAll } from "./page_records.ts";

/** Outcomes that accuracy is computed from, newest first. */
const outcomesMax = 2_000;
/** How much history a base rate is measured on: symbols, hours of each, and the step. */
const baseRateSymbolsMax = 5;
const baseRateHours = 120 * 24;
const baseRateStepHours = 12;
/** Measuring is work, so an answer stays this long; "none yet" is asked again sooner (ms). */
const measuredTtlMs = 600_000;
const noneTtlMs = 30_000;

/** Reads accuracies by kind. */
export interface AccuracyReader {
  /** Null while nothing was judged. */
  read(type: SignalRecord["type"]): Promise<AccuracyView | null>;
}

/** Returns a reader that measures each kind at most every ten minutes. */
export function createAccuracyReader(deps: ApiDeps): AccuracyReader {
  const kept = new Map<
    SignalRecord["type"],
    { view: Promise<AccuracyView | null>; until: number }
  >();
  return {
    read(type) {
      const now = deps.now();
      const hit = kept.get(type);
      if (hit && now < hit.until && hit.until - now <= measuredTtlMs) return hit.view;
      const view = measureAccuracy(deps, type);
      const entry = { view, until: now + measuredTtlMs };
      kept.set(type, entry);
      view.then((found) => {
        if (found === null) entry.until = now + noneTtlMs;
      }, () => kept.delete(type));
      return view;
    },
  };
}

async function measureAccuracy(
  deps: ApiDeps,
  type: SignalRecord["type"],
): Promise<AccuracyView | null> {
  const query = { index: "signalType", equals: [type] };
  return await summariseAccuracy(deps, await listAll(deps.store.outcomes, query, outcomesMax));
}

/** Accuracy with what it has to be compared with: the same claim at any hour, same symbols. */
async function summariseAccuracy(
  { store }: ApiDeps,
  outcomes: readonly OutcomeRecord[],
): Promise<AccuracyView | null> {
  const measured = outcomes.filter(({ outcome }) => outcome !== "not_measurable");
  if (!measured.length) return null;
  const entities = [...new Set(measured.map(({ entity }) => entity))].slice(0, baseRateSymbolsMax);
  let hours = 0;
  let right = 0;
  for (const symbol of entities) {
    const bars = await store.bars.readColumns({ symbol, timeframe: "1h" }, {
      limit: baseRateHours,
    });
    const base = measureBaseRate(bars, { stepHours: baseRateStepHours });
    hours += base.n;
    right += base.n * (base.rate ?? 0);
  }
  const { overall } = summariseOutcomes(measured);
  return {
    n: overall.n,
    right: overall.right,
    baseRate: hours ? right / hours : null,
    low: overall.interval?.low ?? 0,
    high: overall.interval?.high ?? 1,
  };
}
