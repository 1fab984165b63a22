import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { BadRequestError } from "../../lib/contracts/errors.ts";
import { activityKey, formatDecimal, makeBook, undoImport } from "../../lib/portfolio/mod.ts";
import {
  type ImportOptions,
  makeActivities,
  previewImport,
} from "../../lib/portfolio/import_preview.ts";
import {
  findDecimalMark,
  readNumber,
  readTime,
  readType,
} from "../../lib/portfolio/import_fields.ts";
import { guessColumns, importFormats } from "../../lib/portfolio/import_formats.ts";
import { noRate } from "../support/portfolio.ts";

const nowMs = Date.UTC(2026, 0, 1);
const encode = (text: string) => new TextEncoder().encode(text);
const preview = (text: string, options: Partial<ImportOptions> = {}) =>
  previewImport(encode(text), { nowMs, ...options });
const ids = { importId: "i1", portfolioId: "p1", userId: "u1" };

const own = "type,symbol,exchange,quantity,price,currency,fee,feeCurrency,timestamp,note,reference";
const row = "buy,BTCUSDT,binance,0.5,63000.10,USDT,1.5,USDT,2024-05-01T12:30:00Z,first,";

/** Files as their makers write them, with what their first row becomes. */
const files = [
  {
    name: "our own CSV",
    format: "CryptoIntel",
    text: `${own}\n${row}\n`,
    expected: [
      "buy",
      "BTCUSDT",
      "binance",
      "0.5",
      "63000.1",
      "USDT",
      "1.5",
      "USDT",
      "2024-05-01T12:30:00.000Z",
    ],
  },
  {
    name: "Binance's spot trades, units beside their numbers",
    format: "Binance spot trades",
    text: '"Date(UTC)","Pair","Side","Price","Executed","Amount","Fee"\n' +
      '"2021-05-03 10:20:30","BNBUSDT","BUY","600.5","0.1500000000BNB","90.07500000USDT","0.0001500000BNB"\n',
    expected: [
      "buy",
      "BNBUSDT",
      "binance",
      "0.15",
      "600.5",
      "USDT",
      "0.00015",
      "BNB",
      "2021-05-03T10:20:30.000Z",
    ],
  },
  {
    name: "Binance's older trade history",
    format: "Binance trade history",
    text: "Date(UTC),Market,Type,Price,Amount,Total,Fee,Fee Coin\n" +
      "2018-01-02 03:04:05,ETHBTC,SELL,0.05,2,0.1,0.0001,BTC\n",
    expected: [
      "sell",
      "ETHBTC",
      "binance",
      "2",
      "0.05",
      "BTC",
      "0.0001",
      "BTC",
      "2018-01-02T03:04:05.000Z",
    ],
  },
  {
    name: "Coinbase's transactions, which begin with lines about the file",
    format: "Coinbase transactions",
    text: "\r\nTransactions\r\nUser,Somebody,0a1b\r\n" +
      "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction," +
      "Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes\r\n" +
      '65f1,2024-03-13 09:02:51 UTC,Advanced Trade Sell,BTC,-0.0125,USD,"$73,012.40",$912.66,$907.19,' +
      "$5.47,Sold 0.0125 BTC\r\n",
    expected: [
      "sell",
      "BTC",
      "coinbase",
      "0.0125",
      "73012.4",
      "USD",
      "5.47",
      "USD",
      "2024-03-13T09:02:51.000Z",
    ],
  },
  {
    name: "Coinbase's older transactions",
    format: "Coinbase transactions",
    text: "Timestamp,Transaction Type,Asset,Quantity Transacted,Spot Price Currency," +
      "Spot Price at Transaction,Subtotal,Total (inclusive of fees),Fees,Notes\n" +
      "2021-01-05T08:00:00Z,Receive,ETH,1.25,EUR,850.10,,,,From a friend\n",
    expected: [
      "transfer_in",
      "ETH",
      "coinbase",
      "1.25",
      "850.1",
      "EUR",
      "0",
      "EUR",
      "2021-01-05T08:00:00.000Z",
    ],
  },
  {
    name: "Kraken's trades",
    format: "Kraken trades",
    text:
      '"txid","ordertxid","pair","time","type","ordertype","price","cost","fee","vol","margin","misc","ledgers"\n' +
      '"TCWJEG-FL4SZ","OB5VMB-B4U2U","XXBTZEUR","2022-06-01 10:11:12.3456","buy","limit",29500.1,295.001,0.472,0.01,0,"",""\n',
    expected: [
      "buy",
      "XXBTZEUR",
      "kraken",
      "0.01",
      "29500.1",
      "EUR",
      "0.472",
      "EUR",
      "2022-06-01T10:11:12.345Z",
    ],
  },
  {
    name: "Ghostfolio's JSON",
    format: "Ghostfolio",
    text: JSON.stringify({
      meta: { date: "2023-02-05T00:00:00.000Z", version: "dev" },
      activities: [{
        accountId: null,
        comment: null,
        fee: 19,
        quantity: 5,
        type: "BUY",
        unitPrice: 298.58,
        currency: "USD",
        dataSource: "YAHOO",
        date: "2021-09-16T00:00:00.000Z",
        symbol: "MSFT",
      }],
    }),
    expected: [
      "buy",
      "MSFT",
      "manual",
      "5",
      "298.58",
      "USD",
      "19",
      "USD",
      "2021-09-16T00:00:00.000Z",
    ],
  },
  {
    name: "a table with semicolons and decimal commas",
    format: null,
    text: "Tarih;İşlem;Sembol;Miktar;Fiyat;Para birimi;Komisyon;Borsa\n" +
      "03.05.2024 10:15;Alış;THYAO.IS;1.250;301,25;TRY;12,50;BIST\n",
    expected: [
      "buy",
      "THYAO.IS",
      "bist",
      "1250",
      "301.25",
      "TRY",
      "12.5",
      "TRY",
      "2024-05-03T10:15:00.000Z",
    ],
  },
];
for (const { name, format, text, expected } of files) {
  Deno.test(`${name} is read`, () => {
    const found = preview(text);
    deepEqual(found.rows.flatMap(({ errors }) => errors), []);
    equal(found.format, format);
    const a = found.rows[0]!.activity!;
    deepEqual(
      [
        a.type,
        a.symbol,
        a.exchange,
        a.quantity,
        a.price,
        a.currency,
        a.fee,
        a.feeCurrency,
        new Date(a.timestamp).toISOString(),
      ],
      expected,
    );
  });
}

