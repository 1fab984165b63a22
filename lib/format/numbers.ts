/**
 * Numbers as people read them: prices by magnitude, percent with a sign, volumes shortened.
 *
 * @module
 */

/** What stands where there is no value. */
export const NO_VALUE = "–";

const formatters = new Map<string, Intl.NumberFormat>();

/** Keeps one formatter per locale and options, since making one costs more than using it. */
function getFormatter(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  const kept = formatters.get(key);
  if (kept) return kept;
  const made = new Intl.NumberFormat(locale, options);
  formatters.set(key, made);
  return made;
}

/**
 * Returns how many decimals a price deserves: two from 1 upwards, and below 1 as many as show four
 * significant digits (at most 12).
 */
export function getPriceDecimals(price: number): number {
  const size = Math.abs(price);
  if (!Number.isFinite(size) || size === 0 || size >= 100) return 2;
  if (size >= 1) return size >= 10 ? 3 : 4;
  return Math.min(12, 3 - Math.floor(Math.log10(size)));
}

/** Formats a price in its quote currency, such as `63,250.10` or `0.00001234`. */
export function formatPrice(price: number | null | undefined, locale = "en"): string {
  if (price === null || price === undefined || !Number.isFinite(price)) return NO_VALUE;
  const decimals = getPriceDecimals(price);
  return getFormatter(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    // What rounds to nothing is not less than nothing.
    signDisplay: "negative",
  }).format(price);
}

/** Formats a percentage (5 means 5 %) with its sign, such as `+5.00%` or `−0.31%`. */
export function formatPercent(percent: number | null | undefined, locale = "en"): string {
  if (percent === null || percent === undefined || !Number.isFinite(percent)) return NO_VALUE;
  const rounded = Math.round(percent * 100) / 100;
  const digits = getFormatter(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const sign = rounded > 0 ? "+" : rounded < 0 ? "−" : "";
  return `${sign}${digits.format(Math.abs(rounded))}%`;
}

/** Formats a fraction from 0 to 1 as whole percent, such as `87%`. */
export function formatShare(fraction: number | null | undefined, locale = "en"): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return NO_VALUE;
  return getFormatter(locale, { style: "percent", maximumFractionDigits: 0 }).format(fraction);
}

/** Formats a share near 1 without rounding a fault away: only a whole 1 reads `100%`. */
export function formatExactShare(fraction: number | null | undefined): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return NO_VALUE;
  if (fraction >= 1) return "100%";
  return `${(Math.floor(fraction * 1e5) / 1e3).toFixed(3)}%`;
}

/** Formats a volume or another large quantity in short form, such as `1.25B`. */
export function formatVolume(volume: number | null | undefined, locale = "en"): string {
  if (volume === null || volume === undefined || !Number.isFinite(volume)) return NO_VALUE;
  return getFormatter(locale, {
    notation: "compact",
    maximumSignificantDigits: Math.abs(volume) < 1000 ? 4 : 3,
  }).format(volume);
}

/** Formats a count with grouping, such as `12,345`. */
export function formatCount(count: number | null | undefined, locale = "en"): string {
  if (count === null || count === undefined || !Number.isFinite(count)) return NO_VALUE;
  return getFormatter(locale, { maximumFractionDigits: 0 }).format(count);
}

/** Which way a change goes, once rounded as it is shown. */
export function getDirection(percent: number | null | undefined): "up" | "down" | "flat" {
  if (percent === null || percent === undefined || !Number.isFinite(percent)) return "flat";
  const rounded = Math.round(percent * 100);
  return rounded > 0 ? "up" : rounded < 0 ? "down" : "flat";
}

/** A mark that tells the direction without colour. */
export function formatDirection(percent: number | null | undefined): string {
  return { up: "▲", down: "▼", flat: "•" }[getDirection(percent)];
}
