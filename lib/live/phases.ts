/**
 * Whose turn it is: clients are spread over the 100 ms of the prices, so that a thousand messages
 * do not wait for one another in the network's queue.
 *
 * @module
 */

/** Shares of clients, each sent prices once in `phaseCount * phaseMs`. */
export const phaseCount = 10;

/** Length of one share of time, ms. */
export const phaseMs = 10;

/** Counts turns by the clock: turn `t` is that of the clients of phase `t % phaseCount`. */
export class PhaseClock {
  #slot: number;
  #turn = 0;

  constructor(nowMs: number) {
    this.#slot = Math.floor(nowMs / phaseMs);
  }

  /**
   * Returns the turns that came since the last call, oldest first, each phase at most once. A clock
   * that went back gives everybody a turn, so that nobody waits for it to come back.
   */
  take(nowMs: number): number[] {
    const slot = Math.floor(nowMs / phaseMs);
    const passed = slot - this.#slot;
    this.#slot = slot;
    const count = passed < 0 ? phaseCount : Math.min(passed, phaseCount);
    return Array.from({ length: count }, () => this.#turn++);
  }
}

/** Returns the first turn of `phase` from turn `since` on. */
export function findTurn(phase: number, since: number): number {
  return since + (phase - since % phaseCount + phaseCount) % phaseCount;
}
