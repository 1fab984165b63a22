/** Reads what a PDF of ours says: its text by the fonts' own tables, its paths, its properties. */
import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  type PDFObject,
  PDFRawStream,
} from "pdf-lib";

/** One page as a reader sees it. */
export interface PdfPage {
  /** Each piece that was drawn, in order. */
  texts: string[];
  /** How many glyphs of all are the font's box for a missing one. */
  missingGlyphs: number;
  /** Path operators: how often a line was drawn to, and shapes were painted. */
  lines: number;
  strokes: number;
}

/** Reads the pages of a PDF. */
export async function readPdf(bytes: Uint8Array) {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  const pages = document.getPages().map((page): PdfPage => {
    const fonts = page.node.Resources()?.lookupMaybe(PDFName.of("Font"), PDFDict);
    const maps = new Map<string, Map<number, string>>();
    for (const [name, value] of fonts?.entries() ?? []) {
      const font = document.context.lookup(value, PDFDict);
      maps.set(name.decodeText(), readMap(streamText(font.lookup(PDFName.of("ToUnicode")))));
    }
    const contents = page.node.Contents();
    const parts = contents instanceof PDFArray
      ? contents.asArray().map((part) => document.context.lookup(part))
      : [contents];
    return readContent(parts.map(streamText).join("\n"), maps);
  });
  return { document, pages };
}

function streamText(object: PDFObject | undefined): string {
  if (!(object instanceof PDFRawStream)) {
    throw new Error(`A stream is required, was ${object?.constructor.name}`);
  }
  return new TextDecoder("latin1").decode(decodePDFRawStream(object).decode());
}

/** Reads a ToUnicode table: glyph number to text. */
function readMap(table: string): Map<number, string> {
  const map = new Map<number, string>();
  for (const [, code, text] of table.matchAll(/<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>/g)) {
    const units = text!.match(/.{4}/g)!.map((unit) => parseInt(unit, 16));
    map.set(parseInt(code!, 16), String.fromCharCode(...units));
  }
  return map;
}

function readContent(content: string, maps: Map<string, Map<number, string>>): PdfPage {
  const page: PdfPage = { texts: [], missingGlyphs: 0, lines: 0, strokes: 0 };
  let map = new Map<number, string>();
  for (const line of content.split("\n")) {
    const font = line.match(/^\/(\S+) [\d.]+ Tf$/);
    if (font) map = maps.get(font[1]!) ?? map;
    const shown = line.match(/^<([0-9a-fA-F]*)> Tj$/);
    if (shown) {
      const codes = (shown[1]!.match(/.{4}/g) ?? []).map((code) => parseInt(code, 16));
      page.missingGlyphs += codes.filter((code) => code === 0).length;
      page.texts.push(codes.map((code) => map.get(code) ?? "\ufffd").join(""));
    }
    if (/ l$/.test(line)) page.lines++;
    if (/^(S|f|B)$/.test(line)) page.strokes++;
  }
  return page;
}
