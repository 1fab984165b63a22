/**
 * The two clocks of the product, and the only place in `lib` that reads the machine's.
 *
 * Wall time is what locks, rate limits and tokens run on. Market time is what bars, signals and
 * ages of recorded data run on: the same as wall time when live, the recording's when replayed.
 *
 * @module
 */

/** Tells the time and waits; tests use one that is moved by hand. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted. Never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number from 0 to 1 (exclusive), for jitter. */
  random(): number;
}

/** Returns the machine's own chance, a number from 0 to 1 (exclusive), to who needs no clock. */
export const drawNumber = (): number => Math.random();

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: drawNumber,
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done, { once: true });
    }),
};

/**
 * Market time: the highest event time that the pipeline has finished. Never goes back; stands still
 * at 0 until the first event.
 */
export interface MarketClock {
  /** Epoch ms of the market. */
  now(): number;
}
