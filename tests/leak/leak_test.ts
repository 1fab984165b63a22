/** The leak check passes what looks back only, and catches what peeks (NEW-11). */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { computeFeatures } from "../../lib/features/mod.ts";
import { checkLeak, type ColumnComputation } from "../../lib/indicators/leak_check.ts";
import { computeIndicators } from "../../lib/indicators/mod.ts";
import { walkBars } from "../support/market_series.ts";
import { checkAll, parseBars } from "./leakcheck_task.ts";

Deno.test("indicators, features and signals do not change when later bars are taken away", () => {
  const bars = walkBars(260, { seed: 2, volatility: 0.05 });
  deepEqual(checkAll(bars, 260), { indicators: null, features: null, signals: null });
});

const leaking: Record<string, ColumnComputation> = {
  "tomorrow's close": ({ close }) => ({ peek: close.map((_, i) => close[i + 1] ?? NaN) }),
  "the mean of everything": ({ close }) => {
    const mean = close.reduce((a, b) => a + b, 0) / close.length;
    return { peek: close.map((price) => price - mean) };
  },
  "a window around the bar": ({ high }) => ({
    peek: high.map((_, i) => Math.max(...high.subarray(Math.max(0, i - 2), i + 3))),
  }),
  "back-filled cells taken for known": (bars) => ({
    peek: computeFeatures(bars, computeIndicators(bars)).columns.returns_10,
  }),
};
for (const [name, compute] of Object.entries(leaking)) {
  Deno.test(`a computation that reads ${name} is caught`, () => {
    const leak = checkLeak(walkBars(60), compute);
    equal(leak?.series, "peek");
    ok(leak!.index < leak!.length);
    ok(!Object.is(leak!.full, leak!.truncated));
  });
}

Deno.test("a leak in a long input is caught though cuts are sampled", () => {
  const bars = walkBars(5000);
  equal(checkLeak(bars, leaking["tomorrow's close"]!, { maxCuts: 5 }) === null, false);
});

Deno.test("a column that vanishes with later bars is a leak", () => {
  const leak = checkLeak(
    walkBars(10),
    ({ close, length }): Record<string, Float64Array> => length === 10 ? { late: close } : {},
  );
  equal(leak?.series, "late");
});

for (const length of [0, 1]) {
  Deno.test(`${length} bars cannot leak`, () => {
    equal(checkLeak(walkBars(length), leaking["tomorrow's close"]!), null);
  });
}

Deno.test("a computation that writes into its input harms nobody", () => {
  const bars = walkBars(20);
  const before = structuredClone(bars);
  checkLeak(bars, (input) => ({ zero: input.close.fill(0) }));
  deepEqual(bars, before);
});

Deno.test("bars are read from CSV, and a torn row is refused", () => {
  const header = "open_time,open,high,low,close,volume\n";
  const bars = parseBars(header + "1,2,3,4,5,6\n7,8,9,10,11,12\n");
  deepEqual([bars.length, bars.time[1], bars.volume[1]], [2, 7, 12]);
  for (const row of ["1,2,3", "1,2,3,4,5,x"]) throws(() => parseBars(header + row), SyntaxError);
});
