/** Preferences that are changed without a network. */
import { deepEqual, equal } from "node:assert/strict";
import { fillPreferences, planPreferenceEdit } from "../../lib/ui/preference_edits.ts";
import type { PreferencesView } from "../../lib/ui/preference_form.ts";

const known: PreferencesView = {
  ...{ revision: 3, email: "a@example.org", isMailOn: true, webhookUrl: null },
  ...{ hasWebhookSecret: false, webhookSecret: null, slackUrl: null, quietHours: null },
  ...{ timeZone: "UTC", batchSeconds: 60, channels: { EMAIL: false }, toasts: true },
  ...{ sound: false, toastConfidence: 0.8 },
};
const fields: [string, string][] = [
  ["revision", "3"],
  ...["WEBSOCKET", "WEBHOOK", "SLACK", "PUSH"].map((name): [string, string] => ["channel", name]),
  ["email", "a@example.org"],
  ["timeZone", "UTC"],
  ["batch", "60"],
  ["toasts", "on"],
  ["confidence", "80"],
];
const form = (...more: [string, string][]) => {
  const names = new Set(more.map(([name]) => name));
  return new URLSearchParams([...fields.filter(([name]) => !names.has(name)), ...more]);
};

Deno.test("PWA-04 a form of preferences is an edit on the revision that it was read with", () => {
  const edit = planPreferenceEdit(known, form(["timeZone", "Europe/Istanbul"]))!;
  deepEqual([edit.method, edit.path, edit.base!.revision], ["PUT", "/api/v1/preferences", 3]);
  equal(edit.body!.timeZone, "Europe/Istanbul");
  deepEqual(Object.keys(edit.base!).sort(), [...Object.keys(edit.body!), "revision"].sort());
});

Deno.test("PWA-04 what was not touched equals what is there, so that it clashes with nothing", () => {
  const edit = planPreferenceEdit(known, form())!;
  deepEqual({ ...edit.body, revision: 3 }, edit.base);
});

Deno.test("PWA-04 only a channel that was switched is named", () => {
  const on = planPreferenceEdit(known, form(["channel", "EMAIL"]))!;
  deepEqual(on.body!.channels, {
    ...{ EMAIL: true, WEBSOCKET: false, WEBHOOK: false, SLACK: false, PUSH: false },
  });
  deepEqual(planPreferenceEdit(known, form())!.body!.channels, { EMAIL: false });
});

Deno.test("PWA-04 SEC-02 secrets are kept on no device: such a form goes to the server as it is", () => {
  const rows: [string, PreferencesView, URLSearchParams][] = [
    ["a new secret", known, form(["rotate", "on"])],
    ["an address of Slack", known, form(["slackUrl", "https://hooks.slack.com/services/a"])],
    ["an end of Slack", known, form(["slackRemove", "on"])],
    ["a first webhook", known, form(["webhookUrl", "https://example.org"])],
  ];
  for (const [name, view, given] of rows) equal(planPreferenceEdit(view, given), null, name);
  const later = { ...known, hasWebhookSecret: true, webhookUrl: "https://example.org" };
  equal(
    planPreferenceEdit(later, form(["webhookUrl", "https://example.org/b"]))?.body?.webhookUrl,
    "https://example.org/b",
  );
});

Deno.test("PWA-04 a form is filled with what waits, and what it leaves out stays", () => {
  deepEqual(fillPreferences({}), { texts: {}, checks: {}, channels: {} });
  deepEqual(fillPreferences({ quietHours: null, email: null, sound: true }), {
    texts: { email: "" },
    checks: { quiet: false, sound: true },
    channels: {},
  });
  const quietHours = { fromMinute: 1_320, toMinute: 420 };
  const filled = fillPreferences({ ...known, quietHours, toastConfidence: 0.29 });
  deepEqual(filled, {
    texts: {
      ...{ email: "a@example.org", webhookUrl: "", from: "22:00", to: "07:00" },
      ...{ timeZone: "UTC", batch: "60", confidence: "29" },
    },
    checks: { quiet: true, toasts: true, sound: false },
    channels: { EMAIL: false },
  });
});
