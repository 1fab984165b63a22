/**
 * What the buttons of an alert do, asked of the API on the person's behalf.
 *
 * @module
 */
import { type AlertDraft, emptyDraft } from "./alert_form.ts";
import type { AlertView } from "./alert_list.ts";
import { type AskApi, type OwnAnswer, readNext } from "./own.ts";

/** Longest that an alert is silenced by a button, s. */
const snoozeMax = 365 * 86_400;
const idPattern = /^[\da-f-]{36}$/i;

/** What came of a button. */
export interface ActDone {
  /** The page that it was pressed on. */
  back: string;
  answer: OwnAnswer;
  /** What was deleted, to be brought back. */
  removed: AlertView | null;
}

/** The path of an alert in the API; null for what is no id. */
export function getAlertPath(id: string | null): string | null {
  return id !== null && idPattern.test(id) ? `/api/v1/alerts/${id.toLowerCase()}` : null;
}

/** Does what a button of an alert says; null for a form that is none of ours. */
export async function runAlertAct(
  ask: AskApi,
  form: URLSearchParams,
  nowMs: number,
): Promise<ActDone | null> {
  const path = getAlertPath(form.get("alert_id"));
  const act = form.get("act");
  if (path === null) return null;
  const back = readNext(form.get("back") ?? "/alerts");
  const done = (answer: OwnAnswer, removed: AlertView | null = null) => ({ back, answer, removed });
  const headers = readPrecondition(form);
  if (act === "on" || act === "off") {
    return done(await ask("PATCH", path, { headers, body: { is_active: act === "on" } }));
  }
  if (act === "wake" || act === "snooze") {
    const seconds = Math.min(snoozeMax, Math.max(0, Number(form.get("seconds")) || 0));
    const untilMs = act === "wake" ? null : nowMs + Math.round(seconds) * 1_000;
    return done(await ask("POST", `${path}/snooze`, { body: { untilMs } }));
  }
  if (act === "delete") {
    const found = await ask("GET", path);
    const answer = await ask("DELETE", path, { headers });
    return done(answer, answer.isOk && found.isOk ? found.body as AlertView : null);
  }
  if (act === "undo") return done(await bringBack(ask, path, form));
  return null;
}

function readPrecondition(form: URLSearchParams): Record<string, string> {
  const revision = form.get("revision") ?? "";
  return /^\d{1,15}$/.test(revision) ? { "if-match": `"${revision}"` } : {};
}

/** Makes an alert again that was deleted; never replaces one that is there. */
async function bringBack(ask: AskApi, path: string, form: URLSearchParams): Promise<OwnAnswer> {
  const headers = { "if-none-match": "*" };
  return await ask("PUT", path, { headers, body: readJson(form.get("content")) });
}

function readJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}

/** Returns what has to be said to make an alert again. */
export function pickContent(alert: AlertView): AlertDraft {
  const names = Object.keys(emptyDraft) as (keyof typeof emptyDraft)[];
  return Object.fromEntries(names.map((name) => [name, alert[name]])) as AlertDraft;
}
