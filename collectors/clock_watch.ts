/**
 * Notices that the machine's clock was set: waits are honest, so time must pass as they do.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";

/** What is known of the clock. */
export interface ClockWatch {
  /** How often the clock jumped since the start, this moment included. */
  countJumps(): number;
  /** Watches until `signal` is aborted. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

const tickMs = 2_000;
/** Smaller jumps, and delays of a busy machine, do no harm. */
const toleranceMs = 5_000;

/** Returns a watch; nothing is noticed before it runs. */
export function createClockWatch(clock: Clock): ClockWatch {
  let lastMs: number | null = null;
  let jumps = 0;
  const look = () => {
    const now = clock.now();
    const passed = lastMs === null ? 0 : now - lastMs;
    if (passed > tickMs + toleranceMs || passed < -toleranceMs) {
      jumps++;
      lastMs = now;
    }
  };
  return {
    countJumps() {
      look();
      return jumps;
    },
    async run(signal) {
      lastMs = clock.now();
      while (!signal.aborted) {
        await clock.wait(tickMs, signal);
        look();
        lastMs = clock.now();
      }
      lastMs = null;
    },
  };
}
