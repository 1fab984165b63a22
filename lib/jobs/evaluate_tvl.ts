/**
 * TVL of protocols and chains: every new sample against the day before it.
 *
 * @module
 */
import type { TvlRecord } from "../contracts/records.ts";
import type { MarketSymbol } from "../market/mod.ts";
import { buildObservedSignal } from "../signals/observed.ts";
import {
  createTvlHistory,
  findTvlPoint,
  foldTvl,
  isFaultCause,
  tvlAnomaly,
  type TvlHistory,
  type TvlStep,
} from "../signals/tvl_anomaly.ts";
import type { TvlChecks } from "../signals/tvl_cause.ts";
import { emitSignal } from "./emit.ts";
import {
  ACCURACY_STATE,
  type AccuracyByType,
  findPrevious,
  mapSymbolsByBase,
  type ThresholdsByType,
} from "./evaluate_options.ts";
import { describeTvl } from "./figures.ts";
import { type Histories, openHistories } from "./histories.ts";
import { isSame, listUpTo, type Look, lookAt } from "./read.ts";
import type { StageContext, StageResult } from "./types.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STATE = "tvl_seen";
/** Samples may come so much later than others of their time. */
const LATE_MS = HOUR_MS / 6;
/** Older samples, as a recording of another date has them, say nothing of now. */
const AGE_MAX_MS = 3 * DAY_MS;
const SAMPLES_MAX = 50_000;
const HISTORIES_PER_BUCKET = 35;
/** A price told by a source may be this much older or newer than the sample. */
const PRICE_AGE_MAX_MS = 3 * HOUR_MS;
/** Value at which an adapter's figures are taken as fully sound; 10 000 USD are worth nothing. */
const SOUND_TVL_USD = 10e6;
const DUST_TVL_USD = 10e3;

interface Memory extends TvlHistory {
  /** The own token, so that a chain's is known when its protocols are looked at. */
  token: string | null;
}

/** Reads how a token's price changed between two times, as a fraction, or null. */
type PriceReader = (token: string, fromMs: number, toMs: number) => Promise<number | null>;

/** Folds the samples that came since the last run. */
export async function evaluateTvl(
  context: StageContext,
  thresholds: ThresholdsByType,
): Promise<StageResult> {
  const { store, marketNow } = context;
  const nowMs = marketNow();
  const seen = await store.getState<Look>(STATE);
  const look = await lookAt(store.tvl, nowMs);
  if (look.newest === 0 || isSame(look, seen)) return { records: 0, signals: 0 };
  const from = Math.max((seen?.newest ?? 0) - LATE_MS, nowMs - AGE_MAX_MS);
  const samples = await listUpTo(store.tvl, { from, to: nowMs + 1 }, SAMPLES_MAX);
  // Chains first within a time, so that their protocols find them.
  samples.sort((a, b) =>
    a.timestamp - b.timestamp || Number(a.chain !== null) - Number(b.chain !== null) ||
    (a.id < b.id ? -1 : 1)
  );
  const histories = openHistories<Memory>(store, "tvl_history", HISTORIES_PER_BUCKET);
  await histories.load(samples.flatMap(({ entity, chain }) => chain ? [entity, chain] : [entity]));
  const readPrice = createPriceReader(context);
  const limits = thresholds.tvl_anomaly ?? {};
  let records = 0;
  let signals = 0;
  for (const sample of samples) {
    const known = histories.get(sample.entity) ?? { ...createTvlHistory(), token: null };
    if (sample.timestamp <= known.last) continue;
    const step = await foldSample(sample, known, { histories, readPrice, limits });
    histories.set(sample.entity, { ...step.history, token: sample.token });
    context.onFigure?.(describeTvl(sample, known, context.now()));
    records++;
    if (step.find && await emitStep(context, sample, step, limits)) signals++;
  }
  await histories.flush();
  await store.putState(STATE, look);
  return { records, signals };
}

