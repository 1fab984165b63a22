/** Signals as evidence: same bars, same id; windows; factors that sum (SIG-02, NEW-03). */
import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import { cutColumns } from "../../lib/indicators/leak_check.ts";
import {
  buildSignal,
  confidenceWeights,
  decideEmission,
  findDetector,
  formatParameterVersion,
  hashBars,
  scoreConfidence,
  type SignalInput,
} from "../../lib/signals/mod.ts";
import { flatBars, HOUR_MS } from "../support/market_series.ts";

const detector = findDetector("price_alert")!;

function anInput(edits: Partial<SignalInput> = {}): SignalInput {
  const bars = flatBars(30);
  bars.close[29] = 110;
  const find = detector.detect(bars, {})!;
  const timestamp = bars.time[29]! + HOUR_MS;
  const base = { find, detector, thresholds: {}, bars, entity: "BTCUSDT", source: "binance" };
  return { ...base, timestamp, now: 5, ...edits };
}

Deno.test("a signal carries its find, its evidence and its horizon", () => {
  const input = anInput();
  const signal = buildSignal(input);
  equal(signal.type, "price_alert");
  equal(signal.data.magnitude, input.find.magnitude);
  equal(signal.evidence.barTime, input.bars.time[29]);
  equal(signal.evidence.horizonMs, input.bars.time[29]! + HOUR_MS + 24 * HOUR_MS);
  match(signal.evidence.inputHash, /^[0-9a-f]{64}$/);
  match(signal.evidence.parameterVersion, /^price_alert\/2#[0-9a-f]{8}$/);
  match(signal.id, /^[0-9a-f]{32}$/);
  equal(signal.created_at, 5);
  equal(signal.updates, undefined);
});

Deno.test("a replay gives the same id and hash, whenever and wherever it runs", () => {
  const first = buildSignal(anInput());
  const again = buildSignal(anInput({ now: 99, source: "replay", timestamp: first.timestamp + 7 }));
  equal(again.id, first.id);
  equal(again.evidence.inputHash, first.evidence.inputHash);
  const bars = anInput().bars;
  const tail = cutColumns(bars, 5, 30);
  equal(buildSignal(anInput({ bars: tail })).evidence.inputHash, first.evidence.inputHash);
});

Deno.test("another entity, bar or threshold gives another id", () => {
  const ids = [
    buildSignal(anInput()),
    buildSignal(anInput({ entity: "ETHUSDT" })),
    buildSignal(anInput({ bars: cutColumns(anInput().bars, 0, 29) })),
    buildSignal(anInput({ thresholds: { changePercent: 6 } })),
  ].map((signal) => signal.id);
  equal(new Set(ids).size, 4);
});

Deno.test("naming a default threshold changes no version, the order of names neither", () => {
  const version = formatParameterVersion(detector, {});
  equal(formatParameterVersion(detector, { changePercent: 5 }), version);
  notEqual(formatParameterVersion(detector, { changePercent: 5.5 }), version);
  equal(
    formatParameterVersion(detector, { a: 1, b: 2 }),
    formatParameterVersion(detector, { b: 2, a: 1 }),
  );
});

Deno.test("one changed figure changes the hash of the inputs", () => {
  const bars = flatBars(30);
  const before = hashBars(bars, 25);
  bars.low[3] = 1;
  equal(hashBars(bars, 25), before);
  bars.low[5] = 1;
  notEqual(hashBars(bars, 25), before);
});

Deno.test("a signal needs a bar", () => {
  throws(() => buildSignal(anInput({ bars: flatBars(0) })), RangeError);
});

Deno.test("filled bars make a signal less sound than observed ones", () => {
  const bars = anInput().bars;
  bars.quality.fill(2);
  const filled = buildSignal(anInput({ bars }));
  ok(filled.factors.source_reliability! < buildSignal(anInput()).factors.source_reliability!);
});

Deno.test("an update names the first signal of its event and keeps the event's start", () => {
  const first = buildSignal(anInput());
  const later = first.timestamp + HOUR_MS;
  const second = buildSignal(anInput({ updates: first, timestamp: later }));
  const third = buildSignal(anInput({ updates: second, timestamp: later + HOUR_MS }));
  deepEqual([second.updates, third.updates], [first.id, first.id]);
  equal(third.data.event_started, first.timestamp);
});

const first = buildSignal(anInput());
const stronger = { ...anInput().find, magnitude: 3 };
const update: SignalRecord = {
  ...buildSignal(anInput({ updates: first, find: stronger, timestamp: first.timestamp + HOUR_MS })),
};
const emissions = [
  { name: "nothing before", previous: null, magnitude: 1, hours: 0, expected: "new" },
  { name: "the same find again", previous: first, magnitude: 2, hours: 0, expected: "none" },
  { name: "a weaker find", previous: first, magnitude: 1, hours: 1, expected: "none" },
  { name: "a stronger find", previous: first, magnitude: 2.5, hours: 1, expected: "update" },
  { name: "just within the window", previous: first, magnitude: 1, hours: 23.99, expected: "none" },
  { name: "the end of the window", previous: first, magnitude: 1, hours: 24, expected: "new" },
  { name: "an update, not stronger", previous: update, magnitude: 2.5, hours: 2, expected: "none" },
  { name: "an update's event ended", previous: update, magnitude: 1, hours: 24, expected: "new" },
  { name: "time going back", previous: first, magnitude: 9, hours: -1, expected: "none" },
] as const;
for (const { name, previous, magnitude, hours, expected } of emissions) {
  Deno.test(`emission after ${name} is ${expected}`, () => {
    const find = {
      ...anInput().find,
      magnitude: magnitude === 2 ? anInput().find.magnitude : magnitude,
    };
    equal(decideEmission(previous, find, first.timestamp + hours * HOUR_MS), expected);
  });
}

Deno.test("another type is another event", () => {
  const find = { ...anInput().find, type: "volume_anomaly" as const };
  equal(decideEmission(first, find, first.timestamp), "new");
});

const plain = { magnitude: 1, sourceReliability: 1, accuracy: null, corroborations: 0, ageMs: 0 };

Deno.test("contributions sum to the score and stay within their weights", () => {
  const anything = fc.oneof(fc.double(), fc.double({ min: 0, max: 5 }));
  fc.assert(fc.property(
    fc.record({
      magnitude: anything,
      sourceReliability: anything,
      accuracy: fc.option(
        fc.nat(100).chain((n) => fc.record({ n: fc.constant(n), right: fc.nat(n) })),
      ),
      corroborations: anything,
      ageMs: anything,
    }),
    (factors) => {
      const { score, contributions } = scoreConfidence(factors);
      equal(Object.values(contributions).reduce((a, b) => a + b, 0), score);
      ok(score >= 0 && score <= 1 + 1e-9);
      for (const [name, weight] of Object.entries(confidenceWeights)) {
        const part = contributions[name as keyof typeof confidenceWeights];
        ok(part >= 0 && part <= weight, `${name} ${part}`);
      }
    },
  ));
});

Deno.test("each factor moves the score the way it should", () => {
  const { score } = scoreConfidence(plain);
  ok(scoreConfidence({ ...plain, magnitude: 2 }).score > score);
  ok(scoreConfidence({ ...plain, sourceReliability: 0.5 }).score < score);
  ok(scoreConfidence({ ...plain, accuracy: { right: 90, n: 100 } }).score > score);
  ok(scoreConfidence({ ...plain, accuracy: { right: 10, n: 100 } }).score < score);
  ok(scoreConfidence({ ...plain, corroborations: 1 }).score > score);
  ok(scoreConfidence({ ...plain, ageMs: HOUR_MS }).score < score);
});

Deno.test("few outcomes say little", () => {
  const few = scoreConfidence({ ...plain, accuracy: { right: 1, n: 1 } });
  const many = scoreConfidence({ ...plain, accuracy: { right: 100, n: 100 } });
  ok(few.contributions.historical_accuracy < many.contributions.historical_accuracy);
});
