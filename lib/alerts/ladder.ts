/**
 * The ladder of one symbol's price alerts: a trade tries only the levels that it passes.
 *
 * Fixed levels lie in order, so that a move from one price to the next finds those between by two
 * binary searches; drawn lines, which move with time, are tried at each trade; and what rests or has
 * to hold for a while wakes by itself.
 *
 * @module
 */
import type { Entry } from "./life_cycle.ts";
import type { PriceMoment } from "./types.ts";

/** The price alerts of one symbol. */
export interface PriceLadder {
  readonly size: number;
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /** Has an entry tried at the next trade, whatever its price. */
  wake(entry: Entry): void;
  /** Calls `visit` for each entry that a trade may change, some of them twice. */
  climb(moment: PriceMoment, visit: (entry: Entry) => void): void;
}

/** Returns a ladder without alerts. */
export function createPriceLadder(): PriceLadder {
  return new Ladder();
}

class Ladder implements PriceLadder {
  #fixed = new Set<Entry>();
  #drawn = new Set<Entry>();
  /** In order of their level; null when the set has changed since. */
  #levels: { at: Float64Array; entries: Entry[] } | null = null;
  #sleeping = new Set<Entry>();
  /** When the first of those wakes. */
  #wakeMs = Infinity;
  #price = NaN;

  get size(): number {
    return this.#fixed.size + this.#drawn.size;
  }

  add(entry: Entry): void {
    if (entry.rule.alert.parameters.line) {
      this.#drawn.add(entry);
      return;
    }
    this.#fixed.add(entry);
    this.#levels = null;
    this.wake(entry);
  }

  remove(entry: Entry): void {
    this.#drawn.delete(entry);
    this.#sleeping.delete(entry);
    if (this.#fixed.delete(entry)) this.#levels = null;
  }

  wake(entry: Entry): void {
    if (!this.#fixed.has(entry)) return;
    entry.wakeMs = -Infinity;
    this.#sleeping.add(entry);
    this.#wakeMs = -Infinity;
  }

  climb(moment: PriceMoment, visit: (entry: Entry) => void): void {
    const { price, timeMs } = moment;
    const from = this.#price;
    this.#price = price;
    if (price !== from && !Number.isNaN(from)) this.#visitBetween(from, price, visit);
    for (const entry of this.#drawn) visit(entry);
    if (timeMs >= this.#wakeMs) this.#visitAwake(timeMs, visit);
  }

  #visitBetween(from: number, to: number, visit: (entry: Entry) => void): void {
    const { at, entries } = this.#levels ??= sortLevels(this.#fixed);
    const low = Math.min(from, to);
    const high = Math.max(from, to);
    for (let i = findFirst(at, low); i < at.length && at[i]! <= high; i++) {
      const entry = entries[i]!;
      visit(entry);
      this.#noteSleep(entry);
    }
  }

  #visitAwake(timeMs: number, visit: (entry: Entry) => void): void {
    const sleeping = this.#sleeping;
    this.#sleeping = new Set();
    this.#wakeMs = Infinity;
    for (const entry of sleeping) {
      if (timeMs >= entry.wakeMs) visit(entry);
      this.#noteSleep(entry);
    }
  }

  #noteSleep(entry: Entry): void {
    if (entry.wakeMs === Infinity) return;
    this.#sleeping.add(entry);
    this.#wakeMs = Math.min(this.#wakeMs, entry.wakeMs);
  }
}

function sortLevels(fixed: ReadonlySet<Entry>): { at: Float64Array; entries: Entry[] } {
  const entries = [...fixed].sort((a, b) => a.rule.threshold - b.rule.threshold);
  return { at: Float64Array.from(entries, ({ rule }) => rule.threshold), entries };
}

/** Returns the place of the first level that is not below `low`. */
function findFirst(at: Float64Array, low: number): number {
  let from = 0;
  let to = at.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (at[middle]! < low) from = middle + 1;
    else to = middle;
  }
  return from;
}
