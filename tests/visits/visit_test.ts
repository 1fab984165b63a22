/** A visit as a state that is told what happens: whatever that is, the sums come out right. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { visitCounters, visitLimits } from "../../lib/contracts/visit_limits.ts";
import { visitReportSchema } from "../../lib/contracts/visits.ts";
import { isTaken, nameDay } from "../../lib/visits/days.ts";
import {
  askAgainMs,
  enterVisit,
  forgetReports,
  mayAsk,
  type Moment,
  noteAnswer,
  noteCrash,
  noteInstall,
  noteSignalView,
  noVisit,
  pauseMs,
  sealReport,
  stayOnVisit,
  type VisitState,
} from "../../lib/visits/visit.ts";
import { addReports, countIds, DAY_MS } from "../support/visits.ts";

const startMs = Date.UTC(2024, 0, 2, 12);
const at = (nowMs: number, makeId = countIds()): Moment => ({ nowMs, makeId });

/** What may happen to a browser, each after some time (which may go back). */
const step = fc.record({
  act: fc.constantFrom("enter", "stay", "crash", "install", "signal", "yes", "no", "seal"),
  afterMs: fc.oneof(
    fc.integer({ min: 0, max: 90_000 }),
    fc.integer({ min: -DAY_MS, max: 3 * DAY_MS }),
  ),
});

/** Lets things happen; returns where it ends, every report that was made, and the visible time, ms. */
function run(steps: readonly { act: string; afterMs: number }[]) {
  const makeId = countIds();
  const made = new Map<string, VisitState["waiting"][number]>();
  let state = noVisit;
  let [nowMs, sinceMs, spentMs] = [startMs, startMs, 0];
  for (const { act, afterMs } of steps) {
    nowMs += afterMs;
    const moment = { nowMs, makeId };
    if (act === "enter") [state, sinceMs] = [enterVisit(state, moment), nowMs];
    if (act === "stay") {
      state = stayOnVisit(state, sinceMs, moment);
      spentMs += Math.max(0, nowMs - sinceMs);
      sinceMs = nowMs;
    }
    if (act === "crash") state = noteCrash(state, moment);
    if (act === "install") state = noteInstall(state, moment);
    if (act === "signal") state = noteSignalView(state, moment);
    if (act === "yes" || act === "no") state = noteAnswer(state, act === "yes", moment);
    if (act === "seal") state = sealReport(state, moment);
    for (const report of state.waiting) made.set(report.id, report);
  }
  return { state, reports: [...made.values()], spentMs };
}

Deno.test("whatever happens, every report fits its contract", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { state, reports } = run([...steps, { act: "seal", afterMs: 0 }]);
    for (const report of reports) {
      const read = visitReportSchema.safeParse(report);
      ok(read.success, JSON.stringify(report));
    }
    equal(state.open, null);
    ok(state.waiting.length <= 10);
  }));
});

Deno.test("a report never changes once it is made", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const seen = new Map<string, string>();
      for (let n = 1; n <= steps.length; n++) {
        for (const report of run(steps.slice(0, n)).state.waiting) {
          const text = JSON.stringify(report);
          equal(seen.get(report.id) ?? text, text);
          seen.set(report.id, text);
        }
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("no more time is counted than passed, a crash at most once a visit, an install once", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { state, reports, spentMs } = run(steps);
    const open = state.open ? [{ id: "", ...state.open }] : [];
    const sums = addReports([...reports, ...open]);
    ok((sums.visitSeconds ?? 0) * 1_000 <= spentMs);
    ok((sums.crashedVisits ?? 0) <= (sums.visits ?? 0) + 1);
    ok((sums.installs ?? 0) <= 1);
  }));
});

Deno.test("after a day goes by without clocks going back, no day counts a browser twice", () => {
  const forward = step.map(({ act, afterMs }) => ({ act, afterMs: Math.abs(afterMs) }));
  fc.assert(fc.property(fc.array(forward, { maxLength: 60 }), (steps) => {
    const { reports } = run([...steps, { act: "seal", afterMs: 0 }]);
    for (const [day, all] of Map.groupBy(reports, ({ day }) => day)) {
      ok((addReports(all).activeBrowsers ?? 0) <= 1, day);
    }
  }));
});

