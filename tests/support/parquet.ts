/** Tables as Parquet files, and back by hyparquet. */
import { parquetReadObjects } from "hyparquet";
import { type ExportColumn, type ExportRow, exportRows } from "../../lib/export/mod.ts";

/** A column of each type. */
export const tableColumns: ExportColumn[] = [
  { name: "time", type: "time" },
  { name: "close", type: "number" },
  { name: "count", type: "integer" },
  { name: "amount", type: "decimal" },
  { name: "closed", type: "boolean" },
  { name: "note", type: "text" },
];
/** Time of the first row. */
export const tableStart = Date.UTC(2024, 0, 1);
/** Row number `i`, with holes. */
export const makeTableRow = (i: number): ExportRow => [
  tableStart + i * 60_000,
  i % 11 === 0 ? null : i / 3,
  i * 1_000_003,
  `0.${String(i).padStart(18, "0")}`,
  i % 2 === 0,
  i % 5 === 0 ? null : ["ş₿", "", "observed", "'=1"][i % 4]!,
];

/** Writes rows as a whole Parquet file. */
export async function writeRows(rows: Iterable<ExportRow>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(exportRows("parquet", tableColumns, rows)).bytes();
}

/** Rows as hyparquet reads them, cells as they were given. */
export async function readRows(bytes: Uint8Array<ArrayBuffer>): Promise<unknown[][]> {
  const objects = await parquetReadObjects({ file: bytes.buffer });
  return objects.map((object) =>
    tableColumns.map(({ name }) => {
      const cell: unknown = object[name] ?? null;
      if (cell instanceof Date) return cell.getTime();
      return typeof cell === "bigint" ? Number(cell) : cell;
    })
  );
}
