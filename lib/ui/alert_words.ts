/**
 * Alerts in words: conditions with their levels, as lists and history say them.
 *
 * @module
 */
import type { AlertConditionName } from "../contracts/owned.ts";
import { alertStrings } from "../format/alert_strings.ts";
import { formatPrice, formatShare } from "../format/numbers.ts";

/** Conditions whose level is a percentage, a share, or a price. */
const percents: readonly AlertConditionName[] = [
  "PERCENT_CHANGE",
  "TVL_CHANGE",
  "LIQUIDITY_SHIFT",
  "ARBITRAGE_SPREAD",
];

/** Writes a level in its condition's unit; empty for none. */
export function formatLevel(condition: AlertConditionName, level: number | null): string {
  if (level === null || !Number.isFinite(level)) return "";
  if (condition === "SIGNAL_CONFIDENCE") return formatShare(level);
  if (percents.includes(condition)) return `${+level.toFixed(3)} %`;
  if (condition === "VOLUME_SPIKE") return `${+level.toFixed(2)}×`;
  if (condition === "RSI_ABOVE" || condition === "RSI_BELOW") return String(+level.toFixed(2));
  if (condition === "SENTIMENT_SHIFT") return String(+level.toFixed(2));
  return formatPrice(level);
}

/** Writes what an alert waits for: `Price above 60,000.00`. */
export function describeCondition({ condition, threshold, parameters }: {
  condition: AlertConditionName;
  threshold: number | null;
  parameters: { line?: unknown; timeframe?: string | undefined };
}): string {
  const [label] = alertStrings.conditions[condition];
  const level = parameters.line ? alertStrings.list.line : formatLevel(condition, threshold);
  const bars = parameters.timeframe ? ` (${parameters.timeframe})` : "";
  return `${label}${level ? ` ${level}` : ""}${bars}`;
}
