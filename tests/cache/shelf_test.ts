import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { createShelf } from "../../lib/cache/shelf.ts";

/** A thing that writes down how it left. */
const aThing = (bytes: number, left: boolean[] = []) => ({
  bytes,
  onLeave: (isEvicted: boolean) => void left.push(isEvicted),
});

Deno.test("CACHE-06 the thing used longest ago leaves first, and is told so", () => {
  const shelf = createShelf(10);
  const left: Record<string, boolean[]> = { a: [], b: [], c: [] };
  for (const name of ["a", "b"]) shelf.put(name, aThing(5, left[name]));
  shelf.use("a");
  shelf.peek("b"); // to look is not to use
  shelf.use("unknown");
  equal(shelf.put("c", aThing(5, left.c)), true);
  deepEqual(shelf.list().map(([id]) => id), ["a", "c"]);
  deepEqual(left, { a: [], b: [true], c: [] });
  shelf.remove("a");
  shelf.remove("a");
  deepEqual(left.a, [false]);
});

Deno.test("CACHE-06 what is larger than the shelf takes nobody's place, and its older self is gone", () => {
  const shelf = createShelf(10);
  const left: boolean[] = [];
  shelf.put("a", aThing(4, left));
  shelf.put("b", aThing(6));
  equal(shelf.put("a", aThing(11)), false);
  deepEqual(shelf.list().map(([id]) => id), ["b"]);
  deepEqual(left, [false]);
});

Deno.test("CACHE-06 whatever is put, used and removed, the bytes on the shelf never exceed it", () => {
  const action = fc.tuple(fc.constantFrom("put", "use", "remove"), fc.nat(8), fc.nat(40));
  fc.assert(fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
    const shelf = createShelf(100);
    for (const [what, name, bytes] of actions) {
      if (what === "put") shelf.put(String(name), aThing(bytes));
      else if (what === "use") shelf.use(String(name));
      else shelf.remove(String(name));
      const held = shelf.list().reduce((sum, [, thing]) => sum + thing.bytes, 0);
      equal(held <= 100, true);
    }
  }));
});
