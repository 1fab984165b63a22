/**
 * Tests of channels leave the machine when somebody clicks: so that nobody makes us a hose, each
 * person has a few a minute.
 *
 * @module
 */
import { RateLimitedError } from "../contracts/errors.ts";

const TESTS_MAX = 6;
const WINDOW_MS = 60_000;
const PEOPLE_KEPT = 10_000;

/** Returns what counts a test; it throws `RateLimitedError` for one too many within a minute. */
export function createTestLimit(now: () => number, most = TESTS_MAX): (who: string) => void {
  const times = new Map<string, number[]>();
  return (who) => {
    const nowMs = now();
    const recent = (times.get(who) ?? []).filter((timeMs) => nowMs - timeMs < WINDOW_MS);
    times.delete(who);
    times.set(who, recent);
    if (times.size > PEOPLE_KEPT) times.delete(times.keys().next().value!);
    if (recent.length >= most) {
      const waitMs = recent[0]! + WINDOW_MS - nowMs;
      throw new RateLimitedError(`Cannot send another test: ${most} a minute are enough`, waitMs);
    }
    recent.push(nowMs);
  };
}
