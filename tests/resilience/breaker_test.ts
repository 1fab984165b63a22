import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { Breaker, BreakerOpenError, type BreakerTransition } from "../../lib/resilience/mod.ts";

const failTimes = (breaker: Breaker, times: number, atMs: number) => {
  for (let i = 0; i < times; i++) breaker.fail(atMs, "down");
};

Deno.test("a breaker opens at the fifth failure in a row, not before", () => {
  const breaker = new Breaker("x");
  failTimes(breaker, 4, 0);
  equal(breaker.getState(0), "CLOSED");
  failTimes(breaker, 1, 0);
  equal(breaker.getState(0), "OPEN");
});

Deno.test("a success between failures starts their count again", () => {
  const breaker = new Breaker("x");
  failTimes(breaker, 4, 0);
  breaker.succeed(0);
  failTimes(breaker, 4, 0);
  equal(breaker.getState(0), "CLOSED");
});

Deno.test("an open breaker refuses with the time to wait", () => {
  const breaker = new Breaker("x");
  failTimes(breaker, 5, 1_000);
  throws(() => breaker.enter(11_000), (error) => {
    return error instanceof BreakerOpenError && error.retryAfterMs === 50_000;
  });
  equal(breaker.counts.refused, 1);
});

Deno.test("after its period it tries one call at a time and closes after two successes", () => {
  const moves: BreakerTransition[] = [];
  const breaker = new Breaker("x", { onTransition: (move) => moves.push(move) });
  failTimes(breaker, 5, 0);
  breaker.enter(60_000);
  throws(() => breaker.enter(60_000), BreakerOpenError);
  breaker.succeed(60_001);
  equal(breaker.getState(60_001), "HALF_OPEN");
  breaker.enter(60_002);
  breaker.succeed(60_003);
  equal(breaker.getState(60_003), "CLOSED");
  deepEqual(moves.map(({ from, to }) => `${from}>${to}`), [
    "CLOSED>OPEN",
    "OPEN>HALF_OPEN",
    "HALF_OPEN>CLOSED",
  ]);
});

Deno.test("the open period doubles with every re-opening up to its cap, and starts again", () => {
  const breaker = new Breaker("x", { timeoutMaxMs: 200_000 });
  failTimes(breaker, 5, 0);
  let nowMs = 0;
  for (const periodMs of [60_000, 120_000, 200_000, 200_000]) {
    equal(breaker.getRetryAfterMs(nowMs), periodMs);
    nowMs += periodMs;
    breaker.enter(nowMs);
    breaker.fail(nowMs, "still down");
  }
  nowMs += 200_000;
  breaker.enter(nowMs);
  breaker.succeed(nowMs);
  breaker.succeed(nowMs);
  failTimes(breaker, 5, nowMs);
  equal(breaker.getRetryAfterMs(nowMs), 60_000);
});

Deno.test("a breaker that is held open stays so until it is released", () => {
  const breaker = new Breaker("x");
  breaker.holdOpen("our region", 0);
  equal(breaker.getRetryAfterMs(1e12), Infinity);
  breaker.release(1e12);
  equal(breaker.getState(1e12), "HALF_OPEN");
});

Deno.test("a trial that never ends is given up", () => {
  const breaker = new Breaker("x");
  failTimes(breaker, 5, 0);
  breaker.enter(60_000);
  breaker.enter(120_000);
});

Deno.test("call() counts both ends and passes results and errors on", async () => {
  const breaker = new Breaker("x");
  equal(await breaker.call(() => 0, () => Promise.resolve(7)), 7);
  await rejects(breaker.call(() => 0, () => Promise.reject(new Error("no"))), /no/);
  deepEqual(breaker.counts, { successes: 1, failures: 1, refused: 0, opened: 0 });
});
