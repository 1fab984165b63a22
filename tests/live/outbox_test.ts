import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { Outbox } from "../../lib/live/outbox.ts";

/** An outbox whose later turns are run by hand, and what it sent: `message>target`. */
function setup({ isDeferring = true } = {}) {
  const turns: (() => void)[] = [];
  const sent: string[] = [];
  const outbox = new Outbox<number>(isDeferring ? (run) => void turns.push(run) : undefined);
  const post = (message: string, targets: readonly number[]) =>
    outbox.post(new Set(targets), (target) => sent.push(`${message}>${target}`));
  const turn = () => turns.shift()?.();
  return { outbox, turns, sent, post, turn };
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const all = (message: string, count: number) =>
  range(count).map((target) => `${message}>${target}`);

const sizes = [
  { targets: 0, turns: [] },
  { targets: 1, turns: [] },
  { targets: 99, turns: [] },
  { targets: 100, turns: [] },
  { targets: 101, turns: [1] },
  { targets: 250, turns: [100, 50] },
];
for (const { targets, turns: expected } of sizes) {
  Deno.test(`a message to ${targets} leaves in slices of at most a hundred`, () => {
    const { outbox, post, sent, turn, turns } = setup();
    post("a", range(targets));
    equal(sent.length, Math.min(100, targets));
    const sizesSent: number[] = [];
    while (turns.length > 0) {
      const before = sent.length;
      turn();
      if (sent.length > before) sizesSent.push(sent.length - before);
    }
    deepEqual(sizesSent, expected);
    deepEqual(sent, all("a", targets));
    equal(outbox.isEmpty, true);
  });
}

Deno.test("without later turns a message leaves at once and whole", () => {
  const { outbox, post, sent } = setup({ isDeferring: false });
  post("a", range(1_000));
  deepEqual(sent, all("a", 1_000));
  equal(outbox.isEmpty, true);
});

Deno.test("a short message does not overtake a long one on its way", () => {
  const { post, sent, turn } = setup();
  post("long", range(150));
  post("short", [0]);
  equal(sent.length, 100);
  turn();
  deepEqual(sent.slice(100), [...all("long", 150).slice(100), "short>0"]);
});

Deno.test("draining sends what waits in its order, and later turns find nothing", () => {
  const { outbox, post, sent, turn, turns } = setup();
  post("a", range(150));
  post("b", range(150));
  outbox.drain();
  const whole = [...all("a", 150), ...all("b", 150)];
  deepEqual(sent, whole);
  while (turns.length > 0) turn();
  deepEqual(sent, whole);
  outbox.drain();
  deepEqual(sent, whole);
});

Deno.test("at most one later turn is planned, however much is posted", () => {
  const { post, turns } = setup();
  for (let i = 0; i < 20; i++) post(String(i), range(150));
  equal(turns.length, 1);
});

Deno.test("a target that joins while a message is on its way is not sent it", () => {
  const { outbox, turn, turns } = setup();
  const targets = new Set(range(150));
  const sent: number[] = [];
  outbox.post(targets, (target) => sent.push(target));
  targets.add(999);
  targets.delete(149);
  while (turns.length > 0) turn();
  deepEqual(sent, range(150));
});

Deno.test("a message that is posted or drained while another is sent keeps the order", () => {
  const { outbox, turns, turn } = setup();
  const sent: string[] = [];
  outbox.post(new Set(range(3)), (target) => {
    sent.push(`a>${target}`);
    if (target !== 1) return;
    outbox.post(new Set([0]), () => sent.push("b>0"));
    outbox.drain();
  });
  while (turns.length > 0) turn();
  deepEqual(sent.toSorted(), ["a>0", "a>1", "a>2", "b>0"]);
  deepEqual(sent, ["a>0", "a>1", "a>2", "b>0"]);
});

Deno.test("a send that throws ends neither its message nor the ones behind it", () => {
  const { outbox, turns, turn } = setup();
  const sent: string[] = [];
  const post = () =>
    outbox.post(new Set(range(3)), (target) => {
      if (target === 1) throw new Error("broken");
      sent.push(`a>${target}`);
    });
  try {
    post();
  } catch {
    // Whoever posts is told; the rest is still on its way.
  }
  outbox.post(new Set([7]), (target) => sent.push(`b>${target}`));
  while (turns.length > 0) turn();
  deepEqual(sent, ["a>0", "a>2", "b>7"]);
});

type Step = { post: number } | "turn" | "drain";

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ post: fc.integer({ min: 0, max: 230 }) }),
    fc.constant("turn" as const),
    fc.constant("drain" as const),
  ),
  { maxLength: 40 },
);

Deno.test("whatever is posted, turned and drained, each target gets each message once, in order", () => {
  fc.assert(fc.property(steps, (taken) => {
    const { outbox, post, sent, turn, turns } = setup();
    const expected: string[] = [];
    taken.forEach((step, i) => {
      if (step === "turn") turn();
      else if (step === "drain") outbox.drain();
      else {
        post(String(i), range(step.post));
        expected.push(...all(String(i), step.post));
      }
      deepEqual(sent, expected.slice(0, sent.length));
      if (step === "drain") equal(outbox.isEmpty, true);
    });
    while (turns.length > 0) turn();
    deepEqual(sent, expected);
    equal(outbox.isEmpty, true);
  }));
});
