import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  type ExportColumn,
  type ExportFormat,
  exportFormats,
  exportMedia,
  type ExportRow,
  exportRows,
} from "../../lib/export/mod.ts";
import { formatCsvText } from "../../lib/export/text_rows.ts";
import { parseCsv } from "../../lib/portfolio/csv.ts";

const columns: ExportColumn[] = [
  { name: "time", type: "time" },
  { name: "close", type: "number" },
  { name: "count", type: "integer" },
  { name: "amount", type: "decimal" },
  { name: "closed", type: "boolean" },
  { name: "note", type: "text" },
];
const time = Date.UTC(2024, 4, 1, 12, 30, 15, 250);
const row: ExportRow = [time, 0.1, 42, "-0.000000000000000001", true, "plain"];

async function readText(
  format: ExportFormat,
  rows: Iterable<ExportRow>,
  of = columns,
): Promise<string> {
  return await new Response(exportRows(format, of, rows)).text();
}

Deno.test("CSV has a header, exact digits, ISO times and CRLF", async () => {
  equal(
    await readText("csv", [row]),
    "time,close,count,amount,closed,note\r\n" +
      "2024-05-01T12:30:15.250Z,0.1,42,-0.000000000000000001,true,plain\r\n",
  );
});

Deno.test("NDJSON has an object a line, with epoch ms", async () => {
  equal(
    await readText("ndjson", [row, row]),
    `{"time":${time},"close":0.1,"count":42,"amount":"-0.000000000000000001","closed":true,"note":"plain"}\n`
      .repeat(2),
  );
});

Deno.test("JSON is one array of the same objects", async () => {
  const lines = (await readText("ndjson", [row, row, row])).trim().split("\n");
  deepEqual(
    JSON.parse(await readText("json", [row, row, row])),
    lines.map((line) => JSON.parse(line)),
  );
  deepEqual(JSON.parse(await readText("json", [])), []);
});

const empty: Record<"csv" | "ndjson", string> = {
  csv: "time,close,count,amount,closed,note\r\n",
  ndjson: "",
};
for (const [format, expected] of Object.entries(empty)) {
  Deno.test(`${format} of no rows is "${expected.trim()}"`, async () => {
    equal(await readText(format as ExportFormat, []), expected);
  });
}

Deno.test("nothing, NaN, infinities and missing cells are nothing", async () => {
  const rows: ExportRow[] = [[null, NaN, null, null, null, null], [null, Infinity], []];
  equal((await readText("csv", rows)).split("\r\n")[1], ",,,,,");
  for (const line of (await readText("ndjson", rows)).trim().split("\n")) {
    ok(Object.values(JSON.parse(line)).every((value) => value === null));
  }
});

/** What runs in a spreadsheet, by OWASP's list, and what only looks like it. */
const cells = [
  {
    text: '=HYPERLINK("http://example.org","x")',
    expected: '"\'=HYPERLINK(""http://example.org"",""x"")"',
  },
  { text: "=1+1", expected: "'=1+1" },
  { text: "+CMD|' /C calc'!A0", expected: "'+CMD|' /C calc'!A0" },
  { text: "-2+3", expected: "'-2+3" },
  { text: "@SUM(A1)", expected: "'@SUM(A1)" },
  { text: "\t=1", expected: "'\t=1" },
  { text: "\r=1", expected: `"'\r=1"` },
  { text: "\n=1", expected: `"'\n=1"` },
  { text: "＝1+1", expected: "'＝1+1" },
  { text: "-5.25", expected: "-5.25" },
  { text: "-", expected: "'-" },
  { text: "a=1", expected: "a=1" },
  { text: "<script>alert(1)</script>", expected: "<script>alert(1)</script>" },
  { text: "'; DROP TABLE bars; --", expected: "'; DROP TABLE bars; --" },
  { text: 'say "hi", twice', expected: '"say ""hi"", twice"' },
  { text: "two\nlines", expected: '"two\nlines"' },
  { text: "", expected: "" },
];
for (const { text, expected } of cells) {
  Deno.test(`the text ${JSON.stringify(text)} is the CSV cell ${JSON.stringify(expected)}`, () => {
    equal(formatCsvText(text), expected);
  });
}

Deno.test("a formula as a column's name is defused too", async () => {
  equal(await readText("csv", [], [{ name: "=1+1", type: "text" }]), "'=1+1\r\n");
});

