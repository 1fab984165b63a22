/**
 * The pages of a report: a place that moves down and goes on at the top of the next page.
 *
 * @module
 */
import { type Color, type PDFDocument, type PDFPage, rgb } from "pdf-lib";
import type { ReportFont } from "./pdf_text.ts";

/** A4 in points, and the margin around what is written. */
export const paper = { width: 595.28, height: 841.89, margin: 42 };

/** Width that can be written on. */
export const innerWidth = paper.width - 2 * paper.margin;

/** Height that can be written on. */
export const innerHeight = paper.height - 2 * paper.margin;

/** Colours of a report, which is printed: dark on white, lines that are told apart without colour. */
export const inks = {
  text: rgb(0.1, 0.1, 0.13),
  faint: rgb(0.42, 0.43, 0.47),
  line: rgb(0.84, 0.85, 0.87),
  band: rgb(0.955, 0.958, 0.965),
};

/** Fonts of a report. */
export interface ReportFonts {
  regular: ReportFont;
  bold: ReportFont;
}

/** How a piece of text is drawn; `x` from the page's left edge, `y` from its bottom, points. */
export interface TextOptions {
  x: number;
  y: number;
  size: number;
  font: ReportFont;
  color?: Color;
}

/** Where drawing goes on. */
export interface Sheet {
  document: PDFDocument;
  fonts: ReportFonts;
  page: PDFPage;
  /** Top of the free place, points from the page's bottom. */
  y: number;
  /** Goes on at the next page unless so many points are left; tells whether it did. */
  need(height: number): boolean;
  /** Draws cleaned text. */
  write(text: string, options: TextOptions): void;
}

/** Returns a sheet at the top of a new page. */
export function createSheet(document: PDFDocument, fonts: ReportFonts): Sheet {
  const top = paper.height - paper.margin;
  const addPage = () => document.addPage([paper.width, paper.height]);
  const sheet: Sheet = {
    document,
    fonts,
    page: addPage(),
    y: top,
    need(height) {
      if (sheet.y - height >= paper.margin || sheet.y === top) return false;
      sheet.page = addPage();
      sheet.y = top;
      return true;
    },
    write(text, { x, y, size, font, color = inks.text }) {
      if (text === "") return;
      sheet.page.drawText(text, { x, y, size, font: font.font, color });
    },
  };
  return sheet;
}
