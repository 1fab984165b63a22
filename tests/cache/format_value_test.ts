import { equal } from "node:assert/strict";
import fc from "fast-check";
import { formatValue } from "../../lib/cache/format_value.ts";

const byText = (value: number) =>
  Number.isFinite(value) ? String(Number(value.toPrecision(12))) : "null";

const cases: [value: number, expected: string][] = [
  [0, "0"],
  [-0, "0"],
  [NaN, "null"],
  [Infinity, "null"],
  [-Infinity, "null"],
  [1 / 3, "0.333333333333"],
  [-2 / 3, "-0.666666666667"],
  [100, "100"],
  [0.1 + 0.2, "0.3"],
  [99_999.9999999999, "100000"],
  [123_456_789_012.5, "123456789013"],
  [1.000000000005, "1.00000000001"],
  [1e12, "1000000000000"],
  [1e21, "1e+21"],
  [1e-6, "0.000001"],
  [9.87654321e-9, "9.87654321e-9"],
];
for (const [value, expected] of cases) {
  Deno.test(`${value} is written as ${expected}`, () => {
    equal(formatValue(value), expected);
  });
}

Deno.test("whatever the value, it is what rounding its text gives", () => {
  const any = fc.oneof(
    fc.double(),
    fc.double({ min: -1e6, max: 1e6 }),
    fc.double({ min: -1, max: 1 }),
    // Ties and their neighbours: thirteen digits that end in a five.
    fc.tuple(fc.integer({ min: 1e11, max: 1e12 }), fc.integer({ min: -9, max: 9 })).map((
      [whole, power],
    ) => (whole + 0.5) * 10 ** power),
  );
  fc.assert(fc.property(any, (value) => equal(formatValue(value), byText(value))), {
    numRuns: 5_000,
  });
});
