import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  createReportPdf,
  getReportFontUrls,
  type Report,
  type ReportFigure,
  type ReportSection,
} from "../../lib/export/mod.ts";
import { readPdf } from "../support/pdf.ts";

const urls = getReportFontUrls();
const fonts = { regular: Deno.readFileSync(urls.regular), bold: Deno.readFileSync(urls.bold) };

const aReport = (sections: ReportSection[], fields: Partial<Report> = {}): Report => ({
  title: "Portfolio report",
  subtitle: "2024-01-01 to 2024-06-30",
  createdMs: Date.UTC(2024, 5, 30, 12),
  language: "en",
  sections,
  ...fields,
});
const make = async (sections: ReportSection[], fields: Partial<Report> = {}) => {
  const made = await createReportPdf(aReport(sections, fields), fonts);
  return { ...made, ...await readPdf(made.bytes) };
};
const paragraph = (text: string): ReportSection => ({ kind: "paragraph", text });
const figure = (fields: Partial<ReportFigure> = {}): ReportFigure => ({
  kind: "figure",
  caption: "Value",
  shape: "line",
  series: [{ name: "Value", values: [1, 3, 2, 5] }],
  labels: ["January", "February", "March", "April"],
  format: (value) => value.toFixed(0),
  ...fields,
});
const squash = (texts: readonly string[]) => texts.join(" ").replace(/\s+/g, " ");

Deno.test("a report is a real document with its properties", async () => {
  const { document, bytes, pages } = await make([paragraph("Hello")]);
  equal(new TextDecoder("latin1").decode(bytes.slice(0, 5)), "%PDF-");
  deepEqual(
    [document.getTitle(), document.getSubject(), document.getCreationDate()?.toISOString()],
    ["Portfolio report", "2024-01-01 to 2024-06-30", "2024-06-30T12:00:00.000Z"],
  );
  deepEqual(pages[0]!.texts.slice(0, 3), ["Portfolio report", "2024-01-01 to 2024-06-30", "Hello"]);
  match(pages[0]!.texts.at(-2)!, /^CryptoIntel · 2024-06-30 12:00:00 UTC/);
  equal(pages[0]!.texts.at(-1), "1 / 1");
});

const alphabets = [
  { name: "English", text: 'efficient office, fi ffi fl: "quoted" – 100 % & more' },
  { name: "Turkish", text: "ığüşöç İĞÜŞÖÇ Çığır açan iş; ₺1.234,56" },
  { name: "prices", text: "€1 £2 ¥3 −5 % ± × ≥ → ↑ ↓ ½ µ …" },
  { name: "Greek and Russian", text: "Σίσυφος Биткойн" },
];
for (const { name, text } of alphabets) {
  Deno.test(`the text of a report can be read again as it was, ${name}`, async () => {
    const { pages, replaced } = await make([paragraph(text)]);
    equal(pages[0]!.texts[2], text);
    deepEqual([pages[0]!.missingGlyphs, replaced], [0, []]);
  });
}

const lacking = [
  { text: "₿0.5 is ₿ worth", written: "BTC 0.5 is BTC worth", replaced: ["₿"] },
  { text: "日本 and 🚀", written: "?? and ?", replaced: ["日", "本", "🚀"] },
  { text: "Ｆｕｌｌ wide", written: "Full wide", replaced: ["Ｆ", "ｕ", "ｌ"] },
  { text: "a\u0000b\tc\u2028d", written: "a b c d", replaced: ["\u0000"] },
  { text: "half \ud83d of a sign", written: "half ? of a sign", replaced: ["\ud83d"] },
  { text: "سلام 5", written: "???? 5", replaced: ["س", "ل", "ا", "م"] },
  { text: "I\u0307s\u0327", written: "İş", replaced: [] },
];
for (const { text, written, replaced } of lacking) {
  Deno.test(`${JSON.stringify(text)} is written ${written}, and what was replaced is told`, async () => {
    const made = await make([paragraph(text)]);
    equal(made.pages[0]!.texts[2], written);
    deepEqual(made.replaced, replaced);
    equal(made.pages[0]!.missingGlyphs, 0);
  });
}

Deno.test("whatever the text, every glyph is there and the document opens", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 80 }), async (text) => {
      const { pages } = await make([paragraph(text), figure({ caption: text, labels: [text] })], {
        title: text,
      });
      for (const page of pages) {
        equal(page.missingGlyphs, 0);
        ok(page.texts.every((piece) => !piece.includes("\ufffd")));
      }
    }),
    { numRuns: 8 },
  );
});

Deno.test("long text is broken at spaces and loses no word, over as many pages as it needs", async () => {
  const words = Array.from({ length: 3_000 }, (_, i) => `word${i}`);
  const { pages } = await make([paragraph(words.join(" "))]);
  ok(pages.length > 1);
  const all = squash(pages.flatMap(({ texts }) => texts.filter((text) => /^word/.test(text))));
  equal(all, words.join(" "));
  equal(pages.at(-1)!.texts.at(-1), `${pages.length} / ${pages.length}`);
});

Deno.test("a word wider than the page is broken and loses no letter", async () => {
  const word = "x".repeat(1_000);
  const { pages } = await make([paragraph(word)]);
  const lines = pages[0]!.texts.filter((text) => /^x+$/.test(text));
  ok(lines.length > 5);
  equal(lines.join(""), word);
});

