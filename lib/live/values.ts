/**
 * Last values: what may conflate. Prices by symbol and running bars by series, each with the number
 * of the log at which it last changed.
 *
 * @module
 */
import { findTurn, phaseCount } from "./phases.ts";
import { isMatch, type Subscription } from "./subscription.ts";
import type { BarUpdate, PriceUpdate } from "./types.ts";

/**
 * A value with its JSON, made once, and the number at which it had gone out to everybody; infinite
 * while somebody waits for it, so that whoever resumes meanwhile gets it.
 */
export interface Value {
  json: string;
  n: number;
}

/** The newest price of every symbol, and which of them are on their way to the clients. */
export class PriceBoard {
  #values = new Map<string, Value>();
  #changed = new Map<string, PriceUpdate>();
  /** Symbols that some phase of clients has not got yet, with the first turn that sends them. */
  #leaving = new Map<string, number>();
  /** The newest turn that is over. */
  #turn = -1;

  set(update: PriceUpdate): void {
    this.#changed.set(update.symbol, update);
  }

  /** Takes older prices, for symbols that have none yet. */
  seed(updates: readonly PriceUpdate[], n: number): void {
    for (const update of updates) {
      if (this.#values.has(update.symbol)) continue;
      this.#values.set(update.symbol, { json: JSON.stringify(update), n });
    }
  }

  /** Makes the bytes of what changed, to be sent from this turn on; returns how much changed. */
  flush(turn: number): number {
    const count = this.#changed.size;
    for (const [symbol, update] of this.#changed) {
      this.#values.set(symbol, { json: JSON.stringify(update), n: Infinity });
      this.#leaving.set(symbol, turn);
    }
    this.#changed.clear();
    return count;
  }

  /** Whether some phase waits for something. */
  get isLeaving(): boolean {
    return this.#leaving.size > 0;
  }

  /** JSON list of what this turn's clients have not got; null when `wanted` has none of it. */
  formatTurn(turn: number, wanted: ReadonlySet<string> | null): string | null {
    const symbols: string[] = [];
    for (const [symbol, since] of this.#leaving) {
      if (since > turn - phaseCount) symbols.push(symbol);
    }
    return this.#format(symbols, wanted);
  }

  /** Notes that turns up to `turn` are over, by number `n`. */
  settle(turn: number, n: number): void {
    this.#turn = turn;
    for (const [symbol, since] of this.#leaving) {
      if (since > turn - phaseCount + 1) continue;
      this.#values.get(symbol)!.n = n;
      this.#leaving.delete(symbol);
    }
  }

  /** JSON list of all prices; null when there are none. */
  formatAll(wanted: ReadonlySet<string> | null): string | null {
    return this.#format(this.#values.keys(), wanted);
  }

  /**
   * JSON list of the prices that changed after number `n`, but for those that a client of `phase`
   * is about to be sent anyway; null when there are none.
   */
  formatAfter(n: number, wanted: ReadonlySet<string> | null, phase: number): string | null {
    const symbols: string[] = [];
    for (const [symbol, value] of this.#values) {
      const since = this.#leaving.get(symbol);
      const isComing = since !== undefined && findTurn(phase, since) > this.#turn;
      if (value.n > n && !isComing) symbols.push(symbol);
    }
    return this.#format(symbols, wanted);
  }

  #format(symbols: Iterable<string>, wanted: ReadonlySet<string> | null): string | null {
    const parts: string[] = [];
    for (const symbol of symbols) {
      if (!wanted || wanted.has(symbol)) parts.push(this.#values.get(symbol)!.json);
    }
    return parts.length > 0 ? `[${parts.join(",")}]` : null;
  }
}

/** One series: its newest bar, and a running one that waits for its second to pass. */
interface SeriesState {
  symbol: string;
  timeframe: string;
  sentMs: number;
  waiting: BarUpdate | null;
  /** The newest update in full, for those who join. */
  latest: Value;
  isRunning: boolean;
  time: number;
}

/** A running bar that is due. */
export interface DueBar {
  symbol: string;
  timeframe: string;
  /** Its number of the log. */
  n: number;
  json: string;
}

/** The newest bar of every series; running ones leave at most once in `everyMs`. */
export class BarBoard {
  #series = new Map<string, SeriesState>();
  #waiting = new Set<SeriesState>();

  constructor(private readonly everyMs: number) {}

  /** Takes a running bar; returns it when it may leave at once, else keeps the last one. */
  setRunning(update: BarUpdate, nowMs: number, takeNumber: () => number): DueBar | null {
    const series = this.#get(update);
    if (update.bar.time < series.time || (update.bar.time === series.time && !series.isRunning)) {
      return null;
    }
    series.waiting = update;
    if (!this.#isDue(series, nowMs)) {
      this.#waiting.add(series);
      return null;
    }
    return this.#release(series, nowMs, takeNumber);
  }

  /** Notes a closed bar that went out as event `n`. */
  setClosed(update: BarUpdate, json: string, n: number): void {
    const series = this.#get(update);
    if (series.waiting && series.waiting.bar.time <= update.bar.time) {
      series.waiting = null;
      this.#waiting.delete(series);
    }
    if (update.bar.time < series.time) return;
    Object.assign(series, { latest: { json, n }, isRunning: false, time: update.bar.time });
  }

  /** Returns the running bars whose second has passed. */
  listDue(nowMs: number, takeNumber: () => number): DueBar[] {
    return [...this.#waiting].filter((series) => this.#isDue(series, nowMs)).map((series) =>
      this.#release(series, nowMs, takeNumber)
    );
  }

  /** The newest bars of a subscription. */
  listLatest(subscription: Subscription): Value[] {
    return this.#list(subscription, () => true);
  }

  /** The running bars that changed after number `n`. */
  listRunningAfter(n: number, subscription: Subscription): Value[] {
    return this.#list(subscription, (series) => series.isRunning && series.latest.n > n);
  }

  #list(subscription: Subscription, keep: (series: SeriesState) => boolean): Value[] {
    return [...this.#series.values()]
      .filter((series) =>
        series.latest.json !== "" && keep(series) && isMatch(subscription, series)
      )
      .map((series) => series.latest);
  }

  #isDue(series: SeriesState, nowMs: number): boolean {
    // A clock that went back must not silence a series.
    return nowMs - series.sentMs >= this.everyMs || nowMs < series.sentMs;
  }

  #release(series: SeriesState, nowMs: number, takeNumber: () => number): DueBar {
    const update = series.waiting!;
    const json = JSON.stringify(update);
    this.#waiting.delete(series);
    series.waiting = null;
    Object.assign(series, { sentMs: nowMs, isRunning: true, time: update.bar.time });
    series.latest = { json, n: takeNumber() };
    return { symbol: series.symbol, timeframe: series.timeframe, ...series.latest };
  }

  #get({ symbol, timeframe }: BarUpdate): SeriesState {
    const key = `${symbol} ${timeframe}`;
    let series = this.#series.get(key);
    if (!series) {
      series = {
        symbol,
        timeframe,
        sentMs: -Infinity,
        waiting: null,
        latest: { json: "", n: 0 },
        isRunning: false,
        time: -Infinity,
      };
      this.#series.set(key, series);
    }
    return series;
  }
}
