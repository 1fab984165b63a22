/**
 * One row of a foreign file as an activity, or as the list of what is wrong with it.
 *
 * @module
 */
import type { ActivityRecord, ActivityType } from "../contracts/owned.ts";
import {
  type DecimalMark,
  readAmount,
  readCurrency,
  readExchange,
  readSize,
  readSymbol,
  readText,
  readTime,
  readType,
} from "./import_fields.ts";
import type { ImportField, RawActivity } from "./import_formats.ts";

/** An activity that is not stored yet. */
export type ActivityDraft = Omit<
  ActivityRecord,
  "id" | "portfolioId" | "userId" | "importId" | "revision"
>;

/** What is wrong with a cell. */
export interface ImportError {
  field: ImportField;
  /** Header of its column, or the field's name where it has none. */
  column: string;
  expected: string;
  /** At most 80 characters of it. */
  given: string;
}

/** Tells what a row is read with. */
export interface RowOptions {
  /** Null where the file does not tell it: then numbers that need it are faults. */
  decimalMark: DecimalMark | null;
  nowMs: number;
  columnOf: (field: ImportField) => string;
}

/** How far a clock may be ahead of ours. */
const futureMs = 86_400_000;

/** Characters that a note and an exchange's own number may have. */
const noteMax = 500;
const referenceMax = 200;

/** Activities that happen at a price. */
const priced: ReadonlySet<ActivityType> = new Set(["buy", "sell", "dividend"]);

const expectations: Record<ImportField, string> = {
  type: "buy, sell, deposit, withdrawal, transfer in or out, dividend, interest, fee or split",
  symbol: "a symbol of at most 40 letters and digits",
  exchange: "the name of an exchange",
  quantity: "a number above 0",
  price: "a number above 0",
  currency: "the code of a currency, such as USD",
  fee: "a number of 0 or more",
  feeCurrency: "the code of a currency, such as BNB",
  timestamp: "a time since 1970 that is not to come, such as 2024-05-01T12:30:00Z",
  note: "a text",
  reference: "a text",
};

/** Reads a row; `activity` is null where `errors` has any. */
export function readActivity(
  raw: RawActivity,
  { decimalMark, nowMs, columnOf }: RowOptions,
): { activity: ActivityDraft | null; errors: ImportError[] } {
  const errors: ImportError[] = [];
  const mark = decimalMark ?? ".";
  function need<T>(field: ImportField, value: T | null): T | null {
    if (value !== null) return value;
    const given = (raw[field] ?? "").slice(0, 80);
    const isOpen = decimalMark === null && /\d,\d{3}$/.test(given);
    const expected = isOpen ? "to be told whether , or . is the decimal mark" : expectations[field];
    errors.push({ field, column: columnOf(field), expected, given });
    return null;
  }
  /** A number that fits either mark is not read by chance. */
  const open = (cell: string) => decimalMark === null && cell.includes(",");
  const number = (cell: string, read: typeof readAmount) => open(cell) ? null : read(cell, mark);
  const type = need("type", readType(raw.type ?? ""));
  const time = readTime(raw.timestamp ?? "");
  const timestamp = need("timestamp", time !== null && time <= nowMs + futureMs ? time : null);
  const symbol = need("symbol", readSymbol(raw.symbol ?? ""));
  const exchange = need("exchange", readExchange(raw.exchange ?? "manual"));
  const fee = need("fee", raw.fee ? number(raw.fee, readAmount) : "0");
  const isBareFee = type === "fee" && !raw.quantity && fee !== "0";
  const quantity = isBareFee ? "0" : need("quantity", number(raw.quantity ?? "", readSize));
  const price = readPrice();
  const currency = need("currency", readCurrency(raw.currency ?? (isUnpriced() ? symbol! : "")));
  const feeCurrency = raw.feeCurrency
    ? need("feeCurrency", readCurrency(raw.feeCurrency))
    : currency;
  if (errors.length > 0) return { activity: null, errors };

  /** Money that moves itself, and a split, have no price. */
  function isUnpriced(): boolean {
    return type !== null && symbol !== null && !priced.has(type);
  }
  function readPrice(): string | null {
    const isGiven = raw.price !== undefined && raw.price !== "";
    const read = isGiven ? number(raw.price!, readAmount) : "0";
    const isMissing = type !== null && priced.has(type) && read === "0";
    return need("price", isMissing ? null : read);
  }
  const activity = {
    type: type!,
    // Money that moves itself is known by its currency being what moved.
    symbol: symbol!.toUpperCase() === currency ? currency! : symbol!,
    exchange: exchange!,
    quantity: quantity!,
    price: price!,
    currency: currency!,
    fee: fee!,
    feeCurrency: feeCurrency!,
    timestamp: timestamp!,
    note: readText(raw.note ?? "", noteMax),
    reference: readText(raw.reference ?? "", referenceMax),
  };
  return { activity, errors };
}
