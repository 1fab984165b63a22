/**
 * Files that exchanges and other programs export: by which columns one knows them, and which column
 * is what.
 *
 * A new one is an entry in `importFormats`.
 *
 * @module
 */
import { splitPair } from "../market/mod.ts";

/** Fields of an activity that a file can fill. */
export const importFields = [
  "type",
  "symbol",
  "exchange",
  "quantity",
  "price",
  "currency",
  "fee",
  "feeCurrency",
  "timestamp",
  "note",
  "reference",
] as const;
/** See `importFields`. */
export type ImportField = typeof importFields[number];

/** Which column, by its header, fills a field. */
export type ColumnMapping = Partial<Record<ImportField, string>>;

/** Cells of one row by the field that they fill. */
export type RawActivity = Partial<Record<ImportField, string>>;

/** A kind of file. */
export interface ImportFormat {
  name: string;
  /** Headers that no other kind has together; compared without case and spaces. */
  needs: readonly string[];
  columns: ColumnMapping;
  /** What every row has. */
  fixed?: RawActivity;
  /** Turns the exchange's spelling into ours; `cell` gives any other cell of the row. */
  adapt?: (raw: RawActivity, cell: (header: string) => string) => RawActivity;
}

/** Every kind that is known. */
export const importFormats: readonly ImportFormat[] = [
  {
    name: "CryptoIntel",
    needs: ["type", "symbol", "exchange", "quantity", "price", "currency", "fee", "timestamp"],
    columns: Object.fromEntries(importFields.map((field) => [field, field])),
  },
  {
    name: "Binance spot trades",
    needs: ["Date(UTC)", "Pair", "Side", "Price", "Executed", "Amount", "Fee"],
    columns: {
      timestamp: "Date(UTC)",
      symbol: "Pair",
      type: "Side",
      price: "Price",
      quantity: "Executed",
      fee: "Fee",
    },
    fixed: { exchange: "binance" },
    adapt: (raw, cell) => {
      const [quantity] = splitUnit(raw.quantity);
      const [fee, feeCurrency] = splitUnit(raw.fee);
      const currency = splitUnit(cell("Amount"))[1] || splitPair(raw.symbol ?? "").quote;
      return { ...raw, quantity, fee, feeCurrency, currency };
    },
  },
  {
    name: "Binance trade history",
    needs: ["Date(UTC)", "Market", "Type", "Price", "Amount", "Total", "Fee", "Fee Coin"],
    columns: {
      timestamp: "Date(UTC)",
      symbol: "Market",
      type: "Type",
      price: "Price",
      quantity: "Amount",
      fee: "Fee",
      feeCurrency: "Fee Coin",
    },
    fixed: { exchange: "binance" },
    adapt: (raw) => ({ ...raw, currency: splitPair(raw.symbol ?? "").quote }),
  },
  ...["Price at Transaction", "Spot Price at Transaction"].map((price): ImportFormat => ({
    name: "Coinbase transactions",
    needs: ["Timestamp", "Transaction Type", "Asset", "Quantity Transacted", price, "Subtotal"],
    columns: {
      reference: "ID",
      timestamp: "Timestamp",
      type: "Transaction Type",
      symbol: "Asset",
      quantity: "Quantity Transacted",
      currency: price.replace(/ at .*/, " Currency"),
      price,
      fee: "Fees and/or Spread",
      note: "Notes",
    },
    fixed: { exchange: "coinbase" },
    adapt: (raw, cell) => ({ ...raw, fee: raw.fee || cell("Fees") }),
  })),
  {
    name: "Kraken trades",
    needs: ["txid", "ordertxid", "pair", "time", "type", "price", "cost", "fee", "vol"],
    columns: {
      reference: "txid",
      symbol: "pair",
      timestamp: "time",
      type: "type",
      price: "price",
      fee: "fee",
      quantity: "vol",
    },
    fixed: { exchange: "kraken" },
    adapt: (raw) => ({ ...raw, currency: readKrakenQuote(raw.symbol ?? "") }),
  },
  {
    name: "Ghostfolio",
    needs: ["date", "symbol", "currency", "quantity", "type", "unitPrice", "fee"],
    columns: {
      timestamp: "date",
      symbol: "symbol",
      currency: "currency",
      quantity: "quantity",
      type: "type",
      price: "unitPrice",
      fee: "fee",
      note: "comment",
      reference: "id",
    },
    adapt: (raw) => {
      // A fee is written with no units, interest with its whole amount as the price of one.
      const isFee = raw.type?.toUpperCase() === "FEE";
      return isFee && Number(raw.quantity) === 0 ? { ...raw, quantity: "" } : raw;
    },
  },
];

