import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { createEventLog } from "../../lib/live/event_log.ts";

const event = (atMs = 0) => ({ channel: "signals" as const, atMs, match: {}, json: "1" });

Deno.test("a log never holds more than its count, and lists exactly what came after a number", () => {
  fc.assert(fc.property(
    fc.array(fc.boolean(), { maxLength: 200 }),
    fc.integer({ min: 0, max: 220 }),
    (steps, after) => {
      const log = createEventLog({ epoch: "e", countMax: 50 });
      const numbers: number[] = [];
      for (const isEvent of steps) {
        if (isEvent) numbers.push(log.append(event()).n);
        else log.take();
      }
      equal(log.size(), Math.min(50, numbers.length));
      equal(log.head(), steps.length);
      const listed = log.listAfter(after);
      const lost = numbers.slice(0, -50).some((n) => n > after);
      deepEqual(listed && listed.map(({ n }) => n), lost ? null : numbers.filter((n) => n > after));
    },
  ));
});

Deno.test("a trimmed log that lost thousands of events still lists the rest", () => {
  const log = createEventLog({ epoch: "e", ageMaxMs: 10 });
  for (let i = 0; i < 5_000; i++) log.append(event(i));
  log.trim(5_000);
  equal(log.size(), 10);
  deepEqual(log.listAfter(4_997)!.map(({ n }) => n), [4_998, 4_999, 5_000]);
  equal(log.listAfter(1), null);
});

Deno.test("an id of an epoch with dashes is read back", () => {
  const log = createEventLog({ epoch: "a-b" });
  log.append(event());
  deepEqual([log.parseId("a-b-1"), log.parseId("a-b-2"), log.parseId("b-1")], [1, null, null]);
});
