/** The ledger's sums and the borders of holes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { barQualities, toBarColumns } from "../../lib/market/mod.ts";
import { createHole, getHoleBorders, isMended, mendHole } from "../../lib/pipeline/holes.ts";
import { countBars, createLedger, noteBar, readLedger } from "../../lib/pipeline/ledger.ts";
import { aBar, DAY_MS, MINUTE_MS } from "../support/market.ts";

Deno.test("expected is always the sum of received, repaired, filled and missing", () => {
  const notes = fc.uniqueArray(
    fc.record({ minute: fc.nat(500), quality: fc.constantFrom(...barQualities) }),
    { selector: (note) => note.minute, minLength: 1 },
  );
  fc.assert(fc.property(notes, (list) => {
    const ledger = createLedger(MINUTE_MS);
    const times = list.map(({ minute }) => DAY_MS + minute * MINUTE_MS);
    list.forEach(({ quality }, i) => noteBar(ledger, times[i]!, quality, null));
    const row = readLedger(ledger);
    assert.equal(row.expected, row.received + row.repaired + row.filled + row.missing);
    assert.equal(row.missing, row.expected - list.length);
    const bars = list.map(({ quality }, i) => aBar({ time: times[i]!, quality }));
    assert.deepEqual(readLedger(countBars(MINUTE_MS, toBarColumns(bars))), row);
  }));
});

Deno.test("a replaced bar is counted once", () => {
  const ledger = createLedger(MINUTE_MS);
  noteBar(ledger, DAY_MS, "filled", null);
  noteBar(ledger, DAY_MS, "observed", "filled");
  assert.deepEqual([readLedger(ledger).received, readLedger(ledger).filled], [1, 0]);
});

Deno.test("an empty ledger expects nothing", () => {
  assert.equal(readLedger(createLedger(MINUTE_MS)).expected, 0);
});

const at = (minute: number) => DAY_MS + minute * MINUTE_MS;
const rows = [
  {
    name: "an open end, up to the newest ended minute",
    to: null,
    mended: [],
    until: 3.5,
    expected: [0, 3],
  },
  { name: "nothing that has not ended", to: null, mended: [], until: 0.5, expected: null },
  { name: "a bounded hole", to: 5, mended: [], until: 9, expected: [0, 5] },
  { name: "what is left of its start", to: 5, mended: [0, 1], until: 9, expected: [2, 5] },
  { name: "what is left of its end", to: 5, mended: [4, 3], until: 9, expected: [0, 3] },
  { name: "a mended middle again", to: 5, mended: [2], until: 9, expected: [0, 5] },
  { name: "nothing of a mended hole", to: 2, mended: [0, 1], until: 9, expected: null },
];

for (const { name, to, mended, until, expected } of rows) {
  Deno.test(`getHoleBorders returns ${name}`, () => {
    const hole = createHole(at(0), { reason: "x", seenMs: at(0), to: to === null ? null : at(to) });
    for (const minute of mended) assert.ok(mendHole(hole, at(minute)));
    assert.equal(mendHole(hole, at(-1)), false);
    assert.deepEqual(
      getHoleBorders(hole, MINUTE_MS, at(until)),
      expected && { from: at(expected[0]!), to: at(expected[1]!) },
    );
    assert.equal(isMended(hole, MINUTE_MS), to !== null && mended.length === to);
  });
}
