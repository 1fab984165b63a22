/** The newest row of features equals the one worked out from the whole series. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createFeatureRow } from "../../lib/features/mod.ts";
import { computeIndicators } from "../../lib/indicators/mod.ts";
import { type Bar, toBarColumns } from "../../lib/market/mod.ts";
import {
  createFeatureTail,
  FEATURE_BARS,
  noteTailBar,
  readFeatures,
} from "../../lib/pipeline/features.ts";
import { bars } from "../support/market.ts";
import { setUpPipeline, SYMBOL } from "../support/pipeline.ts";

const series = { symbol: SYMBOL, timeframe: "1m" } as const;

/** Worked out here from all bars, one version of each. */
function workOut(all: ReadonlyMap<number, Bar>) {
  const newest = [...all.values()].sort((a, b) => a.time - b.time).slice(-FEATURE_BARS);
  const columns = toBarColumns(newest);
  return createFeatureRow(columns, computeIndicators(columns), series);
}

Deno.test("no bar has no features", () => {
  assert.equal(readFeatures(createFeatureTail(), series), null);
});

Deno.test("whatever is appended, corrected or inserted, the row is that of the newest 500 bars", () => {
  const market = bars(1200);
  const step = fc.record({
    kind: fc.constantFrom("append", "append", "append", "correct", "insert", "again"),
    back: fc.integer({ min: 0, max: 700 }),
    close: fc.integer({ min: 95, max: 106 }),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 620 }),
      fc.array(step, { minLength: 1, maxLength: 60 }),
      (start, steps) => {
        // Every third bar of the past is missing at first, so that there is room to insert.
        const first = market.slice(0, start).filter((_, i) => i % 3 !== 1);
        const all = new Map(first.map((bar) => [bar.time, bar]));
        const tail = createFeatureTail(first);
        let next = start;
        for (const { kind, back, close } of steps) {
          const index = kind === "append" ? next++ : Math.max(0, next - 1 - back);
          const bar = market[index]!;
          const isKnown = all.has(bar.time);
          // The tail need not know a bar that is older than all of its own when it is full.
          if (kind === "insert" && isKnown) continue;
          const put = kind === "correct" || kind === "insert"
            ? { ...bar, close, high: 200, low: 1 }
            : bar;
          all.set(put.time, put);
          noteTailBar(tail, put);
          if (back % 4 === 0) readFeatures(tail, series);
        }
        assert.ok(tail.bars.length <= FEATURE_BARS);
        assert.deepEqual(readFeatures(tail, series), workOut(all));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a row is worked out once and kept until a bar changes", () => {
  const tail = createFeatureTail(bars(30));
  const row = readFeatures(tail, series);
  assert.equal(readFeatures(tail, series), row);
  noteTailBar(tail, { ...bars(30)[29]!, close: 500, high: 500 });
  assert.notDeepEqual(readFeatures(tail, series), row);
});

Deno.test("the pipeline answers with the features of the newest closed bar, of followed symbols", async () => {
  const { pipeline, play, settle, list } = setUpPipeline();
  assert.equal(pipeline.getFeatures(SYMBOL, "1m"), null);
  play(bars(60), { klines: true });
  await settle();
  const all = new Map((await list()).map((bar) => [bar.time, bar]));
  assert.deepEqual(pipeline.getFeatures(SYMBOL, "1m"), workOut(all));
  assert.equal(pipeline.getFeatures(SYMBOL, "5m")?.time, (await list("5m")).at(-1)!.time);
  assert.equal(pipeline.getFeatures("NONEUSDT", "1m"), null);
});
