/**
 * Indicators over columns, each computed when it is first asked for.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";
import { computeAdx } from "./adx.ts";
import { computeAtr } from "./atr.ts";
import { computeBollinger } from "./bollinger.ts";
import { computeEma } from "./ema.ts";
import { computeMacd } from "./macd.ts";
import type { IndicatorColumns, IndicatorName } from "./names.ts";
import { computeRsi } from "./rsi.ts";
import { computeSma } from "./sma.ts";
import { computeStochastic } from "./stochastic.ts";
import { computeVolumeSma } from "./volume_sma.ts";
import { computeVwap } from "./vwap.ts";

/** Returns what computes one indicator of ordinary columns; its parts are computed once. */
export function createLazyColumns(columns: BarColumns): (name: IndicatorName) => Float64Array {
  const cut = (column: Float64Array) => column.subarray(0, columns.length);
  const time = cut(columns.time);
  const high = cut(columns.high);
  const low = cut(columns.low);
  const close = cut(columns.close);
  const volume = cut(columns.volume);
  const ema12 = keep(() => computeEma(close, 12));
  const ema26 = keep(() => computeEma(close, 26));
  const macd = keep(() => computeMacd(ema12(), ema26()));
  const bands = keep(() => computeBollinger(close, 20, 2));
  const stochastic = keep(() => computeStochastic(high, low, close));
  const parts: Record<IndicatorName, () => Float64Array> = {
    rsi_14: keep(() => computeRsi(close, 14)),
    macd: () => macd().macd,
    macd_signal: () => macd().signal,
    macd_histogram: () => macd().histogram,
    bb_upper: () => bands().upper,
    bb_middle: () => bands().middle,
    bb_lower: () => bands().lower,
    // The middle band is the mean of the same 20 closes.
    sma_20: keep(() => bands().middle.slice()),
    sma_50: keep(() => computeSma(close, 50)),
    sma_100: keep(() => computeSma(close, 100)),
    sma_200: keep(() => computeSma(close, 200)),
    ema_12: ema12,
    ema_26: ema26,
    ema_50: keep(() => computeEma(close, 50)),
    vwap: keep(() => computeVwap(time, high, low, close, volume)),
    stoch_k: () => stochastic().k,
    stoch_d: () => stochastic().d,
    atr_14: keep(() => computeAtr(high, low, close, 14)),
    adx_14: keep(() => computeAdx(high, low, 14)),
    volume_sma_20: keep(() => computeVolumeSma(volume, 20)),
  };
  return (name) => parts[name]();
}

/** Returns all of them. */
export function computeAll(
  names: readonly IndicatorName[],
  columns: BarColumns,
): IndicatorColumns {
  const read = createLazyColumns(columns);
  return Object.fromEntries(names.map((name) => [name, read(name)])) as IndicatorColumns;
}

function keep<T>(compute: () => T): () => T {
  let kept: T | undefined;
  return () => kept ??= compute();
}
