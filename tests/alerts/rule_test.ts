import assert from "node:assert/strict";
import { type AlertDraft, checkAlert } from "../../lib/alerts/mod.ts";
import { buildAlert } from "../support/owned.ts";

const draft = (fields: object): AlertDraft => buildAlert("a", fields);
const deep = (depth: number): object =>
  depth === 0
    ? { field: "close", is: "above", value: 1 }
    : { match: "all", rules: [deep(depth - 1)] };
const custom = (group: unknown) => ({
  condition: "CUSTOM",
  threshold: null,
  parameters: group === undefined ? {} : { group },
});

const faulty: [string, object, string, RegExp][] = [
  ["no threshold", { threshold: null }, "/threshold", /needs a threshold in price/],
  ["NaN", { threshold: NaN }, "/threshold", /was NaN/],
  ["below its range", { threshold: -1 }, "/threshold", /0 to/],
  ["an index of 101", { condition: "RSI_ABOVE", threshold: 101 }, "/threshold", /0 to 100/],
  ["one too many", { condition: "MACD_CROSSOVER", threshold: 1 }, "/threshold", /takes none/],
  ["any symbol", { symbol: "*" }, "/symbol", /needs a symbol/],
  ["a negative rest", { cooldown: -1 }, "/cooldown", /was -1/],
  ["a rest of years", { cooldown: 1e9 }, "/cooldown", /seconds/],
  ["a hold of years", { holdMs: 1e12 }, "/holdMs", /ms/],
  [
    "a hold of an instant",
    { condition: "VOLUME_SPIKE", threshold: 2, holdMs: 1 },
    "/holdMs",
    /single moments/,
  ],
  ["what it does not read", { parameters: { windowMs: 60_000 } }, "/parameters/windowMs", /takes/],
  [
    "a window of half a bar",
    { condition: "PERCENT_CHANGE", parameters: { windowMs: 90_000 } },
    "/parameters/windowMs",
    /whole bars of 1m/,
  ],
  [
    "a window of too many bars",
    { condition: "PERCENT_CHANGE", parameters: { windowMs: 86_400_000 } },
    "/parameters/windowMs",
    /1 to 500/,
  ],
  [
    "a line backwards",
    { parameters: { line: { fromMs: 5, toMs: 1, fromPrice: 1, toPrice: 2 } } },
    "/parameters/line",
    /after the first/,
  ],
  [
    "a line below zero",
    { parameters: { line: { fromMs: 1, toMs: 5, fromPrice: -1, toPrice: 2 } } },
    "/parameters/line",
    /above 0/,
  ],
  [
    "a line to nowhere",
    { parameters: { line: { fromMs: 1, toMs: Infinity, fromPrice: 1, toPrice: 2 } } },
    "/parameters/line",
    /two points/,
  ],
  ["no group", custom(undefined), "/parameters/group", /needs a group/],
  ["an empty group", custom({ match: "all", rules: [] }), "/parameters/group", /at least one/],
  ["four deep", custom(deep(4)), "/parameters/group", /3 deep/],
  [
    "too many comparisons",
    custom({ match: "any", rules: Array(21).fill(deep(0)) }),
    "/parameters/group",
    /at most 20/,
  ],
  [
    "code for a field",
    custom({ match: "all", rules: [{ field: "constructor", is: "above", value: 1 }] }),
    "/parameters/group",
    /no field "constructor"/,
  ],
  [
    "a comparison with nothing",
    custom({ match: "all", rules: [{ field: "close", is: "above", value: NaN }] }),
    "/parameters/group",
    /a number/,
  ],
];

for (const [name, fields, pointer, detail] of faulty) {
  Deno.test(`ALR-01 refused with its place: ${name}`, () => {
    const faults = checkAlert(draft(fields));
    assert.ok(
      faults.some((fault) => fault.pointer === pointer && detail.test(fault.detail)),
      JSON.stringify(faults),
    );
  });
}

const sound: [string, object][] = [
  ["a price", {}],
  ["a line in place of a threshold", {
    threshold: null,
    parameters: { line: { fromMs: 1, toMs: 5, fromPrice: 1, toPrice: 2 } },
  }],
  ["a default threshold", { condition: "VOLUME_SPIKE", threshold: null }],
  ["any symbol's signals", { condition: "SIGNAL_CONFIDENCE", symbol: "*", threshold: 0.5 }],
  ["the longest window", { condition: "PERCENT_CHANGE", parameters: { windowMs: 500 * 60_000 } }],
  ["three deep", custom(deep(3))],
];

for (const [name, fields] of sound) {
  Deno.test(`ALR-01 taken: ${name}`, () => assert.deepEqual(checkAlert(draft(fields)), []));
}
