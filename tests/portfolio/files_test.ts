/** Files before they are activities: encodings, CSV, JSON, formats. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { BadRequestError } from "../../lib/contracts/errors.ts";
import { parseCsv } from "../../lib/portfolio/csv.ts";
import {
  readCurrency,
  readExchange,
  readSize,
  readSymbol,
  readText,
} from "../../lib/portfolio/import_fields.ts";
import {
  findFormat,
  findHeader,
  guessColumns,
  importFields,
  importFormats,
} from "../../lib/portfolio/import_formats.ts";
import { readJsonRows } from "../../lib/portfolio/import_json.ts";
import { previewImport } from "../../lib/portfolio/import_preview.ts";
import { decodeText } from "../../lib/portfolio/text_encoding.ts";

const nowMs = Date.UTC(2026, 0, 1);
const encode = (text: string) => new TextEncoder().encode(text);
const cellsOf = (text: string) => parseCsv(text).rows.map(({ cells }) => cells);

const tables = [
  { name: "plain", text: "a,b\n1,2\n", expected: [["a", "b"], ["1", "2"]] },
  { name: "Windows' line ends", text: "a,b\r\n1,2\r\n", expected: [["a", "b"], ["1", "2"]] },
  { name: "old Apple line ends", text: "a,b\r1,2\r", expected: [["a", "b"], ["1", "2"]] },
  { name: "no last line end", text: "a,b\n1,2", expected: [["a", "b"], ["1", "2"]] },
  {
    name: "quoted commas and quotes",
    text: 'a,b\n"1,5","say ""hi"""',
    expected: [["a", "b"], ["1,5", 'say "hi"']],
  },
  { name: "a quoted line break", text: 'a,b\n"1\n2",3', expected: [["a", "b"], ["1\n2", "3"]] },
  { name: "a quote in a cell", text: 'a,b\n5",6', expected: [["a", "b"], ['5"', "6"]] },
  { name: "semicolons", text: "a;b\n1,5;2", expected: [["a", "b"], ["1,5", "2"]] },
  { name: "tabs", text: "a\tb\n1\t2", expected: [["a", "b"], ["1", "2"]] },
  { name: "bars", text: "a|b\n1|2", expected: [["a", "b"], ["1", "2"]] },
  {
    name: "commas in quotes among semicolons",
    text: 'a;b\n"1,2,3,4";2',
    expected: [["a", "b"], ["1,2,3,4", "2"]],
  },
  { name: "spaces around cells", text: " a , b \n 1 ,2 ", expected: [["a", "b"], ["1", "2"]] },
  { name: "empty lines", text: "\n\na,b\n\n,,\n1,2\n\n", expected: [["a", "b"], ["1", "2"]] },
  {
    name: "rows of any length",
    text: "a,b\n1\n1,2,3",
    expected: [["a", "b"], ["1"], ["1", "2", "3"]],
  },
  { name: "one column", text: "a\n1", expected: [["a"], ["1"]] },
  { name: "nothing", text: "", expected: [] },
];
for (const { name, text, expected } of tables) {
  Deno.test(`CSV of ${name} is read`, () => deepEqual(cellsOf(text), expected));
}

Deno.test("rows know the line on which they end", () => {
  deepEqual(parseCsv('a\n\n"1\n2"\n3').rows.map(({ line }) => line), [1, 4, 5]);
});

const brokenCsv = [
  { name: "an open quote", text: 'a,b\n1,"2', says: /line 2/ },
  { name: "text after a closed quote", text: 'a,b\n"1"x,2', says: /line 2/ },
  { name: "a row of a megabyte", text: `a,b\n${"x".repeat(1_000_000)},2`, says: /sane length/ },
];
for (const { name, text, says } of brokenCsv) {
  Deno.test(`CSV with ${name} is refused in words`, () => {
    throws(() => cellsOf(text), (error: unknown) => {
      ok(error instanceof BadRequestError);
      match((error as BadRequestError).message, says);
      return true;
    });
  });
}

Deno.test("a table written by the rules of RFC 4180 is read as it was", () => {
  const cell = fc.string({ maxLength: 12 }).map((text) => text.trim()).filter((text) =>
    text !== ""
  );
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), {
    minLength: 1,
    maxLength: 10,
  });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(fc.property(table, fc.constantFrom("\n", "\r\n"), (rows, end) => {
    const text = rows.map((cells) => cells.map(quote).join(",")).join(end);
    deepEqual(parseCsv(text).rows.map(({ cells }) => cells), rows);
  }));
});

const json = [
  { name: "a list", text: '[{"a":1,"b":"x"}]', headers: ["a", "b"], rows: [["1", "x"]] },
  {
    name: "a list under activities",
    text: '{"activities":[{"a":1}]}',
    headers: ["a"],
    rows: [["1"]],
  },
  {
    name: "objects that differ",
    text: '[{"a":1},{"b":2}]',
    headers: ["a", "b"],
    rows: [["1", ""], ["", "2"]],
  },
  {
    name: "null and booleans",
    text: '[{"a":null,"b":true}]',
    headers: ["a", "b"],
    rows: [["", "true"]],
  },
  {
    name: "small and large numbers",
    text: '[{"a":1e-7,"b":1e21}]',
    headers: ["a", "b"],
    rows: [["1e-7", "1e+21"]],
  },
  {
    name: "objects inside",
    text: '[{"a":{"b":1},"c":[1]}]',
    headers: ["a", "c"],
    rows: [["[object]", "[object]"]],
  },
  {
    name: "names of the language's own",
    text: '[{"__proto__":"x","constructor":"y"}]',
    headers: ["__proto__", "constructor"],
    rows: [["x", "y"]],
  },
  {
    name: "names that only others have",
    text: '[{"toString":"x"},{"b":1}]',
    headers: ["toString", "b"],
    rows: [["x", ""], ["", "1"]],
  },
];
for (const { name, text, headers, rows } of json) {
  Deno.test(`JSON of ${name} is a table`, () => {
    const table = readJsonRows(text);
    deepEqual([table.headers, table.rows.map(({ cells }) => cells)], [headers, rows]);
    deepEqual(table.rows.map(({ row }) => row), rows.map((_, i) => i + 1));
  });
}

for (
  const text of [
    "",
    "null",
    "5",
    '"x"',
    "{}",
    "[]",
    "[[]]",
    "[null]",
    "[{}",
    '{"activities":5}',
    "nul",
  ]
) {
  Deno.test(`JSON ${JSON.stringify(text)} is no list of activities`, () => {
    throws(() => readJsonRows(text), BadRequestError);
  });
}

const decoded = [
  { name: "nothing", bytes: [], expected: ["", "utf-8", false] },
  { name: "one letter", bytes: [0x61], expected: ["a", "utf-8", false] },
  { name: "Turkish in UTF-8", bytes: [...encode("ığüşöç")], expected: ["ığüşöç", "utf-8", false] },
  { name: "a € of Windows", bytes: [0x35, 0x80], expected: ["5€", "windows-1252", true] },
  { name: "two letters of UTF-16", bytes: [0x61, 0, 0x62, 0], expected: ["ab", "utf-16le", true] },
  {
    name: "two letters of UTF-16, the other way",
    bytes: [0, 0x61, 0, 0x62],
    expected: ["ab", "utf-16be", true],
  },
  {
    name: "UTF-16 with a mark and ş",
    bytes: [0xff, 0xfe, 0x5f, 0x01],
    expected: ["ş", "utf-16le", false],
  },
];
for (const { name, bytes, expected } of decoded) {
  Deno.test(`bytes of ${name} are read`, () => {
    const { text, encoding, isGuess } = decodeText(Uint8Array.from(bytes));
    deepEqual([text, encoding, isGuess], expected);
  });
}

for (
  const { name, bytes } of [
    { name: "zeros", bytes: [0, 0, 0, 0] },
    { name: "a picture", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
    { name: "a sign that no Windows has", bytes: [0x61, 0x9d] },
    { name: "UTF-8's mark before no UTF-8", bytes: [0xef, 0xbb, 0xbf, 0xff] },
  ]
) {
  Deno.test(`bytes of ${name} are no text`, () => {
    throws(() => decodeText(Uint8Array.from(bytes)), BadRequestError);
  });
}

Deno.test("all text of UTF-8 is read as it is", () => {
  const text = fc.string({ unit: "grapheme" }).filter((t) =>
    !/\p{Cc}/u.test(t) && !t.startsWith("\ufeff")
  );
  fc.assert(fc.property(text, (given) => {
    const { text: read, encoding } = decodeText(encode(given));
    deepEqual([read, encoding], [given, "utf-8"]);
  }));
});

for (const format of importFormats) {
  Deno.test(`${format.name} (${format.needs.at(-1)}) is known by its headers, in any order and case`, () => {
    equal(findFormat(format.needs.toReversed().map((name) => ` ${name.toUpperCase()} `)), format);
    equal(findFormat(format.needs.slice(1))?.name === format.name, false);
  });
}

Deno.test("no format is taken for another", () => {
  for (const format of importFormats) equal(findFormat(format.needs), format);
  equal(findFormat([]), null);
});

const guesses = [
  {
    headers: ["Date", "Side", "Symbol", "Qty", "Price", "Fee"],
    fields: ["timestamp", "type", "symbol", "quantity", "price", "fee"],
  },
  {
    headers: ["tarih", "işlem", "sembol", "miktar", "fiyat"],
    fields: ["timestamp", "type", "symbol", "quantity", "price"],
  },
  { headers: ["x", "y"], fields: [] },
  { headers: [], fields: [] },
];
for (const { headers, fields } of guesses) {
  Deno.test(`the headers ${headers.join(", ") || "of none"} mean ${fields.join(", ") || "nothing"}`, () => {
    deepEqual(Object.keys(guessColumns(headers)).sort(), fields.toSorted());
  });
}

Deno.test("headers are found without regard to case and spaces", () => {
  deepEqual(
    ["Fee Coin", "fee_coin", "FEE  COIN", "coin"].map((name) =>
      findHeader(["x", "Fee coin"], name)
    ),
    [1, 1, 1, -1],
  );
});

/** Coinbase's words for what happened, and ours; null where a row holds two activities. */
const words: [string, string | null][] = [
  ["Buy", "buy"],
  ["Sell", "sell"],
  ["Advanced Trade Buy", "buy"],
  ["Advanced Trade Sell", "sell"],
  ["Send", "transfer_out"],
  ["Receive", "transfer_in"],
  ["Rewards Income", "interest"],
  ["Staking Income", "interest"],
  ["Deposit", "deposit"],
  ["Withdrawal", "withdrawal"],
  ["Convert", null],
];
for (const [word, type] of words) {
  Deno.test(`Coinbase's ${word} is ${type ?? "refused, as it says too little"}`, () => {
    const text =
      "Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Fees and/or Spread\n" +
      `2024-01-01 00:00:00 UTC,${word},BTC,0.5,USD,$40000,$20000,$1\n`;
    const [row] = previewImport(encode(text), { nowMs }).rows;
    equal(row!.activity?.type ?? null, type);
  });
}

