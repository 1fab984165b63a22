import { deepEqual, equal } from "node:assert/strict";
import { createUpcoming, type Maker } from "../../lib/cache/upcoming.ts";

const aMaker = (id: string): Maker => ({
  id,
  family: "f",
  name: id,
  make: () => Promise.resolve(id),
});
const none = () => 0;
const idsOf = (makers: readonly Maker[]) => makers.map(({ id }) => id);

Deno.test("CACHE-03 wanted is what was dropped after it was asked for, then what is asked for often", () => {
  const upcoming = createUpcoming();
  for (const id of ["a", "b", "c"]) upcoming.note(aMaker(id));
  deepEqual(idsOf(upcoming.listWanted(none)), []);
  upcoming.noteAhead("c"); // its one request was paid back
  for (const id of ["b", "c"]) upcoming.noteDropped(id);
  upcoming.noteDropped("unknown");
  const often = (id: string) => id === "a" ? 2 : 1;
  deepEqual(idsOf(upcoming.listWanted(often)), ["b", "a"]);
  upcoming.settle("b");
  deepEqual(idsOf(upcoming.listWanted(often)), ["a"]);
});

Deno.test("CACHE-03 the newest way to make an answer is the one that is used", async () => {
  const upcoming = createUpcoming();
  upcoming.note(aMaker("a"));
  upcoming.note({ ...aMaker("a"), make: () => Promise.resolve("newer") });
  equal(await upcoming.listWanted(() => 2)[0]!.make(), "newer");
});

Deno.test("CACHE-03 each request pays for one making ahead, and three are saved up at most", () => {
  const upcoming = createUpcoming();
  for (let i = 0; i < 10; i++) upcoming.note(aMaker("a"));
  for (let made = 0; made < 3; made++) {
    upcoming.noteDropped("a");
    equal(upcoming.listWanted(none).length, 1, `${made} made`);
    upcoming.noteAhead("a");
    upcoming.settle("a");
  }
  upcoming.noteDropped("a");
  deepEqual(upcoming.listWanted(none), []);
  upcoming.noteAhead("a"); // no debt
  upcoming.note(aMaker("a"));
  upcoming.noteDropped("a");
  equal(upcoming.listWanted(none).length, 1);
});

Deno.test("a failure is remembered until it is old or the answer was made", () => {
  const upcoming = createUpcoming();
  upcoming.note(aMaker("a"));
  equal(upcoming.hasFailed("a", 0), false);
  upcoming.noteFailed("a", 1_000);
  equal(upcoming.hasFailed("a", 999), true);
  equal(upcoming.hasFailed("a", 1_000), false);
  upcoming.settle("a");
  equal(upcoming.hasFailed("a", 999), false);
});

Deno.test("CACHE-06 makers that nobody asked for lately are forgotten", () => {
  const upcoming = createUpcoming();
  upcoming.note(aMaker("first"));
  upcoming.noteDropped("first");
  upcoming.noteFailed("first", 1_000);
  for (let i = 0; i < 1_000; i++) upcoming.note(aMaker(`n${i}`));
  equal(upcoming.listWanted(() => 2).length, 1_000);
  equal(idsOf(upcoming.listWanted(() => 2)).includes("first"), false);
  equal(upcoming.hasFailed("first", 0), false);
});
