/**
 * Indicators: what a chart draws beside prices, one bar at a time at constant cost.
 *
 * One indicator is one file here: a class with `update`, `replaceLast` and `value`, and the same
 * arithmetic over columns; and one line in `WarmSet` and in `createLazyColumns` for each name it
 * answers to. NaN means that no value exists yet.
 *
 * Bars are taken as contiguous: a caller with a gap starts a new set behind it or fills the gap
 * first, and knows which. Recursive indicators remember their first bar for ever, so they run from
 * the first contiguous bar stored, never from the edge of a window.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";
import { Adx } from "./adx.ts";
import { Atr } from "./atr.ts";
import { Bollinger } from "./bollinger.ts";
import { Ema } from "./ema.ts";
import { computeAll, createLazyColumns } from "./lazy_columns.ts";
import { Macd } from "./macd.ts";
import { type IndicatorColumns, type IndicatorName, indicatorNames } from "./names.ts";
import { Rsi } from "./rsi.ts";
import { Sma } from "./sma.ts";
import { Stochastic } from "./stochastic.ts";
import type { IndicatorBar } from "./types.ts";
import { VolumeSma } from "./volume_sma.ts";
import { Vwap } from "./vwap.ts";
import { checkReplaceable } from "./window.ts";

export { type IndicatorColumns, type IndicatorName, indicatorNames } from "./names.ts";

/** All indicators of one series, kept warm. */
export interface IndicatorSet {
  /**
   * Takes the next bar of the series; times in epoch ms.
   *
   * @throws {RangeError} If a figure is not finite; the set is then as before.
   */
  update(
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    time: number,
  ): void;
  /**
   * Takes the newest bar again, as if its former figures had never been seen.
   *
   * @throws {RangeError} If a figure is not finite or there is no bar yet.
   */
  replaceLast(
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    time: number,
  ): void;
  /** Values at the newest bar in the order of `indicatorNames`; NaN is none. Overwritten by the next bar. */
  readonly values: Float64Array;
  /** How many bars it has seen. */
  readonly length: number;
}

/** Returns a set of all indicators that has seen no bar yet. */
export function createIndicatorSet(): IndicatorSet {
  return new WarmSet();
}

/**
 * Returns all indicators of `columns`, whose rows are taken as contiguous, oldest first.
 *
 * Each column equals, bit for bit, what a set gives that takes the rows one by one.
 *
 * @throws {RangeError} If a row holds a figure that is not finite.
 */
export function computeIndicators(columns: BarColumns): IndicatorColumns {
  return areOrdinary(columns) ? computeAll(indicatorNames, columns) : computeByBar(columns);
}

/**
 * Returns what gives the same columns one by one, each computed when it is first asked for, so that
 * nobody waits for those that are not needed.
 *
 * @throws {RangeError} If a row holds a figure that is not finite.
 */
export function openIndicators(columns: BarColumns): (name: IndicatorName) => Float64Array {
  // The fast way: each indicator runs alone over plain columns, its state in local numbers.
  if (areOrdinary(columns)) return createLazyColumns(columns);
  const computed = computeByBar(columns);
  return (name) => computed[name];
}

/**
 * Above this, sums and products over a window may overflow. What is then left out is decided bar by
 * bar, and so are figures that are refused.
 */
const GREATEST_ORDINARY = 1e100;

/** Returns whether every figure is finite and no arithmetic on them can overflow. */
function areOrdinary({ open, high, low, close, volume, time, length }: BarColumns): boolean {
  for (let row = 0; row < length; row++) {
    const size = Math.abs(open[row]!) + Math.abs(high[row]!) + Math.abs(low[row]!) +
      Math.abs(close[row]!) + Math.abs(volume[row]!) + Math.abs(time[row]!);
    if (!(size < GREATEST_ORDINARY)) return false;
  }
  return true;
}

