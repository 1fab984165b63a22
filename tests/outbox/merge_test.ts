import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { hasFields, isEqual, mergeFields } from "../../lib/outbox/merge.ts";
import type { Fields } from "../../lib/outbox/types.ts";

const cases: [name: string, base: unknown, mine: unknown, theirs: unknown, want: unknown][] = [
  ["nobody changed it", 1, 1, 1, 1],
  ["we changed it", 1, 2, 1, 2],
  ["they changed it", 1, 1, 3, 3],
  ["both changed it alike", 1, 2, 2, 2],
  ["we emptied it", "x", null, "x", null],
  ["they emptied it", "x", "x", null, null],
  ["objects in another order of fields", { a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1, b: 3 }, {
    a: 1,
    b: 3,
  }],
  ["both added to a list", ["a"], ["a", "m"], ["a", "t"], ["a", "t", "m"]],
  ["both added the same", ["a"], ["a", "m"], ["a", "m", "t"], ["a", "m", "t"]],
  ["we removed, they added", ["a", "b"], ["b"], ["a", "b", "t"], ["b", "t"]],
  ["they removed, we added", ["a", "b"], ["a", "b", "m"], ["b"], ["b", "m"]],
  ["both removed the same", ["a", "b"], ["b"], ["b"], ["b"]],
];
for (const [name, base, mine, theirs, want] of cases) {
  Deno.test(`a field is merged: ${name}`, () => {
    const { fields, clashes } = mergeFields({ f: base }, { f: mine }, { f: theirs });
    deepEqual(clashes, []);
    deepEqual(fields, { f: want });
  });
}

const clashing: [name: string, base: Fields | null, mine: unknown, theirs: unknown][] = [
  ["both set another number", { f: 1 }, 2, 3],
  ["we set it, they emptied it", { f: 1 }, 2, null],
  ["lists with repetitions", { f: ["a", "a"] }, ["a"], ["a", "b"]],
  ["lists of what is no text", { f: [1] }, [1, 2], [1, 3]],
  ["a list here, a text there", { f: ["a"] }, ["a", "b"], "a"],
  ["objects changed both ways", { f: { a: 1 } }, { a: 2 }, { a: 3 }],
  ["no common past", null, ["m"], ["t"]],
];
for (const [name, base, mine, theirs] of clashing) {
  Deno.test(`a field clashes: ${name}`, () => {
    const { fields, clashes } = mergeFields(base, { f: mine }, { f: theirs });
    deepEqual(clashes, [{ field: "f", base: base?.f, mine, theirs }]);
    deepEqual(fields, { f: mine });
  });
}

Deno.test("fields that only the server sets are left to it", () => {
  const { fields } = mergeFields({ f: 1, revision: 1 }, { f: 2 }, { f: 1, revision: 9, extra: 0 });
  deepEqual(fields, { f: 2 });
});

Deno.test("without a common past what is alike on both sides is no clash", () => {
  deepEqual(mergeFields(null, { f: ["a"] }, { f: ["a"], g: 1 }).clashes, []);
});

const value = fc.jsonValue({ maxDepth: 2 });
const record = fc.record({ a: value, b: value, c: fc.uniqueArray(fc.string({ maxLength: 3 })) });

Deno.test("whoever changed nothing gets the other side, whole", () => {
  fc.assert(fc.property(record, record, (base, other) => {
    const taken = mergeFields(base, base, other);
    deepEqual(taken.clashes, []);
    equal(isEqual(taken.fields, other), true);
    const given = mergeFields(base, other, base);
    deepEqual(given.clashes, []);
    equal(isEqual(given.fields, other), true);
  }));
});

Deno.test("which side is called ours decides nothing but the order of lists", () => {
  fc.assert(fc.property(record, record, record, (base, mine, theirs) => {
    const one = mergeFields(base, mine, theirs);
    const other = mergeFields(base, theirs, mine);
    deepEqual(one.clashes.map(({ field }) => field), other.clashes.map(({ field }) => field));
    if (one.clashes.some(({ field }) => field === "c")) return;
    const sort = (list: unknown) => [...list as string[]].sort();
    deepEqual(sort(one.fields.c), sort(other.fields.c));
  }));
});

Deno.test("equality is that of JSON", () => {
  fc.assert(fc.property(value, (one) => {
    equal(isEqual(one, JSON.parse(JSON.stringify(one))), true);
  }));
  equal(isEqual({ a: undefined }, {}), true);
  equal(isEqual([], {}), false);
  equal(isEqual({ a: 1 }, { b: 1 }), false);
  equal(isEqual(null, {}), false);
  equal(hasFields({ a: [1], b: 2 }, { a: [1] }), true);
  equal(hasFields({ a: [1] }, { a: [1], b: null }), false);
});
