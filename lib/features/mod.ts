/**
 * Features: bars and indicators as a table that models are trained on and asked with.
 *
 * A feature is one function in the file of its family, one line in `schema.ts` and one in
 * `computeColumns`.
 *
 * @module
 */
import type { FeatureRecord } from "../contracts/records.ts";
import { type IndicatorColumns, indicatorNames } from "../indicators/mod.ts";
import type { BarColumns, Timeframe } from "../market/mod.ts";
import {
  computeHighLowRatio,
  computeLogReturns,
  computeMomentum,
  computeReturns,
  computeRollingStd,
} from "./price.ts";
import {
  type FeatureColumns,
  type FeatureName,
  featureNames,
  type FeatureTable,
  featureVersion,
  readFeature,
} from "./schema.ts";
import {
  computeBollingerPosition,
  computeBollingerSqueeze,
  computeMacdCrossover,
  computePriceAboveSma,
  computeRsiZone,
  computeSmaDistance,
} from "./technical.ts";
import { computeDayOfWeek, computeHour, computeIsMarketOpen } from "./time.ts";
import { computeVolumeChange, computeVolumePriceTrend, computeVolumeRatio } from "./volume.ts";

export * from "./schema.ts";

/** No feature of a row looks at more bars than this, but for the trend that is summed up. */
const ROW_BARS = 201;

/** What a feature needs beside bars and indicators. */
export interface FeatureOptions {
  /** Says whether the exchange trades at a time (epoch ms). Default: always, as crypto does. */
  isMarketOpen?: (timeMs: number) => boolean;
  /** `volume_price_trend` of the row before the first, to continue a stored table. Default 0. */
  volumePriceTrendStart?: number;
}

/**
 * Returns the features of every row, missing cells filled from the next later row that has one and
 * flagged. A cell with no later value stays NaN.
 *
 * @throws {RangeError} If indicators are not as long as the bars.
 */
export function computeFeatures(
  columns: BarColumns,
  indicators: IndicatorColumns,
  options: FeatureOptions = {},
): FeatureTable {
  const features = computeColumns(columns, indicators, options);
  const backfilled = Object.fromEntries(
    featureNames.map((name) => [name, backfillColumn(features[name])]),
  ) as FeatureTable["backfilled"];
  return {
    version: featureVersion,
    length: columns.length,
    time: columns.time.slice(0, columns.length),
    columns: features,
    backfilled,
  };
}

/** Returns row `index` of a table as a record of its series. */
export function getFeatureRecord(
  table: FeatureTable,
  index: number,
  { symbol, timeframe }: { symbol: string; timeframe: Timeframe },
): FeatureRecord {
  const time = table.time[index]!;
  return {
    id: `${symbol}:${timeframe}:${time}`,
    symbol,
    timeframe,
    version: table.version,
    time,
    values: Object.fromEntries(
      featureNames.map((name) => [name, readFeature(name, table.columns[name][index]!)]),
    ),
    backfilled: featureNames.filter((name) => table.backfilled[name][index] === 1),
  };
}

/**
 * Returns the features of the newest bar, or null where there is no bar. Nothing is back-filled:
 * there is no later row. Give 200 bars and more, so that all features have a value.
 *
 * @throws {RangeError} If indicators are not as long as the bars.
 */
export function createFeatureRow(
  columns: BarColumns,
  indicators: IndicatorColumns,
  series: { symbol: string; timeframe: Timeframe },
  options: FeatureOptions = {},
): FeatureRecord | null {
  const { length } = columns;
  if (length === 0) return null;
  const from = Math.max(0, length - ROW_BARS);
  const table = computeFeatures(cutRows(columns, from), cutIndicators(indicators, from), {
    ...options,
    volumePriceTrendStart: sumTrend(columns, from, options.volumePriceTrendStart),
  });
  return getFeatureRecord(table, length - 1 - from, series);
}

/** Returns `volume_price_trend` at row `index`. */
function sumTrend({ close, volume }: BarColumns, index: number, start = 0): number {
  const part = { close: close.subarray(0, index + 1), volume: volume.subarray(0, index + 1) };
  return computeVolumePriceTrend(part, start).at(-1)!;
}

function cutRows(bars: BarColumns, from: number): BarColumns {
  const { length } = bars;
  return {
    length: length - from,
    time: bars.time.subarray(from, length),
    open: bars.open.subarray(from, length),
    high: bars.high.subarray(from, length),
    low: bars.low.subarray(from, length),
    close: bars.close.subarray(from, length),
    volume: bars.volume.subarray(from, length),
    quality: bars.quality.subarray(from, length),
  };
}

function cutIndicators(indicators: IndicatorColumns, from: number): IndicatorColumns {
  const cut = { ...indicators };
  for (const name of indicatorNames) cut[name] = indicators[name].subarray(from);
  return cut;
}

function computeColumns(
  bars: BarColumns,
  indicators: IndicatorColumns,
  { isMarketOpen = () => true, volumePriceTrendStart = 0 }: FeatureOptions,
): FeatureColumns {
  if (indicators.sma_20.length !== bars.length) {
    throw new RangeError(
      `Cannot compute features: ${bars.length} indicator values are required, ` +
        `was ${indicators.sma_20.length}`,
    );
  }
  const { close, volume, time } = bars;
  const returns = computeReturns(close, 1);
  return {
    returns_1: returns,
    returns_5: computeReturns(close, 5),
    returns_10: computeReturns(close, 10),
    log_returns: computeLogReturns(close),
    price_momentum: computeMomentum(close, 10),
    rolling_std_5: computeRollingStd(returns, 5),
    rolling_std_10: computeRollingStd(returns, 10),
    rolling_std_20: computeRollingStd(returns, 20),
    high_low_ratio: computeHighLowRatio(bars),
    volume_change: computeVolumeChange(volume),
    volume_momentum: computeMomentum(volume, 10),
    volume_ratio: computeVolumeRatio(volume, indicators.volume_sma_20),
    volume_price_trend: computeVolumePriceTrend(bars, volumePriceTrendStart),
    rsi_zone: computeRsiZone(indicators.rsi_14),
    macd_crossover: computeMacdCrossover(indicators.macd_histogram),
    bollinger_position: computeBollingerPosition(close, indicators),
    bollinger_squeeze: computeBollingerSqueeze(indicators),
    hour: computeHour(time),
    day_of_week: computeDayOfWeek(time),
    is_market_open: computeIsMarketOpen(time, isMarketOpen),
    sma_20_distance: computeSmaDistance(close, indicators.sma_20),
    sma_50_distance: computeSmaDistance(close, indicators.sma_50),
    sma_100_distance: computeSmaDistance(close, indicators.sma_100),
    sma_200_distance: computeSmaDistance(close, indicators.sma_200),
    price_above_sma_20: computePriceAboveSma(close, indicators.sma_20),
    price_above_sma_50: computePriceAboveSma(close, indicators.sma_50),
    price_above_sma_100: computePriceAboveSma(close, indicators.sma_100),
    price_above_sma_200: computePriceAboveSma(close, indicators.sma_200),
  } satisfies Record<FeatureName, Float64Array>;
}

/** Fills NaN cells in place from the next later value, and returns which were filled. */
function backfillColumn(column: Float64Array): Uint8Array {
  const flags = new Uint8Array(column.length);
  let next = NaN;
  for (let i = column.length - 1; i >= 0; i--) {
    if (!Number.isNaN(column[i]!)) next = column[i]!;
    else if (!Number.isNaN(next)) {
      column[i] = next;
      flags[i] = 1;
    }
  }
  return flags;
}
