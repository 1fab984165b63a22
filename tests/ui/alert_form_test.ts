import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { conditionSpecs } from "../../lib/api/page_alerts.ts";
import { checkAlert } from "../../lib/alerts/mod.ts";
import { alertDraftSchema } from "../../lib/contracts/alerts.ts";
import { alertConditions } from "../../lib/contracts/owned.ts";
import {
  changeGroup,
  emptyDraft,
  firstGroup,
  fitDraft,
  formatLine,
  formatMoment,
  isGroupAct,
  readAlertForm,
  readAlertQuery,
} from "../../lib/ui/alert_form.ts";

const findSpec = (name: string) => conditionSpecs.find((spec) => spec.name === name)!;

/** A form as the page sends it when nothing but these was changed. */
function form(fields: Record<string, string | string[]>): URLSearchParams {
  const all = {
    symbol: "BTCUSDT",
    condition: "PRICE_ABOVE",
    channel: "WEBSOCKET",
    cooldown: "5",
    hold: "0",
    repeats: "on",
    is_active: "on",
    ...fields,
  };
  const pairs = Object.entries(all).flatMap(([name, value]) =>
    [value].flat().map((each) => [name, each])
  );
  return new URLSearchParams(pairs);
}

Deno.test("UI-17 every condition has its fields, in the order of the form", () => {
  deepEqual(conditionSpecs.map(({ name }) => name).sort(), [...alertConditions].sort());
});

Deno.test("a form is read as the API takes it", () => {
  const draft = readAlertForm(form({
    threshold: "63,250.5",
    channel: ["PUSH", "WEBSOCKET", "TELEGRAM"],
    cooldown: "0.5",
    hold: "2",
    one_time: "on",
    allowsUnsure: "on",
    expires: "2026-12-01T10:30",
    name: "  Above  ",
    note: "one\r\ntwo",
  }));
  deepEqual(draft, {
    ...emptyDraft,
    symbol: "BTCUSDT",
    threshold: 63_250.5,
    channels: ["WEBSOCKET", "PUSH"],
    cooldown: 30,
    holdMs: 120_000,
    one_time: true,
    allowsUnsure: true,
    expiresMs: Date.UTC(2026, 11, 1, 10, 30),
    name: "Above",
    note: "one\ntwo",
  });
});

Deno.test("UI-17 what a person leaves out of any condition can be tried, or says what is missing", () => {
  for (const spec of conditionSpecs) {
    const read = readAlertForm(form({ condition: spec.name }));
    const draft = fitDraft(read, spec);
    const faults = checkAlert(draft as never).map(({ pointer }) => pointer);
    const isAsked = spec.threshold !== null && spec.threshold.fallback === null;
    deepEqual(faults, isAsked ? ["/threshold"] : [], spec.name);
    ok(alertDraftSchema.safeParse(draft).success, spec.name);
  }
});

Deno.test("fields of another condition do not come along", () => {
  const read = readAlertForm(form({
    condition: "MACD_CROSSOVER",
    threshold: "5",
    timeframe: "1h",
    windowMs: "3600000",
    signalType: "price_alert",
    hold: "3",
  }));
  const draft = fitDraft(read, findSpec("MACD_CROSSOVER"));
  deepEqual(draft.parameters, { timeframe: "1h" });
  equal(draft.threshold, null);
  equal(draft.holdMs, 0);
});

Deno.test("a drawn line stands in for the level until a fixed one is wanted", () => {
  const line = { fromMs: 1_000, fromPrice: 10, toMs: 2_000, toPrice: 12.5 };
  const text = formatLine(line);
  const drawn = readAlertForm(form({ line: text, threshold: "9" }));
  deepEqual(fitDraft(drawn, findSpec("PRICE_ABOVE")).parameters, { line });
  equal(fitDraft(drawn, findSpec("PRICE_ABOVE")).threshold, null);
  const fixed = readAlertForm(form({ line: text, fixed: "on", threshold: "9" }));
  deepEqual(fitDraft(fixed, findSpec("PRICE_ABOVE")).parameters, {});
  equal(fitDraft(fixed, findSpec("PRICE_ABOVE")).threshold, 9);
});

