/**
 * How long to wait before trying again: a delay that doubles with each failure up to a cap.
 *
 * @module
 */

/** The growing delay of one retried action. */
export interface Backoff {
  /**
   * Returns the next delay in ms and remembers the attempt. `random` (0 to 1, exclusive) takes off
   * a part of the delay when jitter is configured.
   */
  next(random?: number): number;
  /** Back to the first delay, after a success. */
  reset(): void;
  /** How many delays were given since the last reset. */
  attempts(): number;
}

/** The shape of the delays. */
export interface BackoffOptions {
  initialMs?: number;
  multiplier?: number;
  maxMs?: number;
  /** Largest fraction (0 to 1) that jitter takes off a delay; 0 makes the schedule exact. */
  jitter?: number;
}

/**
 * Returns a backoff that gives 1, 2, 4, … 60, 60 seconds unless told otherwise.
 *
 * @throws {RangeError} If a delay is not positive, the multiplier below 1 or jitter outside 0 to 1.
 */
export function createBackoff(
  { initialMs = 1_000, multiplier = 2, maxMs = 60_000, jitter = 0 }: BackoffOptions = {},
): Backoff {
  if (!(initialMs > 0) || !(maxMs >= initialMs)) {
    throw new RangeError(
      `Cannot create a backoff: delays must be positive and rising, was ${initialMs} to ${maxMs}`,
    );
  }
  if (!(multiplier >= 1) || !(jitter >= 0 && jitter <= 1)) {
    throw new RangeError(
      `Cannot create a backoff: multiplier must be at least 1 and jitter 0 to 1, was ${multiplier} and ${jitter}`,
    );
  }
  let count = 0;
  let delayMs = initialMs;
  return {
    next(random = 0) {
      const full = delayMs;
      count++;
      delayMs = Math.min(maxMs, delayMs * multiplier);
      return Math.round(full * (1 - jitter * random));
    },
    reset() {
      count = 0;
      delayMs = initialMs;
    },
    attempts: () => count,
  };
}