function computeByBar(columns: BarColumns): IndicatorColumns {
  const { open, high, low, close, volume, time, length } = columns;
  const targets = indicatorNames.map(() => new Float64Array(length));
  const set = new WarmSet();
  for (let row = 0; row < length; row++) {
    set.update(open[row]!, high[row]!, low[row]!, close[row]!, volume[row]!, time[row]!);
    targets.forEach((target, j) => target[row] = set.values[j]!);
  }
  return Object.fromEntries(
    indicatorNames.map((name, j) => [name, targets[j]!]),
  ) as IndicatorColumns;
}

class WarmSet implements IndicatorSet {
  readonly values = new Float64Array(indicatorNames.length).fill(NaN);
  length = 0;
  // One bar object for the life of the set: no garbage per bar.
  #bar = { time: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 };
  #rsi = new Rsi(14);
  #macd = new Macd();
  #bollinger = new Bollinger(20, 2);
  #sma50 = new Sma(50);
  #sma100 = new Sma(100);
  #sma200 = new Sma(200);
  #ema12 = new Ema(12);
  #ema26 = new Ema(26);
  #ema50 = new Ema(50);
  #vwap = new Vwap();
  #stochastic = new Stochastic();
  #atr = new Atr(14);
  #adx = new Adx(14);
  #volumeSma = new VolumeSma(20);

  update(
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    time: number,
  ): void {
    const bar = this.#take(open, high, low, close, volume, time);
    this.#rsi.update(bar);
    this.#macd.update(bar);
    this.#bollinger.update(bar);
    this.#sma50.update(bar);
    this.#sma100.update(bar);
    this.#sma200.update(bar);
    this.#ema12.update(bar);
    this.#ema26.update(bar);
    this.#ema50.update(bar);
    this.#vwap.update(bar);
    this.#stochastic.update(bar);
    this.#atr.update(bar);
    this.#adx.update(bar);
    this.#volumeSma.update(bar);
    this.length++;
    this.#read();
  }

  replaceLast(
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    time: number,
  ): void {
    checkReplaceable(this.length);
    const bar = this.#take(open, high, low, close, volume, time);
    this.#rsi.replaceLast(bar);
    this.#macd.replaceLast(bar);
    this.#bollinger.replaceLast(bar);
    this.#sma50.replaceLast(bar);
    this.#sma100.replaceLast(bar);
    this.#sma200.replaceLast(bar);
    this.#ema12.replaceLast(bar);
    this.#ema26.replaceLast(bar);
    this.#ema50.replaceLast(bar);
    this.#vwap.replaceLast(bar);
    this.#stochastic.replaceLast(bar);
    this.#atr.replaceLast(bar);
    this.#adx.replaceLast(bar);
    this.#volumeSma.replaceLast(bar);
    this.#read();
  }

  #take(
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    time: number,
  ): IndicatorBar {
    // A sum is finite only if all its parts are; an overflow of finite parts is refused as well.
    if (!Number.isFinite(open + high + low + close + volume + time)) {
      throw new RangeError(
        `Cannot take bar ${this.length}: finite figures are required, was ` +
          `time ${time}, open ${open}, high ${high}, low ${low}, close ${close}, volume ${volume}`,
      );
    }
    const bar = this.#bar;
    bar.time = time;
    bar.open = open;
    bar.high = high;
    bar.low = low;
    bar.close = close;
    bar.volume = volume;
    return bar;
  }

  /** Writes the values in the order of `indicatorNames`. */
  #read(): void {
    const values = this.values;
    values[0] = this.#rsi.value;
    values[1] = this.#macd.value;
    values[2] = this.#macd.signal;
    values[3] = this.#macd.histogram;
    values[4] = this.#bollinger.upper;
    values[5] = this.#bollinger.value;
    values[6] = this.#bollinger.lower;
    // The middle band is the mean of the same 20 closes.
    values[7] = this.#bollinger.value;
    values[8] = this.#sma50.value;
    values[9] = this.#sma100.value;
    values[10] = this.#sma200.value;
    values[11] = this.#ema12.value;
    values[12] = this.#ema26.value;
    values[13] = this.#ema50.value;
    values[14] = this.#vwap.value;
    values[15] = this.#stochastic.value;
    values[16] = this.#stochastic.signal;
    values[17] = this.#atr.value;
    values[18] = this.#adx.value;
    values[19] = this.#volumeSma.value;
  }
}