Deno.test("NEW-05 an address from a chart fills the form; nonsense in it fills nothing", () => {
  const read = (query: string) => readAlertQuery(new URLSearchParams(query));
  const fresh = { ...emptyDraft, parameters: { repeats: false } };
  deepEqual(
    read("symbol=ETHUSDT&condition=PRICE_BELOW&price=1200.5"),
    {
      ...fresh,
      symbol: "ETHUSDT",
      condition: "PRICE_BELOW",
      threshold: 1_200.5,
    },
  );
  deepEqual(read("line=1,2,3,4").parameters, {
    line: { fromMs: 1, fromPrice: 2, toMs: 3, toPrice: 4 },
    repeats: false,
  });
  deepEqual(read("condition=DROP&price=abc&line=1,2,x,4"), fresh);
  equal(read(`symbol=${"A".repeat(500)}`).symbol.length, 120);
});

Deno.test("a new alert of any condition fires once each time it comes true, until more is asked for", () => {
  for (const spec of conditionSpecs) {
    const query = new URLSearchParams({ condition: spec.name, symbol: "BTCUSDT", price: "5" });
    const draft = fitDraft(readAlertQuery(query), spec);
    equal(draft.parameters.repeats, false, spec.name);
    equal(draft.one_time, false, spec.name);
    const faults = checkAlert(draft as never).map(({ pointer }) => pointer);
    deepEqual(faults.filter((pointer) => pointer.startsWith("/parameters")), [], spec.name);
  }
  const ticked = readAlertForm(form({ repeats: "on" }));
  equal("repeats" in ticked.parameters, false, "the API's own default says it repeats");
});

Deno.test("groups are read as they lie in one another, to the depth that is allowed", () => {
  const group = readAlertForm(form({
    condition: "CUSTOM",
    "g-match": "any",
    "g-0-field": "rsi_14",
    "g-0-is": "above",
    "g-0-value": "70",
    "g-1-match": "all",
    "g-1-0-field": "close",
    "g-1-0-is": "crosses_below",
    "g-1-0-value": "1.5",
    "g-1-1-match": "all",
    "g-1-1-0-match": "all",
  })).parameters.group;
  deepEqual(group, {
    match: "any",
    rules: [
      { field: "rsi_14", is: "above", value: 70 },
      {
        match: "all",
        rules: [{ field: "close", is: "crosses_below", value: 1.5 }, { match: "all", rules: [] }],
      },
    ],
  });
});

Deno.test("buttons add and take away comparisons and groups; the last one of a group stays", () => {
  const start = { ...emptyDraft, condition: "CUSTOM" as const };
  const [first] = firstGroup.rules;
  const acts: readonly (readonly [string[], unknown])[] = [
    [["add:g"], { match: "all", rules: [first, first] }],
    [["group:g"], { match: "all", rules: [first, { match: "any", rules: [first] }] }],
    [["group:g", "add:g-1"], {
      match: "all",
      rules: [first, { match: "any", rules: [first, first] }],
    }],
    [["group:g", "drop:g-0"], { match: "all", rules: [{ match: "any", rules: [first] }] }],
    [["group:g", "drop:g-1"], { match: "all", rules: [first] }],
    [["drop:g-0"], { match: "all", rules: [first] }],
    [["drop:g-7", "add:g-9", "drop:g"], { match: "all", rules: [first] }],
  ];
  for (const [pressed, wanted] of acts) {
    deepEqual(pressed.reduce(changeGroup, start).parameters.group, wanted, pressed.join());
  }
  deepEqual(["add:g", "drop:g-0-1", "save", "add:h", "drop:g--1"].map(isGroupAct), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("no form, whatever it holds, is more than can be shown again", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(
      fc.constantFrom("symbol", "condition", "threshold", "g-match", "g-0-match", "line", "hold"),
      fc.string(),
    )),
    (pairs) => {
      const draft = readAlertForm(new URLSearchParams(pairs));
      fitDraft(draft, findSpec(draft.condition));
      JSON.stringify(draft);
    },
  ));
});

Deno.test("a moment goes to its field and back; one that is no date is empty", () => {
  equal(formatMoment(Date.UTC(2026, 0, 2, 3, 4)), "2026-01-02T03:04");
  deepEqual([null, NaN, Infinity, 9e15].map(formatMoment), ["", "", "", ""]);
});
