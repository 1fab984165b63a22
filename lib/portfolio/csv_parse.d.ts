/**
 * What we use of csv-parse; its own types bring those of another Node into the whole program.
 *
 * @module
 */

/** Thrown for text that is no CSV. */
export class CsvError extends Error {
  code: string;
  /** Line of the fault, from 1; not with every code. */
  lines?: number;
}

/** Reads CSV text; `on_record` sees each row and may drop it by returning null. */
export function parse(
  text: string,
  options: {
    delimiter: string;
    bom: boolean;
    relax_column_count: boolean;
    relax_quotes: boolean;
    skip_empty_lines: boolean;
    trim: boolean;
    max_record_size: number;
    on_record: (cells: string[], context: { lines: number }) => null;
  },
): unknown[];