/** Folds once without prices; only where something was found are they read, and it is folded again. */
async function foldSample(
  sample: TvlRecord,
  history: TvlHistory,
  { histories, readPrice, limits }: {
    histories: Histories<Memory>;
    readPrice: PriceReader;
    limits: Readonly<Record<string, number>>;
  },
): Promise<TvlStep> {
  let asked: [number, number] | null = null;
  const first = foldTvl(history, sample, (fromMs, toMs) => {
    asked = [fromMs, toMs];
    return { token: null, chainToken: null, chain: null };
  }, limits);
  if (asked === null) return first;
  const [fromMs, toMs] = asked as [number, number];
  const chain = sample.chain === null ? null : histories.get(sample.chain);
  const checks: TvlChecks = {
    token: sample.token === null ? null : await readPrice(sample.token, fromMs, toMs),
    chainToken: chain?.token ? await readPrice(chain.token, fromMs, toMs) : null,
    chain: chain ? compareChain(chain, fromMs, toMs) : null,
  };
  return foldTvl(history, sample, () => checks, limits);
}

function compareChain(chain: TvlHistory, fromMs: number, toMs: number): number | null {
  const [before, after] = [findTvlPoint(chain, fromMs), findTvlPoint(chain, toMs)];
  return before && after && before[1] > 0 && after[0] > before[0] ? after[1] / before[1] - 1 : null;
}

async function emitStep(
  context: StageContext,
  sample: TvlRecord,
  step: TvlStep,
  limits: Readonly<Record<string, number>>,
): Promise<boolean> {
  const { store } = context;
  const { entity, timestamp } = sample;
  const previous = step.isUpdate
    ? await findPrevious(store, "tvl_anomaly", entity, timestamp)
    : null;
  const accuracy = await store.getState<AccuracyByType>(ACCURACY_STATE);
  const isFault = isFaultCause(step.cause);
  const signal = buildObservedSignal({
    find: step.find!,
    detector: tvlAnomaly,
    thresholds: limits,
    entity,
    source: sample.source,
    timestamp,
    now: context.now(),
    evidence: [
      [entity, sample.token, sample.chain],
      ...step.history.points,
      ...Object.entries(step.find!.data),
    ],
    factors: {
      sourceReliability: measureSoundness(sample.tvl_usd) * (isFault ? 0.3 : 1),
      accuracy: accuracy?.tvl_anomaly ?? null,
      corroborations: step.corroborations,
      ageMs: Math.max(0, context.marketNow() - timestamp),
    },
    ...(step.explanation !== null && { explanation: step.explanation }),
    ...(previous && { updates: previous }),
  });
  const [kind, ...rest] = entity.split(":");
  const mention = kind === "protocol"
    ? { entity_type: "protocol" as const, entity_name: rest.join(":"), mention_count: 1 }
    : undefined;
  return await emitSignal(context, signal, mention);
}

/** From 0 to 1 by the logarithm of the value: small protocols jump for any deposit. */
function measureSoundness(tvl: number): number {
  const share = Math.log(Math.max(tvl, 1) / DUST_TVL_USD) / Math.log(SOUND_TVL_USD / DUST_TVL_USD);
  return Math.min(1, Math.max(0, share));
}

/** Reads prices of tokens by their asset: from bars where we follow it, else the source's figure. */
function createPriceReader({ store }: StageContext): PriceReader {
  let symbols: Promise<Map<string, MarketSymbol>> | null = null;
  return async (token, fromMs, toMs) => {
    const figures = await store.marketData.get(`asset:${token}@coingecko`);
    if (!figures) return null;
    symbols ??= mapSymbolsByBase(store);
    const symbol = (await symbols).get(figures.symbol);
    if (symbol) {
      const bars = await store.bars.readColumns(
        { symbol: symbol.symbol, timeframe: "1h" },
        { from: fromMs - 2 * HOUR_MS, to: toMs },
      );
      const before = findClose(bars.time, bars.close, fromMs);
      const after = findClose(bars.time, bars.close, toMs);
      if (before !== null && after !== null) return after / before - 1;
    }
    const isNear = Math.abs(figures.timestamp - toMs) <= PRICE_AGE_MAX_MS &&
      Math.abs(toMs - fromMs - DAY_MS) <= PRICE_AGE_MAX_MS;
    return isNear && figures.price_change_24h !== null ? figures.price_change_24h / 100 : null;
  };
}

/** Returns the close of the newest hour that ended at or before `atMs`, at most two hours before. */
function findClose(time: Float64Array, close: Float64Array, atMs: number): number | null {
  for (let i = time.length - 1; i >= 0; i--) {
    const endMs = time[i]! + HOUR_MS;
    if (endMs <= atMs) return atMs - endMs <= 2 * HOUR_MS && close[i]! > 0 ? close[i]! : null;
  }
  return null;
}
