import assert from "node:assert/strict";
import fc from "fast-check";
import { divideRing, placeDots } from "../../lib/chart/plots.ts";

Deno.test("parts of a ring follow each other and make the whole", () => {
  assert.deepEqual(divideRing([1, 3]), [{ start: 0, share: 0.25 }, { start: 0.25, share: 0.75 }]);
  assert.deepEqual(divideRing([]), []);
  assert.deepEqual(divideRing([0, NaN, -1]).map(({ share }) => share), [0, 0, 0]);
  fc.assert(fc.property(fc.array(fc.double(), { minLength: 1 }), (values) => {
    const parts = divideRing(values);
    const sum = parts.reduce((total, { share }) => total + share, 0);
    const hasAny = values.some((value) => Number.isFinite(value) && value > 0);
    assert.ok(Math.abs(sum - (hasAny ? 1 : 0)) < 1e-9, String(sum));
    for (const [i, { start, share }] of parts.entries()) {
      assert.ok(share >= 0 && start >= 0 && start <= 1 + 1e-9);
      assert.equal(start, i === 0 ? 0 : parts[i - 1]!.start + parts[i - 1]!.share);
    }
  }));
});

const box = { width: 100, height: 50, padding: 10 };

Deno.test("dots lie in their box, later to the right and more higher up", () => {
  const field = placeDots([{ x: 0, y: 1 }, { x: 10, y: 4 }, { x: 5, y: 2.5 }], box, 1)!;
  assert.deepEqual(field.dots.map(({ x, y }) => [x, y]), [[10, 40], [90, 10], [50, 25]]);
  assert.deepEqual([field.left, field.right, field.bottom, field.top], [0, 10, 1, 4]);
  assert.equal(placeDots([], box, 1), null);
  assert.equal(placeDots([{ x: NaN, y: 1 }, { x: 1, y: Infinity }], box, 1), null);
});

Deno.test("whatever the values, every dot stays in the box", () => {
  const value = fc.oneof(fc.double({ min: -1e12, max: 1e12 }), fc.constantFrom(NaN, Infinity, 0));
  fc.assert(fc.property(fc.array(fc.record({ x: value, y: value })), (rows) => {
    for (const { x, y } of placeDots(rows, box, 0)?.dots ?? []) {
      assert.ok(x >= 10 && x <= 90 && y >= 10 && y <= 40, `${x} ${y}`);
    }
  }));
});
