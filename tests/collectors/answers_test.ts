import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import {
  amount,
  decimal,
  epochSeconds,
  figure,
  idText,
  isoTime,
  readAnswer,
  readRows,
  splitPieces,
  toPercent,
} from "../../collectors/sources/answers.ts";
import { SourceParseError } from "../../collectors/source.ts";

const name = { source: "A source", what: "rows" };

const decimals: [unknown, number | null][] = [
  [1.5, 1.5],
  ["1.5", 1.5],
  ["-.5", -0.5],
  ["1e-7", 1e-7],
  ["126209687895.026510664421836369", 126209687895.02651],
  ["", null],
  [" 1", null],
  ["0x10", null],
  ["1,5", null],
  ["1e999", null],
  [1e31, null],
  [NaN, null],
  [Infinity, null],
  ["NaN", null],
  [null, null],
  [true, null],
  [[1], null],
];
for (const [value, wanted] of decimals) {
  Deno.test(`${JSON.stringify(value)} as a decimal is ${wanted ?? "refused"}`, () => {
    const read = decimal.safeParse(value);
    equal(read.success, wanted !== null);
    if (read.success) equal(read.data, wanted);
  });
}

Deno.test("a figure may be missing, an amount is never negative, an id may be a number", () => {
  deepEqual([figure.parse(null), figure.parse(undefined), figure.parse("-2")], [null, null, -2]);
  deepEqual([amount.parse(null), amount.parse(0)], [null, 0]);
  equal(amount.safeParse(-1).success, false);
  deepEqual([idText.parse(14), idText.parse("14")], ["14", "14"]);
  for (const id of ["", 1.5, null, {}]) equal(idText.safeParse(id).success, false);
});

Deno.test("times are of our century, as ISO text with a zone or as seconds", () => {
  equal(isoTime.parse("2026-09-24T16:02:00.000Z"), Date.UTC(2026, 8, 24, 16, 2));
  equal(isoTime.parse("2026-09-24T18:02:00+02:00"), Date.UTC(2026, 8, 24, 16, 2));
  for (const text of ["2026-09-24", "2026-09-24T16:02:00", "0001-01-01T00:00:00Z", "now", 5]) {
    equal(isoTime.safeParse(text).success, false, String(text));
  }
  deepEqual([epochSeconds.parse("1541203200"), epochSeconds.parse(1541203200)], [
    1541203200000,
    1541203200000,
  ]);
  for (const value of [1541203200000, "1541203200.5", -1, 0, "", null]) {
    equal(epochSeconds.safeParse(value).success, false, String(value));
  }
});

Deno.test("an answer says where it is wrong, and an error body says its words", () => {
  const schema = z.object({ a: z.object({ b: z.number() }) });
  throws(() => readAnswer(schema, { a: { b: "x" } }, name), /A source: it must hold rows.*a\.b/);
  throws(() => readAnswer(schema, null, name), /wrong at the top/);
  throws(() => readAnswer(schema, { error: "no such thing" }, name), /an error \(no such thing\)/);
  const long = { error: "x".repeat(10_000) };
  throws(() => readAnswer(schema, long, name), (error: Error) => error.message.length < 400);
});

Deno.test("of many rows a tenth may be unusable, no more", () => {
  const rows = fc.array(fc.oneof(fc.integer(), fc.constant("bad")), { maxLength: 60 });
  fc.assert(fc.property(rows, (list) => {
    const bad = list.filter((row) => row === "bad").length;
    const good = list.filter((row) => row !== "bad");
    if (bad > list.length * 0.1) {
      throws(() => readRows(z.number(), list, name), SourceParseError);
    } else deepEqual(readRows(z.number(), list, name), good);
  }));
});

Deno.test("a fraction becomes percent without dust", () => {
  deepEqual([-0.0033, 0.07, 1, 0, null].map(toPercent), [-0.33, 7, 100, 0, null]);
});

Deno.test("pieces hold everything once, in order, none too long", () => {
  fc.assert(fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (items, size) => {
    const pieces = splitPieces(items, size);
    deepEqual(pieces.flat(), items);
    ok(pieces.every((piece) => piece.length > 0 && piece.length <= size));
  }));
});
