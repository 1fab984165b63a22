/**
 * Candles of DEX pairs: a source's own where it tells them, else made of the prices we collected.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import {
  dexHistoryQuerySchema,
  dexHistorySchema,
  dexIntervalMs,
  dexPairParamSchema,
  dexRangeMs,
} from "../contracts/dex.ts";
import { NotFoundError } from "../contracts/errors.ts";
import type { DexPairRecord, DexSampleRecord } from "../contracts/dex_records.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { requireAny } from "./dex_absence.ts";
import { listAll } from "./page_records.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const route = createRoute({
  method: "get",
  path: "/dex/historical/{pair_id}",
  tags: ["dex"],
  summary: "Candles of a pair, oldest first",
  request: { params: dexPairParamSchema, query: dexHistoryQuerySchema },
  responses: { ...describeAnswers(dexHistorySchema, "Candles of the range"), ...unavailable },
});

/** Samples read at most for one answer: 90 days of one each quarter of an hour. */
const samplesMax = 9_000;

/** One candle of a pair. */
interface DexCandle {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number | null;
  samples: number | null;
}

/** Binds candles of pairs. */
export function bindDexHistory(api: Api, deps: ApiDeps): void {
  api.openapi(route, async (c) => {
    const { range, interval } = c.req.valid("query");
    const { id: pair_id } = await findPair(deps, c.req.valid("param").pair_id);
    const from = deps.marketNow() - dexRangeMs[range];
    const { made_from, candles } = await readCandles(deps, pair_id, { interval, from });
    return c.json({
      pair_id,
      range,
      interval,
      made_from,
      candles,
      count: candles.length,
      timestamp: getAnswerTime(deps),
      recorded: describeRecording(deps.getMode()),
    }, 200);
  });
}

/** Reads the candles of a pair since `from` (epoch ms), oldest first, and says what they are made of. */
export async function readCandles(
  deps: ApiDeps,
  pairId: string,
  { interval, from }: { interval: keyof typeof dexIntervalMs; from: number },
): Promise<{ made_from: "exchange" | "samples"; candles: DexCandle[] }> {
  const told = await deps.store.bars.listBars({ symbol: pairId, timeframe: interval }, { from });
  if (told.length === 0) {
    const samples = await readSamples(deps, pairId, from);
    return { made_from: "samples", candles: foldSamples(samples, dexIntervalMs[interval]) };
  }
  const candles = told.map(({ closed: _closed, quality: _quality, ...bar }) => ({
    ...bar,
    samples: null,
  }));
  return { made_from: "exchange", candles };
}

/**
 * Returns the pair of an id.
 *
 * @throws {NotFoundError} If no pair has it.
 * @throws {ServiceUnavailableError} If no pair is known at all.
 */
export async function findPair(deps: ApiDeps, id: string): Promise<DexPairRecord> {
  const { dexPairs } = deps.store;
  const pair = await dexPairs.get(id);
  if (pair) return pair;
  await requireAny(deps, dexPairs, "pairs");
  throw new NotFoundError(`Cannot find the DEX pair "${id}"`);
}

function readSamples({ store }: ApiDeps, pairId: string, from: number): Promise<DexSampleRecord[]> {
  return listAll(store.dexSamples, { index: "pair", equals: [pairId], from }, samplesMax);
}

/**
 * Returns candles of `intervalMs`, oldest first, from samples in any order; those without a price
 * tell nothing, and an interval without samples has no candle.
 */
export function foldSamples(
  samples: readonly Pick<DexSampleRecord, "price" | "timestamp">[],
  intervalMs: number,
): DexCandle[] {
  const candles = new Map<number, DexCandle>();
  for (const { price, timestamp } of samples.toSorted((a, b) => a.timestamp - b.timestamp)) {
    if (price === null || !Number.isFinite(price)) continue;
    const time = Math.floor(timestamp / intervalMs) * intervalMs;
    const candle = candles.get(time) ??
      { time, open: price, high: price, low: price, close: price, volume: null, samples: 0 };
    candle.high = Math.max(candle.high, price);
    candle.low = Math.min(candle.low, price);
    candle.close = price;
    candle.samples = (candle.samples ?? 0) + 1;
    candles.set(time, candle);
  }
  return [...candles.values()];
}
