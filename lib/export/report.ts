/**
 * What a report says, before it is drawn.
 *
 * @module
 */

/** A document of sections, one below the other. */
export interface Report {
  title: string;
  /** A line below the title: what it covers, from when to when. */
  subtitle: string;
  /** When it was made, epoch ms; the same report of the same time has the same bytes. */
  createdMs: number;
  /** Language of its texts, such as `en` or `tr`. */
  language: string;
  sections: ReportSection[];
}

/** A part of a report. */
export type ReportSection = ReportHeading | ReportParagraph | ReportTable | ReportFigure;

/** A heading. */
export interface ReportHeading {
  kind: "heading";
  text: string;
}

/** Running text; a line break begins a new line. */
export interface ReportParagraph {
  kind: "paragraph";
  text: string;
}

/** A table whose header is repeated on each page. */
export interface ReportTable {
  kind: "table";
  /** Words above it; empty for none. */
  caption: string;
  columns: { name: string; align: "left" | "right" }[];
  /** Cells in the order of the columns, written as they are shown. */
  rows: string[][];
}

/** A chart of one or more series over the same places. */
export interface ReportFigure {
  kind: "figure";
  /** Says what it shows; stands above it. */
  caption: string;
  shape: "line" | "bars";
  /** Up to six; null where a series has no value, which breaks its line. */
  series: { name: string; values: (number | null)[] }[];
  /** What stands below the first, the last and the places between, as many as fit. */
  labels: string[];
  /** Writes a value at the axis. */
  format: (value: number) => string;
}
