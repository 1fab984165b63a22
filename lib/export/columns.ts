/**
 * Tables on their way out: typed columns, rows of cells.
 *
 * @module
 */

/**
 * What a column holds. `decimal` are exact decimal texts such as `0.00012`, `time` epoch ms,
 * `integer` whole numbers that a float holds.
 */
export type ColumnType = "text" | "number" | "integer" | "decimal" | "time" | "boolean";

/** One column; names are unique in a table. */
export interface ExportColumn {
  name: string;
  type: ColumnType;
}

/** A cell fits the type of its column; null for nothing. NaN and infinities count as nothing. */
export type ExportCell = string | number | boolean | null;

/** Cells in the order of the columns. */
export type ExportRow = readonly ExportCell[];

/** Rows that come one by one. */
export type ExportRows = AsyncIterable<ExportRow> | Iterable<ExportRow>;

/** Turns rows into bytes, a piece at a time. */
export interface RowEncoder {
  add(row: ExportRow): void;
  /** Returns what is ready once enough of it is; null before. */
  take(): Uint8Array | null;
  /** Returns the rest; nothing may be added after it. */
  finish(): Uint8Array;
}

/** Says whether a cell has a value that can be written. */
export function hasValue(cell: ExportCell | undefined): cell is string | number | boolean {
  if (cell === null || cell === undefined) return false;
  return typeof cell !== "number" || Number.isFinite(cell);
}
