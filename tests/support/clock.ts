/** A clock that is moved by hand, so that tests never sleep. */
import type { Clock } from "../../lib/clock.ts";

/** A clock for tests: `advance` moves it and wakes whoever waits, in order of time. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms`, step by step through every wait that ends on the way. */
  advance(ms: number): Promise<void>;
  /** How many waits are pending. */
  waiting(): number;
}

/** Returns a clock that stands at `startMs` until it is moved. */
export function createManualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  let waits: { at: number; wake: () => void }[] = [];
  const settle = async () => {
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return {
    now: () => nowMs,
    random: () => 0.5,
    waiting: () => waits.length,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wait = { at: nowMs + ms, wake: resolve };
        waits.push(wait);
        signal?.addEventListener("abort", () => {
          waits = waits.filter((other) => other !== wait);
          resolve();
        }, { once: true });
      }),
    async advance(ms) {
      const end = nowMs + ms;
      await settle();
      for (;;) {
        const next = waits.filter((wait) => wait.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        nowMs = next.at;
        waits = waits.filter((wait) => wait !== next);
        next.wake();
        await settle();
      }
      nowMs = end;
    },
  };
}
