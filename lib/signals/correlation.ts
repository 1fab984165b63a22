/**
 * Correlation of signals: what different sources say of one entity at about the same time.
 *
 * @module
 */
import type { SignalRecord } from "../contracts/records.ts";
import { hashRows } from "./observed.ts";

const HOUR_MS = 3_600_000;
/** Signals that follow one another within this time belong together. */
const WINDOW_MS = 3 * HOUR_MS;
/** After this long a signal supports another half as much. */
const HALF_LIFE_MS = 2 * HOUR_MS;

/** Signals of one entity that belong together. */
export interface Cluster {
  entity: string;
  /** Oldest first; at least two, of at least two sources. */
  signals: SignalRecord[];
  sources: string[];
  /** From 0 to 1: how surely they speak of the same thing. */
  score: number;
  /** Who spoke first, and how much later each other source did, ms. */
  leader: string;
  lags: Record<string, number>;
  /** Of one type and direction: the same find, made more than once. */
  isDuplicate: boolean;
}

/** How to correlate. */
export interface CorrelationOptions {
  /** Longest time from one signal of a cluster to its next. Default 3 hours. */
  windowMs?: number;
}

/**
 * Returns the clusters of signals, in the order of entity and time. Records that were updated count
 * by their newest form, merged ones not at all; the order of `signals` does not matter.
 *
 * The score is the chance that not all of them are mistaken but the first, each weighed by its
 * confidence and halved for every two hours it came later: 1 − Π (1 − cᵢ·2^(−Δtᵢ/2 h)), i ≥ 2,
 * times the confidence of the first; a contradiction of directions halves it.
 */
export function correlateSignals(
  signals: readonly SignalRecord[],
  { windowMs = WINDOW_MS }: CorrelationOptions = {},
): Cluster[] {
  const byEntity = new Map<string, SignalRecord[]>();
  for (const signal of keepNewest(signals)) {
    byEntity.set(signal.entity, [...byEntity.get(signal.entity) ?? [], signal]);
  }
  const clusters: Cluster[] = [];
  for (const entity of [...byEntity.keys()].sort()) {
    const ordered = byEntity.get(entity)!.sort(compare);
    let group: SignalRecord[] = [];
    const close = () => {
      if (new Set(group.map(({ source }) => source)).size > 1) clusters.push(describe(group));
      group = [];
    };
    for (const signal of ordered) {
      // From the one before, so that what lies further back does not move the borders.
      const last = group.at(-1);
      if (last && signal.timestamp - last.timestamp > windowMs) close();
      group.push(signal);
    }
    close();
  }
  return clusters;
}

/**
 * Returns the further record that merges a cluster: of the type of its surest signal, naming all
 * signals and sources. None of them is rewritten. `previous` is the newest merging record of the
 * cluster's first signal, if any; null where that one already names them all.
 */
export function mergeCluster(
  cluster: Cluster,
  { previous, now }: { previous: SignalRecord | null; now: number },
): SignalRecord | null {
  const merges = cluster.signals.map(({ id }) => id);
  if (previous && merges.every((id) => previous.merges?.includes(id))) return null;
  const surest = [...cluster.signals].sort((a, b) =>
    b.confidence_score - a.confidence_score || compare(a, b)
  )[0]!;
  const newest = cluster.signals.at(-1)!;
  const corroborated = 1 - (1 - surest.confidence_score) * (1 - cluster.score);
  const confidence = Math.round(Math.min(1, corroborated) * 1e6) / 1e6;
  return {
    id: hashRows([["merge", cluster.entity, ...merges]]).slice(0, 32),
    source: "correlation",
    type: surest.type,
    entity: cluster.entity,
    data: {
      // These let whoever decides about the next find see the same event in it.
      magnitude: surest.data.magnitude ?? 1,
      event_started: surest.data.event_started ?? surest.timestamp,
      correlation_score: cluster.score,
      leader: cluster.leader,
      lags_ms: cluster.lags,
      is_duplicate: cluster.isDuplicate,
      types: [...new Set(cluster.signals.map(({ type }) => type))],
    },
    confidence_score: confidence,
    timestamp: newest.timestamp,
    processed: false,
    created_at: now,
    updated_at: now,
    evidence: {
      ...surest.evidence,
      inputHash: hashRows(cluster.signals.map(({ id, evidence }) => [id, evidence.inputHash])),
      parameterVersion: "correlation/1",
    },
    factors: {
      surest: surest.confidence_score,
      corroboration: confidence - surest.confidence_score,
    },
    merges,
    sources: cluster.sources,
    ...(previous && { updates: previous.updates ?? previous.id }),
  };
}

/** Leaves out merged records, and what a later record of the same event updates. */
function keepNewest(signals: readonly SignalRecord[]): SignalRecord[] {
  const byEvent = new Map<string, SignalRecord>();
  for (const signal of [...signals].filter(({ merges }) => !merges).sort(compare)) {
    byEvent.set(signal.updates ?? signal.id, signal);
  }
  return [...byEvent.values()];
}

function describe(signals: SignalRecord[]): Cluster {
  const first = signals[0]!;
  const lags: Record<string, number> = {};
  for (const { source, timestamp } of signals) {
    if (source !== first.source) lags[source] ??= timestamp - first.timestamp;
  }
  const others = signals.filter(({ source }) => source !== first.source);
  const doubt = others.reduce(
    (left, { confidence_score, timestamp }) =>
      left * (1 - confidence_score * 0.5 ** ((timestamp - first.timestamp) / HALF_LIFE_MS)),
    1,
  );
  const directions = new Set(
    signals.map(({ data }) => data.direction).filter((way) => way !== undefined),
  );
  const types = new Set(signals.map(({ type }) => type));
  const score = first.confidence_score * (1 - doubt) * (directions.size > 1 ? 0.5 : 1);
  return {
    entity: first.entity,
    signals,
    sources: [...new Set(signals.map(({ source }) => source))].sort(),
    score: Math.round(score * 1e6) / 1e6,
    leader: first.source,
    lags,
    isDuplicate: types.size === 1 && directions.size <= 1,
  };
}

function compare(a: SignalRecord, b: SignalRecord): number {
  return a.timestamp - b.timestamp || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