/** Names under which other files have their columns, most telling first. */
const columnNames: Record<ImportField, readonly string[]> = {
  timestamp: ["timestamp", "datetime", "date(utc)", "date", "time", "created at", "tarih"],
  type: ["type", "transaction type", "side", "action", "operation", "işlem"],
  symbol: ["symbol", "pair", "market", "asset", "ticker", "instrument", "coin", "sembol"],
  quantity: [
    "quantity",
    "size",
    "units",
    "shares",
    "qty",
    "executed",
    "volume",
    "vol",
    "amount",
    "miktar",
  ],
  price: ["price", "unit price", "price per unit", "rate", "fiyat"],
  currency: ["currency", "price currency", "quote", "quote currency", "para birimi"],
  fee: ["fee", "fees", "commission", "komisyon"],
  feeCurrency: ["fee currency", "fee coin", "fee asset", "feecurrency"],
  exchange: ["exchange", "venue", "platform", "account", "borsa"],
  note: ["note", "notes", "comment", "description", "remark"],
  reference: ["reference", "trade id", "tradeid", "txid", "transaction id", "id"],
};

/** Turkish İ has two signs in small letters, and would equal nothing. */
const normalize = (header: string) =>
  header.trim().replaceAll("İ", "i").toLowerCase().replace(/[\s_]+/g, " ");

/** Returns the format that has these headers, or null. */
export function findFormat(headers: readonly string[]): ImportFormat | null {
  const given = new Set(headers.map(normalize));
  return importFormats.find(({ needs }) => needs.every((name) => given.has(normalize(name)))) ??
    null;
}

/** Returns the columns that these headers probably mean; each column fills one field. */
export function guessColumns(headers: readonly string[]): ColumnMapping {
  const mapping: ColumnMapping = {};
  const taken = new Set<string>();
  for (const field of importFields) {
    const names = columnNames[field];
    const found = names
      .map((name) => headers.find((header) => normalize(header) === name && !taken.has(header)))
      .find((header) => header !== undefined);
    if (found === undefined) continue;
    mapping[field] = found;
    taken.add(found);
  }
  return mapping;
}

/** Returns the index of a header among others, without regard to case and spaces; -1 for none. */
export function findHeader(headers: readonly string[], name: string): number {
  const wanted = normalize(name);
  return headers.findIndex((header) => normalize(header) === wanted);
}

/** Parts `0.5BTC` into its number and its unit. */
function splitUnit(cell = ""): [string, string] {
  const [, number = cell, unit = ""] = cell.match(/^([-+\d.,]+)\s*([A-Za-z0-9]*)$/) ?? [];
  return [number, unit];
}

/**
 * Returns the quote of a Kraken pair: `XXBTZUSD` (four letters each, with a sign for coin or
 * currency), `XBT/USD`, or `XBTUSD`.
 */
function readKrakenQuote(pair: string): string {
  const quote = pair.includes("/")
    ? pair.split("/")[1]!
    : /^[XZ]...[XZ]...$/.test(pair)
    ? pair.slice(5)
    : splitPair(pair.replace(/XBT$/, "BTC")).quote.replace(/^BTC$/, "XBT");
  return quote;
}
