/** Exact amounts as people read them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatAmount,
  formatGain,
  formatQuantity,
  formatReturn,
  getAmountDirection,
} from "../../lib/format/amounts.ts";

const cases: [text: string | null | undefined, amount: string, quantity: string, gain: string][] = [
  ["0", "0.00", "0", "0.00"],
  ["1234567.891", "1,234,567.89", "1,234,567.891", "+1,234,567.89"],
  ["-12.5", "−12.50", "−12.5", "−12.50"],
  ["0.00000042", "0.00", "0.00000042", "0.00"],
  ["0.00042", "0.00042", "0.00042", "+0.00042"],
  ["-0.001", "−0.001", "−0.001", "−0.001"],
  ["-0.000", "0.00", "0", "0.00"],
  ["123456789012345678901234567890.25", "123,456,789,012,345,678,901,234,567,890.25", "", ""],
  ["1e5", "–", "–", "–"],
  ["NaN", "–", "–", "–"],
  ["", "–", "–", "–"],
  [null, "–", "–", "–"],
  [undefined, "–", "–", "–"],
];
Deno.test("amounts are grouped and rounded without losing a digit; nothing is a dash", () => {
  for (const [text, amount, quantity, gain] of cases) {
    assert.equal(formatAmount(text), amount, `${text}`);
    if (quantity) assert.equal(formatQuantity(text), quantity, `${text}`);
    if (gain) assert.equal(formatGain(text), gain, `${text}`);
  }
});

Deno.test("every digit of a whole number is written, however large", () => {
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 50n }), (value) => {
    assert.equal(formatQuantity(String(value)).replaceAll(",", ""), String(value));
  }));
});

Deno.test("the direction of an amount is its sign, and nothing has none", () => {
  const rows: [string | null, string][] = [
    ["1", "up"],
    ["-0.001", "down"],
    ["0.000", "flat"],
    ["-0", "flat"],
    [null, "flat"],
    ["x", "flat"],
  ];
  for (const [text, direction] of rows) {
    assert.equal(getAmountDirection(text), direction, `${text}`);
  }
});

Deno.test("returns are percent with their sign", () => {
  const rows: [number | null, string][] = [
    [0.1234, "+12.34%"],
    [-0.05, "−5.00%"],
    [0, "0.00%"],
    [null, "–"],
    [NaN, "–"],
    [Infinity, "–"],
  ];
  for (const [value, text] of rows) assert.equal(formatReturn(value), text, `${value}`);
});
