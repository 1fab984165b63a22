/** The two reference libraries behind one shape: bars in, columns out, NaN where they have no value. */
import * as technical from "technicalindicators";
import {
  ADX,
  ATR,
  BollingerBands,
  EMA,
  MACD,
  RSI,
  SMA,
  StochasticOscillator,
} from "trading-signals";
import type { IndicatorName } from "../../lib/indicators/mod.ts";
import type { BarColumns } from "../../lib/market/mod.ts";

export type ReferenceColumns = Partial<Record<IndicatorName, Float64Array>>;

/** Aligns a library's shortened output with the end of the bars. */
function align(length: number, values: readonly (number | undefined)[]): Float64Array {
  const column = new Float64Array(length).fill(NaN);
  const warmUp = length - values.length;
  values.forEach((value, i) => column[warmUp + i] = value ?? NaN);
  return column;
}

/** All indicators that technicalindicators defines as we do; RSI comes rounded to 2 decimals. */
export function computeByTechnicalIndicators(bars: BarColumns): ReferenceColumns {
  const [close, high, low, volume] = [bars.close, bars.high, bars.low, bars.volume]
    .map((column) => Array.from(column)) as [number[], number[], number[], number[]];
  const n = bars.length;
  const macd = technical.MACD.calculate({
    values: close,
    fastPeriod: 12,
    slowPeriod: 26,
    signalPeriod: 9,
    SimpleMAOscillator: false,
    SimpleMASignal: false,
  });
  const bands = technical.BollingerBands.calculate({ values: close, period: 20, stdDev: 2 });
  const raw = technical.Stochastic.calculate({ high, low, close, period: 14, signalPeriod: 3 });
  const k = raw.map((value) => value.d).filter((value) => value !== undefined);
  const adx = technical.ADX.calculate({ high, low, close, period: 14 });
  const sma = (period: number, values = close) =>
    align(n, technical.SMA.calculate({ period, values }));
  const ema = (period: number) => align(n, technical.EMA.calculate({ period, values: close }));
  return {
    rsi_14: align(n, technical.RSI.calculate({ period: 14, values: close })),
    macd: align(n, macd.map((value) => value.MACD)),
    macd_signal: align(n, macd.map((value) => value.signal)),
    macd_histogram: align(n, macd.map((value) => value.histogram)),
    bb_upper: align(n, bands.map((value) => value.upper)),
    bb_middle: align(n, bands.map((value) => value.middle)),
    bb_lower: align(n, bands.map((value) => value.lower)),
    sma_20: sma(20),
    sma_50: sma(50),
    sma_100: sma(100),
    sma_200: sma(200),
    ema_12: ema(12),
    ema_26: ema(26),
    ema_50: ema(50),
    stoch_k: align(n, k),
    stoch_d: align(n, technical.SMA.calculate({ period: 3, values: k })),
    atr_14: align(n, technical.ATR.calculate({ high, low, close, period: 14 })),
    adx_14: align(n, adx.map((value) => value.adx)),
    volume_sma_20: sma(20, volume),
  };
}

/** The VWAP of technicalindicators, which never begins anew: give it one day. */
export function computeVwapByTechnicalIndicators(bars: BarColumns): Float64Array {
  const values = technical.VWAP.calculate({
    high: Array.from(bars.high),
    low: Array.from(bars.low),
    close: Array.from(bars.close),
    volume: Array.from(bars.volume),
  });
  return align(bars.length, values);
}

/** The indicators of trading-signals; EMA, ATR and ADX begin otherwise than ours. */
export function computeByTradingSignals(bars: BarColumns): ReferenceColumns {
  const n = bars.length;
  const column = () => new Float64Array(n).fill(NaN);
  const out = {
    rsi_14: column(),
    macd: column(),
    macd_signal: column(),
    macd_histogram: column(),
    bb_upper: column(),
    bb_middle: column(),
    bb_lower: column(),
    sma_20: column(),
    sma_50: column(),
    sma_100: column(),
    sma_200: column(),
    ema_12: column(),
    ema_26: column(),
    ema_50: column(),
    stoch_k: column(),
    stoch_d: column(),
    atr_14: column(),
    adx_14: column(),
    volume_sma_20: column(),
  };
  const macd = new MACD(new EMA(12), new EMA(26), new EMA(9));
  const bands = new BollingerBands(20, 2);
  const stochastic = new StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 });
  const ofClose = [
    [new RSI(14), out.rsi_14],
    [new SMA(20), out.sma_20],
    [new SMA(50), out.sma_50],
    [new SMA(100), out.sma_100],
    [new SMA(200), out.sma_200],
    [new EMA(12), out.ema_12],
    [new EMA(26), out.ema_26],
    [new EMA(50), out.ema_50],
  ] as const;
  const ofBar = [[new ATR(14), out.atr_14], [new ADX(14), out.adx_14]] as const;
  const volumeSma = new SMA(20);
  for (let i = 0; i < n; i++) {
    const close = bars.close[i]!;
    const bar = { open: bars.open[i]!, high: bars.high[i]!, low: bars.low[i]!, close };
    for (const [indicator, target] of ofClose) target[i] = indicator.update(close, false) ?? NaN;
    for (const [indicator, target] of ofBar) target[i] = indicator.update(bar, false) ?? NaN;
    out.volume_sma_20[i] = volumeSma.update(bars.volume[i]!, false) ?? NaN;
    const lines = macd.update(close, false);
    out.macd[i] = lines?.macd ?? NaN;
    out.macd_signal[i] = lines?.signal ?? NaN;
    out.macd_histogram[i] = lines?.histogram ?? NaN;
    const band = bands.update(close, false);
    out.bb_upper[i] = band?.upper ?? NaN;
    out.bb_middle[i] = band?.middle ?? NaN;
    out.bb_lower[i] = band?.lower ?? NaN;
    const oscillator = stochastic.update(bar, false);
    out.stoch_k[i] = oscillator?.stochK ?? NaN;
    out.stoch_d[i] = oscillator?.stochD ?? NaN;
  }
  return out;
}
