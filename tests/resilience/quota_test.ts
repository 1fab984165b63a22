import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  createQuotaState,
  getMonth,
  getMonthEnd,
  getQuotaUse,
  grantQuota,
  holdQuota,
  noteQuotaAnswers,
  type QuotaAsk,
  type QuotaLimits,
  type QuotaState,
  refuseQuota,
} from "../../lib/resilience/mod.ts";

const startMs = Date.UTC(2026, 10, 21);

/** A quota with its state, and a time of its own. */
function aQuota(limits: QuotaLimits, nowMs = startMs) {
  let state: QuotaState = createQuotaState();
  return {
    nowMs,
    take(...asks: QuotaAsk[]) {
      const next = grantQuota(state, limits, asks, this.nowMs);
      state = next.state;
      return next.grant;
    },
    refuse(ms: number) {
      state = refuseQuota(state, limits, ms, this.nowMs);
      return state.blockedUntilMs - this.nowMs;
    },
    note(facts: Parameters<typeof noteQuotaAnswers>[2]) {
      state = noteQuotaAnswers(state, limits, facts, this.nowMs);
    },
    hold() {
      state = holdQuota(state, limits, this.nowMs);
    },
    use() {
      return getQuotaUse(state, limits, this.nowMs);
    },
    state: () => state,
  };
}

const paced = { weight: 1 };
const urgent = { weight: 1, isUrgent: true };

Deno.test("paced requests come evenly, two at the start", () => {
  const quota = aQuota({ limit: 30 });
  deepEqual(quota.take(paced, paced, paced).granted, 2);
  const times: number[] = [];
  for (let second = 0; second < 300; second++) {
    quota.nowMs = startMs + second * 1_000;
    if (quota.take(paced).granted) times.push(second);
  }
  ok(times.length >= 5 * 25 && times.length <= 5 * 27, `${times.length}`);
  const gaps = times.slice(1).map((at, i) => at - times[i]!);
  // Where the first burst leaves the window, the reserve is filled up first.
  ok(Math.max(...gaps) <= 6, `gaps of ${Math.max(...gaps)} s`);
});

Deno.test("a person's request is sent within 5 s however much else waits", () => {
  const quota = aQuota({ limit: 30 });
  let waitingSince: number | null = null;
  let longest = 0;
  for (let tick = 0; tick < 6_000; tick++) {
    quota.nowMs = startMs + tick * 100;
    if (tick % 100 === 50) waitingSince = quota.nowMs;
    if (waitingSince !== null && quota.take(urgent).granted === 1) {
      longest = Math.max(longest, quota.nowMs - waitingSince);
      waitingSince = null;
    }
    if (waitingSince === null) quota.take(paced, paced, paced);
  }
  ok(longest <= 5_000, `${longest} ms`);
});

Deno.test("no 60 s at the source hold more than the limit, whatever is asked and however it travels", () => {
  const step = fc.record({
    gapMs: fc.oneof(fc.nat(300), fc.nat(20_000)),
    weight: fc.integer({ min: 1, max: 12 }),
    isUrgent: fc.boolean(),
    travelMs: fc.nat(999),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
    const quota = aQuota({ limit: 20 });
    const arrived: { at: number; weight: number }[] = [];
    for (const { gapMs, weight, isUrgent, travelMs } of steps) {
      quota.nowMs += gapMs;
      const asks = Array.from({ length: 3 }, () => ({ weight, isUrgent }));
      for (let i = quota.take(...asks).granted; i > 0; i--) {
        arrived.push({ at: quota.nowMs + travelMs, weight });
      }
    }
    return arrived.every(({ at }) =>
      arrived.filter((other) => other.at > at - 60_000 && other.at <= at)
        .reduce((sum, { weight }) => sum + weight, 0) <= 20
    );
  }));
});

Deno.test("waiting as long as told is enough in the end, heavier than the limit included", () => {
  const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(weights, fc.boolean(), (list, isUrgent) => {
    const quota = aQuota({ limit: 10 });
    return list.every((weight) => {
      for (let tries = 0; tries < 60; tries++) {
        const { granted, waitMs } = quota.take({ weight, isUrgent });
        if (granted === 1) return true;
        if (!(waitMs > 0)) return false;
        quota.nowMs += waitMs;
      }
      return false;
    });
  }));
});

Deno.test("a refusal stops everything, twice as long each time, and halves the limit", () => {
  const quota = aQuota({ limit: 100 });
  equal(quota.refuse(10_000), 10_000);
  deepEqual(quota.take(urgent), { granted: 0, waitMs: 10_000, reason: "refused" });
  equal(quota.use().limit, 50);
  equal(quota.refuse(10_000), 10_000, "refused together is refused once");
  quota.nowMs += 10_000;
  equal(quota.take(urgent).granted, 1);
  equal(quota.refuse(10_000), 20_000);
  quota.nowMs += 20_000;
  equal(quota.refuse(10_000), 40_000);
  equal(quota.use().limit, 12);
  quota.nowMs += 40_000;
  quota.note({ answers: 1 });
  equal(quota.refuse(10_000), 10_000, "an answer ends the row");
  equal(quota.state().refusals, 5);
});

