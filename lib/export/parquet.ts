/**
 * Rows as Parquet: groups of rows that are written as they fill up, so that a file of any length
 * needs the memory of one group.
 *
 * @module
 */
import { ByteWriter, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { assert, AssertionError } from "../assert.ts";
import {
  type ColumnType,
  type ExportCell,
  type ExportColumn,
  hasValue,
  type RowEncoder,
} from "./columns.ts";

/** Rows of a group: few, since the writer makes several copies of one before it is written. */
const groupRows = 2_048;

/** How each type is stored; exact decimals as text, since they have as many digits as they want. */
const elements: Record<ColumnType, Omit<SchemaElement, "name">> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  decimal: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  number: { type: "DOUBLE" },
  integer: { type: "INT64" },
  time: {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
  boolean: { type: "BOOLEAN" },
};

/** Encodings that need no table of distinct values, where such a table rarely pays. */
const encodings: Partial<Record<ColumnType, "PLAIN" | "DELTA_BINARY_PACKED">> = {
  number: "PLAIN",
  integer: "DELTA_BINARY_PACKED",
  time: "DELTA_BINARY_PACKED",
};

/** The writer's buffer, emptied after each group. */
class PieceWriter extends ByteWriter {
  /** Returns what was written since the last time. */
  takeBytes(): Uint8Array {
    const bytes = this.getBytes().slice();
    this.index = 0;
    return bytes;
  }
}

/**
 * Encodes rows as Parquet, version 2 pages, compressed by Snappy; every column may hold nulls, times
 * are UTC timestamps in milliseconds, exact decimals texts.
 */
export function createParquetEncoder(columns: readonly ExportColumn[]): RowEncoder {
  assert(columns.length > 0, "Cannot write Parquet: at least one column is required");
  const writer = new PieceWriter(1 << 20);
  const schema: SchemaElement[] = [
    { name: "root", num_children: columns.length },
    ...columns.map(({ name, type }): SchemaElement => ({
      name,
      repetition_type: "OPTIONAL",
      ...elements[type],
    })),
  ];
  const parquet = new ParquetWriter({ writer, schema, createdBy: "CryptoIntel" });
  const buffers = columns.map(createBuffer);
  let count = 0;
  const writeGroup = () => {
    const columnData = columns.map(({ name, type }, i) => ({
      name,
      data: buffers[i]!.take(count),
      encoding: encodings[type],
      // Readers skip groups by their times; for the rest, figures of each group only cost room.
      statistics: type === "time",
    }));
    if (count > 0) parquet.write({ columnData, rowGroupSize: groupRows });
    count = 0;
  };
  return {
    add(row) {
      for (let i = 0; i < columns.length; i++) buffers[i]!.put(count, row[i]);
      count++;
      if (count === groupRows) writeGroup();
    },
    take: () => writer.index === 0 || count > 0 ? null : writer.takeBytes(),
    finish() {
      writeGroup();
      parquet.finish();
      const bytes = writer.takeBytes();
      return parquet.num_rows === 0n ? mendEmptyFile(bytes) : bytes;
    },
  };
}

/** In the footer: no rows, then no row groups, as a list of no type and of structs, then a text. */
const emptyGroups = {
  written: [0x16, 0x00, 0x19, 0x00, 0x28],
  right: [0x16, 0x00, 0x19, 0x0c, 0x28],
};

/**
 * Mends a file without rows: the library writes an empty list of row groups as one without a type, which
 * stricter readers (Arrow's) refuse.
 */
function mendEmptyFile(bytes: Uint8Array): Uint8Array {
  const { written, right } = emptyGroups;
  const at = bytes.findLastIndex((_, i) => written.every((byte, j) => bytes[i + j] === byte));
  assert(at >= 0, "Cannot write Parquet without rows: a footer with an empty list is required");
  bytes.set(right, at);
  return bytes;
}

/** The cells of one column in a group. */
interface ColumnBuffer {
  put(index: number, cell: ExportCell | undefined): void;
  /** Returns the first `count` cells, null for nothing. */
  take(count: number): ColumnData;
}

type ColumnData = Float64Array | BigInt64Array | unknown[];

/** Numbers stay in one typed array for the whole file; only a group with holes is copied. */
function createBuffer(column: ExportColumn): ColumnBuffer {
  const { type } = column;
  if (type === "number") {
    return createTypedBuffer(new Float64Array(groupRows), (cell) => Number(cell));
  }
  if (type === "integer" || type === "time") {
    return createTypedBuffer(new BigInt64Array(groupRows), (cell) => toWhole(column, cell));
  }
  const cells: unknown[] = [];
  return {
    put(index, cell) {
      if (!hasValue(cell)) cells[index] = null;
      else cells[index] = type === "boolean" ? Boolean(cell) : String(cell);
    },
    take: (count) => cells.splice(0, count),
  };
}

function createTypedBuffer<T extends number | bigint>(
  cells: { [index: number]: T; subarray(from: number, to: number): ColumnData & Iterable<T> },
  toStored: (cell: string | number | boolean) => T,
): ColumnBuffer {
  const holes = new Set<number>();
  return {
    put(index, cell) {
      if (hasValue(cell)) cells[index] = toStored(cell);
      else holes.add(index);
    },
    take(count) {
      const taken = cells.subarray(0, count);
      if (holes.size === 0) return taken;
      const withHoles = Array.from<T, T | null>(taken, (cell, i) => holes.has(i) ? null : cell);
      holes.clear();
      return withHoles;
    },
  };
}

function toWhole({ name }: ExportColumn, cell: string | number | boolean): bigint {
  // A message made ahead for each of a million cells would be most of the memory of an export.
  if (Number.isSafeInteger(cell)) return BigInt(cell);
  throw new AssertionError(`Cannot write column ${name}: a whole number is required, was ${cell}`);
}