Deno.test("a fee of Ghostfolio, which has no units, is one", () => {
  const { rows } = preview(JSON.stringify([{
    date: "2021-09-01T00:00:00Z",
    symbol: "2c463fb3-af07-486e-adb0",
    currency: "USD",
    quantity: 0,
    type: "FEE",
    unitPrice: 0,
    fee: 49,
  }]));
  deepEqual([rows[0]!.errors, rows[0]!.activity?.fee], [[], "49"]);
});

const utf16 = (text: string, isLittle: boolean, hasMark: boolean) => {
  const list = [...(hasMark ? "\ufeff" : ""), ...text].map((sign) => sign.charCodeAt(0));
  return Uint8Array.from(
    list.flatMap((unit) => isLittle ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255]),
  );
};
const noted = `${own}\n${row.replace("first", "Köln")}\n`;
const encodings = [
  { name: "UTF-8", bytes: encode(noted), expected: ["utf-8", false] },
  { name: "UTF-8 with its mark", bytes: encode(`\ufeff${noted}`), expected: ["utf-8", false] },
  { name: "UTF-16 of Windows", bytes: utf16(noted, true, true), expected: ["utf-16le", false] },
  {
    name: "UTF-16 the other way round",
    bytes: utf16(noted, false, true),
    expected: ["utf-16be", false],
  },
  {
    name: "UTF-16 without its mark",
    bytes: utf16(noted, true, false),
    expected: ["utf-16le", true],
  },
  {
    name: "Windows-1252",
    bytes: Uint8Array.from(noted, (sign) => sign.charCodeAt(0)),
    expected: ["windows-1252", true],
  },
];
for (const { name, bytes, expected } of encodings) {
  Deno.test(`a file in ${name} is read, and whether that is a guess is told`, () => {
    const { encoding, isEncodingGuess, rows } = previewImport(bytes, { nowMs });
    deepEqual([encoding, isEncodingGuess, rows[0]!.activity!.note], [...expected, "Köln"]);
  });
}

