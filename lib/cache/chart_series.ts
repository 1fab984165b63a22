/**
 * One series kept warm: the JSON bytes of its closed bars and indicators, and the indicator state
 * behind the newest bar, so that a running bar costs one step.
 *
 * @module
 */
import { createIndicatorSet, indicatorNames } from "../indicators/mod.ts";
import {
  type Bar,
  type BarColumns,
  barQualities,
  type Timeframe,
  timeframeMs,
} from "../market/mod.ts";
import { ByteColumn } from "./byte_column.ts";
import { formatValue } from "./format_value.ts";

/** The warm state of one series. */
export class ChartSeries {
  readonly #bars = new ByteColumn();
  readonly #indicators = indicatorNames.map(() => new ByteColumn());
  #set = createIndicatorSet();
  /** Start of a running bar that the set was shown last, or null after a closed one. */
  #runningTime: number | null = null;
  #runningTexts: string[] = [];
  #runningJson = "";
  #last: Bar | null = null;
  /** Closed bars kept as bytes. */
  readonly capacity: number;
  readonly #stepMs: number;

  constructor({ timeframe, capacity }: { timeframe: Timeframe; capacity: number }) {
    this.capacity = capacity;
    this.#stepMs = timeframeMs[timeframe];
  }

  /** The newest closed bar. */
  get last(): Bar | null {
    return this.#last;
  }

  /** Number of closed bars. */
  get length(): number {
    return this.#bars.length;
  }

  /** Bytes of memory held. */
  get size(): number {
    return this.#indicators.reduce((sum, column) => sum + column.size, this.#bars.size);
  }

  /** Takes closed bars in ascending order; only the newest `capacity` of them become bytes. */
  load(columns: BarColumns): void {
    const skipped = columns.length - this.capacity;
    for (let i = 0; i < columns.length; i++) {
      this.#push({
        time: columns.time[i]!,
        open: columns.open[i]!,
        high: columns.high[i]!,
        low: columns.low[i]!,
        close: columns.close[i]!,
        volume: columns.volume[i]!,
        closed: true,
        quality: barQualities[columns.quality[i]!]!,
      }, i >= skipped);
    }
  }

  /**
   * Takes the next closed bar. Returns false when it does not come next (older than the newest, or
   * another one than the running bar already counted): the series then has to be loaded again.
   */
  append(bar: Bar): boolean {
    if (this.#last && bar.time <= this.#last.time) return isSameBar(bar, this.#last);
    if (this.#runningTime !== null && this.#runningTime !== bar.time) return false;
    this.#push(bar, true);
    // Trimming costs a copy of all bytes, so it waits until a fifth is surplus.
    const surplus = this.#bars.length - this.capacity;
    if (surplus > this.capacity / 5) {
      for (const column of [this.#bars, ...this.#indicators]) column.dropFirst(surplus);
    }
    return true;
  }

  /**
   * Returns the JSON texts of a running bar: itself, and its indicators in their order; null when
   * it is not newer than the newest closed bar.
   */
  formatRunning(bar: Bar): { json: string; values: readonly string[] } | null {
    if (this.#last && bar.time <= this.#last.time) return null;
    const json = formatBar(bar);
    if (json === this.#runningJson) return { json, values: this.#runningTexts };
    if (!this.#isNext(bar.time)) return { json, values: indicatorNames.map(() => "null") };
    this.#feed(bar);
    this.#runningTime = bar.time;
    this.#runningJson = json;
    this.#runningTexts = Array.from(this.#set.values, formatValue);
    return { json, values: this.#runningTexts };
  }

  /** The bytes of the newest `count` closed bars, and of their indicators in their order. */
  view(count: number): { bars: Uint8Array<ArrayBuffer>; indicators: Uint8Array<ArrayBuffer>[] } {
    const row = Math.max(0, this.#bars.length - count);
    return {
      bars: count > 0 ? this.#bars.view(row) : new Uint8Array(0),
      indicators: this.#indicators.map((column) =>
        count > 0 ? column.view(row) : new Uint8Array(0)
      ),
    };
  }

  #push(bar: Bar, isKept: boolean): void {
    // Behind a hole every indicator starts anew: a value across it would be made up.
    if (!this.#isNext(bar.time)) this.#restart();
    this.#feed(bar);
    this.#runningTime = null;
    this.#runningJson = "";
    this.#last = bar;
    if (!isKept) return;
    this.#bars.append(formatBar(bar));
    const { values } = this.#set;
    for (let i = 0; i < values.length; i++) this.#indicators[i]!.append(formatValue(values[i]!));
  }

  #isNext(time: number): boolean {
    return this.#last === null || time - this.#last.time === this.#stepMs;
  }

  #restart(): void {
    this.#set = createIndicatorSet();
    this.#runningTime = null;
  }

  #feed({ open, high, low, close, volume, time }: Bar): void {
    if (this.#runningTime === time) this.#set.replaceLast(open, high, low, close, volume, time);
    else this.#set.update(open, high, low, close, volume, time);
  }
}

/** Returns a bar as JSON, in the prescribed order of fields. */
export function formatBar(bar: Bar): string {
  return `{"time":${bar.time},"open":${bar.open},"high":${bar.high},"low":${bar.low},` +
    `"close":${bar.close},"volume":${bar.volume},"closed":${bar.closed},` +
    `"quality":"${bar.quality}"}`;
}

function isSameBar(a: Bar, b: Bar): boolean {
  return formatBar(a) === formatBar(b);
}
