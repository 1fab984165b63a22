/**
 * Exact decimal numbers: sums and products never round, quotients round where they are told to.
 *
 * @module
 */

/** The number `units / 10 ** digits`. */
export interface Decimal {
  readonly units: bigint;
  readonly digits: number;
}

/** Most digits, before and after the point together, that a text may have. */
export const decimalDigitsMax = 60;

/** Digits after the point that a quotient is rounded to unless told. */
const quotientDigits = 18;

/** 0. */
export const zero: Decimal = { units: 0n, digits: 0 };
/** 1. */
export const one: Decimal = { units: 1n, digits: 0 };

const powers = Array.from({ length: 128 }, (_, i) => 10n ** BigInt(i));
const power = (digits: number): bigint => powers[digits] ?? 10n ** BigInt(digits);

/** Reads a plain decimal text such as `-0.00012`; null for anything else. */
export function readDecimal(text: string): Decimal | null {
  if (text.length <= 16) {
    const short = readShort(text);
    if (short) return short;
  }
  if (text.length > decimalDigitsMax + 2 || !/^-?\d+(\.\d+)?$/.test(text)) return null;
  const point = text.indexOf(".");
  if (point < 0) return { units: BigInt(text), digits: 0 };
  return {
    units: BigInt(text.slice(0, point) + text.slice(point + 1)),
    digits: text.length - point - 1,
  };
}

/** Reads what has no sign and fits a float's whole numbers, as nearly every amount does. */
function readShort(text: string): Decimal | null {
  let units = 0;
  let point = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46 && point < 0 && i > 0) point = i;
    else if (code >= 48 && code <= 57) units = units * 10 + code - 48;
    else return null;
  }
  if (text.length === 0 || point === text.length - 1 || units > Number.MAX_SAFE_INTEGER) {
    return null;
  }
  return { units: BigInt(units), digits: point < 0 ? 0 : text.length - point - 1 };
}

/**
 * Returns the number that a plain decimal text stands for.
 *
 * @throws {RangeError} If the text is no plain decimal number of at most `decimalDigitsMax` digits.
 */
export function parseDecimal(text: string): Decimal {
  const read = readDecimal(text);
  if (read) return read;
  throw new RangeError(
    `Cannot read a decimal number: digits with at most one point are required, was "${
      text.slice(0, 80)
    }"`,
  );
}

/**
 * Returns the decimal number that a float is written as, so 0.1 becomes a tenth and not the float's
 * binary value.
 *
 * @throws {RangeError} If the float is not finite.
 */
export function decimalOf(value: number): Decimal {
  if (!Number.isFinite(value)) {
    throw new RangeError(`Cannot make a decimal number: a finite number is required, was ${value}`);
  }
  // Eight digits hold nearly every price. Below 1e15 a product that reads back is the same decimal.
  const scaled = Math.round(value * 1e8);
  if (Math.abs(scaled) < 1e15 && scaled / 1e8 === value) {
    return { units: BigInt(scaled), digits: 8 };
  }
  const [, sign, whole, fraction = "", exponent = "0"] = String(value)
    .match(/^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/)!;
  const digits = fraction.length - Number(exponent);
  const units = BigInt(`${sign}${whole}${fraction}`);
  return digits >= 0 ? { units, digits } : { units: units * power(-digits), digits: 0 };
}

/** Returns the shortest plain text of a decimal number, such as `-0.5` or `12`. */
export function formatDecimal({ units, digits }: Decimal): string {
  if (digits === 0) return String(units);
  const text = String(units < 0n ? -units : units).padStart(digits + 1, "0");
  const whole = text.slice(0, -digits);
  let end = text.length;
  while (end > whole.length && text.charCodeAt(end - 1) === 48) end--;
  const sign = units < 0n ? "-" : "";
  return end === whole.length ? sign + whole : `${sign}${whole}.${text.slice(whole.length, end)}`;
}

/** Returns the nearest float. */
export function toNumber(value: Decimal): number {
  return Number(formatDecimal(value));
}

/** Returns `a + b`. */
export function add(a: Decimal, b: Decimal): Decimal {
  if (a.units === 0n) return b;
  if (b.units === 0n) return a;
  if (a.digits === b.digits) return { units: a.units + b.units, digits: a.digits };
  if (a.digits < b.digits) {
    return { units: a.units * power(b.digits - a.digits) + b.units, digits: b.digits };
  }
  return { units: a.units + b.units * power(a.digits - b.digits), digits: a.digits };
}

/** Returns `a - b`. */
export function subtract(a: Decimal, b: Decimal): Decimal {
  if (a.units === 0n) return negate(b);
  if (b.units === 0n) return a;
  if (a.digits === b.digits) return { units: a.units - b.units, digits: a.digits };
  if (a.digits < b.digits) {
    return { units: a.units * power(b.digits - a.digits) - b.units, digits: b.digits };
  }
  return { units: a.units - b.units * power(a.digits - b.digits), digits: a.digits };
}

/** Returns `-a`. */
export function negate(a: Decimal): Decimal {
  return { units: -a.units, digits: a.digits };
}

/** Returns `a * b`. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, digits: a.digits + b.digits };
}

/**
 * Returns `a / b`, rounded half away from zero to `digits` after the point.
 *
 * @throws {RangeError} If `b` is 0.
 */
export function divide(a: Decimal, b: Decimal, digits = quotientDigits): Decimal {
  if (b.units === 0n) throw new RangeError("Cannot divide: a divisor other than 0 is required");
  const shift = digits + b.digits - a.digits;
  const dividend = shift >= 0 ? a.units * power(shift) : a.units;
  const divisor = shift >= 0 ? b.units : b.units * power(-shift);
  const size = (value: bigint) => value < 0n ? -value : value;
  const rounded = (size(dividend) * 2n + size(divisor)) / (size(divisor) * 2n);
  return { units: dividend < 0n !== divisor < 0n ? -rounded : rounded, digits };
}

/** Returns a number below, equal to or above 0 as `a` is to `b`. */
export function compare(a: Decimal, b: Decimal): number {
  const units = a.digits < b.digits ? a.units * power(b.digits - a.digits) : a.units;
  const others = b.digits < a.digits ? b.units * power(a.digits - b.digits) : b.units;
  return units < others ? -1 : units > others ? 1 : 0;
}

/** Says whether it is 0. */
export function isZero(a: Decimal): boolean {
  return a.units === 0n;
}

/** Says whether it is below 0. */
export function isNegative(a: Decimal): boolean {
  return a.units < 0n;
}
