/** Yahoo's price faults: recorded ones, and laws that hold for any series. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { judgeBars } from "../../collectors/sources/yahoo_faults.ts";
import { aPlainBar, readJson } from "../support/stocks.ts";

type Row = [number, number, number, number, number, number, number, number, string];

function readFault(name: string) {
  const rows: Row[] = readJson(`yahoo/fault-${name}.json`).rows;
  const bars = rows.map(([time, open, high, low, close, volume]) => ({
    ...aPlainBar(time, close),
    open,
    high,
    low,
    volume,
  }));
  const splits = rows.flatMap(([timeMs, , , , , , ratio]) => ratio ? [{ timeMs, ratio }] : []);
  const wrong = rows.filter((row) => row[8] !== "").map(([time]) => time);
  return { bars, splits, wrong, price: rows.at(-1)![7] };
}

// Unbelieved though right: bars of a penny share that moved by more than half within a day.
const faults = [
  {
    name: "4063-T-1d-bad-stock-split",
    wrong: 9,
    extra: 0,
    words: /the split 5:1 is applied to only/,
  },
  { name: "AET-L-1d-100x-error", wrong: 14, extra: 0, words: /100 times below .* another unit/ },
  {
    name: "ALPHA-PA-1d-bad-stock-split",
    wrong: 1,
    extra: 16,
    words: /apart|no split|above zero|split/,
  },
  { name: "ASAI-L-1h-bad-unit", wrong: 1, extra: 0, words: /its own prices lie \d+ times apart/ },
  {
    name: "AV-L-1wk-bad-stock-split",
    wrong: 1,
    extra: 0,
    words: /the split 1:1.316 is not applied/,
  },
  {
    name: "MOB-ST-1d-bad-stock-split",
    wrong: 1,
    extra: 0,
    words: /the split 1:10 is applied to only/,
  },
  {
    name: "SPM-MI-1d-bad-stock-split",
    wrong: 13,
    extra: 0,
    words: /20 times above its neighbours/,
  },
];
for (const { name, wrong, extra, words } of faults) {
  Deno.test(`all ${wrong} wrong bars of ${name} are refused, and ${extra} of the right ones`, () => {
    const fault = readFault(name);
    equal(fault.wrong.length, wrong);
    const { kept, refused } = judgeBars(fault.bars, fault);
    deepEqual(fault.wrong.filter((time) => !refused.some((one) => one.time === time)), []);
    equal(refused.length - wrong, extra);
    equal(kept.length + refused.length, fault.bars.length);
    for (const { reason } of refused) match(reason, words);
  });
}

const level = (from: number, closes: readonly number[]) =>
  closes.map((close, i) => aPlainBar(from + i * 60_000, close));

const cases = [
  { name: "an empty series", closes: [], price: 10, kept: [] },
  { name: "one bar near the price", closes: [10], price: 10.5, kept: [10] },
  { name: "one bar in another unit", closes: [1000], price: 10, kept: [] },
  {
    name: "a hundredfold stretch in the middle",
    closes: [10, 1000, 1001, 10.1],
    price: 10,
    kept: [10, 10.1],
  },
  { name: "a hundredth at the end", closes: [10, 10.1, 0.1], price: 10, kept: [10, 10.1] },
  {
    name: "a fall by a tenth each day",
    closes: [10, 9, 8.1, 7.3, 6.6],
    price: 6.6,
    kept: [10, 9, 8.1, 7.3, 6.6],
  },
  { name: "no price, mostly right", closes: [10, 11, 0.11, 12], price: null, kept: [10, 11, 12] },
  {
    name: "no price, equal halves: the newer",
    closes: [10, 10, 1000, 1000],
    price: null,
    kept: [1000, 1000],
  },
  { name: "zero, below zero and NaN", closes: [10, 0, -1, NaN, 10], price: 10, kept: [10, 10] },
  { name: "nothing sound", closes: [0, -1], price: null, kept: [] },
];
for (const { name, closes, price, kept } of cases) {
  Deno.test(`judgeBars() of ${name}`, () => {
    const judged = judgeBars(level(0, closes), { price });
    deepEqual(judged.kept.map(({ close }) => close), kept);
  });
}

const splitCases = [
  { name: "6:1, older days untouched", closes: [600, 606, 101, 102], ratio: 6, kept: [101, 102] },
  {
    name: "5:4, too small to be a jump",
    closes: [125, 126, 101, 102],
    ratio: 1.25,
    kept: [101, 102],
  },
  { name: "1:10, older days untouched", closes: [1, 1.05, 10, 10.2], ratio: 0.1, kept: [10, 10.2] },
  {
    name: "6:1, applied everywhere",
    closes: [100, 101, 101, 102],
    ratio: 6,
    kept: [100, 101, 101, 102],
  },
  {
    name: "4:3, applied twice to its own day",
    closes: [100, 101, 134, 102],
    ratio: 4 / 3,
    kept: [100, 101, 102],
  },
];
for (const { name, closes, ratio, kept } of splitCases) {
  Deno.test(`judgeBars() of a split of ${name}`, () => {
    const splits = [{ timeMs: 2 * 60_000, ratio }];
    const judged = judgeBars(level(0, closes), { price: closes.at(-1)!, splits });
    deepEqual(judged.kept.map(({ close }) => close), kept);
    for (const { reason } of judged.refused) match(reason, /^the split \d/);
  });
}

const broken = [
  { name: "a high below the close", change: { high: 9.5 }, words: /do not enclose/ },
  { name: "a low above the open", change: { low: 10.5 }, words: /do not enclose/ },
  { name: "a low a hundred times too small", change: { low: 0.1 }, words: /100 times apart/ },
  { name: "an endless high", change: { high: Infinity }, words: /not above zero/ },
  { name: "a negative volume", change: { volume: -1 }, words: /volume is negative/ },
];
for (const { name, change, words } of broken) {
  Deno.test(`a bar with ${name} is refused in words`, () => {
    const { kept, refused } = judgeBars([{ ...aPlainBar(0, 10), ...change }], { price: 10 });
    deepEqual(kept, []);
    match(refused[0]!.reason, words);
  });
}

const steps = fc.array(fc.double({ min: 0.7, max: 1.4, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
})
  .map((ratios) => {
    let close = 100;
    return level(0, ratios.map((ratio) => close = Math.min(1e9, Math.max(1e-6, close * ratio))));
  });

Deno.test("a series that moves by less than half a step is kept whole, in any unit", () => {
  fc.assert(fc.property(steps, fc.boolean(), (bars, hasPrice) => {
    const price = hasPrice ? bars.at(-1)!.close : null;
    equal(judgeBars(bars, { price }).refused.length, 0);
  }));
});

Deno.test("whatever part of a series is a hundredfold, exactly that part is refused", () => {
  fc.assert(
    fc.property(steps, fc.nat(59), fc.nat(59), fc.constantFrom(100, 0.01), (bars, a, b, k) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const scale = (close: number) => close * k;
      const faulty = bars.map((bar, i) =>
        i >= from && i < to ? aPlainBar(bar.time, scale(bar.close)) : bar
      );
      const price = bars.at(-1)!.close;
      const { kept } = judgeBars(faulty, { price });
      // A right bar is kept unless it moved too far from the last right one across the fault.
      for (const bar of kept) ok(faulty.indexOf(bar) < from || faulty.indexOf(bar) >= to);
      const after = faulty.slice(to);
      deepEqual(kept.slice(kept.length - after.length), after);
    }),
  );
});

Deno.test("bars are judged, never changed or invented, and each is told once", () => {
  const price = fc.oneof(
    fc.double({ min: 0.01, max: 1e6, noNaN: true }),
    fc.constantFrom(0, NaN, -1),
  );
  const series = fc.array(fc.tuple(price, price, price, price), { maxLength: 30 }).map((rows) =>
    rows.map(([open, high, low, close], i) => ({ ...aPlainBar(i, close), open, high, low }))
  );
  fc.assert(fc.property(series, fc.option(price), (bars, anchor) => {
    const before = structuredClone(bars);
    const { kept, refused } = judgeBars(bars, { price: anchor });
    deepEqual(bars, before);
    for (const bar of kept) ok(bars.includes(bar) && bar.high >= bar.low);
    const times = [...kept, ...refused].map(({ time }) => time).sort((a, b) => a - b);
    deepEqual(times, bars.map(({ time }) => time));
  }));
});