Deno.test("seconds are not lost by being told in many small parts", () => {
  const makeId = countIds();
  let state = enterVisit(noVisit, at(startMs, makeId));
  for (let i = 1; i <= 100; i++) {
    state = stayOnVisit(state, startMs + (i - 1) * 999, at(startMs + i * 999, makeId));
  }
  equal(state.open?.counts.visitSeconds, 99);
});

Deno.test("a clock that was put back neither counts nor makes a visit", () => {
  const state = enterVisit(noVisit, at(startMs));
  const back = stayOnVisit(state, startMs, at(startMs - 5 * 60_000));
  deepEqual(back.open?.counts, { visits: 1, activeBrowsers: 1 });
  const again = enterVisit(back, at(startMs - 5 * 60_000 + pauseMs - 1));
  equal(again.open?.counts.visits, 1);
});

Deno.test("what is too much for one report begins another", () => {
  const makeId = countIds();
  let state = enterVisit(noVisit, at(startMs, makeId));
  for (let i = 0; i <= visitLimits.signalViews; i++) {
    state = noteSignalView(state, at(startMs, makeId));
  }
  equal(state.waiting[0]?.counts.signalViews, 1_000);
  equal(state.open?.counts.signalViews, 1);
  const next = enterVisit(state, at(startMs + pauseMs, makeId));
  deepEqual([next.waiting.length, next.open?.counts.visits], [1, 1]);
  const third = enterVisit(next, at(startMs + 2 * pauseMs, makeId));
  deepEqual([third.waiting.length, third.open?.counts], [2, { visits: 1 }]);
});

Deno.test("PWA-10 whether it helps is asked once in 30 days, and only one answer counts", () => {
  ok(mayAsk(noVisit, startMs));
  const yes = noteAnswer(noVisit, true, at(startMs));
  deepEqual(yes.open?.counts, { feedbackYes: 1 });
  equal(noteAnswer(yes, false, at(startMs + 1)), yes);
  equal(mayAsk(yes, startMs + askAgainMs - 1), false);
  const no = noteAnswer(yes, false, at(startMs + askAgainMs));
  deepEqual([no.waiting[0]?.counts, no.open?.counts], [{ feedbackYes: 1 }, { feedbackNo: 1 }]);
});

Deno.test("reports that arrived are forgotten, and no other", () => {
  const makeId = countIds();
  const one = sealReport(noteCrash(noVisit, at(startMs, makeId)), at(startMs, makeId));
  const two = sealReport(noteSignalView(one, at(startMs, makeId)), at(startMs, makeId));
  const [first, second] = two.waiting;
  deepEqual(forgetReports(two, [first!.id, "unknown"]).waiting, [second]);
  equal(sealReport(forgetReports(two, [first!.id, second!.id]), at(startMs)).waiting.length, 0);
});

for (
  const [day, isIn] of [
    ["2024-01-02", true],
    ["2024-01-01", true],
    ["2023-12-31", true],
    ["2023-12-30", false],
    ["2024-01-03", false],
    ["1970-01-01", false],
    ["9999-12-31", false],
  ] as const
) {
  Deno.test(`on 2 January a report of ${day} is ${isIn ? "taken" : "not taken"}`, () => {
    equal(isTaken(day, startMs), isIn);
    equal(nameDay(Date.parse(day)), day);
  });
}

Deno.test("every counter has a limit that a report can reach", () => {
  for (const name of visitCounters) {
    const counts = { [name]: visitLimits[name] };
    const report = { id: crypto.randomUUID(), day: "2024-01-02", counts };
    ok(visitReportSchema.safeParse(report).success, name);
    counts[name]!++;
    equal(visitReportSchema.safeParse(report).success, false, name);
  }
});
