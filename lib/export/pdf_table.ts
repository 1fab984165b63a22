/**
 * Tables of a report.
 *
 * @module
 */
import { inks, innerHeight, innerWidth, paper, type Sheet } from "./pdf_page.ts";
import { type ReportFont, wrapText } from "./pdf_text.ts";
import type { ReportTable } from "./report.ts";

const size = 8;
const lineHeight = 10.5;
const padding = 4;

/** Rows by which the widths of columns are judged. */
const probeRows = 200;

/** Signs of a cell by which its width is judged: more than a page is wide. */
const probeChars = 400;

/** Lines that a name in the header may have, and room for them. */
const headerLinesMax = 12;
const headerRoom = headerLinesMax * lineHeight + 2 * padding;

/** Lines that fit a page below the header. */
const linesMax = Math.floor((innerHeight - headerRoom) / lineHeight) - 1;

/** A column as it is drawn. */
interface Column {
  x: number;
  width: number;
  isRight: boolean;
}

/** Draws a table over as many pages as it needs, its header on each. */
export function drawTable(sheet: Sheet, table: ReportTable): void {
  if (table.columns.length === 0) return;
  const { regular, bold } = sheet.fonts;
  const header = table.columns.map(({ name }) => bold.clean(name));
  const columns = layOut(sheet, table, header);
  const wrap = (cells: readonly string[], font: ReportFont) =>
    columns.map(({ width }, i) =>
      wrapText(font.clean(cells[i] ?? ""), font, size, width - 2 * padding)
    );
  const headerLines = wrap(header, bold).map((lines) => lines.slice(0, headerLinesMax));
  const heightOf = (lines: string[][]) =>
    Math.max(...lines.map(({ length }) => length)) * lineHeight + padding;
  sheet.need(heightOf(headerLines) + 4 * lineHeight);
  drawRow(sheet, columns, headerLines, heightOf(headerLines), bold, true);
  for (const cells of table.rows) {
    for (const lines of splitRow(wrap(cells, regular))) {
      const height = heightOf(lines);
      if (sheet.need(height)) {
        drawRow(sheet, columns, headerLines, heightOf(headerLines), bold, true);
      }
      drawRow(sheet, columns, lines, height, regular, false);
    }
  }
  sheet.y -= 10;
}

/** Parts a row that is higher than a page, so that nothing of it is lost. */
function splitRow(lines: string[][]): string[][][] {
  const longest = Math.max(...lines.map(({ length }) => length));
  const parts: string[][][] = [];
  for (let from = 0; from < longest; from += linesMax) {
    parts.push(lines.map((cell) => cell.slice(from, from + linesMax)));
  }
  return parts;
}

/** Gives each column the width of its texts; where that is too much, the wide ones share the rest. */
function layOut(sheet: Sheet, table: ReportTable, header: readonly string[]): Column[] {
  const { regular, bold } = sheet.fonts;
  const wanted = table.columns.map((_, i) => {
    const texts = table.rows.slice(0, probeRows).map((cells) => regular.clean(cells[i] ?? ""));
    const widths = texts.map((text) => widthOf(text, regular));
    return Math.max(widthOf(header[i]!, bold), ...widths, 8) + 2 * padding;
  });
  const widths = shareWidth(wanted);
  const spare = Math.max(0, innerWidth - widths.reduce((sum, width) => sum + width, 0));
  let x = paper.margin;
  return table.columns.map(({ align }, i) => {
    const width = widths[i]! + spare / widths.length;
    const column = { x, width, isRight: align === "right" };
    x += width;
    return column;
  });
}

function widthOf(text: string, font: ReportFont): number {
  return Math.max(...text.slice(0, probeChars).split("\n").map((line) => font.measure(line, size)));
}

/** Cuts the widest down to one common width, so that all fit together. */
function shareWidth(wanted: readonly number[]): number[] {
  let left = innerWidth;
  let count = wanted.length;
  const widths = wanted.map(() => 0);
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  for (const i of order) {
    widths[i] = Math.min(wanted[i]!, left / count);
    left -= widths[i]!;
    count--;
  }
  return widths;
}

function drawRow(
  sheet: Sheet,
  columns: readonly Column[],
  lines: readonly string[][],
  height: number,
  font: ReportFont,
  isHeader: boolean,
): void {
  const bottom = sheet.y - height;
  const box = { x: paper.margin, y: bottom, width: innerWidth };
  if (isHeader) sheet.page.drawRectangle({ ...box, height, color: inks.band });
  lines.forEach((cell, i) => {
    const { x, width, isRight } = columns[i]!;
    cell.forEach((line, row) => {
      const shift = isRight ? width - padding - font.measure(line, size) : padding;
      sheet.write(line, {
        x: x + shift,
        y: sheet.y - padding / 2 - size - row * lineHeight,
        size,
        font,
      });
    });
  });
  const rule = { start: { x: box.x, y: bottom }, end: { x: box.x + innerWidth, y: bottom } };
  sheet.page.drawLine({ ...rule, thickness: isHeader ? 0.8 : 0.4, color: inks.line });
  sheet.y = bottom;
}
