import assert from "node:assert/strict";
import {
  type AlertState,
  createAlertState,
  createRule,
  getPhase,
  stepAlert,
} from "../../lib/alerts/mod.ts";
import type { AlertRecord } from "../../lib/contracts/owned.ts";
import { buildAlert } from "../support/owned.ts";

/** Verdicts at seconds; returns phase and firing after each. */
function follow(
  fields: Partial<AlertRecord>,
  steps: readonly [second: number, verdict: -1 | 0 | 1, mayFire?: boolean][],
): string[] {
  const rule = createRule(buildAlert("a", { cooldown: 10, ...fields }));
  let state: AlertState = createAlertState(0);
  return steps.map(([second, verdict, mayFire]) => {
    const step = stepAlert(state, rule, verdict, second * 1_000, mayFire);
    state = step.state;
    return `${state.phase}${step.isFiring ? "!" : ""}`;
  });
}

const once = { parameters: { repeats: false } };
const courses: [string, Partial<AlertRecord>, [number, -1 | 0 | 1, boolean?][], string[]][] = [
  [
    "one that is already true fires at once",
    once,
    [[1, 1], [2, 1]],
    ["firing!", "firing"],
  ],
  [
    "it rests, and what comes true meanwhile is not told",
    once,
    [[1, 1], [2, 0], [3, 1], [20, 1], [21, 0], [22, 1]],
    ["firing!", "cooling", "firing", "firing", "armed", "firing!"],
  ],
  [
    "a repeating one fires again after each rest while it holds",
    {},
    [[1, 1], [10, 1], [11, 1], [12, 1], [21, 1]],
    ["firing!", "firing", "firing!", "firing", "firing!"],
  ],
  [
    "it has to hold for a while",
    { ...once, holdMs: 5_000 },
    [[1, 1], [3, 0], [4, 1], [8, 1], [9, 1], [10, 1]],
    ["pending", "armed", "pending", "pending", "firing!", "firing"],
  ],
  [
    "an unknown verdict changes nothing",
    { ...once, holdMs: 5_000 },
    [[1, 1], [2, -1], [6, 1], [7, -1]],
    ["pending", "pending", "firing!", "firing"],
  ],
  [
    "while it may not fire, it still learns that its condition ended",
    once,
    [[1, 1], [12, 0, false], [13, 1, false], [14, 1]],
    ["firing!", "armed", "armed", "firing!"],
  ],
  [
    "no event is told twice, and none older than the last",
    { cooldown: 0 },
    [[5, 1], [5, 1], [4, 1], [6, 1]],
    ["firing!", "firing", "firing", "firing!"],
  ],
  [
    "a crossing fires at each crossing, with its rest",
    { condition: "MACD_CROSSOVER", threshold: null },
    [[1, 1], [2, 0], [3, 1], [12, 1]],
    ["cooling!", "cooling", "cooling", "cooling!"],
  ],
  [
    "two events of one instant fire both where no rest is asked for",
    { condition: "SIGNAL_CONFIDENCE", threshold: 0.5, cooldown: 0 },
    [[1, 1], [1, 1]],
    ["cooling!", "cooling!"],
  ],
];

for (const [name, fields, steps, expected] of courses) {
  Deno.test(`NEW-05 ALR-04 ${name}`, () => {
    assert.deepEqual(follow(fields, steps), expected);
  });
}

Deno.test("NEW-05 what is shown: inactive before expired before snoozed before the phase", () => {
  const state: AlertState = { phase: "firing", sinceMs: 0, heldSinceMs: 0, lastFiredMs: 0 };
  const phases = (fields: Partial<AlertRecord>) => getPhase(buildAlert("a", fields), state, 50);
  assert.equal(phases({}), "firing");
  assert.equal(phases({ snoozedUntilMs: 51 }), "snoozed");
  assert.equal(phases({ snoozedUntilMs: 50 }), "firing");
  assert.equal(phases({ snoozedUntilMs: 51, expiresMs: 50 }), "expired");
  assert.equal(phases({ is_active: false, expiresMs: 50 }), "inactive");
  assert.equal(getPhase(buildAlert("a"), null, 50), "armed");
});