Deno.test("every time is written as a Date writes it", async () => {
  const times = fc.array(fc.integer({ min: -8.64e15, max: 8.64e15 }), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(fc.asyncProperty(times, async (list) => {
    const of: ExportColumn[] = [{ name: "time", type: "time" }];
    const days = list.flatMap((time) => [time, Math.min(time + 1, 8.64e15)]);
    const lines = (await readText("csv", days.map((time) => [time]), of)).split("\r\n").slice(
      1,
      -1,
    );
    deepEqual(lines, days.map((time) => new Date(time).toISOString()));
  }));
});

Deno.test("numbers are written so that they read back as the same floats", async () => {
  const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(numbers, async (list) => {
    const of: ExportColumn[] = [{ name: "n", type: "number" }];
    const lines = (await readText("csv", list.map((n) => [n]), of)).split("\r\n").slice(1, -1);
    deepEqual(lines.map((line) => Number(line) + 0), list.map((n) => n + 0));
    const rows = JSON.parse(await readText("json", list.map((n) => [n]), of));
    deepEqual(rows.map(({ n }: { n: number }) => n + 0), list.map((n) => n + 0));
  }));
});

Deno.test("CSV cells are read again as they were, but for the apostrophe", async () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 8 }), async (rows) => {
      const of: ExportColumn[] = [{ name: "a", type: "text" }, { name: "b", type: "text" }];
      const kept = rows.map((cells) => ["k", ...cells.map((cell) => cell.trim())]);
      const csv = await readText("csv", kept, [{ name: "k", type: "text" }, ...of]);
      const read = parseCsv(csv).rows.slice(1).map(({ cells }) => cells);
      const expected = kept.map((cells) =>
        cells.map((cell) =>
          /^[=+\-@＝＋－＠]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell) ? `'${cell}` : cell
        )
      );
      deepEqual(read, expected);
    }),
    { numRuns: 60 },
  );
});

Deno.test("JSON and NDJSON give every text back exactly", async () => {
  const text = fc.string({ unit: "binary", maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 8 }), async (texts) => {
      const of: ExportColumn[] = [{ name: "__proto__", type: "text" }, {
        name: 'a "b"',
        type: "text",
      }];
      const rows = texts.map((cell) => [cell, cell]);
      const lines = (await readText("ndjson", rows, of)).split("\n").slice(0, -1);
      deepEqual(
        lines.map((line) => Object.entries(JSON.parse(line)).map(([, value]) => value)),
        rows,
      );
      equal(JSON.parse(await readText("json", rows, of)).length, rows.length);
    }),
    { numRuns: 60 },
  );
});

/** Counts how many rows were taken, and whether the source was ended. */
function watchRows(count: number) {
  const seen = { taken: 0, ended: false };
  async function* rows(): AsyncGenerator<ExportRow> {
    try {
      for (; seen.taken < count;) {
        seen.taken++;
        await Promise.resolve();
        yield row;
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, rows: rows() };
}

for (const format of exportFormats) {
  Deno.test(`${format} takes rows only as it is read, and ends its source when cancelled`, async () => {
    const { seen, rows } = watchRows(200_000);
    const reader = exportRows(format, columns, rows).getReader();
    await reader.read();
    ok(seen.taken < 50_000, `${seen.taken} rows were taken for one piece`);
    await reader.cancel();
    deepEqual([seen.ended, seen.taken < 50_000], [true, true]);
  });

  Deno.test(`${format} fails when its source does`, async () => {
    async function* broken(): AsyncGenerator<ExportRow> {
      yield row;
      await Promise.resolve();
      throw new Error("the store went away");
    }
    await rejects(
      async () => await new Response(exportRows(format, columns, broken())).bytes(),
      /the store went away/,
    );
  });

  Deno.test(`${format} is the same from rows that come at once and one by one`, async () => {
    const list = Array.from(
      { length: 3_000 },
      (_, i): ExportRow => [time + i, i / 7, i, `${i}`, i % 2 === 0, "x"],
    );
    async function* slowly(): AsyncGenerator<ExportRow> {
      for (const one of list) yield await Promise.resolve(one);
    }
    const [fast, slow] = await Promise.all(
      [list, slowly()].map((rows) => new Response(exportRows(format, columns, rows)).bytes()),
    );
    deepEqual(fast, slow);
  });

  Deno.test(`${format} has a media type and an extension`, () => {
    ok(exportMedia[format].type.includes("/"));
    ok(exportMedia[format].extension.length > 2);
  });
}

Deno.test("pieces are of a size that a connection can carry away", async () => {
  const sizes: number[] = [];
  const list = Array.from({ length: 20_000 }, () => row);
  for await (const piece of exportRows("ndjson", columns, list)) sizes.push(piece.length);
  ok(sizes.length > 10);
  ok(Math.max(...sizes) < 100_000);
});

Deno.test("a table without columns is no Parquet", () => {
  throws(() => exportRows("parquet", [], []), /at least one column/);
});
