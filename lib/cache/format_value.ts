/**
 * Values of indicators as JSON, to twelve significant digits: seeds far back differ below them.
 *
 * @module
 */

const digits = 12;
/** Values from here to below `10 ** digits` are rounded by arithmetic, which is quicker. */
const quickMin = 1e-6;
/** How near to a tie the error of a product could decide which way a value is rounded. */
const tieMargin = 1e-3;

/** Returns a value as JSON; null for what is no number. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return "null";
  const size = Math.abs(value);
  if (size < quickMin || size >= 10 ** digits) return roundByText(value);
  let scale = 1;
  // Powers of ten up to 10 ** 22 are exact, so only the product below is rounded.
  while (size * scale < 10 ** (digits - 1)) scale *= 10;
  const scaled = value * scale;
  const rounded = Math.round(scaled);
  if (Math.abs(Math.abs(scaled - rounded) - 0.5) < tieMargin) return roundByText(value);
  return String(rounded / scale);
}

function roundByText(value: number): string {
  return String(Number(value.toPrecision(digits)));
}
