/**
 * Files for other programs and for people: tables as CSV, JSON, NDJSON and Parquet, reports as PDF.
 * The only folder that knows their libraries.
 *
 * What the formats hold, column by column:
 *
 * | type      | CSV (RFC 4180, UTF-8)      | JSON, NDJSON       | Parquet                   |
 * | --------- | -------------------------- | ------------------ | ------------------------- |
 * | `text`    | as it is; see below        | string             | BYTE_ARRAY, UTF8          |
 * | `number`  | shortest digits            | number             | DOUBLE                    |
 * | `integer` | digits                     | number             | INT64                     |
 * | `decimal` | exact digits               | string             | BYTE_ARRAY, UTF8          |
 * | `time`    | ISO 8601, UTC, milliseconds | number, epoch ms  | TIMESTAMP(MILLIS, UTC)    |
 * | `boolean` | `true`, `false`            | true, false        | BOOLEAN                   |
 * | nothing   | empty                      | null               | null                      |
 *
 * CSV has a header, commas and CRLF. Text that begins with `=`, `+`, `-`, `@`, a tab or a line break
 * and is no number gets an apostrophe before it, so that no spreadsheet runs it.
 *
 * A new format is a function that returns a `RowEncoder`, and its line in `rows.ts`.
 *
 * @module
 */
export type * from "./columns.ts";
export * from "./fonts.ts";
export { createReportPdf, type ReportPdf } from "./pdf.ts";
export * from "./report.ts";
export { exportFormats, exportMedia, exportRows } from "./rows.ts";
export type { ExportFormat } from "./rows.ts";
