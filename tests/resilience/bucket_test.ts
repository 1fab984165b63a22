import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { type BucketState, createBucketState, lendTokens } from "../../lib/resilience/mod.ts";

const limits = { capacity: 100, windowMs: 60_000 };
const start = Date.UTC(2026, 10, 21);

/** Spends whatever one holder can get at one moment. */
function drain(state: BucketState, holder: string, nowMs: number) {
  let got = 0;
  for (;;) {
    const next = lendTokens(state, limits, holder, nowMs);
    state = next.state;
    if (next.loan.lent === 0) return { state, got, waitMs: next.loan.waitMs };
    got += next.loan.lent;
  }
}

Deno.test("a full bucket gives its capacity in one burst, in few loans that become smaller", () => {
  let state = createBucketState(limits, start);
  const loans: number[] = [];
  for (;;) {
    const next = lendTokens(state, limits, "a", start);
    state = next.state;
    if (next.loan.lent === 0) {
      equal(next.loan.waitMs, 600);
      break;
    }
    loans.push(next.loan.lent);
  }
  equal(loans.reduce((sum, lent) => sum + lent, 0), 100);
  deepEqual(loans.slice(0, 5), [10, 9, 8, 7, 6]);
  ok(loans.length < 40, `${loans.length} loans`);
});

Deno.test("an empty bucket gives one token after its part of the window, and all after a whole one", () => {
  const { state } = drain(createBucketState(limits, start), "a", start);
  equal(lendTokens(state, limits, "a", start + 599).loan.lent, 0);
  equal(lendTokens(state, limits, "a", start + 600).loan.lent, 1);
  equal(drain(state, "a", start + 30_000).got, 50);
  equal(drain(state, "a", start + 600_000).got, 100);
});

Deno.test("what a process that died had borrowed comes back when the loan ends", () => {
  const { state } = lendTokens(createBucketState(limits, start), limits, "dead", start);
  equal(drain(state, "b", start + 59_999).got, 90);
  equal(drain(state, "b", start + 60_000).got, 100);
});

Deno.test("a clock that is a little behind fills nothing, one that was set back goes on from there", () => {
  const { state } = drain(createBucketState(limits, start), "a", start);
  equal(lendTokens(state, limits, "b", start - 5_000).loan.lent, 0);
  const back = start - 3_600_000;
  const { state: later } = lendTokens(state, limits, "b", back);
  equal(lendTokens(later, limits, "b", back + 600).loan.lent, 1);
  const ahead = lendTokens(createBucketState(limits, start), limits, "a", start).state;
  equal(drain(ahead, "b", back).got, 90, "loans of the future hold nothing up for ever");
});

Deno.test("a capacity that was lowered counts at once", () => {
  const state = createBucketState(limits, start);
  equal(lendTokens(state, { ...limits, capacity: 20 }, "a", start).loan.left, 18);
});

Deno.test("whoever spends the rest of a loan late finds no room filled beside it meanwhile", () => {
  const { state, loan } = lendTokens(createBucketState(limits, start), limits, "a", start);
  equal(loan.lent, 10);
  equal(drain(state, "a", start + 30_000).got, 90);
});

Deno.test("no stretch of time sees more than the capacity and what flowed in, whoever asks when", () => {
  const act = fc.record({
    holder: fc.constantFrom("a", "b", "c"),
    afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 90_000 })),
    spend: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
    let state = createBucketState(limits, start);
    let nowMs = start;
    const purses = new Map<string, { tokens: number; untilMs: number }>();
    const spentAt: number[] = [];
    for (const { holder, afterMs, spend } of acts) {
      nowMs += afterMs;
      for (let i = 0; i < spend; i++) {
        let purse = purses.get(holder) ?? { tokens: 0, untilMs: 0 };
        if (purse.tokens < 1 || nowMs >= purse.untilMs) {
          const next = lendTokens(state, limits, holder, nowMs);
          state = next.state;
          purse = { tokens: next.loan.lent, untilMs: next.loan.untilMs };
        }
        if (purse.tokens >= 1) {
          purse.tokens--;
          spentAt.push(nowMs);
        }
        purses.set(holder, purse);
      }
    }
    for (let i = 0; i < spentAt.length; i++) {
      for (let j = i; j < spentAt.length; j++) {
        const allowed = 100 + (spentAt[j]! - spentAt[i]!) * 100 / 60_000;
        ok(j - i + 1 <= allowed + 1e-6, `${j - i + 1} within ${spentAt[j]! - spentAt[i]!} ms`);
      }
    }
  }));
});
