/**
 * A chart as columns: what the first view of a page carries, a fraction of a list of bars, and
 * nothing that is not shown.
 *
 * @module
 */
import { getPriceDecimals } from "../format/numbers.ts";
import type { Bar, BarQuality, Timeframe } from "../market/mod.ts";
import { timeframeMs } from "../market/timeframe.ts";
import type { ChartView, GapView, MarkerView } from "./state.ts";

/** Bars as columns; each column is as long as `steps`. */
export interface ChartColumns {
  symbol: string;
  timeframe: Timeframe;
  source?: string;
  gaps?: GapView[];
  markers?: MarkerView[];
  /** Start of the first bar, epoch ms; 0 without bars. */
  start: number;
  /** Timeframes from the bar before; 0 for the first. */
  steps: number[];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
  /** Positions of bars that are not closed. */
  running: number[];
  /** Positions of bars whose quality is not `observed`. */
  qualities: [position: number, quality: BarQuality][];
  /** As many digits as are shown. */
  indicators: Record<string, (number | null)[]>;
}

/**
 * Rounds a value to the digits that a page shows of it, so that its text stays the same; where
 * rounding would change how many digits are shown, the value is left alone.
 */
export function roundAsShown(value: number): number {
  if (!Number.isFinite(value)) return value;
  const decimals = getPriceDecimals(value);
  const rounded = Number(value.toFixed(decimals));
  return getPriceDecimals(rounded) === decimals ? rounded : value;
}

/** Returns the newest `limit` bars of a chart as columns, with the indicators of `names` only. */
export function toColumns(
  chart: ChartView,
  names: readonly string[],
  limit: number,
): ChartColumns {
  const { symbol, timeframe, source, gaps, markers } = chart;
  const skipped = Math.max(0, chart.bars.length - limit);
  const bars = chart.bars.slice(skipped);
  const lengthMs = timeframeMs[timeframe];
  const indicators: ChartColumns["indicators"] = {};
  for (const name of names) {
    const values = chart.indicators[name]?.slice(skipped);
    if (values) {
      indicators[name] = values.map((value) => value === null ? null : roundAsShown(value));
    }
  }
  return {
    symbol,
    timeframe,
    ...(source === undefined ? {} : { source }),
    ...(gaps ? { gaps } : {}),
    ...(markers ? { markers } : {}),
    start: bars[0]?.time ?? 0,
    steps: bars.map((bar, i) => i === 0 ? 0 : (bar.time - bars[i - 1]!.time) / lengthMs),
    open: bars.map((bar) => bar.open),
    high: bars.map((bar) => bar.high),
    low: bars.map((bar) => bar.low),
    close: bars.map((bar) => bar.close),
    volume: bars.map((bar) => bar.volume),
    running: bars.flatMap((bar, i) => bar.closed ? [] : [i]),
    qualities: bars.flatMap((bar, i) => bar.quality === "observed" ? [] : [[i, bar.quality]]),
    indicators,
  };
}

/** Returns the chart that the columns were made of. */
export function fromColumns(columns: ChartColumns): ChartView {
  const { symbol, timeframe, source, gaps, markers, indicators } = columns;
  const lengthMs = timeframeMs[timeframe];
  const running = new Set(columns.running);
  const qualities = new Map(columns.qualities);
  let time = columns.start;
  const bars = columns.steps.map((step, i): Bar => {
    time += step * lengthMs;
    return {
      time,
      open: columns.open[i]!,
      high: columns.high[i]!,
      low: columns.low[i]!,
      close: columns.close[i]!,
      volume: columns.volume[i]!,
      closed: !running.has(i),
      quality: qualities.get(i) ?? "observed",
    };
  });
  return {
    symbol,
    timeframe,
    bars,
    indicators,
    ...(source === undefined ? {} : { source }),
    ...(gaps ? { gaps } : {}),
    ...(markers ? { markers } : {}),
  };
}
