/**
 * Cells of a foreign file as fields of an activity.
 *
 * @module
 */
import type { ActivityType } from "../contracts/owned.ts";
import { isTime } from "./book.ts";
import { type Decimal, formatDecimal, isNegative, isZero, negate } from "./decimal.ts";

/** What stands between the whole and the fraction. */
export type DecimalMark = "." | ",";

/** Digits that an imported number may have. */
const digitsMax = 40;

/** Numbers whose thousands are grouped, by their decimal mark. */
const groupedNumbers: Record<DecimalMark, RegExp> = {
  ".": /^-?\d{1,3}(,\d{3})+(\.\d*)?$/,
  ",": /^-?\d{1,3}(\.\d{3})+(,\d*)?$/,
};

const typeNames: Record<ActivityType, readonly string[]> = {
  buy: ["buy", "b", "advanced trade buy", "market buy", "limit buy", "purchase", "alış"],
  sell: ["sell", "s", "advanced trade sell", "market sell", "limit sell", "sale", "satış"],
  deposit: ["deposit", "pro deposit", "exchange deposit", "cash deposit"],
  withdrawal: ["withdrawal", "withdraw", "pro withdrawal", "exchange withdrawal"],
  transfer_in: ["transfer in", "receive", "received", "transfer_in"],
  transfer_out: ["transfer out", "send", "sent", "transfer_out"],
  dividend: ["dividend", "dividends"],
  interest: [
    "interest",
    "staking",
    "staking income",
    "rewards income",
    "reward income",
    "inflation reward",
    "learning reward",
    "coinbase earn",
    "reward",
    "earn",
    "airdrop",
  ],
  fee: ["fee", "fees", "commission"],
  split: ["split", "stock split"],
};

const typeOf = new Map(
  Object.entries(typeNames).flatMap(([type, names]) =>
    names.map((name) => [name, type as ActivityType] as const)
  ),
);

/** Reads the kind of an activity by any of the names that exchanges give it; null if unknown. */
export function readType(cell: string): ActivityType | null {
  return typeOf.get(cell.trim().toLowerCase().replace(/[\s_]+/g, " ")) ??
    typeOf.get(cell.trim().toLowerCase()) ?? null;
}

/**
 * Tells the decimal mark of a file from its numbers; null where they fit both, as `1,234` does.
 * Files parted by semicolons come from where the comma is the mark.
 */
export function findDecimalMark(cells: Iterable<string>, delimiter: string): DecimalMark | null {
  let isOpen = false;
  for (const cell of cells) {
    const number = strip(cell);
    if (!/^-?[\d.,]+$/.test(number)) continue;
    const [point, comma] = [number.lastIndexOf("."), number.lastIndexOf(",")];
    if (point >= 0 && comma >= 0) return point > comma ? "." : ",";
    if (point < 0 && comma < 0) continue;
    const mark = point >= 0 ? "." : ",";
    const isGrouped = /^-?[1-9]\d{0,2}([.,]\d{3})+$/.test(number);
    const isRepeated = number.split(mark).length > 2;
    if (isRepeated) return mark === "." ? "," : ".";
    if (!isGrouped) return mark;
    if (mark === ",") isOpen = true;
  }
  if (delimiter === ";") return ",";
  return isOpen ? null : ".";
}

/**
 * Reads a number with its sign, whatever groups its digits and whichever currency sign it has;
 * null if it is none.
 */
export function readNumber(cell: string, mark: DecimalMark): Decimal | null {
  const text = strip(cell);
  const group = mark === "." ? "," : ".";
  const [mantissa = "", exponent = "0", more] = text.toLowerCase().split("e");
  if (more !== undefined || !/^[+-]?\d{1,2}$/.test(exponent)) return null;
  const isFit = !mantissa.includes(group) || groupedNumbers[mark].test(mantissa);
  const plain = isFit ? mantissa.replaceAll(group, "") : "";
  const [, sign, whole, fraction = ""] = plain.replace(mark, ".")
    .match(/^(-?)(\d+)(?:\.(\d*))?$/) ?? plain.replace(mark, ".").match(/^(-?)(\d*)\.(\d+)$/) ?? [];
  if (whole === undefined || whole.length + fraction.length > digitsMax) return null;
  const units = BigInt(`${whole}${fraction}` || "0");
  const digits = fraction.length - Number(exponent);
  const value = digits >= 0
    ? { units, digits }
    : { units: units * 10n ** BigInt(-digits), digits: 0 };
  return sign ? negate(value) : value;
}

