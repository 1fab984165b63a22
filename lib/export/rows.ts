/**
 * Tables as files that stream: what is read slowly is made slowly, and never held whole.
 *
 * @module
 */
import type { ExportColumn, ExportRow, ExportRows, RowEncoder } from "./columns.ts";
import { createParquetEncoder } from "./parquet.ts";
import { createCsvEncoder, createJsonEncoder, createNdjsonEncoder } from "./text_rows.ts";

/** Formats that a table can be exported in. */
export const exportFormats = ["csv", "json", "ndjson", "parquet"] as const;
/** See `exportFormats`. */
export type ExportFormat = typeof exportFormats[number];

/** What HTTP has to know of each format. */
export const exportMedia: Record<ExportFormat, { type: string; extension: string }> = {
  csv: { type: "text/csv; charset=utf-8; header=present", extension: "csv" },
  json: { type: "application/json; charset=utf-8", extension: "json" },
  ndjson: { type: "application/x-ndjson; charset=utf-8", extension: "ndjson" },
  parquet: { type: "application/vnd.apache.parquet", extension: "parquet" },
};

const encoders: Record<ExportFormat, (columns: readonly ExportColumn[]) => RowEncoder> = {
  csv: createCsvEncoder,
  json: createJsonEncoder,
  ndjson: createNdjsonEncoder,
  parquet: createParquetEncoder,
};

/**
 * Returns a file of rows as a stream. Rows are taken from their source only as the stream is read;
 * whoever cancels it ends the source, and a source that fails fails the stream.
 */
export function exportRows(
  format: ExportFormat,
  columns: readonly ExportColumn[],
  rows: ExportRows,
): ReadableStream<Uint8Array> {
  const encoder = encoders[format](columns);
  const iterator: AsyncIterator<ExportRow> | Iterator<ExportRow> = Symbol.asyncIterator in rows
    ? rows[Symbol.asyncIterator]()
    : rows[Symbol.iterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const step = iterator.next();
        // Rows that are there are taken at once; a promise for each would cost more than the row.
        const { done, value } = step instanceof Promise ? await step : step;
        if (!done) encoder.add(value);
        const piece = done ? encoder.finish() : encoder.take();
        if (piece && piece.length > 0) controller.enqueue(piece);
        if (done) return controller.close();
        if (piece) return;
      }
    },
    async cancel() {
      await iterator.return?.();
    },
  }, { highWaterMark: 1 });
}
