/**
 * One sample of a pair after the other: what each detector finds in it, and the signal it becomes.
 *
 * @module
 */
import type { DexSignalRecord } from "../../contracts/dex_records.ts";
import { scoreConfidence } from "../confidence.ts";
import { formatObservedVersion, hashRows } from "../observed.ts";
import type { Thresholds } from "../types.ts";
import { addDexSample, cleanFigure, DAY_MS } from "./history.ts";
import type { DexDetector, DexFind, DexHistory, DexInput } from "./types.ts";

/** How to fold. */
export interface DexFoldOptions {
  detectors: readonly DexDetector[];
  /** Thresholds by type; defaults stand in. */
  thresholds?: Readonly<Record<string, Thresholds>>;
  /** Wall time of writing, epoch ms. */
  now: number;
}

/** One signal per pair and type within this time, unless one is so many times as strong. */
const WINDOW_MS = DAY_MS;
const ESCALATION = 2;
/** Liquidity in USD at which a pool's figures are taken as fully sound; 100 USD are worth nothing. */
const SOUND_LIQUIDITY_USD = 1e6;
const DUST_LIQUIDITY_USD = 100;

/**
 * Folds a sample into its pair's history. A sample that is not newer than the last changes nothing.
 * A find within a day of one of the same type is the same event, unless it is twice as strong.
 */
export function foldDexSample(
  input: DexInput,
  { detectors, thresholds = {}, now }: DexFoldOptions,
): { history: DexHistory; signals: DexSignalRecord[] } {
  const { sample, history } = input;
  if (!(sample.timestamp > history.last)) return { history, signals: [] };
  const finds = detectors.flatMap((detector) => {
    const limits = thresholds[detector.type] ?? detector.defaults;
    const find = detector.detect(input, limits);
    return find ? [{ detector, find, limits }] : [];
  });
  const fired = { ...history.fired };
  const signals: DexSignalRecord[] = [];
  for (const { detector, find, limits } of finds) {
    const previous = fired[detector.type];
    const isSame = previous && sample.timestamp - previous.atMs < WINDOW_MS;
    if (isSame && find.magnitude < previous.magnitude * ESCALATION) continue;
    const signal = buildDexSignal(input, find, {
      detector,
      limits,
      now,
      corroborations: finds.length - 1,
      updates: isSame ? previous.id : null,
    });
    signals.push(signal);
    fired[detector.type] = { atMs: sample.timestamp, magnitude: find.magnitude, id: signal.id };
  }
  return { history: { ...addDexSample(history, sample), fired }, signals };
}

function buildDexSignal(
  { pair, sample, history }: DexInput,
  find: DexFind,
  { detector, limits, now, corroborations, updates }: {
    detector: DexDetector;
    limits: Thresholds;
    now: number;
    corroborations: number;
    updates: string | null;
  },
): DexSignalRecord {
  const parameterVersion = formatObservedVersion(
    { ...detector, type: `dex_${detector.type}` },
    limits,
  );
  const { score, contributions } = scoreConfidence({
    magnitude: find.magnitude,
    sourceReliability: measureSoundness(sample.liquidity),
    accuracy: null,
    corroborations,
    ageMs: 0,
  });
  return {
    id: hashRows([[detector.type, pair.id, sample.timestamp, parameterVersion]]).slice(0, 32),
    type: detector.type,
    pair_id: pair.id,
    pair_name: pair.name,
    network_id: pair.network_id,
    dex_id: pair.dex_id,
    source: pair.source,
    data: { ...find.data, magnitude: find.magnitude, ...(updates !== null && { updates }) },
    confidence_score: score,
    factors: contributions,
    timestamp: sample.timestamp,
    created_at: now,
    evidence: {
      inputHash: hashRows([
        [pair.id, pair.pool_created_at, pair.first_seen_at],
        [sample.timestamp, sample.price, sample.volume_24h, sample.liquidity],
        ...history.points,
        ...history.days,
      ]),
      parameterVersion,
    },
  };
}

/** From 0 to 1 by the logarithm of the liquidity; an unknown one counts a third. */
function measureSoundness(liquidity: number | null): number {
  const known = cleanFigure(liquidity);
  if (known === null || known === 0) return 1 / 3;
  const share = Math.log(known / DUST_LIQUIDITY_USD) /
    Math.log(SOUND_LIQUIDITY_USD / DUST_LIQUIDITY_USD);
  return Math.min(1, Math.max(0, share));
}
