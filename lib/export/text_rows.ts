/**
 * Rows as CSV, NDJSON and JSON.
 *
 * @module
 */
import { type ExportCell, type ExportColumn, hasValue, type RowEncoder } from "./columns.ts";

/** Characters after which a piece is handed on. */
const pieceChars = 16_384;

/** What a spreadsheet takes for the beginning of a formula, the wide signs of Asia included. */
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;

/** Numbers that may begin with a minus. */
const plainNumber = /^-?\d+(\.\d+)?$/;

/** Collects text and hands it on in pieces. */
function createTextEncoder(
  { start, format, end }: {
    start: string;
    format: (row: readonly ExportCell[], isFirst: boolean) => string;
    end: string;
  },
): RowEncoder {
  const encoder = new TextEncoder();
  let text = start;
  let isFirst = true;
  const flush = () => {
    const bytes = encoder.encode(text);
    text = "";
    return bytes;
  };
  return {
    add(row) {
      text += format(row, isFirst);
      isFirst = false;
    },
    take: () => text.length < pieceChars ? null : flush(),
    finish() {
      text += end;
      return flush();
    },
  };
}

/**
 * Encodes rows as CSV: RFC 4180, UTF-8, comma, CRLF, a header; times as ISO 8601 in UTC, nothing as
 * an empty cell. Text that a spreadsheet would run as a formula gets an apostrophe before it.
 *
 * Source: RFC 4180; OWASP, "CSV Injection".
 */
export function createCsvEncoder(columns: readonly ExportColumn[]): RowEncoder {
  const formatTime = createTimeFormat();
  const formats = columns.map(({ type }) => (cell: ExportCell | undefined): string => {
    if (!hasValue(cell)) return "";
    if (type === "time") return formatTime(Number(cell));
    // As String() writes it, but without filling the engine's cache of numbers as strings.
    if (typeof cell !== "string") return JSON.stringify(cell);
    return formatCsvText(cell);
  });
  const line = (row: readonly ExportCell[]) => {
    let text = "";
    for (let i = 0; i < formats.length; i++) text += (i > 0 ? "," : "") + formats[i]!(row[i]);
    return `${text}\r\n`;
  };
  const header = columns.map(({ name }) => formatCsvText(name)).join(",") + "\r\n";
  return createTextEncoder({ start: header, format: line, end: "" });
}

const dayMs = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, "0"));

/** Writes epoch ms as ISO 8601, remembering the day: a Date for each row is most of a file's cost. */
function createTimeFormat(): (timeMs: number) => string {
  let day = NaN;
  let text = "";
  return (timeMs) => {
    const whole = Math.floor(timeMs / dayMs);
    if (whole !== day) {
      text = new Date(whole * dayMs).toISOString().slice(0, -13);
      day = whole;
    }
    const ms = Math.trunc(timeMs - whole * dayMs);
    const seconds = Math.floor(ms / 1_000);
    const clock = `${twoDigits[Math.floor(seconds / 3_600)]}:${
      twoDigits[Math.floor(seconds / 60) % 60]
    }:${twoDigits[seconds % 60]}`;
    return `${text}${clock}.${String(ms % 1_000).padStart(3, "0")}Z`;
  };
}

/** Returns text as a CSV cell: defused, and quoted where it has to be. */
export function formatCsvText(text: string): string {
  const isFormula = formulaStart.test(text) && !plainNumber.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Encodes rows as NDJSON: one object a line, LF; times as epoch ms, nothing as null. */
export function createNdjsonEncoder(columns: readonly ExportColumn[]): RowEncoder {
  const format = createObjectFormat(columns);
  return createTextEncoder({ start: "", format: (row) => `${format(row)}\n`, end: "" });
}

/** Encodes rows as one JSON array of the objects that NDJSON has in lines. */
export function createJsonEncoder(columns: readonly ExportColumn[]): RowEncoder {
  const format = createObjectFormat(columns);
  return createTextEncoder({
    start: "[",
    format: (row, isFirst) => `${isFirst ? "\n" : ",\n"}${format(row)}`,
    end: "\n]\n",
  });
}

function createObjectFormat(columns: readonly ExportColumn[]) {
  const keys = columns.map(({ name }, i) => `${i === 0 ? "{" : ","}${JSON.stringify(name)}:`);
  return (row: readonly ExportCell[]): string => {
    let text = "";
    for (let i = 0; i < keys.length; i++) {
      const cell = row[i];
      text += keys[i]! + (hasValue(cell) ? JSON.stringify(cell) : "null");
    }
    return `${text}}`;
  };
}
