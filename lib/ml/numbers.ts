/**
 * Numbers with a direction: `up 12%`, `-5%`, `7% gain`.
 *
 * @module
 */

const up = new Set([
  "up",
  "gain",
  "gains",
  "higher",
  "rise",
  "increase",
  "surge",
  "jump",
  "growth",
]);
const down = new Set([
  "down",
  "loss",
  "losses",
  "lower",
  "fall",
  "decrease",
  "drop",
  "decline",
  "dip",
]);
const between = new Set(["by", "over", "about", "nearly", "almost", "to", "around", "another"]);

const isPercent = (token: string | undefined) =>
  token !== undefined && /^[+-]?\d[\d,.]*%$/.test(token);
const isAmount = (token: string | undefined) =>
  token !== undefined && /^[+-]?[$€£₺]?\d/.test(token);

/**
 * Returns what a number with a direction at `at` weighs and how many tokens it takes, or null.
 * A percentage weighs from 0.8 to 2 by its size.
 */
export function readDirectedNumber(
  tokens: readonly string[],
  at: number,
): { weight: number; length: number } | null {
  const token = tokens[at]!;
  if (isPercent(token)) {
    const next = tokens[at + 1] ?? "";
    const size = weighPercent(token);
    if (up.has(next)) return { weight: size, length: 2 };
    if (down.has(next)) return { weight: -size, length: 2 };
    if (token.startsWith("-")) return { weight: -size, length: 1 };
    if (token.startsWith("+")) return { weight: size, length: 1 };
    return null;
  }
  const sign = token === "up" ? 1 : token === "down" ? -1 : 0;
  if (sign === 0) return null;
  const skip = between.has(tokens[at + 1] ?? "") ? 2 : 1;
  const number = tokens[at + skip];
  if (!isAmount(number)) return null;
  return { weight: sign * (isPercent(number) ? weighPercent(number!) : 1), length: skip + 1 };
}

function weighPercent(token: string): number {
  const percent = Math.abs(Number(token.replace(/[^\d.]/g, "")));
  return Number.isFinite(percent) ? 0.8 + 1.2 * (1 - 0.5 ** (percent / 5)) : 0.8;
}
