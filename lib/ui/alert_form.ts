/**
 * The form of an alert: what it holds to and from what the API takes. The same for pages without
 * scripts and for the island.
 *
 * @module
 */
import type { z } from "zod";
import type { alertDraftSchema } from "../contracts/alerts.ts";
import {
  type AlertComparison,
  type AlertConditionName,
  alertConditions,
  type AlertGroup,
  type AlertLine,
  channelNames,
} from "../contracts/owned.ts";
import { isTimeframe } from "../market/timeframe.ts";

/** What a person says of an alert. */
export type AlertDraft = z.output<typeof alertDraftSchema>;

/** What a form needs to know of a condition. */
export interface ConditionSpec {
  name: AlertConditionName;
  /** It holds at single moments, so that it cannot hold for a time. */
  isEvent: boolean;
  threshold:
    | {
      unit: "price" | "percent" | "index" | "times" | "points" | "fraction" | "usd";
      min: number;
      max: number;
      fallback: number | null;
    }
    | null;
  parameters: readonly string[];
}

/** Deepest that groups lie in one another, and most comparisons, as the API allows. */
export const groupDepthMax = 3;
const rulesMax = 20;
const MINUTE_MS = 60_000;

const firstComparison: AlertComparison = { field: "rsi_14", is: "above", value: 70 };
/** What a new group of comparisons begins with. */
export const firstGroup: AlertGroup = { match: "all", rules: [firstComparison] };

/** An alert that nobody has said anything of. */
export const emptyDraft: AlertDraft = {
  symbol: "",
  condition: "PRICE_ABOVE",
  threshold: null,
  parameters: {},
  channels: ["WEBSOCKET"],
  cooldown: 300,
  one_time: false,
  is_active: true,
  name: "",
  note: "",
  holdMs: 0,
  allowsUnsure: false,
  expiresMs: null,
  snoozedUntilMs: null,
};

/** Reads a number; null for nothing, NaN for what is none. */
function readNumber(text: string | null): number | null {
  const trimmed = (text ?? "").trim().replaceAll(/[\s,_]/g, "").replace("−", "-");
  return trimmed === "" ? null : Number(trimmed);
}

function readCondition(text: string | null): AlertConditionName {
  return alertConditions.find((each) => each === text) ?? "PRICE_ABOVE";
}

