/**
 * A request budget: how much weight a source allows within a sliding window.
 *
 * @module
 */

/** How much a source allows. */
export interface BudgetOptions {
  /** Weight allowed within one window; Infinity for no limit. */
  limit: number;
  windowMs?: number;
}

/** Counts what was spent within the last window. All times are epoch ms. */
export class Budget {
  #spent: { atMs: number; weight: number }[] = [];
  #used = 0;
  #blockedUntilMs = 0;
  #refusals = 0;
  readonly #limit: number;
  readonly #windowMs: number;

  /** @throws {RangeError} If the limit or the window is not positive. */
  constructor({ limit, windowMs = 60_000 }: BudgetOptions) {
    if (!(limit > 0) || !(windowMs > 0)) {
      throw new RangeError(
        `Cannot create a budget: limit and window must be positive, was ${limit} in ${windowMs} ms`,
      );
    }
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /**
   * Spends `weight` and returns 0, or spends nothing and returns how many ms to wait before asking
   * again. A request heavier than the whole limit is let through when the window is empty.
   */
  take(weight: number, nowMs: number): number {
    this.#forget(nowMs);
    if (nowMs < this.#blockedUntilMs) return this.#blockedUntilMs - nowMs;
    const needed = Math.min(weight, this.#limit);
    if (this.#used + needed <= this.#limit) {
      this.#spend(weight, nowMs);
      return 0;
    }
    let free = this.#limit - this.#used;
    for (const entry of this.#spent) {
      free += entry.weight;
      if (free >= needed) return Math.max(1, entry.atMs + this.#windowMs - nowMs);
    }
    return this.#windowMs;
  }

  /** Weight spent within the window that ends at `nowMs`. */
  getUsed(nowMs: number): number {
    this.#forget(nowMs);
    return this.#used;
  }

  /** Takes over a higher count that the source itself reported, as others may share our address. */
  observe(usedWeight: number, nowMs: number): void {
    this.#forget(nowMs);
    if (usedWeight > this.#used) this.#spend(usedWeight - this.#used, nowMs);
  }

  /** The source refused us: nothing is spent before `untilMs`. */
  penalise(untilMs: number): void {
    this.#refusals++;
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMs);
  }

  /** When a penalty ends; 0 if there was none. */
  get blockedUntilMs(): number {
    return this.#blockedUntilMs;
  }

  /** How often the source refused us. */
  get refusals(): number {
    return this.#refusals;
  }

  #spend(weight: number, atMs: number): void {
    if (this.#limit === Infinity) return;
    this.#used += weight;
    this.#spent.push({ atMs, weight });
  }

  #forget(nowMs: number): void {
    const gone = this.#spent.findIndex(({ atMs }) => atMs > nowMs - this.#windowMs);
    const dropped = this.#spent.splice(0, gone === -1 ? this.#spent.length : gone);
    for (const { weight } of dropped) this.#used -= weight;
  }
}
