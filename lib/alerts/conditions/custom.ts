/**
 * CUSTOM: comparisons over the figures of a closed bar, joined by all or any. No code is run.
 *
 * @module
 */
import type { AlertComparison, AlertGroup } from "../../contracts/owned.ts";
import { type IndicatorName, indicatorNames } from "../../indicators/mod.ts";
import { type BarMoment, defineCondition, type Verdict } from "../types.ts";

const barFields = ["open", "high", "low", "close", "volume"] as const;
type BarField = typeof barFields[number];

/** What a comparison may look at. */
export const customFields: readonly string[] = [...barFields, ...indicatorNames];
/** How deep groups may lie in one another, and how many comparisons there may be. */
export const groupDepthMax = 3;
/** See `groupDepthMax`. */
export const comparisonsMax = 20;

/** Returns how to read a field; the bar before knows its close and its indicators. */
function createReader(field: string): (moment: BarMoment, back: 0 | 1) => number {
  if ((indicatorNames as readonly string[]).includes(field)) {
    return (moment, back) => moment.read(field as IndicatorName, back);
  }
  const name = field as BarField;
  return (moment, back) => back === 0 ? moment[name] : name === "close" ? moment.closeBefore : NaN;
}

function compileComparison({ field, is, value }: AlertComparison): (moment: BarMoment) => Verdict {
  const read = createReader(field);
  const isAbove = is === "above" || is === "crosses_above";
  const isBeyond = (figure: number) => isAbove ? figure > value : figure < value;
  if (is === "above" || is === "below") {
    return (moment) => {
      const figure = read(moment, 0);
      return Number.isNaN(figure) ? -1 : isBeyond(figure) ? 1 : 0;
    };
  }
  return (moment) => {
    const now = read(moment, 0);
    const before = read(moment, 1);
    if (Number.isNaN(now) || Number.isNaN(before)) return -1;
    return isBeyond(now) && !isBeyond(before) ? 1 : 0;
  };
}

/**
 * Returns a group in a form that is quick to try. Unknown figures count as in three-valued logic:
 * `all` is decided by one that is false, `any` by one that is true.
 */
export function compileGroup({ match, rules }: AlertGroup): (moment: BarMoment) => Verdict {
  const tests = rules.map((rule) => "rules" in rule ? compileGroup(rule) : compileComparison(rule));
  const deciding = match === "all" ? 0 : 1;
  return (moment) => {
    let isKnown = true;
    for (const test of tests) {
      const verdict = test(moment);
      if (verdict === deciding) return deciding;
      if (verdict === -1) isKnown = false;
    }
    return !isKnown ? -1 : deciding === 0 ? 1 : 0;
  };
}

/** Returns every comparison of a group, the inner ones too. */
export function listComparisons({ rules }: AlertGroup): AlertComparison[] {
  return rules.flatMap((rule) => "rules" in rule ? listComparisons(rule) : [rule]);
}

/** Returns whether a group asks for a crossing, which holds at single moments only. */
function hasCrossing(group: AlertGroup): boolean {
  return listComparisons(group).some(({ is }) => is.startsWith("crosses"));
}

/** Returns a group as a sentence part: `(rsi_14 above 70 and close below 100)`. */
export function describeGroup({ match, rules }: AlertGroup): string {
  const parts = rules.map((rule) =>
    "rules" in rule
      ? `(${describeGroup(rule)})`
      : `${rule.field} ${rule.is.replace("_", " ")} ${rule.value}`
  );
  return parts.join(match === "all" ? " and " : " or ");
}

const noGroup: AlertGroup = { match: "all", rules: [] };

/** Holds while the whole expression does. */
export const custom = defineCondition({
  name: "CUSTOM",
  on: "bar",
  isEvent: false,
  threshold: null,
  parameters: ["timeframe", "group"],
  test: (rule, moment) => rule.test ? rule.test(moment) : -1,
  explain({ alert }, moment) {
    const { group = noGroup } = alert.parameters;
    const figures: Record<string, number> = {};
    for (const { field } of listComparisons(group)) figures[field] = createReader(field)(moment, 0);
    const numbers = Object.entries(figures).map(([field, value]) =>
      `${field} ${Number(value.toPrecision(6))}`
    );
    return {
      value: null,
      message: `${moment.symbol} on ${moment.timeframe} bars: ${describeGroup(group)} ` +
        `(${numbers.join(", ")}).`,
      figures: { ...figures, crossing: hasCrossing(group) ? "yes" : "no" },
    };
  },
});
