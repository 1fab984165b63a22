import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { alertStrings } from "../lib/format/alert_strings.ts";
import { planAlertEdit, planReturn } from "../lib/ui/alert_edits.ts";
import type { AlertView } from "../lib/ui/alert_list.ts";
import { EditNotice, type Notice } from "../lib/ui/EditNotice.tsx";
import type { EditDraft } from "../lib/ui/edits.ts";
import { saveEdit } from "../lib/ui/use_edit.ts";
import { useWaiting } from "../lib/ui/use_waiting.ts";
import { applyWaiting } from "../lib/ui/waiting.ts";

const { form: formWords, list: words } = alertStrings;
const now = () => Date.now();

function readAct(event: SubmitEvent): { id: string; act: string; seconds: number } {
  const submitter = event.submitter as HTMLButtonElement | null;
  const form = new FormData(event.target as HTMLFormElement);
  return {
    id: String(form.get("alert_id")),
    act: submitter?.value ?? "",
    seconds: Number(form.get("seconds") ?? 0),
  };
}

/**
 * Makes the buttons of alerts edits of the outbox, so that they work without a network too. Without
 * this script the same buttons are forms of the page.
 */
export default function AlertEdits({ alerts }: { alerts: AlertView[] }) {
  const notice = useSignal<Notice | null>(null);
  const waiting = useWaiting({ prefix: "/api/v1/alerts/", now });
  const save = async (draft: EditDraft, onDone: () => void, onKept = onDone) => {
    const sent = await saveEdit(draft, { offline: formWords.offline, now });
    if (sent.kind === "done") onDone();
    else if (sent.kind === "kept") {
      onKept();
      notice.value = { text: formWords.kept, undo: notice.peek()?.undo };
    } else if (sent.kind === "stale") notice.value = { text: formWords.stale, isError: true };
    else notice.value = { text: sent.problem, isError: true };
  };
  const reload = () => location.assign(location.pathname + location.search);
  useEffect(() => {
    const submit = (event: SubmitEvent) => {
      const form = event.target as HTMLElement;
      if (!form.matches("form.acts")) return;
      const { id, act, seconds } = readAct(event);
      const alert = alerts.find((each) => each.alert_id === id);
      const shown = alert && applyWaiting(alert, waiting.peek().find((one) => one.id === id));
      const draft = alert && planAlertEdit(alert, { act, seconds, nowMs: now(), shown });
      if (!alert || !draft) return;
      event.preventDefault();
      const row = form.closest("tr");
      const remove = () => {
        if (row) row.hidden = true;
        const undo = () => void save(planReturn(alert), reload, () => row && (row.hidden = false));
        notice.value = { text: words.removed(alert.name), undo };
      };
      // What is only kept stays in its row, marked, with its own way back.
      if (draft.method === "DELETE") void save(draft, remove, () => {});
      else void save(draft, reload, () => {});
    };
    document.addEventListener("submit", submit);
    return () => document.removeEventListener("submit", submit);
  }, []);
  return <EditNotice notice={notice.value} undo={words.undo} />;
}
