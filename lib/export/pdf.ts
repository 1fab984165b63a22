/**
 * Reports as PDF: real text in an embedded font, drawn charts, numbered pages.
 *
 * @module
 */
import fontkit from "@pdf-lib/fontkit";
import { PDFDocument } from "pdf-lib";
import { drawFigure } from "./pdf_figure.ts";
import { createSheet, inks, innerWidth, paper, type Sheet } from "./pdf_page.ts";
import { drawTable } from "./pdf_table.ts";
import { embedReportFont, type ReportFont, wrapText } from "./pdf_text.ts";
import type { Report, ReportSection } from "./report.ts";

/** A finished report. */
export interface ReportPdf {
  bytes: Uint8Array;
  pages: number;
  /** Signs that the fonts lack and that were written in other words, such as BTC for ₿. */
  replaced: string[];
}

/**
 * Returns a report as PDF. `fonts` are whole TrueType files, of which only the glyphs that are used
 * get into the document; a sign that they lack is replaced and told, never left as an empty box.
 */
export async function createReportPdf(
  report: Report,
  fonts: { regular: Uint8Array; bold: Uint8Array },
): Promise<ReportPdf> {
  const document = await PDFDocument.create();
  document.registerFontkit(fontkit);
  const replaced = new Set<string>();
  const regular = await embedReportFont(document, fonts.regular, replaced);
  const bold = await embedReportFont(document, fonts.bold, replaced);
  const sheet = createSheet(document, { regular, bold });
  describe(document, report);
  drawTitle(sheet, report);
  for (const section of report.sections) drawSection(sheet, section);
  drawFeet(sheet, report);
  const bytes = await document.save();
  return { bytes, pages: document.getPageCount(), replaced: [...replaced] };
}

function describe(document: PDFDocument, { title, subtitle, createdMs, language }: Report): void {
  const created = new Date(createdMs);
  document.setTitle(title, { showInWindowTitleBar: true });
  document.setSubject(subtitle);
  document.setLanguage(language);
  document.setCreator("CryptoIntel");
  document.setProducer("CryptoIntel");
  document.setCreationDate(created);
  document.setModificationDate(created);
}

function drawTitle(sheet: Sheet, { title, subtitle }: Report): void {
  const { regular, bold } = sheet.fonts;
  writeLines(sheet, title, { font: bold, size: 18, lineHeight: 23 });
  writeLines(sheet, subtitle, { font: regular, size: 9, lineHeight: 12, color: inks.faint });
  sheet.y -= 10;
}

function drawSection(sheet: Sheet, section: ReportSection): void {
  const { regular, bold } = sheet.fonts;
  if (section.kind === "heading") {
    // A heading stays with the first lines of what it heads.
    sheet.need(70);
    sheet.y -= 8;
    writeLines(sheet, section.text, { font: bold, size: 12.5, lineHeight: 17 });
    sheet.y -= 3;
  } else if (section.kind === "paragraph") {
    writeLines(sheet, section.text, { font: regular, size: 9.5, lineHeight: 13.5 });
    sheet.y -= 7;
  } else if (section.kind === "figure") {
    drawFigure(sheet, section);
  } else {
    if (section.caption !== "") {
      sheet.need(70);
      writeLines(sheet, section.caption, { font: bold, size: 9, lineHeight: 13 });
      sheet.y -= 2;
    }
    drawTable(sheet, section);
  }
}

function writeLines(
  sheet: Sheet,
  text: string,
  { font, size, lineHeight, color }: {
    font: ReportFont;
    size: number;
    lineHeight: number;
    color?: typeof inks.text;
  },
): void {
  for (const line of wrapText(font.clean(text), font, size, innerWidth)) {
    sheet.need(lineHeight);
    sheet.write(line, { x: paper.margin, y: sheet.y - size, size, font, color });
    sheet.y -= lineHeight;
  }
}

/** Writes title, time and number at the foot of each page, once it is known how many there are. */
function drawFeet(sheet: Sheet, { title, createdMs }: Report): void {
  const { regular } = sheet.fonts;
  const pages = sheet.document.getPages();
  const size = 7.5;
  const time = new Date(createdMs).toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
  const left = regular.clean(`CryptoIntel · ${time} · ${title}`.slice(0, 110));
  pages.forEach((page, i) => {
    const number = `${i + 1} / ${pages.length}`;
    const style = { y: paper.margin / 2, size, font: regular.font, color: inks.faint };
    page.drawText(left.replaceAll("\n", " "), { x: paper.margin, ...style });
    const width = regular.measure(number, size);
    page.drawText(number, { x: paper.width - paper.margin - width, ...style });
  });
}
