/**
 * Text that a font can draw, in lines that fit.
 *
 * @module
 */
import fontkit from "@pdf-lib/fontkit";
import { type PDFDocument, type PDFFont } from "pdf-lib";

/** A font of the document, which knows what it can draw. */
export interface ReportFont {
  font: PDFFont;
  /** Returns the width of cleaned text in points. */
  measure(text: string, size: number): number;
  /** Returns the text with every sign that the font lacks replaced, remembering which they were. */
  clean(text: string): string;
}

/** What is written for signs that fonts lack. */
const stand: Record<string, string> = {
  "₿": "BTC",
  "\u2028": " ",
  "\u2029": " ",
  "\t": " ",
};

/** Signs that no line of a page holds; more are not measured. */
const lineMax = 400;

/** What is written for every other sign. */
const unknown = "?";

/** Adds a TrueType font to a document; signs that it lacks are put into `replaced`. */
export async function embedReportFont(
  document: PDFDocument,
  bytes: Uint8Array,
  replaced: Set<string>,
): Promise<ReportFont> {
  const known = new Map<string, string>();
  // Ligatures would make one glyph of two letters, which some readers cannot search.
  const font = await document.embedFont(bytes, { subset: true, features: { liga: false } });
  const face: Face = { font, glyphs: fontkit.create(bytes) };
  const draw = (sign: string): string => {
    const found = known.get(sign);
    if (found !== undefined) return found;
    const drawn = hasGlyph(face, sign) ? sign : replace(face, sign);
    if (drawn !== sign && !/\s/.test(sign)) replaced.add(sign);
    known.set(sign, drawn);
    return drawn;
  };
  const part = (text: string) => text.normalize("NFC").replace(/₿(?=\d)/g, "₿ ");
  return {
    font,
    measure: createMeasure(font),
    clean: (text) => Array.from(part(text), draw).join(""),
  };
}

/** Adds up the signs' own widths, as drawing does; laying text out each time would take its square. */
function createMeasure(font: PDFFont): ReportFont["measure"] {
  const widths = new Map<string, number>();
  return (text, size) => {
    let sum = 0;
    for (const sign of text) {
      let width = widths.get(sign);
      if (width === undefined) {
        width = font.widthOfTextAtSize(sign, 1_000) / 1_000;
        widths.set(sign, width);
      }
      sum += width;
    }
    return sum * size;
  };
}

/** A font, and which glyphs it has. */
interface Face {
  font: PDFFont;
  glyphs: { hasGlyphForCodePoint(codePoint: number): boolean };
}

function hasGlyph({ font, glyphs }: Face, sign: string): boolean {
  if (/\p{Cc}|\p{Cs}|\u2028|\u2029/u.test(sign)) return false;
  return glyphs.hasGlyphForCodePoint(sign.codePointAt(0)!) && canLayOut(font, sign);
}

/** Some scripts of Asia are shaped by rules that the library has only in part, and then it throws. */
function canLayOut(font: PDFFont, sign: string): boolean {
  try {
    return Number.isFinite(font.widthOfTextAtSize(sign, 1));
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Tries the plain letters of a sign, as A for a full-width A, before it gives up. */
function replace(face: Face, sign: string): string {
  const given = stand[sign];
  if (given !== undefined) return given;
  if (/\p{Cc}/u.test(sign)) return sign === "\n" ? "\n" : " ";
  const plain = sign.normalize("NFKD").replace(/\p{M}/gu, "");
  const isDrawn = plain !== "" && Array.from(plain).every((part) => hasGlyph(face, part));
  return isDrawn ? plain : unknown;
}

/**
 * Breaks cleaned text into lines of at most `width` points: at spaces, and inside of a word only if
 * the word alone is too long.
 */
export function wrapText(text: string, font: ReportFont, size: number, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, font, size, width));
}

function wrapLine(line: string, font: ReportFont, size: number, width: number): string[] {
  const fits = (part: string) => part.length <= lineMax && font.measure(part, size) <= width;
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/ +/)) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (fits(longer)) {
      current = longer;
      continue;
    }
    if (current !== "") lines.push(current);
    current = word;
    while (!fits(current)) {
      const end = findEnd(current, fits);
      if (end >= current.length) break;
      lines.push(current.slice(0, end));
      current = current.slice(end);
    }
  }
  return [...lines, current];
}

/** Returns how much of a word fits, at least one whole sign. */
function findEnd(word: string, fits: (part: string) => boolean): number {
  let low = 1;
  let high = Math.min(word.length, lineMax);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(word.slice(0, middle))) low = middle;
    else high = middle - 1;
  }
  const isSplit = /[\ud800-\udbff]/.test(word[low - 1]!) && low < word.length;
  return isSplit ? low + 1 : low;
}
