/**
 * Preferences as edits that outlive the network, and a form filled with what waits.
 *
 * @module
 */
import { waitingStrings } from "../format/waiting_strings.ts";
import type { EditDraft } from "./edits.ts";
import {
  formatMinute,
  type PreferencesChange,
  type PreferencesView,
  readPreferencesForm,
} from "./preference_form.ts";

/** Where they lie. */
export const preferencesPath = "/api/v1/preferences";

/**
 * Returns the edit that a form stands for. Null where secrets go over, or one is made and has to be
 * shown: those are kept on no device, and the form is sent as it is.
 */
export function planPreferenceEdit(
  known: PreferencesView,
  form: URLSearchParams,
): EditDraft | null {
  const { rotateWebhookSecret, slackUrl, ...body } = readPreferencesForm(form);
  const isSecretMade = body.webhookUrl !== null && !known.hasWebhookSecret;
  if (rotateWebhookSecret || slackUrl !== undefined || isSecretMade) return null;
  const base = Object.fromEntries(
    Object.keys(body).map((name) => [name, known[name as keyof PreferencesView]]),
  );
  return {
    method: "PUT",
    path: preferencesPath,
    body: { ...body, channels: switchChannels(known.channels, body.channels ?? {}) },
    base: { ...base, revision: known.revision },
    title: waitingStrings.preferences,
  };
}

type Channels = NonNullable<PreferencesChange["channels"]>;

/** Only what was switched: a channel that was never named is on, and stays unnamed. */
function switchChannels(known: Channels, wanted: Channels): Channels {
  const switched = Object.entries(wanted).filter(([name, isOn]) =>
    (known[name as keyof Channels] !== false) !== isOn
  );
  return { ...known, ...Object.fromEntries(switched) };
}

/** What the fields of the form hold for these preferences. */
export interface FilledForm {
  texts: Readonly<Record<string, string>>;
  checks: Readonly<Record<string, boolean>>;
  channels: Readonly<Record<string, boolean>>;
}

/** Returns the form of preferences; what they leave out stays as it is written. */
export function fillPreferences(view: Partial<PreferencesView>): FilledForm {
  const { email, webhookUrl, quietHours, timeZone, batchSeconds, toastConfidence } = view;
  const texts = {
    email: email === undefined ? undefined : email ?? "",
    webhookUrl: webhookUrl === undefined ? undefined : webhookUrl ?? "",
    from: quietHours ? formatMinute(quietHours.fromMinute) : undefined,
    to: quietHours ? formatMinute(quietHours.toMinute) : undefined,
    timeZone,
    batch: batchSeconds === undefined ? undefined : String(batchSeconds),
    confidence: toastConfidence === undefined
      ? undefined
      : String(Math.round(toastConfidence * 100)),
  };
  const checks = {
    quiet: quietHours === undefined ? undefined : quietHours !== null,
    toasts: view.toasts,
    sound: view.sound,
  };
  return {
    texts: pickSaid(texts),
    checks: pickSaid(checks),
    channels: pickSaid(view.channels ?? {}),
  };
}

function pickSaid<T>(fields: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}