/** Reads a moment of a `datetime-local` field, UTC; null for nothing. */
function readMoment(text: string | null): number | null {
  if (!text) return null;
  return Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`);
}

/** Writes a moment for a `datetime-local` field, UTC; empty for null. */
export function formatMoment(timeMs: number | null): string {
  return timeMs === null || !Number.isFinite(timeMs) || Math.abs(timeMs) > 8.64e15
    ? ""
    : new Date(timeMs).toISOString().slice(0, 16);
}

function readLine(text: string | null): AlertLine | undefined {
  const parts = (text ?? "").split(",").map(Number);
  if (parts.length !== 4 || !parts.every(Number.isFinite)) return undefined;
  const [fromMs, fromPrice, toMs, toPrice] = parts as [number, number, number, number];
  return { fromMs, fromPrice, toMs, toPrice };
}

/** Writes a line for a hidden field and an address. */
export function formatLine({ fromMs, fromPrice, toMs, toPrice }: AlertLine): string {
  return [fromMs, fromPrice, toMs, toPrice].join(",");
}

/** Reads the group whose fields begin with `at`, such as `g` or `g-1`; null where there is none. */
function readGroup(form: URLSearchParams, at: string, depth = 1): AlertGroup | null {
  const match = form.get(`${at}-match`);
  if (match === null || depth > groupDepthMax) return null;
  const rules: AlertGroup["rules"] = [];
  for (let i = 0; i < rulesMax; i++) {
    const inner = readGroup(form, `${at}-${i}`, depth + 1);
    const rule = inner ?? readComparison(form, `${at}-${i}`);
    if (rule) rules.push(rule);
  }
  return { match: match === "any" ? "any" : "all", rules };
}

function readComparison(form: URLSearchParams, at: string): AlertComparison | null {
  const field = form.get(`${at}-field`);
  if (field === null) return null;
  const is = form.get(`${at}-is`) as AlertComparison["is"];
  return { field, is, value: readNumber(form.get(`${at}-value`)) ?? NaN };
}

function readParameters(form: URLSearchParams): AlertDraft["parameters"] {
  const timeframe = form.get("timeframe");
  const direction = form.get("direction");
  const windowMs = readNumber(form.get("windowMs"));
  const signalType = form.get("signalType");
  const line = readLine(form.get("line"));
  const group = readGroup(form, "g");
  return {
    ...(timeframe && isTimeframe(timeframe) && { timeframe }),
    ...(direction && { direction: direction as "up" | "down" | "both" }),
    ...(windowMs !== null && { windowMs }),
    ...(signalType && { signalType }),
    ...(line && !form.has("fixed") && { line }),
    ...(group && { group: group as NonNullable<AlertDraft["parameters"]["group"]> }),
    ...(!form.has("repeats") && { repeats: false }),
  };
}

/** Reads a form; whatever it holds, the result can be shown again, and the API judges it. */
export function readAlertForm(form: URLSearchParams): AlertDraft {
  const minutes = (name: string) => (readNumber(form.get(name)) ?? 0) * MINUTE_MS;
  const channels = form.getAll("channel");
  return {
    symbol: (form.get("symbol") ?? "").trim(),
    condition: readCondition(form.get("condition")),
    threshold: readNumber(form.get("threshold")),
    parameters: readParameters(form),
    channels: channelNames.filter((name) => channels.includes(name)),
    cooldown: Math.round(minutes("cooldown") / 1_000),
    one_time: form.has("one_time"),
    is_active: form.has("is_active"),
    name: (form.get("name") ?? "").trim(),
    note: (form.get("note") ?? "").replaceAll("\r\n", "\n").trim(),
    holdMs: Math.round(minutes("hold")),
    allowsUnsure: form.has("allowsUnsure"),
    expiresMs: readMoment(form.get("expires")),
    snoozedUntilMs: readMoment(form.get("snoozedUntil")),
  };
}

/** Returns the draft without what its condition does not take, such as fields of another one. */
export function fitDraft(draft: AlertDraft, spec: ConditionSpec): AlertDraft {
  const taken = [...spec.parameters, "repeats"];
  const parameters = Object.fromEntries(
    Object.entries(draft.parameters).filter(([name]) => taken.includes(name)),
  ) as AlertDraft["parameters"];
  return {
    ...draft,
    threshold: spec.threshold && !parameters.line ? draft.threshold : null,
    holdMs: spec.isEvent ? 0 : draft.holdMs,
    parameters: spec.parameters.includes("group") && !parameters.group
      ? { ...parameters, group: firstGroup as NonNullable<AlertDraft["parameters"]["group"]> }
      : parameters,
  };
}

/**
 * Reads what an address asks of a new alert, such as `?symbol=BTCUSDT&price=60000`. It fires once
 * each time its condition comes true: a level that was passed long ago is no news every five minutes.
 */
export function readAlertQuery(query: URLSearchParams): AlertDraft {
  const price = readNumber(query.get("price"));
  const line = readLine(query.get("line"));
  return {
    ...emptyDraft,
    symbol: (query.get("symbol") ?? "").trim().slice(0, 120),
    condition: readCondition(query.get("condition")),
    threshold: price !== null && Number.isFinite(price) ? price : null,
    parameters: { ...(line && { line }), repeats: false },
  };
}

/** Where an act on the groups takes place: `add:g`, `group:g-0` or `drop:g-0-1`. */
const actPattern = /^(add|group|drop):g((?:-\d{1,2}){0,3})$/;

/** Says whether a button of the form changes its groups. */
export function isGroupAct(act: string): boolean {
  return actPattern.test(act);
}

/** Returns the draft after a button of its groups was pressed. */
export function changeGroup(draft: AlertDraft, act: string): AlertDraft {
  const [, verb, places = ""] = actPattern.exec(act) ?? [];
  const path = places.split("-").slice(1).map(Number);
  const group = (draft.parameters.group ?? firstGroup) as AlertGroup;
  const changed = changeAt(group, verb ?? "", path);
  return {
    ...draft,
    parameters: { ...draft.parameters, group: changed as typeof draft.parameters.group },
  };
}

function changeAt(group: AlertGroup, verb: string, [first, ...rest]: number[]): AlertGroup {
  if (first === undefined) {
    if (verb !== "add" && verb !== "group") return group;
    if (group.rules.length >= rulesMax) return group;
    const rule = verb === "add"
      ? firstComparison
      : { match: "any" as const, rules: [firstComparison] };
    return { ...group, rules: [...group.rules, rule] };
  }
  if (verb === "drop" && rest.length === 0) {
    const rules = group.rules.filter((_, i) => i !== first);
    return rules.length === 0 ? group : { ...group, rules };
  }
  const rules = group.rules.map((rule, i) =>
    i === first && "rules" in rule ? changeAt(rule, verb, rest) : rule
  );
  return { ...group, rules };
}