const krakenPairs = [
  ["XXBTZUSD", "USD"],
  ["XETHXXBT", "XBT"],
  ["XBTUSDT", "USDT"],
  ["SOL/EUR", "EUR"],
  ["ADAXBT", "XBT"],
] as const;
for (const [pair, currency] of krakenPairs) {
  Deno.test(`Kraken's ${pair} is paid in ${currency}`, () => {
    const text = "txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol\n" +
      `T1,O1,${pair},2022-06-01 10:11:12.3456,buy,limit,2,4,0.01,2\n`;
    const [row] = previewImport(encode(text), { nowMs }).rows;
    deepEqual([row!.errors, row!.activity?.currency, row!.activity?.reference], [
      [],
      currency,
      "T1",
    ]);
  });
}

const fields = [
  {
    read: readSymbol,
    good: ["BTCUSDT", "THYAO.IS", "^GSPC", "BRK-B", "BTC/USD", "EURTRY=X"],
    bad: ["", " ", "=1", "<a>", "a\nb", "-x"],
  },
  {
    read: readCurrency,
    good: ["USD", "1INCH", "BTC.B"],
    bad: ["", "$", "US D", "ABCDEFGHIJKLM", "-"],
  },
  { read: readExchange, good: ["binance", "borsa istanbul", "ş"], bad: ["", "@x", "<b>", "-"] },
];
for (const { read, good, bad } of fields) {
  Deno.test(`${read.name} takes names and nothing else`, () => {
    deepEqual(
      good.map((cell) => read(cell)?.toLowerCase()),
      good.map((cell) => cell.toLowerCase()),
    );
    deepEqual(bad.map((cell) => read(cell)), bad.map(() => null));
  });
}

Deno.test("sizes lose their sign, and 0 is none", () => {
  deepEqual(["-0.5", "0.5", "0", "-0", "x"].map((cell) => readSize(cell, ".")), [
    "0.5",
    "0.5",
    null,
    null,
    null,
  ]);
});

Deno.test("texts lose only the apostrophe that an export put before a formula", () => {
  deepEqual(["'=1", "'-1", "''=1", "'a", "=1", "'"].map((cell) => readText(cell, 9)), [
    "=1",
    "-1",
    "''=1",
    "'a",
    "=1",
    "'",
  ]);
  equal(readText("x".repeat(20), 9).length, 9);
});

Deno.test("every field that can be imported has names by which columns are guessed", () => {
  for (const field of importFields) {
    ok(guessColumns([field, "exchange"])[field] !== undefined, field);
  }
});
