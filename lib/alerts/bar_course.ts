/**
 * The course of one series: closed bars in, one after the other, moments for its alerts out.
 *
 * @module
 */
import { createIndicatorSet, type IndicatorName, indicatorNames } from "../indicators/mod.ts";
import { type Bar, type Timeframe, timeframeMs } from "../market/mod.ts";
import { WINDOW_BARS_MAX } from "./rule.ts";
import type { BarMoment } from "./types.ts";

/** One more than the longest window looks back. */
const CLOSES_KEPT = WINDOW_BARS_MAX + 1;
const columnOf = new Map(indicatorNames.map((name, i) => [name, i]));

/** What a course needs of a bar. */
export type CourseBar = Pick<Bar, "time" | "open" | "high" | "low" | "close" | "volume">;

/** Follows the closed bars of one series. */
export interface BarCourse {
  /** Start of its newest bar, epoch ms; -1 without one. */
  readonly last: number;
  /**
   * Takes the next bar and returns it as a moment, which holds until the next one is taken. Behind a
   * hole the indicators start anew, as they do for the chart. A bar that is not newer is refused:
   * null.
   */
  take(bar: CourseBar, arrival: { receivedMs: number; isUnsure: boolean }): BarMoment | null;
}

/** How a course is made. */
export interface BarCourseOptions {
  symbol: string;
  timeframe: Timeframe;
  /** Whether one bar is the first that can follow another; by their length when absent. */
  isNext?: (time: number, next: number) => boolean;
}

/** Returns a course without bars. */
export function createBarCourse(
  { symbol, timeframe, isNext }: BarCourseOptions,
): BarCourse {
  return new Course(symbol, timeframe, isNext ?? null);
}

class Course implements BarCourse {
  last = -1;
  #symbol: string;
  #timeframe: Timeframe;
  #lengthMs: number;
  #isNext: ((time: number, next: number) => boolean) | null;
  #set = createIndicatorSet();
  #before = new Float64Array(indicatorNames.length).fill(NaN);
  #times = new Float64Array(CLOSES_KEPT).fill(NaN);
  #closes = new Float64Array(CLOSES_KEPT).fill(NaN);
  #count = 0;

  constructor(
    symbol: string,
    timeframe: Timeframe,
    isNext: ((time: number, next: number) => boolean) | null,
  ) {
    this.#symbol = symbol;
    this.#timeframe = timeframe;
    this.#lengthMs = timeframeMs[timeframe];
    this.#isNext = isNext;
  }

  take(
    bar: CourseBar,
    { receivedMs, isUnsure }: { receivedMs: number; isUnsure: boolean },
  ): BarMoment | null {
    const { time, open, high, low, close, volume } = bar;
    if (time <= this.last) return null;
    const follows = this.last >= 0 && this.#follows(time);
    const closeBefore = follows ? this.#closes[(this.#count - 1) % CLOSES_KEPT]! : NaN;
    if (!follows && this.#set.length > 0) this.#set = createIndicatorSet();
    this.#before.set(this.#set.values);
    this.#set.update(open, high, low, close, volume, time);
    const place = this.#count % CLOSES_KEPT;
    this.#times[place] = time;
    this.#closes[place] = close;
    this.#count++;
    this.last = time;
    return {
      kind: "bar",
      symbol: this.#symbol,
      timeframe: this.#timeframe,
      timeMs: time + this.#lengthMs,
      receivedMs,
      isUnsure,
      open,
      high,
      low,
      close,
      volume,
      closeBefore,
      read: this.#read,
      readClose: this.#readClose,
    };
  }

  #follows(time: number): boolean {
    return this.#isNext ? this.#isNext(this.last, time) : time === this.last + this.#lengthMs;
  }

  #read = (name: IndicatorName, back: 0 | 1): number => {
    const values = back === 0 ? this.#set.values : this.#before;
    return values[columnOf.get(name)!] ?? NaN;
  };

  #readClose = (windowMs: number): number => {
    const wanted = this.last - windowMs;
    const first = Math.max(0, this.#count - CLOSES_KEPT);
    // Behind a hole it lies fewer places back than the window has bars.
    let i = Math.max(first, this.#count - 1 - Math.round(windowMs / this.#lengthMs));
    while (i < this.#count && this.#times[i % CLOSES_KEPT]! < wanted) i++;
    return this.#times[i % CLOSES_KEPT] === wanted ? this.#closes[i % CLOSES_KEPT]! : NaN;
  };
}
