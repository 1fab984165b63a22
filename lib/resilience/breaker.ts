/**
 * The circuit breaker: after repeated failures it refuses calls for a while, then tries a few.
 *
 *     CLOSED --(failures reach the threshold)--> OPEN --(its period is over)--> HALF_OPEN
 *       ^                                          ^                               |
 *       |                                          +---------(one failure)---------+
 *       +----------------------(successes reach the threshold)---------------------+
 *
 * @module
 */

/** Where a breaker stands; the spelling is prescribed. */
export type BreakerState = "CLOSED" | "OPEN" | "HALF_OPEN";

/** A call was refused because the breaker is open. */
export class BreakerOpenError extends Error {
  override name = "BreakerOpenError";
  /** @param retryAfterMs How long until a call may be tried again; Infinity while held open. */
  constructor(readonly breaker: string, readonly retryAfterMs: number, reason: string) {
    super(
      `Cannot call ${breaker}: its circuit breaker must be closed, was open for ${retryAfterMs} ms more (${reason})`,
    );
  }
}

/** A change of state, for the log and the metrics. */
export interface BreakerTransition {
  breaker: string;
  from: BreakerState;
  to: BreakerState;
  atMs: number;
  reason: string;
}

/** What a breaker has counted since it was made. */
export interface BreakerCounts {
  successes: number;
  failures: number;
  /** Calls that were not made because it was open. */
  refused: number;
  /** How often it opened. */
  opened: number;
}

/** When a breaker opens and closes. */
export interface BreakerLimits {
  /** Failures in a row that open it. */
  failureThreshold?: number;
  /** First open period; doubles with every re-opening, up to `timeoutMaxMs`. */
  timeoutMs?: number;
  timeoutMaxMs?: number;
  /** Successes in a row that close it again. */
  successThreshold?: number;
}

/** What a breaker is made of. */
export interface BreakerOptions extends BreakerLimits {
  /** Limits that may change: asked at every step, and before those given beside it. */
  getLimits?: () => BreakerLimits;
  onTransition?: (transition: BreakerTransition) => void;
}

/** Guards the calls to one thing. All times are epoch ms. */
export class Breaker {
  #state: BreakerState = "CLOSED";
  #failuresInRow = 0;
  #successesInRow = 0;
  #reopenings = 0;
  #openUntilMs = 0;
  #probeUntilMs = 0;
  #held = false;
  #reason = "";
  #counts: BreakerCounts = { successes: 0, failures: 0, refused: 0, opened: 0 };
  readonly #limits: Required<BreakerLimits>;
  readonly #getLimits: () => BreakerLimits;
  readonly #onTransition: (transition: BreakerTransition) => void;

  constructor(
    readonly name: string,
    {
      failureThreshold = 5,
      timeoutMs = 60_000,
      timeoutMaxMs = 15 * 60_000,
      successThreshold = 2,
      getLimits = () => ({}),
      onTransition = () => {},
    }: BreakerOptions = {},
  ) {
    this.#limits = { failureThreshold, timeoutMs, timeoutMaxMs, successThreshold };
    this.#getLimits = getLimits;
    this.#onTransition = onTransition;
  }

  /** What is in force now. */
  get #options(): Required<BreakerLimits> {
    return { ...this.#limits, ...this.#getLimits() };
  }

  /** The state at `nowMs`; an open period that is over reads HALF_OPEN. */
  getState(nowMs: number): BreakerState {
    if (this.#state === "OPEN" && !this.#held && nowMs >= this.#openUntilMs) {
      this.#move("HALF_OPEN", nowMs, "the open period is over");
    }
    return this.#state;
  }

  /** Why it opened last; empty while it never did. */
  get reason(): string {
    return this.#reason;
  }

  get counts(): Readonly<BreakerCounts> {
    return { ...this.#counts };
  }

  /** How long until a call may be tried: 0 when now, Infinity while held open. */
  getRetryAfterMs(nowMs: number): number {
    const state = this.getState(nowMs);
    if (state === "CLOSED") return 0;
    if (this.#held) return Infinity;
    const until = state === "OPEN" ? this.#openUntilMs : this.#probeUntilMs;
    return Math.max(0, until - nowMs);
  }

  /**
   * Asks for leave to make one call; its end is told by `succeed` or `fail`. While HALF_OPEN one
   * call is tried at a time, and one that never ends is given up after the first open period.
   *
   * @throws {BreakerOpenError} If the call must not be made.
   */
  enter(nowMs: number): void {
    const retryAfterMs = this.getRetryAfterMs(nowMs);
    if (retryAfterMs > 0) {
      this.#counts.refused++;
      throw new BreakerOpenError(this.name, retryAfterMs, this.#reason);
    }
    if (this.#state === "HALF_OPEN") this.#probeUntilMs = nowMs + this.#options.timeoutMs;
  }

  /** Tells of a call that went well. */
  succeed(nowMs: number): void {
    this.#counts.successes++;
    this.#failuresInRow = 0;
    this.#probeUntilMs = 0;
    if (this.getState(nowMs) !== "HALF_OPEN") return;
    this.#successesInRow++;
    if (this.#successesInRow < this.#options.successThreshold) return;
    this.#reopenings = 0;
    this.#move("CLOSED", nowMs, `${this.#successesInRow} successes`);
  }

  /** Tells of a call that failed, with words for the log. */
  fail(nowMs: number, reason: string): void {
    this.#counts.failures++;
    this.#failuresInRow++;
    this.#probeUntilMs = 0;
    const state = this.getState(nowMs);
    if (state === "HALF_OPEN") this.#reopenings++;
    else if (state === "OPEN" || this.#failuresInRow < this.#options.failureThreshold) return;
    this.#open(nowMs, reason);
  }

  /** Gives back leave without a verdict, such as after a refusal that says nothing of health. */
  leave(): void {
    this.#probeUntilMs = 0;
  }

  /** Opens it until `release`, whatever succeeds meanwhile, such as for a blocked region. */
  holdOpen(reason: string, nowMs: number): void {
    this.#held = true;
    this.#reason = reason;
    if (this.#state !== "OPEN") this.#open(nowMs, reason);
  }

  /** Ends `holdOpen`: the next call is tried at once. */
  release(nowMs: number): void {
    if (!this.#held) return;
    this.#held = false;
    this.#openUntilMs = nowMs;
    this.getState(nowMs);
  }

  /**
   * Makes a call under guard; `now` tells the time at its start and end.
   *
   * @throws {BreakerOpenError} If the call must not be made; else whatever `work` throws.
   */
  async call<T>(now: () => number, work: () => Promise<T>): Promise<T> {
    this.enter(now());
    try {
      const result = await work();
      this.succeed(now());
      return result;
    } catch (error) {
      this.fail(now(), error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #open(nowMs: number, reason: string): void {
    const { timeoutMs, timeoutMaxMs } = this.#options;
    this.#reason = reason;
    this.#counts.opened++;
    this.#openUntilMs = nowMs + Math.min(timeoutMaxMs, timeoutMs * 2 ** this.#reopenings);
    this.#move("OPEN", nowMs, reason);
  }

  #move(to: BreakerState, atMs: number, reason: string): void {
    const from = this.#state;
    this.#state = to;
    this.#successesInRow = 0;
    this.#probeUntilMs = 0;
    if (to !== "HALF_OPEN") this.#failuresInRow = 0;
    this.#onTransition({ breaker: this.name, from, to, atMs, reason });
  }
}
