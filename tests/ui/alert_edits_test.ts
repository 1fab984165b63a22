import { deepEqual, equal } from "node:assert/strict";
import { pickContent } from "../../lib/ui/alert_acts.ts";
import { planAlertEdit, planReturn } from "../../lib/ui/alert_edits.ts";
import { alertDraftSchema } from "../../lib/contracts/alerts.ts";
import { anAlert } from "../support/person_answers.ts";

const nowMs = 1_000_000;
const alert = anAlert({ revision: 7, snoozedUntilMs: 5 });
const plan = (act: string, seconds = 0) => planAlertEdit(alert, { act, seconds, nowMs });

Deno.test("each button changes its one field, on the revision that was shown", () => {
  const rows = [
    ["on", 0, { is_active: true }],
    ["off", 0, { is_active: false }],
    ["wake", 0, { snoozedUntilMs: null }],
    ["snooze", 3_600, { snoozedUntilMs: nowMs + 3_600_000 }],
  ] as const;
  for (const [act, seconds, change] of rows) {
    const edit = plan(act, seconds)!;
    equal(edit.method, "PUT");
    equal(edit.path, `/api/v1/alerts/${alert.alert_id}`);
    deepEqual(edit.body, { ...pickContent(alert), ...change }, act);
    equal(edit.base?.revision, 7);
    equal(alertDraftSchema.safeParse(edit.body).success, true, act);
  }
});

Deno.test("what is deleted comes back under its own id, and replaces nothing", () => {
  deepEqual([plan("delete")?.method, plan("delete")?.body], ["DELETE", null]);
  const back = planReturn(alert);
  deepEqual([back.method, back.base], ["PUT", null]);
  deepEqual(back.body, pickContent(alert));
});

Deno.test("a button that there is none of changes nothing", () => {
  deepEqual([plan("burn"), plan(""), plan("snooze", 0), plan("snooze", NaN)], [
    null,
    null,
    null,
    null,
  ]);
});
