/**
 * Import with a look first: every row of a file as the activity it would become, or why not.
 *
 * @module
 */
import { BadRequestError } from "../contracts/errors.ts";
import type { ActivityRecord } from "../contracts/owned.ts";
import { parseCsv } from "./csv.ts";
import { type DecimalMark, findDecimalMark } from "./import_fields.ts";
import {
  type ColumnMapping,
  findFormat,
  findHeader,
  guessColumns,
  type ImportField,
  importFields,
  type RawActivity,
} from "./import_formats.ts";
import { type ActivityDraft, type ImportError, readActivity } from "./import_rows.ts";
import { activityKey, makeImportedId, makeReferences } from "./imports.ts";
import { readJsonRows } from "./import_json.ts";
import { decodeText, type TextEncoding } from "./text_encoding.ts";

/** One row and what becomes of it. */
export interface ImportRow {
  /** Line of a CSV file from 1, place of an entry of a JSON file from 1. */
  row: number;
  status: "new" | "duplicate" | "error";
  /** Null for an error. */
  activity: ActivityDraft | null;
  errors: ImportError[];
}

/** A file before it is imported. */
export interface ImportPreview {
  kind: "csv" | "json";
  encoding: TextEncoding;
  /** Nothing in the file proves its encoding: look at its texts. */
  isEncodingGuess: boolean;
  /** Name of a known format, or null. */
  format: string | null;
  headers: string[];
  mapping: ColumnMapping;
  decimalMark: DecimalMark | null;
  /** Fields without which no row can be read and that no column or default fills. */
  missing: ImportField[];
  rows: ImportRow[];
  counts: { new: number; duplicate: number; error: number };
}

/** What the importer is told besides the file. */
export interface ImportOptions {
  /** Replaces the guess, field by field. */
  mapping?: ColumnMapping;
  /** For rows that do not say it: exchange, currency, type. */
  defaults?: RawActivity;
  decimalMark?: DecimalMark;
  /** Keys (`activityKey`) of what the portfolio has already. */
  existing?: ReadonlySet<string>;
  /** Nothing later than this has happened yet, epoch ms. */
  nowMs: number;
}

/** A file as a table. */
interface Table {
  headers: string[];
  rows: { row: number; cells: string[] }[];
  delimiter: string;
}

/** Fields that every activity needs; the price only trades do, which each row tells. */
const needed: ImportField[] = ["type", "symbol", "timestamp"];

/** Rows among which the headers are looked for, as some exchanges write about the file first. */
const headerRows = 20;

/** Numbers that are looked at to tell the decimal mark. */
const numberFields: ImportField[] = ["quantity", "price", "fee"];

/**
 * Returns what importing a CSV or JSON file would do, changing nothing. Rows with a fault are told
 * with row, column, what was expected and what was given, and harm no other row.
 *
 * @throws {BadRequestError} If the file as a whole cannot be read.
 */
export function previewImport(bytes: Uint8Array, options: ImportOptions): ImportPreview {
  const { text, encoding, isGuess } = decodeText(bytes);
  const body = text.replace(/^\ufeff/, "");
  const kind = /^\s*[[{]/.test(body) ? "json" : "csv";
  const table = kind === "json" ? readJsonRows(body) : readCsvTable(body);
  const format = findFormat(table.headers);
  const mapping = { ...(format?.columns ?? guessColumns(table.headers)), ...options.mapping };
  const columns = findColumns(table.headers, mapping);
  const fixed = { ...options.defaults, ...format?.fixed };
  const decimalMark = kind === "json"
    ? "."
    : options.decimalMark ?? findDecimalMark(listNumbers(table, columns), table.delimiter);
  const missing = needed.filter((field) => columns[field] === undefined && !fixed[field]);
  const cellOf = (cells: readonly string[]) => (header: string) =>
    cells[findHeader(table.headers, header)] ?? "";
  const rows = missing.length > 0 ? [] : table.rows.map(({ row, cells }): ImportRow => {
    const raw: RawActivity = { ...fixed, ...pickCells(cells, columns) };
    const adapted = format?.adapt ? format.adapt(raw, cellOf(cells)) : raw;
    const { activity, errors } = readActivity(adapted, {
      decimalMark,
      nowMs: options.nowMs,
      columnOf: (field) => mapping[field] ?? field,
    });
    return { row, status: activity ? "new" : "error", activity, errors };
  });
  markDuplicates(rows, options.existing ?? new Set());
  return {
    kind,
    encoding,
    isEncodingGuess: isGuess,
    format: format?.name ?? null,
    headers: table.headers,
    mapping,
    decimalMark,
    missing,
    rows,
    counts: countRows(rows),
  };
}

/** Returns the records of a preview's new rows; ids are made of the import and the row. */
export function makeActivities(
  preview: ImportPreview,
  { importId, portfolioId, userId }: { importId: string; portfolioId: string; userId: string },
): ActivityRecord[] {
  const owner = { portfolioId, userId, importId, revision: 1 };
  return preview.rows.flatMap(({ row, status, activity }) =>
    status === "new" && activity
      ? [{ ...activity, id: makeImportedId(importId, row), ...owner }]
      : []
  );
}

function readCsvTable(text: string): Table {
  const { rows, delimiter } = parseCsv(text);
  const start = findHeaderRow(rows.slice(0, headerRows).map(({ cells }) => cells));
  const header = rows[start];
  if (!header) throw new BadRequestError("Cannot import this file: rows are required, was empty");
  const body = rows.slice(start + 1).map(({ line, cells }) => ({ row: line, cells }));
  return { headers: header.cells, rows: body, delimiter };
}

/** Returns the first row that a format knows, else the one with the most guessed columns. */
function findHeaderRow(rows: readonly string[][]): number {
  const known = rows.findIndex((cells) => findFormat(cells) !== null);
  if (known >= 0) return known;
  const counts = rows.map((cells) => Object.keys(guessColumns(cells)).length);
  return Math.max(0, counts.indexOf(Math.max(0, ...counts)));
}

type Columns = Partial<Record<ImportField, number>>;

function findColumns(headers: readonly string[], mapping: ColumnMapping): Columns {
  const columns: Columns = {};
  for (const field of importFields) {
    const index = findHeader(headers, mapping[field] ?? "");
    if (mapping[field] && index >= 0) columns[field] = index;
  }
  return columns;
}

function pickCells(cells: readonly string[], columns: Columns): RawActivity {
  const raw: RawActivity = {};
  for (const field of importFields) {
    const cell = columns[field] === undefined ? "" : cells[columns[field]] ?? "";
    if (cell !== "") raw[field] = cell;
  }
  return raw;
}

function* listNumbers(table: Table, columns: Columns): Generator<string> {
  for (const { cells } of table.rows) {
    for (const field of numberFields) yield cells[columns[field] ?? -1] ?? "";
  }
}

/** Gives each activity its reference, and marks those that are there or came before. */
function markDuplicates(rows: readonly ImportRow[], existing: ReadonlySet<string>): void {
  const fine = rows.filter((row) => row.activity !== null);
  makeReferences(fine.map(({ activity }) => activity!));
  const seen = new Set(existing);
  for (const row of fine) {
    const key = activityKey(row.activity!);
    if (seen.has(key)) row.status = "duplicate";
    seen.add(key);
  }
}

function countRows(rows: readonly ImportRow[]): ImportPreview["counts"] {
  const counts = { new: 0, duplicate: 0, error: 0 };
  for (const { status } of rows) counts[status]++;
  return counts;
}
