import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { Outbox } from "../../lib/live/outbox.ts";

const phaseCount = 10;
const phaseOf = (target: number) => target % phaseCount;

/** An outbox, and what it sent: `message>target`. */
function setup({ isSpread = true } = {}) {
  const sent: string[] = [];
  const outbox = new Outbox<number>(phaseCount, isSpread ? phaseOf : null);
  const post = (message: string, targets: readonly number[]) =>
    outbox.post(new Set(targets), (target) => sent.push(`${message}>${target}`));
  return { outbox, sent, post };
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const all = (message: string, targets: readonly number[]) =>
  targets.map((target) => `${message}>${target}`);
const of = (sent: readonly string[], target: number) =>
  sent.filter((each) => each.endsWith(`>${target}`));

for (
  const { targets, atOnce } of [
    { targets: 0, atOnce: 0 },
    { targets: 1, atOnce: 1 },
    { targets: 100, atOnce: 100 },
    { targets: 101, atOnce: 0 },
    { targets: 1_000, atOnce: 0 },
  ]
) {
  Deno.test(`a message to ${targets} leaves ${atOnce > 0 ? "at once" : "on their turns"}`, () => {
    const { outbox, post, sent } = setup();
    post("a", range(targets));
    equal(sent.length, atOnce);
    equal(outbox.isEmpty, atOnce === targets);
    for (const phase of range(phaseCount)) {
      const before = sent.length;
      outbox.drain(phase);
      if (atOnce > 0 || targets === 0) continue;
      const own = range(targets).filter((target) => phaseOf(target) === phase);
      deepEqual(sent.slice(before), all("a", own));
    }
    deepEqual(sent.toSorted(), all("a", range(targets)).toSorted());
    equal(outbox.isEmpty, true);
  });
}

Deno.test("without turns a message leaves at once and whole", () => {
  const { outbox, post, sent } = setup({ isSpread: false });
  post("a", range(1_000));
  deepEqual(sent, all("a", range(1_000)));
  equal(outbox.isEmpty, true);
});

Deno.test("a message to few does not overtake one to many on its way", () => {
  const { outbox, post, sent } = setup();
  post("long", range(150));
  post("short", [0]);
  deepEqual(sent, []);
  outbox.drain(0);
  deepEqual(of(sent, 0), ["long>0", "short>0"]);
});

Deno.test("draining all sends what waits, each target's in its order, and then nothing is left", () => {
  const { outbox, post, sent } = setup();
  post("a", range(150));
  post("b", range(150));
  outbox.drainAll();
  for (const target of range(150)) deepEqual(of(sent, target), [`a>${target}`, `b>${target}`]);
  equal(sent.length, 300);
  outbox.drainAll();
  equal(sent.length, 300);
});

Deno.test("a target that joins while a message is on its way is not sent it", () => {
  const { outbox } = setup();
  const targets = new Set(range(150));
  const sent: number[] = [];
  outbox.post(targets, (target) => sent.push(target));
  targets.add(999);
  targets.delete(149);
  outbox.drainAll();
  deepEqual(sent.toSorted((a, b) => a - b), range(150));
});

Deno.test("what is posted while a phase is drained comes behind", () => {
  const { outbox } = setup();
  const sent: string[] = [];
  outbox.post(new Set(range(150)), (target) => {
    sent.push(`a>${target}`);
    if (target === 10) outbox.post(new Set([0]), () => sent.push("b>0"));
  });
  outbox.drain(0);
  deepEqual(of(sent, 0), ["a>0", "b>0"]);
  outbox.drainAll();
  equal(outbox.isEmpty, true);
});

for (const count of [3, 150]) {
  Deno.test(`one of ${count} that cannot be sent to keeps no other from it, and is told`, () => {
    const { outbox } = setup();
    const sent: number[] = [];
    const post = () =>
      outbox.post(new Set(range(count)), (target) => {
        if (target === 1) throw new Error("broken");
        sent.push(target);
      });
    throws(() => {
      post();
      outbox.drainAll();
    }, /broken/);
    outbox.drainAll();
    deepEqual(
      sent.toSorted((a, b) => a - b),
      range(count).filter((target) => target !== 1),
    );
  });
}

type Step = { post: number } | { drain: number } | "all";

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ post: fc.integer({ min: 0, max: 230 }) }),
    fc.record({ drain: fc.nat(phaseCount - 1) }),
    fc.constant("all" as const),
  ),
  { maxLength: 40 },
);

Deno.test("whatever is posted and drained, each target gets each message once, in order", () => {
  fc.assert(fc.property(steps, (taken) => {
    const { outbox, post, sent } = setup();
    const expected = new Map<number, string[]>();
    taken.forEach((step, i) => {
      if (step === "all") outbox.drainAll();
      else if ("drain" in step) outbox.drain(step.drain);
      else {
        const targets = range(step.post);
        post(String(i), targets);
        for (const target of targets) {
          expected.set(target, [...expected.get(target) ?? [], `${i}>${target}`]);
        }
      }
      if (step === "all") equal(outbox.isEmpty, true);
    });
    outbox.drainAll();
    for (const [target, messages] of expected) deepEqual(of(sent, target), messages);
    equal(sent.length, [...expected.values()].flat().length);
    equal(outbox.isEmpty, true);
  }));
});