Deno.test("a table is written cell by cell, with its header on each page", async () => {
  const rows = Array.from({ length: 150 }, (_, i) => [`SYM${i}`, `${i}.5`]);
  const columns = [{ name: "Symbol", align: "left" as const }, {
    name: "Amount",
    align: "right" as const,
  }];
  const { pages } = await make([{ kind: "table", caption: "Holdings", columns, rows }]);
  ok(pages.length > 2);
  for (const { texts } of pages) ok(texts.includes("Symbol") && texts.includes("Amount"));
  const cells = pages.flatMap(({ texts }) => texts);
  for (const [symbol, amount] of rows) ok(cells.includes(symbol!) && cells.includes(amount!));
});

Deno.test("a cell longer than a page goes on at the next one and loses nothing", async () => {
  const words = Array.from({ length: 5_000 }, (_, i) => `w${i}`);
  const columns = [{ name: "Note", align: "left" as const }, {
    name: "N",
    align: "right" as const,
  }];
  const { pages } = await make([{
    kind: "table",
    caption: "",
    columns,
    rows: [[words.join(" "), "1"]],
  }]);
  ok(pages.length > 1);
  const all = squash(pages.flatMap(({ texts }) => texts.filter((text) => /^w\d/.test(text))));
  equal(all, words.join(" "));
});

const tables = [
  { name: "without rows", columns: ["a"], rows: [] },
  { name: "without columns", columns: [], rows: [["x"]] },
  {
    name: "with rows too short and too long",
    columns: ["a", "b"],
    rows: [["1"], ["1", "2", "3"], []],
  },
  {
    name: "of thirty columns",
    columns: Array.from({ length: 30 }, (_, i) => `c${i}`),
    rows: [["long text here"]],
  },
  {
    name: "with a cell longer than a page",
    columns: ["a", "b"],
    rows: [["y ".repeat(20_000), "1"]],
  },
];
for (const { name, columns, rows } of tables) {
  Deno.test(`a table ${name} does no harm`, async () => {
    const table: ReportSection = {
      kind: "table",
      caption: "",
      columns: columns.map((column) => ({ name: column, align: "left" })),
      rows,
    };
    const { pages } = await make([table, paragraph("after it")]);
    ok(pages.flatMap(({ texts }) => texts).includes("after it"));
  });
}

Deno.test("a chart is drawn with lines, and its numbers and labels are text", async () => {
  const { pages } = await make([figure()]);
  const [page] = pages;
  // Four values: a move, a line to the same place, three more.
  ok(page!.lines >= 4, `${page!.lines} lines`);
  ok(page!.strokes > 0);
  for (const text of ["Value", "1", "2", "3", "4", "5", "January", "April"]) {
    ok(page!.texts.includes(text), text);
  }
});

Deno.test("a chart without axes of text would be empty: without values it says so", async () => {
  const { pages } = await make([
    figure({ series: [{ name: "a", values: [null, NaN] }] }),
    paragraph("after it"),
  ]);
  deepEqual(
    [pages[0]!.lines, pages[0]!.texts.includes("–"), pages[0]!.texts.includes("after it")],
    [0, true, true],
  );
});

const figures: { name: string; fields: Partial<ReportFigure> }[] = [
  {
    name: "bars above and below 0",
    fields: { shape: "bars", series: [{ name: "a", values: [3, -2, null] }] },
  },
  {
    name: "several series",
    fields: {
      series: ["a", "b", "c", "d", "e", "f", "g"].map((name) => ({ name, values: [1, 2] })),
    },
  },
  { name: "one value", fields: { series: [{ name: "a", values: [5] }], labels: ["x"] } },
  { name: "one value over and over", fields: { series: [{ name: "a", values: [5, 5, 5] }] } },
  { name: "the largest numbers", fields: { series: [{ name: "a", values: [-1e308, 1e308] }] } },
  { name: "the smallest numbers", fields: { series: [{ name: "a", values: [0, 5e-324] }] } },
  { name: "no labels", fields: { labels: [] } },
  { name: "labels wider than the chart", fields: { labels: ["l".repeat(300), "m".repeat(300)] } },
  { name: "a hole", fields: { series: [{ name: "a", values: [1, null, 2, Infinity, 3] }] } },
];
for (const { name, fields } of figures) {
  Deno.test(`a chart of ${name} is drawn`, async () => {
    const { pages } = await make([figure(fields)]);
    ok(pages[0]!.lines > 0);
    ok(pages[0]!.texts.every((text) => !/NaN|Infinity/.test(text)));
  });
}

Deno.test("no chart is parted by the end of a page", async () => {
  const { pages } = await make(
    Array.from({ length: 5 }, (_, i) => figure({ caption: `Chart ${i}` })),
  );
  const captions = pages.map(({ texts }) => texts.filter((text) => /^Chart/.test(text)).length);
  const labels = pages.map(({ texts }) => texts.filter((text) => text === "January").length);
  deepEqual(captions, labels);
  equal(captions.reduce((sum, count) => sum + count, 0), 5);
});

Deno.test("the same report of the same time has the same bytes", async () => {
  const sections = [paragraph("Same"), figure()];
  const [one, two] = await Promise.all([make(sections), make(sections)]);
  deepEqual(one.bytes, two.bytes);
});

Deno.test("only the glyphs that are used are in the document", async () => {
  const { bytes } = await make([paragraph("Short")]);
  ok(bytes.length < 40_000, `${bytes.length} bytes`);
});