const unreadable: { name: string; bytes: Uint8Array; says: RegExp }[] = [
  { name: "nothing", bytes: new Uint8Array(), says: /rows are required, was empty/ },
  { name: "only a mark", bytes: encode("\ufeff"), says: /rows are required/ },
  {
    name: "an archive",
    bytes: Uint8Array.of(0x50, 0x4b, 3, 4, 0x14, 0, 0x81),
    says: /UTF-8, UTF-16 or/,
  },
  { name: "a zero byte", bytes: encode(`${own}\n${row}\0`), says: /control character at place/ },
  { name: "half of UTF-16", bytes: Uint8Array.of(0xff, 0xfe, 0x41), says: /utf-16le is required/ },
  {
    name: "an open quote",
    bytes: encode(`${own}\nbuy,"BTC`),
    says: /closed quotes .* fault at line/,
  },
  { name: "half of JSON", bytes: encode('{"activities": ['), says: /complete JSON is required/ },
  { name: "JSON of numbers", bytes: encode("[1, 2]"), says: /a list of activities/ },
  { name: "an empty list", bytes: encode("[]"), says: /a list of activities/ },
  { name: "JSON of no list", bytes: encode('{"activities": {}}'), says: /a list of activities/ },
];
for (const { name, bytes, says } of unreadable) {
  Deno.test(`a file of ${name} is refused in words`, () => {
    throws(() => previewImport(bytes, { nowMs }), (error: unknown) => {
      ok(error instanceof BadRequestError);
      match((error as BadRequestError).message, says);
      return true;
    });
  });
}

const script = "<script>alert(1)</script>";
const sql = "'; DROP TABLE activities; --";
const formula = '=HYPERLINK("http://example.org")'.replaceAll('"', '""');
/** Hostile cells by field; the note is text and takes anything. */
const hostile = [
  { field: "type", cells: [script, sql, `"${formula}"`, "buyy", ""] },
  {
    field: "symbol",
    cells: [script, sql, `"${formula}"`, "", "A".repeat(41), "+CMD|' /C calc'!A0"],
  },
  { field: "exchange", cells: [script, sql, `"${formula}"`, "@SUM(A1)", "-1+1"] },
  {
    field: "quantity",
    cells: [script, sql, `"${formula}"`, "0", "NaN", "Infinity", "1e999", "", "9".repeat(41)],
  },
  { field: "price", cells: [script, sql, "-5", "0", "1..2", "0x10", "٣"] },
  { field: "currency", cells: [script, sql, "A".repeat(13), "=1+1"] },
  { field: "fee", cells: [script, sql, "-1", "free"] },
  { field: "feeCurrency", cells: [script, sql, "$"] },
  {
    field: "timestamp",
    cells: [
      script,
      sql,
      "",
      "2024-13-01",
      "2024-02-30",
      "03/04/2024",
      "2999-01-01",
      "1969-01-01",
      "0",
    ],
  },
] as const;
const headers = own.split(",");
for (const { field, cells } of hostile) {
  for (const cell of cells) {
    Deno.test(`"${cell.slice(0, 30)}" as ${field} is a fault of its own row only`, () => {
      const bad = row.split(",").map((good, i) => headers[i] === field ? cell : good).join(",");
      const { rows, counts } = preview([own, row, bad, row.replace("0.5", "0.7")].join("\n"));
      deepEqual(counts, { new: 2, duplicate: 0, error: 1 });
      const [error] = rows[1]!.errors;
      deepEqual([rows[1]!.row, error!.column, error!.field], [3, field, field]);
      match(error!.expected, /\w/);
      equal(error!.given, cell.replace(/^"|"$/g, "").replaceAll('""', '"').slice(0, 80));
    });
  }
}

Deno.test("a note takes any text, without the apostrophe that our own export puts before formulas", () => {
  const notes = [script, "'=1+1", "'tis", "x".repeat(600)];
  const { rows } = preview(
    [own, ...notes.map((n, i) => row.replace("first", n).replace("0.5", `${i + 1}`))].join("\n"),
  );
  deepEqual(rows.map(({ activity }) => activity!.note), [script, "=1+1", "'tis", "x".repeat(500)]);
});

Deno.test("rows that are too short or too long are rows with faults, or ignored cells", () => {
  const { counts } = preview([own, "buy,BTC", `${row},more,and more`, ",,,,", "", row].join("\n"));
  deepEqual(counts, { new: 2, duplicate: 0, error: 1 });
});

