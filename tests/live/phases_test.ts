import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { PhaseClock, phaseCount, phaseMs } from "../../lib/live/phases.ts";

const startMs = 1_000_000;

const takes: { name: string; atMs: number[]; counts: number[] }[] = [
  { name: "no time passed", atMs: [0, 0], counts: [0, 0] },
  { name: "less than a share passed", atMs: [9], counts: [0] },
  { name: "one share passed", atMs: [10, 20, 30], counts: [1, 1, 1] },
  { name: "calls are early and late", atMs: [9, 12, 29, 30], counts: [0, 1, 1, 1] },
  { name: "a call is late by four shares", atMs: [45], counts: [4] },
  { name: "a call is late by more than everybody's turn", atMs: [100, 350], counts: [10, 10] },
  { name: "the machine slept for an hour", atMs: [3_600_000], counts: [10] },
  { name: "the clock went back by a little", atMs: [50, 30, 40], counts: [5, 10, 1] },
  { name: "the clock went back by an hour", atMs: [-3_600_000, -3_599_990], counts: [10, 1] },
  { name: "fractions of a millisecond", atMs: [9.99, 10.01, 19.99], counts: [0, 1, 0] },
];
for (const { name, atMs, counts } of takes) {
  Deno.test(`turns when ${name}: ${counts.join(", ")}`, () => {
    const clock = new PhaseClock(startMs);
    deepEqual(atMs.map((ms) => clock.take(startMs + ms).length), counts);
  });
}

Deno.test("turns are numbered without holes from 0, whatever the clock does", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -500, max: 500 }), { maxLength: 100 }),
    (stepsMs) => {
      const clock = new PhaseClock(startMs);
      let nowMs = startMs;
      const turns = stepsMs.flatMap((stepMs) => clock.take(nowMs += stepMs));
      deepEqual(turns, turns.map((_, i) => i));
    },
  ));
});

Deno.test("a call never gives a phase two turns", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: -50, max: 400 }), { maxLength: 100 }),
    (stepsMs) => {
      const clock = new PhaseClock(startMs);
      let nowMs = startMs;
      for (const stepMs of stepsMs) {
        const phases = clock.take(nowMs += stepMs).map((turn) => turn % phaseCount);
        equal(new Set(phases).size, phases.length);
      }
    },
  ));
});

Deno.test("when calls come in time, every phase has its turn once in 100 ms", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: phaseMs }), { minLength: 60, maxLength: 200 }),
    (stepsMs) => {
      const clock = new PhaseClock(startMs);
      const lastMs = new Map<number, number>();
      let nowMs = startMs;
      for (const stepMs of stepsMs) {
        nowMs += stepMs;
        for (const turn of clock.take(nowMs)) {
          const phase = turn % phaseCount;
          const since = nowMs - (lastMs.get(phase) ?? startMs);
          ok(since <= phaseCount * phaseMs + phaseMs, `phase ${phase} waited ${since} ms`);
          lastMs.set(phase, nowMs);
        }
      }
    },
  ));
});
