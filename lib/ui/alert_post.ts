/**
 * The form of an alert as it comes without scripts: looked back on, saved, or shown again.
 *
 * @module
 */
import {
  type AlertDraft,
  changeGroup,
  type ConditionSpec,
  fitDraft,
  isGroupAct,
  readAlertForm,
} from "./alert_form.ts";
import type { Foresight } from "./ForesightView.tsx";
import { type AskApi, noProblem, type Problem, readProblem } from "./own.ts";

/** What a form became. */
export interface AlertPost {
  draft: AlertDraft;
  problem: Problem;
  foresight: Foresight | null;
  isSaved: boolean;
  /** Status of the page that shows it again. */
  status: number;
}

/** Returns the draft of a form, fitted to its condition. */
function readDraft(form: URLSearchParams, specs: readonly ConditionSpec[]): AlertDraft {
  const draft = readAlertForm(form);
  const spec = specs.find(({ name }) => name === draft.condition) ?? specs[0]!;
  return fitDraft(draft, spec);
}

/** Does what the pressed button says. Nothing is saved before its past was shown once. */
export async function takeAlertForm(
  ask: AskApi,
  form: URLSearchParams,
  { path, specs }: { path: string; specs: readonly ConditionSpec[] },
): Promise<AlertPost> {
  const act = form.get("act") ?? "save";
  const draft = readDraft(form, specs);
  const again: AlertPost = {
    draft,
    problem: noProblem,
    foresight: null,
    isSaved: false,
    status: 200,
  };
  if (isGroupAct(act)) return { ...again, draft: changeGroup(draft, act) };
  if (act === "condition") return again;
  if (act === "look" || !form.has("looked")) {
    const answer = await ask("POST", "/api/v1/alerts/foresight", { body: draft });
    if (answer.isOk) return { ...again, foresight: answer.body as Foresight };
    return { ...again, problem: readProblem(answer), status: answer.status };
  }
  const revision = form.get("revision") ?? "";
  const headers: Record<string, string> = revision === ""
    ? { "if-none-match": "*" }
    : { "if-match": `"${revision}"` };
  const answer = await ask("PUT", path, { body: draft, headers });
  if (answer.isOk) return { ...again, isSaved: true };
  return { ...again, problem: readProblem(answer), status: answer.status };
}