Deno.test("the same file again brings nothing, a longer one only what is new", () => {
  const twice = [own, row, row, row.replace("0.5", "0.6")].join("\n");
  const first = preview(twice);
  // Two equal trades of one moment are two trades.
  deepEqual(first.counts, { new: 3, duplicate: 0, error: 0 });
  const existing = new Set(makeActivities(first, ids).map(activityKey));
  deepEqual(preview(twice, { existing }).counts, { new: 0, duplicate: 3, error: 0 });
  deepEqual(preview(`${twice}\n${row}`, { existing }).counts, { new: 1, duplicate: 3, error: 0 });
});

Deno.test("an exchange's own number tells the same activity in whatever order and spelling", () => {
  const file = (...lines: string[]) => [own, ...lines].join("\n");
  const first = preview(file(`${row}T1`, `${row}T2`, `${row}T1`));
  deepEqual(first.rows.map(({ status }) => status), ["new", "new", "duplicate"]);
  const existing = new Set(makeActivities(first, ids).map(activityKey));
  const later = preview(file(`${row}T3`, `${row.replace("63000.10", "63000.1000")}T2`), {
    existing,
  });
  deepEqual(later.rows.map(({ status }) => status), ["new", "duplicate"]);
});

Deno.test("an import can be undone, and only it", () => {
  const one = makeActivities(preview(`${own}\n${row}`), ids);
  const two = makeActivities(preview(`${own}\n${row.replace("buy", "sell")}`), {
    ...ids,
    importId: "i2",
  });
  const { kept, removed } = undoImport([...one, ...two], "i2");
  deepEqual([kept, removed], [one, two]);
  deepEqual(undoImport([{ importId: null }], "i2").kept.length, 1);
});

Deno.test("imported records are whole, with ids that never repeat", () => {
  const records = makeActivities(preview(`${own}\n${row}\nx\n${row}`), ids);
  deepEqual(records.map(({ id }) => id), ["i1-2", "i1-4"]);
  const [record] = records;
  deepEqual([record!.portfolioId, record!.userId, record!.importId], ["p1", "u1", "i1"]);
  equal(makeBook(records, { currency: "USDT", getRate: noRate }).problems.length, 0);
});

Deno.test("columns with unknown names are asked for instead of guessed", () => {
  const text = "a,b,c,d,e,f\nbuy,BTCUSDT,0.5,100,USDT,2024-05-01\n";
  const found = preview(text);
  deepEqual([found.missing, found.rows], [["type", "symbol", "timestamp"], []]);
  const mapping = {
    type: "a",
    symbol: "b",
    quantity: "c",
    price: "d",
    currency: "e",
    timestamp: "f",
  };
  const mapped = preview(text, { mapping, defaults: { exchange: "Kraken" } });
  deepEqual([mapped.counts.new, mapped.rows[0]!.activity!.exchange], [1, "kraken"]);
});

Deno.test("a default type reads files that hold one kind only", () => {
  const text = "Date(UTC),Coin,Network,Amount,TXID\n2024-05-01 10:00:00,BTC,BTC,0.5,abc\n";
  const { rows } = preview(text, {
    defaults: { type: "deposit", exchange: "binance", currency: "USD" },
  });
  deepEqual([rows[0]!.activity!.type, rows[0]!.activity!.reference], ["deposit", "abc"]);
});

Deno.test("each known format needs columns that it maps, and no header means two fields", () => {
  for (const { needs, columns, name } of importFormats) {
    ok(needs.length >= 4, name);
    const mapped = Object.values(columns);
    equal(new Set(mapped).size, mapped.length, name);
  }
  const guessed = Object.values(guessColumns(["Date", "Type", "Amount", "Amount", "Fee", "Price"]));
  equal(new Set(guessed).size, guessed.length);
});

const marks = [
  { cells: ["1,234.5"], expected: "." },
  { cells: ["1.234,5"], expected: "," },
  { cells: ["1,234", "2,5"], expected: "," },
  { cells: ["1,234,567"], expected: "." },
  { cells: ["1.234.567"], expected: "," },
  { cells: ["0,123"], expected: "," },
  { cells: ["1,234"], expected: null },
  { cells: ["1.234"], expected: "." },
  { cells: ["12", "x", ""], expected: "." },
  { cells: ["1,234"], delimiter: ";", expected: "," },
] as const;
for (const { cells, expected, ...rest } of marks) {
  Deno.test(`the decimal mark of ${JSON.stringify({ cells, ...rest })} is ${expected}`, () => {
    equal(findDecimalMark(cells, "delimiter" in rest ? rest.delimiter : ","), expected);
  });
}

