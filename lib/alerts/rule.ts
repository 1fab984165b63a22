/**
 * From an alert as it is stored to a rule as it is tried, and what is wrong with one before it is.
 *
 * @module
 */
import type { AlertGroup, AlertParameters, AlertRecord } from "../contracts/owned.ts";
import { timeframeMs } from "../market/mod.ts";
import {
  comparisonsMax,
  compileGroup,
  customFields,
  groupDepthMax,
  listComparisons,
} from "./conditions/custom.ts";
import { getCondition } from "./conditions/mod.ts";
import type { Rule } from "./types.ts";

/** What is wrong with a part of an alert; `pointer` as in `/threshold`. */
export interface AlertFault {
  pointer: string;
  detail: string;
}

/** Bars that a window may reach back. */
export const WINDOW_BARS_MAX = 500;
/** Longest time for which a condition may have to hold, ms. */
export const HOLD_MS_MAX = 7 * 86_400_000;
/** Longest rest after a firing, s. */
export const COOLDOWN_SECONDS_MAX = 30 * 86_400;
const HOUR_MS = 3_600_000;

/** The parts of an alert that its condition is about. */
export type AlertDraft = Pick<
  AlertRecord,
  "symbol" | "condition" | "threshold" | "parameters" | "cooldown" | "holdMs"
>;

/** Returns an alert as it is tried; `alert` has no faults. */
export function createRule(alert: AlertRecord): Rule {
  const condition = getCondition(alert.condition);
  const { parameters } = alert;
  const timeframe = parameters.timeframe ?? "1m";
  return {
    alert,
    condition,
    threshold: alert.threshold ?? condition.threshold?.fallback ?? NaN,
    timeframe,
    direction: parameters.direction ?? "both",
    windowMs: parameters.windowMs ?? HOUR_MS,
    cooldownMs: alert.cooldown * 1_000,
    holdMs: alert.holdMs,
    repeats: parameters.repeats ?? true,
    test: parameters.group ? compileGroup(parameters.group) : null,
  };
}

/** Returns everything that is wrong with an alert, empty when it can be tried. */
export function checkAlert(draft: AlertDraft): AlertFault[] {
  const faults = [...checkThreshold(draft), ...checkParameters(draft)];
  const { cooldown, holdMs, symbol } = draft;
  if (symbol === "*" && ["price", "bar"].includes(getCondition(draft.condition).on)) {
    faults.push({ pointer: "/symbol", detail: `${draft.condition} needs a symbol, was *` });
  }
  if (!(cooldown >= 0 && cooldown <= COOLDOWN_SECONDS_MAX)) {
    const detail = `a cooldown is 0 to ${COOLDOWN_SECONDS_MAX} seconds, was ${cooldown}`;
    faults.push({ pointer: "/cooldown", detail });
  }
  if (!(holdMs >= 0 && holdMs <= HOLD_MS_MAX)) {
    faults.push({ pointer: "/holdMs", detail: `0 to ${HOLD_MS_MAX} ms, was ${holdMs}` });
  }
  if (holdMs > 0 && getCondition(draft.condition).isEvent) {
    const detail = `${draft.condition} holds at single moments, so that it cannot hold for a time`;
    faults.push({ pointer: "/holdMs", detail });
  }
  return faults;
}

function checkThreshold({ condition: name, threshold, parameters }: AlertDraft): AlertFault[] {
  const { threshold: limits } = getCondition(name);
  const pointer = "/threshold";
  if (!limits) {
    return threshold === null ? [] : [{ pointer, detail: `${name} takes none, was ${threshold}` }];
  }
  if (threshold === null) {
    const isGiven = parameters.line !== undefined || limits.fallback !== null;
    return isGiven ? [] : [{ pointer, detail: `${name} needs a threshold in ${limits.unit}` }];
  }
  if (threshold >= limits.min && threshold <= limits.max) return [];
  const range = `${limits.min} to ${limits.max}`;
  return [{ pointer, detail: `${name} takes ${range} (${limits.unit}), was ${threshold}` }];
}

function checkParameters({ condition: name, parameters }: AlertDraft): AlertFault[] {
  const { parameters: taken } = getCondition(name);
  const allowed: readonly string[] = [...taken, "repeats"];
  const faults = Object.entries(parameters)
    .filter(([key, value]) => value !== undefined && !allowed.includes(key))
    .map(([key]) => ({
      pointer: `/parameters/${key}`,
      detail: `${name} takes ${allowed.join(", ")}`,
    }));
  if (faults.length > 0) return faults;
  return [...checkWindow(parameters), ...checkLine(parameters), ...checkGroup(name, parameters)];
}

function checkWindow({ windowMs, timeframe = "1m" }: AlertParameters): AlertFault[] {
  if (windowMs === undefined) return [];
  const lengthMs = timeframeMs[timeframe];
  const isWhole = windowMs % lengthMs === 0;
  if (isWhole && windowMs >= lengthMs && windowMs <= WINDOW_BARS_MAX * lengthMs) return [];
  const detail = `a window is 1 to ${WINDOW_BARS_MAX} whole bars of ${timeframe} ` +
    `(${lengthMs} ms each), was ${windowMs} ms`;
  return [{ pointer: "/parameters/windowMs", detail }];
}

function checkLine({ line }: AlertParameters): AlertFault[] {
  if (!line) return [];
  const { fromMs, toMs, fromPrice, toPrice } = line;
  const pointer = "/parameters/line";
  if (![fromMs, toMs, fromPrice, toPrice].every(Number.isFinite)) {
    return [{ pointer, detail: "a line needs two points with a time and a price each" }];
  }
  if (!(fromPrice > 0 && toPrice > 0)) {
    return [{ pointer, detail: `prices are above 0, were ${fromPrice} and ${toPrice}` }];
  }
  if (toMs <= fromMs && !(toMs === fromMs && fromPrice === toPrice)) {
    return [{ pointer, detail: "the second point lies after the first" }];
  }
  return [];
}

function checkGroup(name: string, { group }: AlertParameters): AlertFault[] {
  if (name !== "CUSTOM") return [];
  const pointer = "/parameters/group";
  if (!group) return [{ pointer, detail: "CUSTOM needs a group of comparisons" }];
  const faults: AlertFault[] = [];
  if (measureDepth(group) > groupDepthMax) {
    return [{ pointer, detail: `groups lie at most ${groupDepthMax} deep in one another` }];
  }
  const comparisons = listComparisons(group);
  if (hasEmpty(group)) faults.push({ pointer, detail: "a group holds at least one comparison" });
  if (comparisons.length > comparisonsMax) {
    const detail = `at most ${comparisonsMax} comparisons, were ${comparisons.length}`;
    faults.push({ pointer, detail });
  }
  for (const { field, value } of comparisons) {
    if (!customFields.includes(field)) {
      const known = customFields.join(", ");
      faults.push({ pointer, detail: `no field ${JSON.stringify(field)}; one of ${known}` });
    }
    if (!Number.isFinite(value)) faults.push({ pointer, detail: `a number, was ${value}` });
  }
  return faults;
}

function measureDepth({ rules }: AlertGroup): number {
  const inner = rules.map((rule) => "rules" in rule ? measureDepth(rule) : 0);
  return 1 + Math.max(0, ...inner);
}

function hasEmpty({ rules }: AlertGroup): boolean {
  return rules.length === 0 || rules.some((rule) => "rules" in rule && hasEmpty(rule));
}
