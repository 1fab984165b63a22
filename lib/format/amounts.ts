/**
 * Exact decimal texts as people read them: grouped and rounded, never through a float.
 *
 * @module
 */
import { NO_VALUE } from "./numbers.ts";

const formats = new Map<string, Intl.NumberFormat>();

function getFormat(locale: string, least: number, most: number): Intl.NumberFormat {
  const key = `${locale} ${least} ${most}`;
  const kept = formats.get(key) ??
    new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most });
  formats.set(key, kept);
  return kept;
}

const isPlain = (text: string) => /^-?\d+(\.\d+)?$/.test(text);

function write(text: string, least: number, most: number, locale: string): string {
  // Intl reads a text digit by digit, so that no digit of a large amount is lost.
  const written = getFormat(locale, least, most).format(text as Intl.StringNumericLiteral);
  return /[1-9]/.test(written) ? written.replace("-", "−") : written.replace("-", "");
}

/** Writes an amount of money: two digits, more of what is less than 1; `–` for none. */
export function formatAmount(text: string | null | undefined, locale = "en"): string {
  if (text == null || !isPlain(text)) return NO_VALUE;
  const isSmall = /^-?0\.\d*[1-9]/.test(text);
  return write(text, 2, isSmall ? 6 : 2, locale);
}

/** Writes a number of units with all its digits, up to eighteen after the point; `–` for none. */
export function formatQuantity(text: string | null | undefined, locale = "en"): string {
  if (text == null || !isPlain(text)) return NO_VALUE;
  return write(text, 0, 18, locale);
}

/** Writes a gain or loss with its sign. */
export function formatGain(text: string | null | undefined, locale = "en"): string {
  const written = formatAmount(text, locale);
  return /^[\d.,\s]*[1-9]/.test(written) ? `+${written}` : written;
}

/** Says which way an amount goes. */
export function getAmountDirection(text: string | null | undefined): "up" | "down" | "flat" {
  if (text == null || !isPlain(text) || !/[1-9]/.test(text)) return "flat";
  return text.startsWith("-") ? "down" : "up";
}

/** Writes a return as percent with its sign, from a fraction; `–` for none. */
export function formatReturn(fraction: number | null | undefined, locale = "en"): string {
  if (fraction == null || !Number.isFinite(fraction)) return NO_VALUE;
  const percent = new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: "exceptZero",
  });
  return percent.format(fraction).replace("-", "−");
}
