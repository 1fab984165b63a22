import { deepEqual, equal, ok } from "node:assert/strict";
import fontkit from "@pdf-lib/fontkit";
import fc from "fast-check";
import { PDFDocument } from "pdf-lib";
import { hasValue } from "../../lib/export/columns.ts";
import { getReportFontUrls } from "../../lib/export/mod.ts";
import { embedReportFont, wrapText } from "../../lib/export/pdf_text.ts";

const bytes = Deno.readFileSync(getReportFontUrls().regular);

/** A font in a document of its own, and what it had to replace. */
async function openFont() {
  const document = await PDFDocument.create();
  document.registerFontkit(fontkit);
  const replaced = new Set<string>();
  return { font: await embedReportFont(document, bytes, replaced), replaced };
}
const { font } = await openFont();

const wraps = [
  { name: "nothing", text: "", width: 100, expected: [""] },
  { name: "a short text", text: "one two", width: 100, expected: ["one two"] },
  { name: "a text of two lines", text: "one\ntwo", width: 100, expected: ["one", "two"] },
  { name: "line breaks at the ends", text: "\none\n", width: 100, expected: ["", "one", ""] },
  { name: "words that do not fit together", text: "one two", width: 25, expected: ["one", "two"] },
  { name: "spaces between words", text: "one   two", width: 100, expected: ["one two"] },
  { name: "a width of nothing", text: "ab", width: 0, expected: ["a", "b"] },
  { name: "a sign of two units", text: "𝔸𝔹", width: 0, expected: ["𝔸", "𝔹"] },
];
for (const { name, text, width, expected } of wraps) {
  Deno.test(`${name} is broken into ${expected.length} lines`, () => {
    deepEqual(wrapText(text, font, 10, width), expected);
  });
}

const words = fc.array(
  fc.string({ minLength: 1, maxLength: 60 }).map((word) => word.replace(/\s/g, "x")),
);

Deno.test("no line is wider than its place, but for a sign that is", () => {
  fc.assert(fc.property(words, fc.integer({ min: 20, max: 300 }), (list, width) => {
    for (const line of wrapText(font.clean(list.join(" ")), font, 9, width)) {
      ok(font.measure(line, 9) <= width || Array.from(line).length === 1, line);
    }
  }));
});

Deno.test("lines put together are the text", () => {
  fc.assert(fc.property(words, fc.integer({ min: 20, max: 300 }), (list, width) => {
    const text = font.clean(list.join(" "));
    const lines = wrapText(text, font, 9, width);
    equal(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
  }));
});

Deno.test("the measured width of a text is what is drawn", () => {
  const latin = fc.string({ maxLength: 40 });
  fc.assert(fc.property(latin, fc.integer({ min: 5, max: 30 }), (text, size) => {
    const drawn = font.font.widthOfTextAtSize(font.clean(text), size);
    ok(Math.abs(font.measure(font.clean(text), size) - drawn) < 1e-6 * (1 + drawn));
  }));
});

Deno.test("a text that was cleaned is clean", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
    const clean = font.clean(text);
    equal(font.clean(clean), clean);
    // Line breaks stay for whoever breaks lines.
    ok(
      font.font.encodeText(clean.replaceAll("\n", " ")).asString().match(/.{4}/g)?.every((glyph) =>
        glyph !== "0000"
      ) ??
        true,
    );
  }));
});

Deno.test("each sign that was replaced is told once, and spaces are not", async () => {
  const opened = await openFont();
  equal(opened.font.clean("₿₿ ₿\t\u2028ok 日"), "BTCBTC BTC  ok ?");
  deepEqual([...opened.replaced], ["₿", "日"]);
});

const cells = [
  { cell: 0, expected: true },
  { cell: -0, expected: true },
  { cell: "", expected: true },
  { cell: false, expected: true },
  { cell: null, expected: false },
  { cell: undefined, expected: false },
  { cell: NaN, expected: false },
  { cell: Infinity, expected: false },
  { cell: -Infinity, expected: false },
];
for (const { cell, expected } of cells) {
  Deno.test(`the cell ${JSON.stringify(cell) ?? cell} (${String(cell)}) has ${expected ? "a" : "no"} value`, () => {
    equal(hasValue(cell), expected);
  });
}
