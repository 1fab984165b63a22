import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { alertStrings } from "../lib/format/alert_strings.ts";
import { AlertFields } from "../lib/ui/AlertFields.tsx";
import {
  type AlertDraft,
  changeGroup,
  type ConditionSpec,
  fitDraft,
  isGroupAct,
  readAlertForm,
} from "../lib/ui/alert_form.ts";
import { FormError } from "../lib/ui/Field.tsx";
import { type Foresight, ForesightView } from "../lib/ui/ForesightView.tsx";
import type { EditResult } from "../lib/ui/edits.ts";
import { noProblem, type Problem, readProblem } from "../lib/ui/own.ts";
import { useTyped } from "../lib/ui/typed.ts";
import { saveEdit } from "../lib/ui/use_edit.ts";
import { useWaitingRecord } from "../lib/ui/use_waiting.ts";
import { applyWaiting } from "../lib/ui/waiting.ts";

/** A look back is asked for when nobody has typed for so long (ms). */
const lookAfterMs = 700;

interface Props {
  /** Where a form without scripts goes. */
  path: string;
  alertId: string;
  /** Revision that is changed; null for a new alert. */
  revision: number | null;
  draft: AlertDraft;
  specs: ConditionSpec[];
  figures: string[];
  symbols: string[];
  problem: Problem;
  foresight: Foresight | null;
}

const words = alertStrings.form;

function findSpec(specs: readonly ConditionSpec[], { condition }: AlertDraft): ConditionSpec {
  return specs.find(({ name }) => name === condition) ?? specs[0]!;
}

function readDraft(form: HTMLFormElement, specs: readonly ConditionSpec[]): AlertDraft {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  const draft = readAlertForm(new URLSearchParams(fields));
  return fitDraft(draft, findSpec(specs, draft));
}

function describeSent(sent: Exclude<EditResult, { kind: "done" }>): string {
  return sent.kind === "kept" ? words.kept : sent.kind === "stale" ? words.stale : sent.problem;
}

function describeRefusal({ text, fields }: Problem): string {
  return [text, ...Object.values(fields)].join(" · ");
}

/** Looks back when the form has rested; an older answer never replaces a newer one. */
function useLook(
  { specs, foresight: first }: Props,
  form: { current: HTMLFormElement | null },
) {
  const foresight = useSignal(first);
  const isLooking = useSignal(false);
  const refusal = useSignal("");
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const asked = useRef(0);
  const look = async () => {
    if (!form.current) return;
    const number = ++asked.current;
    isLooking.value = true;
    const answer = await fetch("/api/v1/alerts/foresight", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(readDraft(form.current, specs)),
    }).catch(() => null);
    if (number !== asked.current) return;
    isLooking.value = false;
    // One look at a time: the one that runs is in the way of this one.
    if (answer?.status === 429) schedule();
    if (!answer || answer.status === 429) return;
    const body = await answer.json().catch(() => null);
    foresight.value = answer.ok ? body as Foresight : null;
    refusal.value = answer.ok ? "" : describeRefusal(readProblem({ status: answer.status, body }));
  };
  const schedule = () => {
    clearTimeout(timer.current);
    // What is not yet complete needs no answer that says so.
    if (!form.current?.checkValidity()) return;
    timer.current = setTimeout(() => void look(), lookAfterMs);
  };
  useEffect(() => {
    if (!first) schedule();
    return () => clearTimeout(timer.current);
  }, []);
  return { foresight, isLooking, refusal, schedule };
}

/** The draft as it is drawn, and what its buttons do with it. */
function useDraft(props: Props, form: { current: HTMLFormElement | null }) {
  const { alertId, revision, specs } = props;
  const draft = useSignal(props.draft);
  const problem = useSignal(props.problem);
  const read = () => draft.value = readDraft(form.current!, specs);
  // A kept page was written before what waits: saving it as it was would take that back.
  const kept = revision === null ? null : `/api/v1/alerts/${alertId}`;
  useWaitingRecord({ path: kept, now: () => Date.now() }, (waiting) => {
    const shown = applyWaiting(props.draft, waiting);
    draft.value = fitDraft(shown, findSpec(specs, shown));
  });
  const save = async () => {
    problem.value = noProblem;
    const body = read();
    const sent = await saveEdit({
      method: "PUT",
      path: `/api/v1/alerts/${alertId}`,
      body,
      base: revision === null ? null : { ...props.draft, revision },
      title: body.name || body.symbol,
    }, { offline: words.offline, now: () => Date.now() });
    if (sent.kind === "done") {
      location.assign(`/alerts?told=${revision === null ? "made" : "changed"}`);
    } else problem.value = { text: describeSent(sent), fields: {} };
  };
  const press = (act: string) => draft.value = changeGroup(readDraft(form.current!, specs), act);
  return { draft, problem, read, save, press };
}

/** The builder of an alert: says what it would have done while it is being made. */
export default function AlertForm(props: Props) {
  const { path, alertId, revision, specs, figures, symbols } = props;
  const form = useTyped<HTMLFormElement>();
  const { draft, problem, read, save, press } = useDraft(props, form);
  const { foresight, isLooking, refusal, schedule } = useLook(props, form);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const act = (event.submitter as HTMLButtonElement | null)?.value ?? "save";
    if (act === "save") return void save();
    if (isGroupAct(act)) press(act);
    schedule();
  };
  const change = (event: Event) => {
    const { name } = event.target as HTMLInputElement;
    if (name === "condition" || name === "fixed") read();
    schedule();
  };
  // Drawn anew only when the draft is: else what is being typed would be set back to it.
  const fields = useMemo(() => (
    <AlertFields
      draft={draft.value}
      spec={findSpec(specs, draft.value)}
      specs={specs}
      figures={figures}
      symbols={symbols}
      errors={problem.value.fields}
    />
  ), [draft.value, problem.value]);
  return (
    <form
      ref={form}
      method="post"
      action={path}
      class="card alert-form"
      onSubmit={submit}
      onChange={change}
      onInput={schedule}
    >
      <input type="hidden" name="alert_id" value={alertId} />
      <input type="hidden" name="revision" value={revision ?? ""} />
      {foresight.value && <input type="hidden" name="looked" value="1" />}
      <FormError text={problem.value.text} />
      {fields}
      <div aria-live="polite">
        {isLooking.value && <p class="loading">{words.looking}</p>}
        {refusal.value && <p class="muted">{refusal.value}</p>}
        {foresight.value && <ForesightView foresight={foresight.value} />}
      </div>
      {props.foresight && <p class="no-script">{words.lookFirst}</p>}
      <div class="actions">
        <button type="submit" name="act" value="save" class="primary">{words.save}</button>
        <button type="submit" name="act" value="look">{words.look}</button>
      </div>
    </form>
  );
}
