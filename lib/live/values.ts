/**
 * Last values: what may conflate. Prices by symbol and running bars by series, each with the number
 * of the log at which it last changed.
 *
 * @module
 */
import { isMatch, type Subscription } from "./subscription.ts";
import type { BarUpdate, PriceUpdate } from "./types.ts";

/**
 * A value with its JSON, made once, and the number at which it had gone out to everybody; infinite
 * while somebody waits for it, so that whoever resumes meanwhile gets it.
 */
interface Value {
  json: string;
  n: number;
}

/** The newest price of every symbol, and which of them are on their way to the clients. */
export class PriceBoard {
  #values = new Map<string, Value>();
  #changed = new Map<string, PriceUpdate>();
  /** Symbols that some phase of clients has not got yet, with the first turn that sends them. */
  #leaving = new Map<string, number>();

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

  /** Symbols that the next phase has to be sent. */
  get leaving(): ReadonlyMap<string, number> {
    return this.#leaving;
  }

  /** Notes that what left first at this turn or before has reached every phase, by number `n`. */
  settle(turn: number, n: number): void {
    for (const [symbol, since] of this.#leaving) {
      if (since > turn) continue;
      this.#values.get(symbol)!.n = n;
      this.#leaving.delete(symbol);
    }
  }

  /** JSON list of these symbols' prices; null when none of them is part of `wanted`. */
  format(symbols: Iterable<string>, wanted: ReadonlySet<string> | null): string | null {
    const parts: string[] = [];
    for (const symbol of symbols) {
      const value = this.#values.get(symbol);
      if (value && (!wanted || wanted.has(symbol))) parts.push(value.json);
    }
    return parts.length > 0 ? `[${parts.join(",")}]` : null;
  }

  /** JSON list of the prices that changed after number `n`; null when there are none. */
  formatAfter(n: number, wanted: ReadonlySet<string> | null): string | null {
    const symbols = [...this.#values].filter(([, value]) => value.n > n).map(([symbol]) => symbol);
    return this.format(symbols, wanted);
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

  /** JSON of the newest bars of a subscription. */
  listLatest(subscription: Subscription): string[] {
    return this.#list(subscription, () => true);
  }

  /** JSON of the running bars that changed after number `n`. */
  listRunningAfter(n: number, subscription: Subscription): string[] {
    return this.#list(subscription, (series) => series.isRunning && series.latest.n > n);
  }

  #list(subscription: Subscription, keep: (series: SeriesState) => boolean): string[] {
    return [...this.#series.values()]
      .filter((series) =>
        series.latest.json !== "" && keep(series) && isMatch(subscription, series)
      )
      .map((series) => series.latest.json);
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
    return { symbol: series.symbol, timeframe: series.timeframe, json };
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
