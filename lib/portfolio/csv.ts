/**
 * Tables out of CSV text.
 *
 * @module
 */
// Its own types refer to those of a Node so old that the program would know no `node:` module.
// @ts-types="./csv_parse.d.ts"
import { CsvError, parse } from "csv-parse/sync";
import { BadRequestError } from "../contracts/errors.ts";

/** One row with the number of its line, from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/** Characters that part cells, most usual first. */
const delimiters = [",", ";", "\t", "|"] as const;
/** See `delimiters`. */
export type Delimiter = typeof delimiters[number];

/** Lines that are looked at to tell the delimiter. */
const probeLines = 20;

/** Length that a single cell may have. */
const cellMax = 10_000;

/**
 * Returns the rows of CSV text (RFC 4180, any of four delimiters), without the empty ones.
 *
 * @throws {BadRequestError} If a quote is out of place or a cell too long; the message names the
 * line.
 */
export function parseCsv(text: string): { rows: CsvRow[]; delimiter: Delimiter } {
  const delimiter = findDelimiter(text);
  const rows: CsvRow[] = [];
  try {
    parse(text, {
      delimiter,
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: cellMax * 10,
      on_record: (cells: string[], { lines }: { lines: number }) => {
        if (cells.some((cell) => cell !== "")) rows.push({ line: lines, cells });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = error.lines ?? rows.length + 1;
    throw new BadRequestError(
      `Cannot read this CSV file: closed quotes and rows of a sane length are required, was a ` +
        `fault at line ${line} (${error.code})`,
    );
  }
  return { rows, delimiter };
}

/** Returns the delimiter that stands equally often in most of the first lines. */
function findDelimiter(text: string): Delimiter {
  const lines = text.slice(0, 65_536).split(/\r\n|\n|\r/, probeLines)
    .map((line) => line.replace(/"[^"]*"/g, ""))
    .filter((line) => line.trim() !== "");
  let best: Delimiter = ",";
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const counts = lines.map((line) => line.split(delimiter).length - 1);
    const most = Math.max(0, ...counts);
    const score = counts.filter((count) => count === most).length * most;
    if (score > bestScore) [best, bestScore] = [delimiter, score];
  }
  return best;
}
