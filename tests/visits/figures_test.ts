/** What visits come to: figures from sums of days, against the goals of the product. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { VisitCounts, VisitFigure } from "../../lib/contracts/visits.ts";
import { visitFigureNames } from "../../lib/contracts/visits.ts";
import { addDays, countDays } from "../../lib/visits/days.ts";
import { fillDays, makeDay, measureVisits, visitGoals } from "../../lib/visits/figures.ts";

const firstDay = "2024-01-01";

/** Figures by name, `age` days after the first one, when every day was like these counts. */
function measure(age: number, counts: VisitCounts | ((i: number) => VisitCounts)) {
  const today = addDays(firstDay, age);
  const days = Array.from(
    { length: age + 1 },
    (_, i) => makeDay(addDays(firstDay, i), typeof counts === "function" ? counts(i) : counts),
  );
  const figures = measureVisits({ firstDay, today, firstMonth: days.slice(0, 30), days });
  return Object.fromEntries(figures.map((each) => [each.name, each])) as Record<
    VisitFigure["name"],
    VisitFigure
  >;
}

Deno.test("PWA-10 before anything was counted every figure is not yet measured, none is 0", () => {
  const today = "2024-01-31";
  const days = [makeDay(today)];
  for (const sums of [{ firstDay: null, days: [] }, { firstDay: null, days }]) {
    const figures = measureVisits({ ...sums, today, firstMonth: [] });
    deepEqual(figures.map(({ name }) => name), [...visitFigureNames]);
    for (const { value, isMet, days, sample } of figures) {
      deepEqual({ value, isMet, days, sample }, { value: null, isMet: null, days: 0, sample: 0 });
    }
  }
});

Deno.test("PWA-10 the goals are those of the product", () => {
  deepEqual(visitGoals, {
    installs: { value: 100, kind: "least" },
    dailyUsers: { value: 50, kind: "least" },
    visits: null,
    visitSeconds: { value: 300, kind: "above" },
    signalViews: null,
    pushOpenShare: { value: 0.2, kind: "above" },
    crashFreeShare: { value: 0.99, kind: "above" },
    satisfiedShare: { value: 0.7, kind: "above" },
  });
});

const bounds: {
  name: VisitFigure["name"];
  counts: VisitCounts;
  value: number;
  isMet: boolean;
}[] = [
  { name: "visitSeconds", counts: { visits: 2, visitSeconds: 600 }, value: 300, isMet: false },
  { name: "visitSeconds", counts: { visits: 2, visitSeconds: 602 }, value: 301, isMet: true },
  { name: "pushOpenShare", counts: { pushShown: 10, pushOpened: 2 }, value: 0.2, isMet: false },
  { name: "pushOpenShare", counts: { pushShown: 10, pushOpened: 3 }, value: 0.3, isMet: true },
  { name: "crashFreeShare", counts: { visits: 100, crashedVisits: 1 }, value: 0.99, isMet: false },
  { name: "crashFreeShare", counts: { visits: 100 }, value: 1, isMet: true },
  { name: "satisfiedShare", counts: { feedbackYes: 7, feedbackNo: 3 }, value: 0.7, isMet: false },
  { name: "satisfiedShare", counts: { feedbackYes: 3, feedbackNo: 1 }, value: 0.75, isMet: true },
  { name: "dailyUsers", counts: { activeBrowsers: 49 }, value: 49, isMet: false },
  { name: "dailyUsers", counts: { activeBrowsers: 50 }, value: 50, isMet: true },
];
for (const { name, counts, value, isMet } of bounds) {
  Deno.test(`${name} of ${JSON.stringify(counts)} a day is ${isMet ? "reached" : "missed"}`, () => {
    const figure = measure(40, counts)[name];
    ok(Math.abs(figure.value! - value) < 1e-9, `${figure.value}`);
    equal(figure.isMet, isMet);
  });
}

Deno.test("installs are those of the first 30 days; they may be reached early and missed only at the end", () => {
  deepEqual(measure(9, { installs: 10 }).installs, {
    name: "installs",
    value: 100,
    goal: visitGoals.installs,
    isMet: true,
    days: 10,
    sample: 100,
  });
  equal(measure(9, { installs: 9 }).installs.isMet, null);
  equal(measure(29, { installs: 3 }).installs.isMet, null);
  equal(measure(30, { installs: 3 }).installs.isMet, false);
  const late = measure(60, (i) => ({ installs: i < 30 ? 1 : 50 })).installs;
  deepEqual([late.value, late.days, late.isMet], [30, 30, false]);
});

Deno.test("daily users are the mean of the last seven full days, and are not due before a month", () => {
  const growing = (i: number) => ({ activeBrowsers: i === 40 ? 9_999 : i * 10 });
  const { value, days, isMet } = measure(40, growing).dailyUsers;
  deepEqual([value, days, isMet], [360, 7, true]);
  equal(measure(0, { activeBrowsers: 80 }).dailyUsers.value, null, "no day is full yet");
  deepEqual(
    [1, 29, 30].map((age) => measure(age, { activeBrowsers: 80 }).dailyUsers.isMet),
    [null, null, true],
  );
});

Deno.test("a share of nothing is not measured, and reports that were lost give no share above one", () => {
  const { pushOpenShare, crashFreeShare, satisfiedShare, visitSeconds, visits } = measure(5, {});
  for (const figure of [pushOpenShare, crashFreeShare, satisfiedShare, visitSeconds]) {
    deepEqual([figure.value, figure.isMet], [null, null], figure.name);
  }
  deepEqual([visits.value, visits.isMet], [0, null]);
  equal(measure(5, { pushShown: 1, pushOpened: 3 }).pushOpenShare.value, 1);
  equal(measure(5, { visits: 1, crashedVisits: 4 }).crashFreeShare.value, 0);
});

Deno.test("whatever was counted, shares lie between 0 and 1 and nothing is NaN", () => {
  const counts = fc.record({
    visits: fc.nat(1e6),
    visitSeconds: fc.nat(1e9),
    activeBrowsers: fc.nat(1e6),
    installs: fc.nat(1e4),
    pushShown: fc.nat(100),
    pushOpened: fc.nat(100),
    crashedVisits: fc.nat(1e6),
    feedbackYes: fc.nat(9),
    feedbackNo: fc.nat(9),
  });
  fc.assert(fc.property(fc.array(counts, { minLength: 1, maxLength: 50 }), (all) => {
    for (const figure of Object.values(measure(all.length - 1, (i) => all[i]!))) {
      const { name, value, isMet, goal } = figure;
      if (value === null) return equal(isMet, null, name);
      ok(Number.isFinite(value) && value >= 0 && (!name.endsWith("Share") || value <= 1), name);
      if (goal === null) equal(isMet, null, name);
    }
  }));
});

Deno.test("days in between that nobody came are zeros, and a range that ends before it begins is empty", () => {
  const some = [makeDay("2024-02-28", { visits: 3 })];
  const days = fillDays(some, "2024-02-27", "2024-03-01");
  deepEqual(days.map(({ day, visits }) => [day, visits]), [
    ["2024-02-27", 0],
    ["2024-02-28", 3],
    ["2024-02-29", 0],
    ["2024-03-01", 0],
  ]);
  deepEqual(fillDays(some, "2024-03-02", "2024-03-01"), []);
  equal(countDays("2024-02-28", "2024-03-01"), 2);
});
