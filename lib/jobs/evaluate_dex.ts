/**
 * Pairs of decentralised exchanges: every new sample against the pair's past.
 *
 * @module
 */
import type { FigureMoment } from "../alerts/mod.ts";
import type { DexPairRecord, DexSampleRecord } from "../contracts/dex_records.ts";
import {
  createDexHistory,
  dexDetectors,
  type DexFoldOptions,
  type DexHistory,
  findDayBefore,
  foldDexSample,
} from "../signals/dex/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { emitDexSignal } from "./emit.ts";
import type { ThresholdsByType } from "./evaluate_options.ts";
import { describeLiquidity, describeNewPair } from "./figures.ts";
import { type Histories, openHistories } from "./histories.ts";
import { isSame, listUpTo, type Look, lookAt } from "./read.ts";
import type { StageContext, StageResult } from "./types.ts";

const HOUR_MS = 3_600_000;
const STATE = "dex_seen";
/** Samples may come so much later than others of their time. */
const LATE_MS = HOUR_MS / 2;
/** Older samples, as a recording of another date has them, say nothing of now. */
const AGE_MAX_MS = 72 * HOUR_MS;
const SAMPLES_MAX = 50_000;
const HISTORIES_PER_BUCKET = 25;
/** From so many on, reading all pairs that changed costs less than one after the other. */
const MANY_PAIRS = 200;

interface Seen extends Look {
  /** Time of the first sample ever, epoch ms. */
  watchedSince: number;
}

/** A pair's past, with what its own record says of its age, so that it need not be read again. */
interface Memory extends DexHistory {
  madeMs: number | null;
  firstSeenMs: number;
}

type PairReader = (id: string) => Promise<DexPairRecord | null>;
type FoldOptions = DexFoldOptions & { watchedSinceMs: number };

/** Folds the samples that came since the last run. */
export async function evaluateDex(
  context: StageContext,
  thresholds: ThresholdsByType,
): Promise<StageResult> {
  const { store } = context;
  const nowMs = context.marketNow();
  const seen = await store.getState<Seen>(STATE);
  const look = await lookAt(store.dexSamples, nowMs);
  if (look.newest === 0 || isSame(look, seen)) return { records: 0, signals: 0 };
  const from = Math.max((seen?.newest ?? 0) - LATE_MS, nowMs - AGE_MAX_MS);
  const samples = await listUpTo(store.dexSamples, { from, to: nowMs + 1 }, SAMPLES_MAX);
  samples.sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
  const histories = openHistories<Memory>(store, "dex_history", HISTORIES_PER_BUCKET);
  await histories.load(samples.map(({ pair_id }) => pair_id));
  const watchedSince = seen?.watchedSince ?? samples[0]?.timestamp ?? look.newest;
  const options: FoldOptions = {
    detectors: dexDetectors,
    thresholds: listLimits(thresholds),
    now: context.now(),
    watchedSinceMs: watchedSince,
  };
  const due = samples.filter(({ pair_id, timestamp }) =>
    timestamp > (histories.get(pair_id)?.last ?? 0)
  );
  const readPair = await createPairReader(store, due, histories, { from, to: nowMs + 1 });
  let records = 0;
  let signals = 0;
  for (const sample of due) {
    const memory = histories.get(sample.pair_id);
    // Two samples of one time are one.
    if (memory && sample.timestamp <= memory.last) continue;
    const step = await foldSample(sample, memory, readPair, options);
    if (!step) continue;
    histories.set(sample.pair_id, step.memory);
    records++;
    tellFigure(context, describeLiquidity(sample, memory, context.now()));
    for (const signal of step.signals) {
      if (!await emitDexSignal(context, signal)) continue;
      signals++;
      tellFigure(context, describeNewPair(signal, sample.liquidity, context.now()));
    }
  }
  await histories.flush();
  await store.putState(STATE, { ...look, watchedSince });
  return { records, signals };
}

function tellFigure({ onFigure }: StageContext, figure: FigureMoment | null): void {
  if (figure) onFigure?.(figure);
}

/**
 * Folds a sample. The pair's record is read only where its figures are needed, or where it is to
 * be named: on first sight, without a sample of the day before, and when something was found.
 */
async function foldSample(
  sample: DexSampleRecord,
  memory: Memory | null,
  readPair: PairReader,
  options: FoldOptions,
): Promise<{ memory: Memory; signals: ReturnType<typeof foldDexSample>["signals"] } | null> {
  const { watchedSinceMs } = options;
  if (memory && hasPriceBefore(memory, sample)) {
    const pair = standIn(sample, memory);
    const step = foldDexSample({ pair, sample, history: memory, watchedSinceMs }, options);
    if (step.signals.length === 0) return { memory: { ...memory, ...step.history }, signals: [] };
  }
  const pair = await readPair(sample.pair_id);
  if (!pair) return null;
  const history = memory ?? createDexHistory();
  const step = foldDexSample({ pair, sample, history, watchedSinceMs }, options);
  return {
    memory: {
      ...step.history,
      madeMs: pair.pool_created_at,
      firstSeenMs: pair.first_seen_at,
    },
    signals: step.signals,
  };
}

function hasPriceBefore(memory: Memory, { timestamp }: DexSampleRecord): boolean {
  return (findDayBefore(memory, timestamp)?.[1] ?? null) !== null;
}

/** Reads pairs one by one, or, where many will be needed, those that changed in one go. */
async function createPairReader(
  store: WorldStore,
  due: readonly DexSampleRecord[],
  histories: Pick<Histories<Memory>, "get">,
  range: { from: number; to: number },
): Promise<PairReader> {
  const needed = due.filter((sample) => {
    const memory = histories.get(sample.pair_id);
    return !memory || !hasPriceBefore(memory, sample);
  });
  if (needed.length < MANY_PAIRS) return (id) => store.dexPairs.get(id);
  const changed = await listUpTo(store.dexPairs, range, SAMPLES_MAX);
  const pairs = new Map(changed.map((pair) => [pair.id, pair]));
  return async (id) => pairs.get(id) ?? await store.dexPairs.get(id);
}

/** A pair of which only its age and figures are known: enough to say that nothing is found. */
function standIn(sample: DexSampleRecord, { madeMs, firstSeenMs }: Memory): DexPairRecord {
  return {
    id: sample.pair_id,
    name: "",
    base_currency_id: "",
    quote_currency_id: "",
    network_id: "",
    dex_id: "",
    price: sample.price,
    volume_24h: sample.volume_24h,
    liquidity: sample.liquidity,
    price_change_24h: null,
    // Not the sample's time: the source's own change is not known here.
    last_updated: 0,
    pool_created_at: madeMs,
    first_seen_at: firstSeenMs,
    source: "",
    created_at: 0,
  };
}

/** Takes the `dex_` off the names. */
function listLimits(thresholds: ThresholdsByType): ThresholdsByType {
  return Object.fromEntries(
    Object.entries(thresholds).filter(([name]) => name.startsWith("dex_"))
      .map(([name, limits]) => [name.slice("dex_".length), limits]),
  );
}
