/**
 * The names of the indicators, and the columns that go by them.
 *
 * @module
 */

/** Every indicator by its name on the wire. */
export const indicatorNames = [
  "rsi_14",
  "macd",
  "macd_signal",
  "macd_histogram",
  "bb_upper",
  "bb_middle",
  "bb_lower",
  "sma_20",
  "sma_50",
  "sma_100",
  "sma_200",
  "ema_12",
  "ema_26",
  "ema_50",
  "vwap",
  "stoch_k",
  "stoch_d",
  "atr_14",
  "adx_14",
  "volume_sma_20",
] as const;

/** The name of one indicator. */
export type IndicatorName = (typeof indicatorNames)[number];

/** One column per indicator, as long as the bars; NaN where no value exists. */
export type IndicatorColumns = Record<IndicatorName, Float64Array>;
