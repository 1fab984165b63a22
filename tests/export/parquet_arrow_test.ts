/**
 * Parquet of ours in a second reader, Arrow's in Rust, which shares nothing with the first.
 *
 * Arrow reads the file and writes it anew by its own schema; what hyparquet finds in that has to be
 * what was exported.
 */
import { deepEqual, throws } from "node:assert/strict";
import { readParquet, writeParquet } from "parquet-wasm";
import type { ExportRow } from "../../lib/export/mod.ts";
import { makeTableRow, readRows, tableColumns, tableStart, writeRows } from "../support/parquet.ts";

function throughArrow(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(writeParquet(readParquet(bytes)));
}

for (const count of [0, 1, 2_048, 2_049, 10_000]) {
  Deno.test(`Arrow reads ${count} rows as they were written`, async () => {
    const rows = Array.from({ length: count }, (_, i) => makeTableRow(i));
    deepEqual(await readRows(throughArrow(await writeRows(rows))), rows);
  });
}

const none = tableColumns.map(() => null);
const extremes: { name: string; rows: ExportRow[]; expected?: ExportRow[] }[] = [
  {
    name: "nothing",
    rows: [[null, NaN, null, null, null, null], [], [tableStart, Infinity, 1, "1", false, ""]],
    expected: [none, none, [tableStart, null, 1, "1", false, ""]],
  },
  {
    name: "extremes",
    rows: [
      [0, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, "9".repeat(60), true, "x".repeat(100_000)],
      [8.64e15, 5e-324, Number.MIN_SAFE_INTEGER, "-0.1", false, "\u0000\ud83d\ude80"],
    ],
  },
];
for (const { name, rows, expected = rows } of extremes) {
  Deno.test(`Arrow reads ${name} as it was written`, async () => {
    deepEqual(await readRows(throughArrow(await writeRows(rows))), expected);
  });
}

Deno.test("Arrow refuses a file cut short", async () => {
  const bytes = await writeRows([makeTableRow(1)]);
  throws(() => readParquet(bytes.slice(0, -20)));
});
