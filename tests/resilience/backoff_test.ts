import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { createBackoff } from "../../lib/resilience/mod.ts";

Deno.test("delays are 1, 2, 4 … 60 seconds and begin again after a reset", () => {
  const backoff = createBackoff();
  const delays = Array.from({ length: 8 }, () => backoff.next() / 1_000);
  deepEqual(delays, [1, 2, 4, 8, 16, 32, 60, 60]);
  equal(backoff.attempts(), 8);
  backoff.reset();
  equal(backoff.next(), 1_000);
  equal(backoff.attempts(), 1);
});

Deno.test("jitter only ever shortens a delay, by its fraction at most", () => {
  fc.assert(fc.property(
    fc.double({ min: 0, max: 0.999, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
    (random, jitter) => {
      const delayMs = createBackoff({ jitter }).next(random);
      return delayMs <= 1_000 && delayMs >= Math.floor(1_000 * (1 - jitter));
    },
  ));
});

for (
  const options of [{ initialMs: 0 }, { initialMs: NaN }, { maxMs: 1 }, { multiplier: 0.5 }, {
    jitter: 2,
  }]
) {
  Deno.test(`createBackoff(${JSON.stringify(options)}) is refused`, () => {
    throws(() => createBackoff(options), RangeError);
  });
}
