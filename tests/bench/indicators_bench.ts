/**
 * Speed of the indicators against the two reference libraries, within one run on one machine.
 *
 * @module
 */
import { computeIndicators, createIndicatorSet } from "../../lib/indicators/mod.ts";
import { walkBars } from "../support/market_series.ts";
import {
  computeByTechnicalIndicators,
  computeByTradingSignals,
} from "../support/reference_indicators.ts";

/** One measured figure and what it must reach. */
export interface BenchFigure {
  name: string;
  value: number;
  unit: string;
  target: { least?: number; most?: number };
}

const BARS = 100_000;
const SHORT_BARS = 200;
const ROUNDS = 7;

/**
 * Returns the median duration of each run, ms. Every run is warmed up first; then they take turns,
 * so that a busy moment of the machine or a heap left behind falls on all of them.
 */
function measureMedians<Name extends string>(
  runs: Record<Name, () => unknown>,
  { rounds = ROUNDS } = {},
): Record<Name, number> {
  const names = Object.keys(runs) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, new Array<number>()])) as Record<
    Name,
    number[]
  >;
  for (const name of names) for (let i = 0; i < 3; i++) runs[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      runs[name]();
      times[name].push(performance.now() - start);
    }
  }
  const medianOf = (name: Name) => times[name].sort((a, b) => a - b)[rounds >> 1]!;
  return Object.fromEntries(names.map((name) => [name, medianOf(name)])) as Record<Name, number>;
}

/**
 * Measures all indicators over 100 000 and 200 bars, and one more bar on a warm set.
 *
 * The references compute what they define as we do: all but VWAP, which only our side computes.
 */
export function runIndicatorsBench(): Promise<BenchFigure[]> {
  const bars = walkBars(BARS, { seed: 5, stepMs: 60_000, volatility: 0.001 });
  const short = walkBars(SHORT_BARS, { seed: 6 });
  const long = measureMedians({
    ours: () => computeIndicators(bars),
    technical: () => computeByTechnicalIndicators(bars),
    signals: () => computeByTradingSignals(bars),
  });
  const { ours: shortMs } = measureMedians({ ours: () => computeIndicators(short) });
  return Promise.resolve([
    { name: "indicators, 100 000 bars", value: long.ours, unit: "ms", target: { most: 200 } },
    { name: "indicators, 200 bars", value: shortMs, unit: "ms", target: { most: 200 } },
    { name: "one more bar on a warm set", value: measureBarUs(), unit: "µs", target: { most: 20 } },
    {
      name: "times faster than technicalindicators",
      value: long.technical / long.ours,
      unit: "x",
      target: { least: 10 },
    },
    {
      name: "times faster than trading-signals",
      value: long.signals / long.ours,
      unit: "x",
      target: { least: 5 },
    },
  ]);
}

function measureBarUs(): number {
  const set = createIndicatorSet();
  const bars = walkBars(20_000, { seed: 8 });
  const { open, high, low, close, volume, time } = bars;
  const push = (i: number) =>
    set.update(open[i]!, high[i]!, low[i]!, close[i]!, volume[i]!, time[i]!);
  for (let i = 0; i < 10_000; i++) push(i);
  const start = performance.now();
  for (let i = 10_000; i < 20_000; i++) push(i);
  return (performance.now() - start) / 10;
}
