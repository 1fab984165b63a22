/**
 * Sums and means of money: exact decimal texts in, exact decimal texts out.
 *
 * @module
 */

/** Digits after the point that a mean is rounded to, half away from zero. */
const meanDigits = 6;

/**
 * Returns the exact sum of decimal texts; `0` of none.
 *
 * @throws {RangeError} If a text is no plain decimal number.
 */
export function addMoney(amounts: readonly string[]): string {
  const parsed = amounts.map(parseMoney);
  const digits = Math.max(0, ...parsed.map((amount) => amount.digits));
  const units = parsed.reduce(
    (sum, amount) => sum + amount.units * 10n ** BigInt(digits - amount.digits),
    0n,
  );
  return formatMoney(units, digits);
}

/**
 * Returns the mean of `count` amounts that sum up to `total`, to six digits.
 *
 * @throws {RangeError} If `count` is not a positive integer.
 */
export function divideMoney(total: string, count: number): string {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`Cannot divide money: a positive count is required, was ${count}`);
  }
  const { units, digits } = parseMoney(total);
  const scaled = units * 10n ** BigInt(meanDigits);
  const divisor = BigInt(count) * 10n ** BigInt(digits);
  const half = (scaled < 0n ? -divisor : divisor) / 2n;
  return formatMoney((scaled + half) / divisor, meanDigits);
}

function parseMoney(text: string): { units: bigint; digits: number } {
  const [, sign, whole, fraction = ""] = text.match(/^(-?)(\d+)(?:\.(\d+))?$/) ?? [];
  if (whole === undefined) {
    throw new RangeError(`Cannot read money: a decimal number is required, was "${text}"`);
  }
  const units = BigInt(whole + fraction);
  return { units: sign ? -units : units, digits: fraction.length };
}

function formatMoney(units: bigint, digits: number): string {
  const sign = units < 0n ? "-" : "";
  const text = String(units < 0n ? -units : units).padStart(digits + 1, "0");
  const fraction = digits === 0 ? "" : text.slice(-digits).replace(/0+$/, "");
  const whole = text.slice(0, text.length - digits);
  return sign + (fraction === "" ? whole : `${whole}.${fraction}`);
}
