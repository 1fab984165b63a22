/**
 * What visits come to: sums of days as figures, and how these stand against the product's goals.
 *
 * @module
 */
import { type VisitCounter, visitCounters } from "../contracts/visit_limits.ts";
import type { VisitCounts, VisitDay, VisitFigure } from "../contracts/visits.ts";
import { addDays, countDays } from "./days.ts";

/** Days of a month, as the goals mean it. */
export const monthDays = 30;
/** Full days whose mean is the number of daily users. */
const usersDays = 7;

type Goal = NonNullable<VisitFigure["goal"]>;
const least = (value: number): Goal => ({ value, kind: "least" });
const above = (value: number): Goal => ({ value, kind: "above" });

/** What the product is to reach. */
export const visitGoals: Readonly<Record<VisitFigure["name"], Goal | null>> = {
  /** In the first month. */
  installs: least(100),
  /** After a month. */
  dailyUsers: least(50),
  visits: null,
  visitSeconds: above(300),
  signalViews: null,
  pushOpenShare: above(0.2),
  crashFreeShare: above(0.99),
  satisfiedShare: above(0.7),
};

/** Returns a day of nothing, or of what was counted on it. */
export function makeDay(day: string, counts: VisitCounts = {}): VisitDay {
  const sums = visitCounters.map((name): [VisitCounter, number] => [name, counts[name] ?? 0]);
  return { day, ...Object.fromEntries(sums) as Record<VisitCounter, number> };
}

/** Returns every day from `from` to `to`, both included, oldest first; those that are missing are zeros. */
export function fillDays(days: readonly VisitDay[], from: string, to: string): VisitDay[] {
  const known = new Map(days.map((each) => [each.day, each]));
  return Array.from({ length: Math.max(0, countDays(from, to) + 1) }, (_, i) => {
    const day = addDays(from, i);
    return known.get(day) ?? makeDay(day);
  });
}

/** What figures are made of. */
export interface VisitSums {
  /** The first day that anything was counted on; null before. */
  firstDay: string | null;
  /** The running UTC day. */
  today: string;
  /** Days of the first month. */
  firstMonth: readonly VisitDay[];
  /** Days that are told, the running one among them. */
  days: readonly VisitDay[];
}

/** Returns all figures; before the first day that was counted none has a value. */
export function measureVisits(sums: VisitSums): VisitFigure[] {
  const { firstDay, today, firstMonth } = sums;
  const age = firstDay === null ? 0 : countDays(firstDay, today);
  const days = sums.days.filter(({ day }) => firstDay !== null && day >= firstDay && day <= today);
  const add = (name: VisitCounter) => addUp(days, name);
  const [visits, shown] = [add("visits"), add("pushShown")];
  const answers = add("feedbackYes") + add("feedbackNo");
  const of = (name: VisitFigure["name"], value: number | null, sample: number) =>
    judge({ name, value, days: days.length, sample });
  return [
    measureInstalls(firstDay === null ? [] : fillMonth(firstMonth, firstDay, today), age),
    measureUsers(days.filter(({ day }) => day < today).slice(-usersDays), age),
    of("visits", firstDay === null ? null : visits, visits),
    of("visitSeconds", divide(add("visitSeconds"), visits), visits),
    of("signalViews", firstDay === null ? null : add("signalViews"), visits),
    of("pushOpenShare", divide(add("pushOpened"), shown, 1), shown),
    of("crashFreeShare", invert(divide(add("crashedVisits"), visits, 1)), visits),
    of("satisfiedShare", divide(add("feedbackYes"), answers, 1), answers),
  ];
}

function fillMonth(days: readonly VisitDay[], firstDay: string, today: string): VisitDay[] {
  const end = addDays(firstDay, monthDays - 1);
  return fillDays(days, firstDay, end < today ? end : today);
}

/** It may be reached early; that it was missed is certain only when the month is over. */
function measureInstalls(month: readonly VisitDay[], age: number): VisitFigure {
  const installs = addUp(month, "installs");
  const value = month.length === 0 ? null : installs;
  const figure = judge({ name: "installs", value, days: month.length, sample: installs });
  return figure.isMet === false && age < monthDays ? { ...figure, isMet: null } : figure;
}

/** The mean of full days; what it is to reach after a month is not due before. */
function measureUsers(full: readonly VisitDay[], age: number): VisitFigure {
  const sample = addUp(full, "activeBrowsers");
  const value = divide(sample, full.length);
  const figure = judge({ name: "dailyUsers", value, days: full.length, sample });
  return age < monthDays ? { ...figure, isMet: null } : figure;
}

function judge(figure: Pick<VisitFigure, "name" | "value" | "days" | "sample">): VisitFigure {
  const goal = visitGoals[figure.name];
  const { value } = figure;
  if (goal === null || value === null) return { ...figure, goal, isMet: null };
  return {
    ...figure,
    goal,
    isMet: goal.kind === "above" ? value > goal.value : value >= goal.value,
  };
}

const addUp = (days: readonly VisitDay[], name: VisitCounter) =>
  days.reduce((sum, each) => sum + each[name], 0);

/** A share of nothing is not measured. Reports that were lost on the way must not give more than all. */
function divide(part: number, whole: number, most = Infinity): number | null {
  return whole === 0 ? null : Math.min(most, part / whole);
}

const invert = (share: number | null) => share === null ? null : 1 - share;
