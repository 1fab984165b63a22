/** Parquet of ours as hyparquet reads it; Arrow's reader has a file of its own. */
import { deepEqual, rejects } from "node:assert/strict";
import { parquetMetadataAsync } from "hyparquet";
import type { ExportRow } from "../../lib/export/mod.ts";
import { makeTableRow, readRows, tableColumns, tableStart, writeRows } from "../support/parquet.ts";

for (const count of [0, 1, 5, 2_047, 2_048, 2_049, 40_000]) {
  Deno.test(`${count} rows are read as they were written`, async () => {
    const rows = Array.from({ length: count }, (_, i) => makeTableRow(i));
    const bytes = await writeRows(rows);
    deepEqual(await readRows(bytes), rows);
  });
}

Deno.test("columns have the types that their table promises", async () => {
  const bytes = await writeRows([makeTableRow(1)]);
  const { schema } = await parquetMetadataAsync(bytes.buffer);
  deepEqual(
    schema.slice(1).map(({ name, type, converted_type, repetition_type }) => [
      name,
      type,
      converted_type,
      repetition_type,
    ]),
    [
      ["time", "INT64", "TIMESTAMP_MILLIS", "OPTIONAL"],
      ["close", "DOUBLE", undefined, "OPTIONAL"],
      ["count", "INT64", undefined, "OPTIONAL"],
      ["amount", "BYTE_ARRAY", "UTF8", "OPTIONAL"],
      ["closed", "BOOLEAN", undefined, "OPTIONAL"],
      ["note", "BYTE_ARRAY", "UTF8", "OPTIONAL"],
    ],
  );
});

Deno.test("rows come in groups, so that no reader and no writer needs them all at once", async () => {
  const { row_groups, num_rows } = await parquetMetadataAsync(
    (await writeRows(Array.from({ length: 5_000 }, (_, i) => makeTableRow(i)))).buffer,
  );
  deepEqual([num_rows, row_groups.map((group) => Number(group.num_rows))], [
    5_000n,
    [2_048, 2_048, 904],
  ]);
});

Deno.test("nothing but nothing, NaN and infinities are nulls", async () => {
  const rows: ExportRow[] = [[null, NaN, null, null, null, null], [], [
    tableStart,
    Infinity,
    1,
    "1",
    false,
    "",
  ]];
  const bytes = await writeRows(rows);
  const none = tableColumns.map(() => null);
  const expected = [none, none, [tableStart, null, 1, "1", false, ""]];
  deepEqual(await readRows(bytes), expected);
});

Deno.test("extremes of each type survive", async () => {
  const rows: ExportRow[] = [
    [0, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, "9".repeat(60), true, "x".repeat(100_000)],
    [8.64e15, 5e-324, Number.MIN_SAFE_INTEGER, "-0.1", false, "\u0000\ud83d\ude80"],
  ];
  const bytes = await writeRows(rows);
  deepEqual(await readRows(bytes), rows);
});

Deno.test("a fraction among whole numbers is our own mistake and told as one", async () => {
  await rejects(
    writeRows([[tableStart, 1, 1.5, "1", true, ""]]),
    /Cannot write column count: a whole number/,
  );
});

Deno.test("a file cut short does not open", async () => {
  const bytes = await writeRows(Array.from({ length: 100 }, (_, i) => makeTableRow(i)));
  const cut = bytes.slice(0, bytes.length - 20);
  await rejects(parquetMetadataAsync(cut.buffer));
});