/** Reads a number that has to be 0 or more; text of it, or null. */
export function readAmount(cell: string, mark: DecimalMark): string | null {
  const value = readNumber(cell, mark);
  return value && !isNegative(value) ? formatDecimal(value) : null;
}

/** Reads a quantity without its sign, as exchanges that write what leaves as negative do. */
export function readSize(cell: string, mark: DecimalMark): string | null {
  const value = readNumber(cell, mark);
  if (!value || isZero(value)) return null;
  return formatDecimal(isNegative(value) ? negate(value) : value);
}

/** Spaces of every width, plus signs and signs of currencies are no part of a number. */
function strip(cell: string): string {
  return cell.replace(/[\s\u00a0\u2009\u202f'+$€£¥₺₿]/g, "").replace(/^[−–]/, "-");
}

/**
 * Reads a time as epoch ms, in UTC where it names no zone: ISO 8601, `2024-05-01 12:30:00`, the same
 * with `UTC`, `01.05.2024 12:30`, or whole epoch seconds (ten digits) or
 * milliseconds (eleven to thirteen). A date with slashes is
 * read only where day and month cannot be confused. Null for anything else.
 */
export function readTime(cell: string): number | null {
  const text = cell.trim().replace(/\s*(UTC|GMT)$/, "Z");
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000;
  if (/^\d{11,13}$/.test(text)) return Number(text);
  const iso = text.match(
    /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(.*)$/,
  );
  if (iso) return toTime(iso.slice(1, 4), iso.slice(4, 8), iso[8]!);
  const local = text.match(
    /^(\d{1,2})([./])(\d{1,2})\2(\d{4})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?\s*(.*)$/,
  );
  if (!local) return null;
  const [, first, mark, second, year] = local;
  const isDayFirst = mark === "." || Number(first) > 12 || first === second;
  if (!isDayFirst && Number(second) <= 12) return null;
  const date = isDayFirst ? [year!, second!, first!] : [year!, first!, second!];
  return toTime(date, local.slice(5, 8), local[8]!);
}

type Parts = readonly (string | undefined)[];

function toTime([year, month, day]: Parts, clock: Parts, zone: string): number | null {
  const [hour, minute, second, fraction = "0"] = clock.map((part) => part ?? "0");
  const offset = readZone(zone);
  if (offset === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return null;
  }
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const isDay = new Date(date).getUTCDate() === Number(day) &&
    new Date(date).getUTCMonth() + 1 === Number(month);
  const ms = Math.floor(Number(`0.${fraction}`) * 1_000);
  const time = date + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1_000;
  return isDay && isTime(time + ms - offset) ? time + ms - offset : null;
}

function readZone(zone: string): number | null {
  if (zone === "" || zone === "Z") return 0;
  const [, sign, hours, minutes = "0"] = zone.match(/^([+-])(\d{2}):?(\d{2})?$/) ?? [];
  if (!sign || Number(hours) > 14 || Number(minutes) > 59) return null;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Reads the spelling of a symbol; null where it has signs that no exchange uses. */
export function readSymbol(cell: string): string | null {
  return /^[\p{L}\p{N}^][\p{L}\p{N}./:_^=$ -]{0,39}$/u.test(cell) ? cell : null;
}

/** Reads the code of a currency or coin. */
export function readCurrency(cell: string): string | null {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,11}$/.test(cell) ? cell.toUpperCase() : null;
}

/** Reads the name of an exchange. */
export function readExchange(cell: string): string | null {
  return /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,39}$/u.test(cell) ? cell.toLowerCase() : null;
}

/** Reads free text: our own exports put `'` before what a spreadsheet would take for a formula. */
export function readText(cell: string, charsMax: number): string {
  return cell.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, "").slice(0, charsMax);
}
