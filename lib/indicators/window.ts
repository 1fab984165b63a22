/**
 * Sums, extremes and moments over the last n numbers, without ever subtracting.
 *
 * Numbers are taken in blocks of n. When a block is full, its folds from each position to its end
 * are kept (the suffixes); the window is then one suffix of the last block and the fold of what has
 * arrived since (the prefix):
 *
 *     last block  a b c d        this block  e f          n = 4
 *     window          [c d]                 [e f]   =  suffix[2] + prefix
 *
 * A running sum that adds the new and takes off the old drifts, and forgets small numbers for good
 * once a huge one has passed. Here each result is made of the window's own numbers only. The cost
 * is constant on average: n steps once in n numbers. Because suffixes are made late, at the number
 * that opens a block, replacing the newest number only redoes the prefix, bit for bit.
 *
 * @module
 */

/** Refuses a period that is not a positive integer. */
export function checkPeriod(period: number): void {
  if (!Number.isInteger(period) || period < 1) {
    throw new RangeError(
      `Cannot create an indicator: a period of 1 bar or more is required, was ${period}`,
    );
  }
}

/** Refuses to replace what never came. */
export function checkReplaceable(count: number): void {
  if (count === 0) {
    throw new RangeError("Cannot replace the last bar: at least one bar is required, was none");
  }
}

/** Sum of the last `period` numbers; NaN until there are so many. */
export class WindowSum {
  #ring: Float64Array;
  #suffix: Float64Array;
  #position = 0;
  #isFull = false;
  #prefix = 0;
  #prefixBefore = 0;
  value = NaN;

  constructor(readonly period: number) {
    checkPeriod(period);
    this.#ring = new Float64Array(period);
    this.#suffix = new Float64Array(period + 1);
  }

  update(x: number): void {
    if (this.#position === this.period) this.#openBlock();
    this.#prefixBefore = this.#prefix;
    this.#position++;
    this.#set(x);
  }

  replaceLast(x: number): void {
    checkReplaceable(this.#position);
    this.#set(x);
  }

  #set(x: number): void {
    const position = this.#position;
    this.#ring[position - 1] = x;
    this.#prefix = this.#prefixBefore + x;
    this.value = this.#isFull || position === this.period
      ? this.#suffix[position]! + this.#prefix
      : NaN;
  }

  #openBlock(): void {
    const ring = this.#ring;
    const suffix = this.#suffix;
    for (let i = this.period - 1; i >= 0; i--) suffix[i] = suffix[i + 1]! + ring[i]!;
    this.#position = 0;
    this.#prefix = 0;
    this.#isFull = true;
  }
}

/** Highest of the last `period` numbers; NaN until there are so many. */
export class WindowMax {
  #ring: Float64Array;
  #suffix: Float64Array;
  #position = 0;
  #isFull = false;
  #prefix = -Infinity;
  #prefixBefore = -Infinity;
  value = NaN;

  constructor(readonly period: number) {
    checkPeriod(period);
    this.#ring = new Float64Array(period);
    this.#suffix = new Float64Array(period + 1).fill(-Infinity);
  }

  update(x: number): void {
    if (this.#position === this.period) this.#openBlock();
    this.#prefixBefore = this.#prefix;
    this.#position++;
    this.#set(x);
  }

  replaceLast(x: number): void {
    checkReplaceable(this.#position);
    this.#set(x);
  }

  #set(x: number): void {
    const position = this.#position;
    this.#ring[position - 1] = x;
    this.#prefix = x > this.#prefixBefore ? x : this.#prefixBefore;
    if (!this.#isFull && position < this.period) return;
    const older = this.#suffix[position]!;
    this.value = older > this.#prefix ? older : this.#prefix;
  }

  #openBlock(): void {
    const suffix = this.#suffix;
    for (let i = this.period - 1; i >= 0; i--) {
      suffix[i] = Math.max(suffix[i + 1]!, this.#ring[i]!);
    }
    this.#position = 0;
    this.#prefix = -Infinity;
    this.#isFull = true;
  }
}

/**
 * Mean and sum of squared distances from it over the last `period` numbers; NaN until there are so
 * many. Equal numbers give a sum of squares of exactly 0.
 *
 * Source: B. P. Welford, Technometrics 4 (1962), for one number more; T. F. Chan, G. H. Golub and
 * R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979),
 * for joining two stretches.
 */
export class WindowMoments {
  #ring: Float64Array;
  #suffixMean: Float64Array;
  #suffixSquares: Float64Array;
  #position = 0;
  #isFull = false;
  #mean = 0;
  #squares = 0;
  #meanBefore = 0;
  #squaresBefore = 0;
  mean = NaN;
  squares = NaN;

  constructor(readonly period: number) {
    checkPeriod(period);
    this.#ring = new Float64Array(period);
    this.#suffixMean = new Float64Array(period + 1);
    this.#suffixSquares = new Float64Array(period + 1);
  }

  update(x: number): void {
    if (this.#position === this.period) this.#openBlock();
    this.#meanBefore = this.#mean;
    this.#squaresBefore = this.#squares;
    this.#position++;
    this.#set(x);
  }

  replaceLast(x: number): void {
    checkReplaceable(this.#position);
    this.#set(x);
  }

  #set(x: number): void {
    const count = this.#position;
    this.#ring[count - 1] = x;
    const delta = x - this.#meanBefore;
    this.#mean = this.#meanBefore + delta / count;
    this.#squares = this.#squaresBefore + delta * (x - this.#mean);
    if (!this.#isFull && count < this.period) return;
    const older = this.period - count;
    const distance = this.#mean - this.#suffixMean[count]!;
    this.mean = this.#suffixMean[count]! + distance * (count / this.period);
    this.squares = this.#suffixSquares[count]! + this.#squares +
      distance * distance * (older * count / this.period);
  }

  #openBlock(): void {
    let mean = 0;
    let squares = 0;
    for (let i = this.period - 1; i >= 0; i--) {
      const x = this.#ring[i]!;
      const delta = x - mean;
      mean += delta / (this.period - i);
      squares += delta * (x - mean);
      this.#suffixMean[i] = mean;
      this.#suffixSquares[i] = squares;
    }
    this.#position = 0;
    this.#mean = 0;
    this.#squares = 0;
    this.#isFull = true;
  }
}
