/**
 * Outcomes of signals on news and TVL whose horizon has passed, once every hour of the market.
 *
 * @module
 */
import type { OutcomeRecord, SignalRecord } from "../contracts/records.ts";
import { judgeOutcome } from "../signals/outcome.ts";
import { judgeTvlOutcome } from "../signals/tvl_anomaly.ts";
import type { WorldStore } from "../store/types.ts";
import { ACCURACY_STATE, type AccuracyByType } from "./evaluate_options.ts";
import { listUpTo } from "./read.ts";
import type { StageContext, StageResult } from "./types.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STATE = "judged_hour";
/** Signals older than this have their outcome, or never will. */
const AGE_MAX_MS = 9 * DAY_MS;
const SIGNALS_MAX = 20_000;
/** The newest outcomes that count for the confidence of further signals. */
const OUTCOMES_COUNTED = 1_000;
/** Bars that are missing at the horizon may still come for so long. */
const PATIENCE_MS = DAY_MS;
/** 90 days of hours, the signal's own bar and the 24 hours after it. */
const OUTCOME_BARS = 91 * 24 + 2;
const TVL_SAMPLES_MAX = 1_000;

const judgedTypes = ["sentiment_shift", "tvl_anomaly"] as const;

/** Judges what is due, unless this hour of the market was judged. */
export async function judgeDue({ store, marketNow }: StageContext): Promise<StageResult> {
  const hour = Math.floor(marketNow() / HOUR_MS);
  if ((await store.getState<number>(STATE) ?? 0) >= hour) return { records: 0, signals: 0 };
  let records = 0;
  for (const type of judgedTypes) {
    const signals = await listUpTo(store.signals, {
      index: "type",
      equals: [type],
      from: marketNow() - AGE_MAX_MS,
    }, SIGNALS_MAX);
    for (const signal of signals) {
      const isDue = signal.type === type && !signal.merges &&
        signal.evidence.horizonMs <= marketNow();
      if (!isDue || await store.outcomes.get(signal.id)) continue;
      const outcome = await judge(store, signal, marketNow());
      if (outcome && await store.outcomes.create(outcome)) records++;
    }
  }
  if (records > 0) await store.putState(ACCURACY_STATE, await countOutcomes(store));
  await store.putState(STATE, hour);
  return { records, signals: 0 };
}

async function judge(
  store: WorldStore,
  signal: SignalRecord,
  nowMs: number,
): Promise<OutcomeRecord | null> {
  const { horizonMs } = signal.evidence;
  if (signal.type === "tvl_anomaly") {
    const samples = await listUpTo(store.tvl, {
      index: "entity",
      equals: [signal.entity],
      from: horizonMs,
      to: horizonMs + DAY_MS + 1,
    }, TVL_SAMPLES_MAX);
    const own = samples.filter(({ entity }) => entity === signal.entity);
    return judgeTvlOutcome(signal, own, nowMs);
  }
  const series = { symbol: signal.entity, timeframe: "1h" } as const;
  const hourly = await store.bars.readColumns(series, { to: horizonMs, limit: OUTCOME_BARS });
  const outcome = judgeOutcome(signal, hourly);
  if (outcome || nowMs < horizonMs + PATIENCE_MS) return outcome;
  return {
    id: signal.id,
    signalType: signal.type,
    entity: signal.entity,
    timestamp: horizonMs,
    outcome: "not_measurable",
    reason: hourly.length === 0
      ? "its entity has no market that we follow"
      : "bars are missing in the 24 hours after the signal",
    figures: {},
  };
}

async function countOutcomes(store: WorldStore): Promise<AccuracyByType> {
  const counts: AccuracyByType = {};
  for (const type of judgedTypes) {
    const outcomes = (await listUpTo(store.outcomes, {
      index: "signalType",
      equals: [type],
    }, OUTCOMES_COUNTED)).filter(({ signalType, outcome }) =>
      signalType === type && outcome !== "not_measurable"
    );
    const right = outcomes.filter(({ outcome }) => outcome === "right").length;
    counts[type] = { right, n: outcomes.length };
  }
  return counts;
}
