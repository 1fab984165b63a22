/** Sentiment shift at its borders, and what mentions add up to (SIG-01, SIG-04). */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { aggregateMentions, type MentionSummary } from "../../lib/signals/mentions.ts";
import {
  buildObservedSignal,
  formatObservedVersion,
  hashRows,
  type ObservedInput,
} from "../../lib/signals/observed.ts";
import { sentimentShift } from "../../lib/signals/sentiment_shift.ts";
import { aMention, aSignal, DAY_MS, HOUR_MS, NOW_MS } from "../support/signals.ts";

const summary = (sentiment: number, mentions = 5): MentionSummary => ({
  type: "token",
  name: "BTC",
  mentions,
  sentiment,
  positive: 0,
  negative: 0,
});

const cases = [
  { name: "exactly 0.3 up", before: summary(0.1), after: summary(0.4), fires: true },
  { name: "exactly 0.3 down", before: summary(0.1), after: summary(-0.2), fires: true },
  { name: "just below", before: summary(0), after: summary(0.2999), fires: false },
  { name: "four mentions now", before: summary(-1), after: summary(1, 4), fires: false },
  { name: "four mentions before", before: summary(-1, 4), after: summary(1), fires: false },
  { name: "no day before", before: null, after: summary(1), fires: false },
  { name: "nothing now", before: summary(1), after: null, fires: false },
  { name: "NaN", before: summary(NaN), after: summary(1), fires: false },
  { name: "no change", before: summary(0.5), after: summary(0.5), fires: false },
];
for (const { name, before, after, fires } of cases) {
  Deno.test(`a sentiment shift of ${name} ${fires ? "fires" : "stays quiet"}`, () => {
    equal(sentimentShift.detect(before, after, {}) !== null, fires);
  });
}

Deno.test("a find names both days and its thresholds", () => {
  const find = sentimentShift.detect(summary(0.5, 8), summary(-0.25, 6), {})!;
  equal(find.magnitude, 2.5);
  equal(find.data.direction, "down");
  equal(find.data.sentiment_change, -0.75);
  deepEqual([find.data.mentions, find.data.mentions_before], [6, 8]);
});

Deno.test("thresholds can be set, but not to nonsense", () => {
  ok(sentimentShift.detect(summary(0, 2), summary(0.1, 2), { change: 0.1, mentions: 2 }));
  for (const change of [0, -1, NaN]) {
    throws(() => sentimentShift.detect(summary(0), summary(1), { change }), RangeError);
  }
});

Deno.test("mentions add up by entity, most mentioned first", () => {
  const list = aggregateMentions([
    aMention({ id: "1", sentiment_score: 0.5 }),
    aMention({ id: "2", sentiment_score: -0.1 }),
    aMention({ id: "2", sentiment_score: -0.1 }),
    aMention({ id: "3", entity_type: "exchange", entity_name: "binance", sentiment_score: -1 }),
  ]);
  deepEqual(list, [
    { type: "token", name: "BTC", mentions: 2, sentiment: 0.2, positive: 0.5, negative: 0 },
    { type: "exchange", name: "binance", mentions: 1, sentiment: -1, positive: 0, negative: 1 },
  ]);
});

Deno.test("hostile scores stay within their range, and no mention is no entity", () => {
  deepEqual(aggregateMentions([]), []);
  for (const sentiment_score of [NaN, Infinity, -99]) {
    const [entity] = aggregateMentions([aMention({ sentiment_score })]);
    ok(Math.abs(entity!.sentiment) <= 1);
  }
});

Deno.test("the order of mentions does not matter, to the last bit", () => {
  const scores = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(scores, (list) => {
    const mentions = list.map((sentiment_score, i) => aMention({ id: `${i}`, sentiment_score }));
    deepEqual(aggregateMentions([...mentions].reverse()), aggregateMentions(mentions));
  }));
});

function anInput(edits: Partial<ObservedInput> = {}): ObservedInput {
  return {
    find: sentimentShift.detect(summary(0), summary(0.6), {})!,
    detector: sentimentShift,
    thresholds: {},
    entity: "BTCUSDT",
    source: "cryptopanic",
    timestamp: NOW_MS,
    now: 5,
    evidence: [["a", 1], ["b", null]],
    factors: { sourceReliability: 1, accuracy: null, corroborations: 2, ageMs: 0 },
    ...edits,
  };
}

Deno.test("an observed signal carries evidence, factors that sum, and its horizon", () => {
  const signal = buildObservedSignal(anInput());
  match(signal.id, /^[0-9a-f]{32}$/);
  match(signal.evidence.parameterVersion, /^sentiment_shift\/1#[0-9a-f]{8}$/);
  equal(signal.evidence.inputHash, hashRows([["a", 1], ["b", null]]));
  equal(signal.evidence.barTime, NOW_MS - HOUR_MS);
  equal(signal.evidence.horizonMs, NOW_MS + DAY_MS);
  equal(signal.evidence.claim, "activity");
  equal(signal.data.event_started, NOW_MS);
  const sum = Object.values(signal.factors).reduce((total, part) => total + part, 0);
  ok(Math.abs(sum - signal.confidence_score) < 1e-9);
  ok(!("explanation" in signal) && !("updates" in signal) && !("sources" in signal));
});

Deno.test("the same find has the same id at any wall time, another threshold another one", () => {
  const { id } = buildObservedSignal(anInput());
  equal(buildObservedSignal(anInput({ now: 99 })).id, id);
  const others = [{ thresholds: { change: 0.4 } }, { entity: "ETHUSDT" }, {
    timestamp: NOW_MS + 1,
  }];
  for (const other of others) ok(buildObservedSignal(anInput(other)).id !== id);
});

Deno.test("an update names the first signal of its event, and keeps its start", () => {
  const first = aSignal({ id: "first", timestamp: NOW_MS - HOUR_MS });
  const second = buildObservedSignal(anInput({ updates: first }));
  equal(second.updates, "first");
  equal(second.data.event_started, NOW_MS - HOUR_MS);
  const third = buildObservedSignal(anInput({ updates: second, timestamp: NOW_MS + HOUR_MS }));
  equal(third.updates, "first");
  equal(third.data.event_started, NOW_MS - HOUR_MS);
});

Deno.test("naming a default threshold changes no version", () => {
  const plain = formatObservedVersion(sentimentShift, {});
  equal(formatObservedVersion(sentimentShift, { mentions: 5, change: 0.3 }), plain);
  ok(formatObservedVersion(sentimentShift, { mentions: 6 }) !== plain);
});

Deno.test("a missing value has another hash than an empty text", () => {
  ok(hashRows([[null]]) !== hashRows([[""]]));
  ok(hashRows([["a", "b"]]) !== hashRows([["a"], ["b"]]));
});
