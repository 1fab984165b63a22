import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { waitingStrings as words } from "../lib/format/waiting_strings.ts";
import type { EditResult } from "../lib/ui/edits.ts";
import { EditNotice, type Notice } from "../lib/ui/EditNotice.tsx";
import {
  fillPreferences,
  planPreferenceEdit,
  preferencesPath,
} from "../lib/ui/preference_edits.ts";
import type { PreferencesView } from "../lib/ui/preference_form.ts";
import { saveEdit } from "../lib/ui/use_edit.ts";
import { useWaitingRecord } from "../lib/ui/use_waiting.ts";
import { undoWaiting } from "../lib/ui/waiting_browser.ts";
import { WaitingMark } from "../lib/ui/WaitingMark.tsx";

const now = () => Date.now();
const livePreferences = ["toasts", "sound", "toastConfidence"] as const;
const findForm = () => document.querySelector<HTMLFormElement>("form.settings-form");

/** Writes preferences into the fields of the page. */
function fillForm(view: Partial<PreferencesView>): void {
  const form = findForm();
  if (!form) return;
  const { texts, checks, channels } = fillPreferences(view);
  const find = (name: string) =>
    form.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`);
  for (const [name, text] of Object.entries(texts)) {
    const field = find(name);
    if (field) field.value = text;
  }
  for (const [name, isOn] of Object.entries(checks)) {
    const box = find(name) as HTMLInputElement | null;
    if (box) box.checked = isOn;
  }
  for (const [name, isOn] of Object.entries(channels)) {
    const box = form.querySelector<HTMLInputElement>(`[name="channel"][value="${name}"]`);
    if (box) box.checked = isOn;
  }
}

function describeResult(result: EditResult): Notice {
  if (result.kind === "done") return { text: words.saved };
  if (result.kind === "kept") return { text: words.kept };
  return { text: result.kind === "stale" ? words.stale : result.problem, isError: true };
}

/** All channels: one that was never switched is on. */
const listChannels = ({ channels }: PreferencesView) => ({
  ...Object.fromEntries(
    [...findForm()?.querySelectorAll<HTMLInputElement>('[name="channel"]') ?? []].map((box) => [
      box.value,
      true,
    ]),
  ),
  ...channels,
});

/**
 * Makes the form of preferences an edit of the outbox, so that it works without a network too.
 * Without this script, and where secrets are concerned, it is a form of the page.
 */
export default function PreferenceEdits({ preferences }: { preferences: PreferencesView }) {
  const known = useRef(preferences);
  const notice = useSignal<Notice | null>(null);
  const waiting = useWaitingRecord(
    { path: preferencesPath, now },
    ({ fields }) => fillForm(fields ?? {}),
  );
  const undo = (id: string) => {
    notice.value = null;
    void undoWaiting(id, now).then(() =>
      fillForm({ ...known.current, channels: listChannels(known.current) })
    );
  };
  useEffect(() => {
    const submit = async (event: SubmitEvent) => {
      const form = event.target as HTMLFormElement;
      if (form !== findForm()) return;
      const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
      const draft = planPreferenceEdit(known.current, new URLSearchParams(fields));
      if (!draft) return;
      event.preventDefault();
      notice.value = null;
      const result = await saveEdit(draft, { offline: words.offline, now });
      if (result.kind === "done") {
        const before = known.current;
        known.current = { ...before, ...result.record };
        // What the page does by them it does from its next start on.
        if (livePreferences.some((name) => before[name] !== known.current[name])) {
          return location.reload();
        }
        const revision = form.querySelector<HTMLInputElement>('[name="revision"]');
        if (revision) revision.value = String(known.current.revision);
      }
      notice.value = describeResult(result);
    };
    const listen = (event: SubmitEvent) => void submit(event);
    document.addEventListener("submit", listen);
    return () => document.removeEventListener("submit", listen);
  }, []);
  return (
    <>
      {waiting.value && <WaitingMark waiting={waiting.value} onUndo={undo} />}
      <EditNotice notice={notice.value} undo={words.undo} />
    </>
  );
}
