/**
 * What a signal was found by, in words: each figure by what its name says it is.
 *
 * @module
 */
import {
  formatCount,
  formatDateTime,
  formatPercent,
  formatPrice,
  formatShare,
  formatSpan,
  formatVolume,
  signalStrings,
} from "../format/mod.ts";

const words = signalStrings;
/** A share of the whole that is only shown of figures from 0 to 1. */
const shareNames = /(^|_)(share|score|confidence)$/;
/** Scores of texts from -1 to 1, whose changes are no percent. */
const scoreNames = /^(sentiment|threshold_change$)/;

/** Returns the name of a field as people read it. */
export function nameField(name: string): string {
  return Object.hasOwn(words.fields, name) ? words.fields[name]! : name.replaceAll("_", " ");
}

/** Writes the value of a field of the evidence; what has no unit by its name is a plain number. */
export function formatField(name: string, value: unknown): string {
  if (typeof value === "number") return formatNumber(name, value);
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (typeof value === "string") {
    if (value === "unknown") return words.unknown;
    return name === "cause" && Object.hasOwn(words.causes, value) ? words.causes[value]! : value;
  }
  if (Array.isArray(value)) return value.map((each) => formatField("", each)).join(", ");
  if (typeof value !== "object" || value === null) return "–";
  return Object.entries(value).map(([key, each]) =>
    `${key} ${formatField(name.endsWith("_ms") ? name : key, each)}`
  ).join(", ");
}

function formatNumber(name: string, value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (scoreNames.test(name)) return formatSigned(value);
  // Before other names: a time of a price is a time.
  if (/(_time|_started|_at|^timestamp)$/.test(name)) return formatDateTime(value);
  if (name.endsWith("_ms")) return formatSpan(value);
  if (name.endsWith("_hours")) return `${formatPlain(value)} h`;
  if (name.endsWith("_days")) return `${formatPlain(value)} d`;
  if (name.endsWith("percent")) return `${formatPlain(value)}%`;
  if (/(^|_)change(_\w+)?$/.test(name)) return formatPercent(value);
  if (/(^|_)ratio$|^magnitude$/.test(name)) return `${formatPlain(value, 2)} ×`;
  if (shareNames.test(name) && value >= 0 && value <= 1) return formatShare(value);
  if (/(^|_)price(_|$)/.test(name)) return formatPrice(value);
  if (/usd|volume|liquidity/.test(name)) return formatVolume(value);
  return formatPlain(value);
}

function formatPlain(value: number, digits = 3): string {
  if (Number.isInteger(value)) return formatCount(value);
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

function formatSigned(value: number): string {
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  return `${sign}${Math.abs(value).toFixed(2)}`;
}