Deno.test("a number that fits both marks is a fault that says so, unless the mark is told", () => {
  const text = `${own}\n${
    row.replace("0.5", '"1,234"').replace("63000.10", "5").replace("1.5", "0")
  }`;
  match(preview(text).rows[0]!.errors[0]!.expected, /whether , or \. is the decimal mark/);
  equal(preview(text, { decimalMark: "," }).rows[0]!.activity!.quantity, "1.234");
  equal(preview(text, { decimalMark: "." }).rows[0]!.activity!.quantity, "1234");
});

const numbers = [
  ["1,234.50", "1234.5"],
  ["1 234.5", "1234.5"],
  ["1'234.5", "1234.5"],
  ["$73,012.40", "73012.4"],
  ["₺5", "5"],
  ["+5", "5"],
  ["−5", "-5"],
  ["1e-8", "0.00000001"],
  ["1.5E3", "1500"],
  [".5", "0.5"],
  ["5.", "5"],
  ["1,23", null],
  ["1,234,56", null],
  ["1.234,567", null],
  ["1.2.3", null],
  ["", null],
  ["1e", null],
  ["1e1e1", null],
  ["5 BTC", null],
  ["--5", null],
] as const;
for (const [cell, expected] of numbers) {
  Deno.test(`"${cell}" is read as ${expected}`, () => {
    const value = readNumber(cell, ".");
    equal(value && formatDecimal(value), expected);
  });
}

const times = [
  ["2024-05-01", "2024-05-01T00:00:00.000Z"],
  ["2024-05-01T12:30", "2024-05-01T12:30:00.000Z"],
  ["2024-05-01 12:30:15.987654", "2024-05-01T12:30:15.987Z"],
  ["2024-05-01T12:30:00+03:00", "2024-05-01T09:30:00.000Z"],
  ["2024-05-01T12:30:00-0530", "2024-05-01T18:00:00.000Z"],
  ["2024-05-01 12:30:00 UTC", "2024-05-01T12:30:00.000Z"],
  ["2024/05/01", "2024-05-01T00:00:00.000Z"],
  ["1.5.2024", "2024-05-01T00:00:00.000Z"],
  ["31/12/2024", "2024-12-31T00:00:00.000Z"],
  ["12/31/2024 23:59:59", "2024-12-31T23:59:59.000Z"],
  ["1714521600", "2024-05-01T00:00:00.000Z"],
  ["157766400000", "1975-01-01T00:00:00.000Z"],
  ["1714521600123", "2024-05-01T00:00:00.123Z"],
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ["2023-02-29", null],
  ["2024-05-01T24:00:00", null],
  ["2024-05-01 12:30 PST", null],
  ["2024-05-01T12:30:00+25:00", null],
  ["04/05/2024", null],
  ["1", null],
  ["yesterday", null],
] as const;
for (const [cell, expected] of times) {
  Deno.test(`the time "${cell}" is read as ${expected}`, () => {
    const time = readTime(cell);
    equal(time === null ? null : new Date(time).toISOString(), expected);
  });
}

Deno.test("types go by many names and never by a part of one", () => {
  deepEqual(["BUY", "Send", "staking_income", "TRANSFER_IN", "sells", ""].map(readType), [
    "buy",
    "transfer_out",
    "interest",
    "transfer_in",
    null,
    null,
  ]);
});

Deno.test("whatever the bytes, a file is previewed or refused in words", () => {
  const text = fc.string({ unit: "binary", maxLength: 300 }).map((body) =>
    encode(`${own}\n${body}`)
  );
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), text), (bytes) => {
      try {
        const { rows, counts } = previewImport(bytes, { nowMs });
        equal(rows.length, counts.new + counts.duplicate + counts.error);
      } catch (error) {
        ok(error instanceof BadRequestError, String(error));
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("ten megabytes of rows are read whole", () => {
  const count = 125_000;
  const lines = Array.from({ length: count }, (_, i) => `${row}T${i}`);
  const bytes = encode([own, ...lines].join("\n"));
  ok(bytes.length > 10_000_000);
  deepEqual(previewImport(bytes, { nowMs }).counts, { new: count, duplicate: 0, error: 0 });
});

Deno.test("ten megabytes in one cell are refused", () => {
  throws(() => preview(`${own}\n${"x".repeat(10_000_000)}`), BadRequestError);
});