Deno.test("the limit recovers with answers, slowly, and falls to half with slow ones", () => {
  const quota = aQuota({ limit: 100 });
  quota.refuse(1_000);
  for (let i = 0; i < 200; i++) {
    quota.nowMs += 5_000;
    quota.note({ answers: 1, latencyMs: 200 });
    if (i === 20) ok(quota.use().limit < 80);
  }
  equal(quota.use().limit, 100);
  for (let i = 0; i < 200; i++) {
    quota.nowMs += 5_000;
    quota.note({ answers: 1, latencyMs: 5_000 });
  }
  equal(quota.use().limit, 50);
});

Deno.test("what the source counts is taken over when it is more than ours", () => {
  const quota = aQuota({ limit: 100 });
  quota.take(urgent);
  quota.note({ usedWeight: 90 });
  equal(quota.use().used, 90);
  quota.note({ usedWeight: 3 });
  equal(quota.use().used, 90);
  quota.note({ remaining: 4, advertisedLimit: 100, resetMs: 30_000 });
  equal(quota.use().used, 96);
});

const headers = [
  { name: "a day's count", facts: { remaining: 3, advertisedLimit: 5_000 }, used: 0, limit: 100 },
  { name: "an hour's window", facts: { remaining: 1, resetMs: 3_000_000 }, used: 0, limit: 100 },
  { name: "a lower limit", facts: { advertisedLimit: 40, resetMs: 9_000 }, used: 0, limit: 40 },
  { name: "a higher limit", facts: { advertisedLimit: 120 }, used: 0, limit: 100 },
];
for (const { name, facts, used, limit } of headers) {
  Deno.test(`headers with ${name} read ${used} of ${limit}`, () => {
    const quota = aQuota({ limit: 100 });
    quota.note(facts);
    deepEqual([quota.use().used, quota.use().limit], [used, limit]);
  });
}

Deno.test("nothing left at the source blocks until its window ends", () => {
  const quota = aQuota({ limit: 100 });
  quota.note({ remaining: 0, resetMs: 12_000 });
  deepEqual(quota.take(urgent), { granted: 0, waitMs: 12_000, reason: "refused" });
});

Deno.test("credits are never exceeded, the last ones are for people, and a month begins anew", () => {
  const quota = aQuota({ limit: Infinity, creditsPerMonth: 100 });
  let spent = 0;
  while (quota.take({ weight: 1, credits: 3 }).granted) spent += 3;
  equal(spent, 93);
  while (quota.take({ weight: 1, credits: 1, isUrgent: true }).granted) spent++;
  equal(spent, 100);
  const refused = quota.take({ weight: 1, credits: 1, isUrgent: true });
  equal(refused.reason, "credits");
  equal(quota.take({ weight: 1 }).granted, 1, "what costs no credits goes on");
  quota.nowMs += refused.waitMs;
  equal(quota.take({ weight: 1, credits: 3 }).granted, 1);
  equal(quota.use().credits, 3);
});

Deno.test("months are those of UTC", () => {
  equal(getMonth(Date.UTC(2026, 11, 31, 23, 59)), "2026-12");
  equal(getMonthEnd(Date.UTC(2026, 11, 31, 23, 59)), Date.UTC(2027, 0, 1));
  equal(getMonthEnd(Date.UTC(2028, 1, 1)), Date.UTC(2028, 2, 1));
});

Deno.test("after a jump of the clock nothing is sent for a window", () => {
  const quota = aQuota({ limit: 10 });
  quota.take(urgent);
  quota.nowMs += 3_600_000;
  quota.hold();
  equal(quota.take(urgent).waitMs, 62_000);
});

Deno.test("a clock set back by much does not stand still for as long", () => {
  const quota = aQuota({ limit: 10 });
  quota.take(urgent, urgent);
  quota.nowMs -= 7_200_000;
  equal(quota.take(urgent).waitMs, 62_000);
  quota.nowMs += 62_000;
  equal(quota.take(urgent).granted, 1);
});

Deno.test("a process whose clock is somewhat behind counts with the newest time", () => {
  const quota = aQuota({ limit: 10 });
  for (let i = 0; i < 10; i++) quota.take(urgent);
  const { used } = quota.use();
  quota.nowMs -= 30_000;
  equal(quota.use().used, used);
  equal(quota.take(paced).granted, 0);
});

Deno.test("the state stays small and plain", () => {
  const quota = aQuota({ limit: 10_000 });
  for (let i = 0; i < 5_000; i++) {
    quota.nowMs += 100;
    quota.take(paced);
  }
  ok(JSON.stringify(quota.state()).length < 3_000);
});
