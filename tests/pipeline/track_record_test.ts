import assert from "node:assert/strict";
import fc from "fast-check";
import type { OutcomeRecord } from "../../lib/contracts/records.ts";
import { createTrackRecord } from "../../lib/pipeline/track_record.ts";

const HOUR_MS = 3_600_000;

function anOutcome(part: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return {
    id: "s1",
    signalType: "price_alert",
    entity: "BTCUSDT",
    timestamp: 0,
    outcome: "right",
    reason: "",
    figures: {},
    ...part,
  };
}

Deno.test("without outcomes nothing is known of a type", () => {
  const track = createTrackRecord();
  assert.equal(track.read("price_alert", Infinity), null);
  track.add(anOutcome());
  assert.equal(track.read("volume_anomaly", Infinity), null);
});

Deno.test("the same outcome twice counts once, and its last word holds", () => {
  const track = createTrackRecord();
  track.add(anOutcome());
  track.add(anOutcome());
  assert.deepEqual(track.read("price_alert", 9 * HOUR_MS), { right: 1, n: 1 });
  track.add(anOutcome({ outcome: "wrong" }));
  assert.deepEqual(track.read("price_alert", 9 * HOUR_MS), { right: 0, n: 1 });
});

Deno.test("an outcome counts two hours after its time, not before", () => {
  const track = createTrackRecord();
  track.add(anOutcome({ timestamp: 10 * HOUR_MS }));
  assert.equal(track.read("price_alert", 12 * HOUR_MS - 1), null);
  assert.deepEqual(track.read("price_alert", 12 * HOUR_MS), { right: 1, n: 1 });
  assert.equal(track.read("price_alert", 12 * HOUR_MS - 1), null, "asked for the past again");
});

Deno.test("what could not be measured is neither right nor wrong", () => {
  const track = createTrackRecord();
  track.add(anOutcome({ id: "a", outcome: "not_measurable" }));
  assert.equal(track.read("price_alert", 9 * HOUR_MS), null);
});

Deno.test("the order in which outcomes of one hour come changes nothing", () => {
  const outcomes = fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: 30 }).map(String),
      hour: fc.integer({ min: 0, max: 20 }),
      isRight: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  fc.assert(fc.property(outcomes, fc.integer({ min: 0, max: 24 }), (list, hour) => {
    // One id has one outcome; which of two it had would depend on the order by right.
    const unique = [...new Map(list.map((one) => [one.id, one])).values()].map((one) =>
      anOutcome({
        id: one.id,
        timestamp: one.hour * HOUR_MS,
        outcome: one.isRight ? "right" : "wrong",
      })
    );
    const forward = createTrackRecord();
    const backward = createTrackRecord();
    for (const outcome of unique) forward.add(outcome);
    for (const outcome of unique.toReversed()) {
      backward.add(outcome);
      backward.read("price_alert", hour * HOUR_MS); // what is kept of an answer must not stick
    }
    const due = unique.filter(({ timestamp }) => timestamp + 2 * HOUR_MS <= hour * HOUR_MS);
    const wanted = due.length === 0
      ? null
      : { n: due.length, right: due.filter(({ outcome }) => outcome === "right").length };
    assert.deepEqual(forward.read("price_alert", hour * HOUR_MS), wanted);
    assert.deepEqual(backward.read("price_alert", hour * HOUR_MS), wanted);
  }));
});
