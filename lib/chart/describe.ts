/**
 * Charts in words, for those who listen to them.
 *
 * @module
 */
import { formatDateTime, formatPercent, formatPrice, formatVolume } from "../format/mod.ts";
import type { Bar } from "../market/mod.ts";
import type { GapRegion } from "./series.ts";

const qualityWords: Record<Bar["quality"], string> = {
  observed: "observed",
  repaired: "repaired from the exchange",
  filled: "no trade",
};

/** Percent by which a bar's close differs from its open; null where that has no meaning. */
export function getBarChange(bar: Bar): number | null {
  return bar.open > 0 ? (bar.close / bar.open - 1) * 100 : null;
}

/** Says one bar in a sentence, with the indicator values that are shown. */
export function describeBar(
  bar: Bar,
  values: readonly { label: string; value: number | null }[] = [],
): string {
  const parts = [
    formatDateTime(bar.time),
    `open ${formatPrice(bar.open)}`,
    `high ${formatPrice(bar.high)}`,
    `low ${formatPrice(bar.low)}`,
    `close ${formatPrice(bar.close)} (${formatPercent(getBarChange(bar))})`,
    `volume ${formatVolume(bar.volume)}`,
    bar.closed ? qualityWords[bar.quality] : "still running",
  ];
  for (const { label, value } of values) {
    if (value !== null && Number.isFinite(value)) parts.push(`${label} ${formatPrice(value)}`);
  }
  return parts.join(", ");
}

/** Says what a chart shows as a whole: span, range, last price and holes. */
export function describeChart(
  symbol: string,
  timeframe: string,
  bars: readonly Bar[],
  gaps: readonly GapRegion[],
): string {
  const first = bars[0];
  const last = bars.at(-1);
  if (!first || !last) return `${symbol}, ${timeframe}: no bars.`;
  let low = first.low;
  let high = first.high;
  for (const bar of bars) {
    low = Math.min(low, bar.low);
    high = Math.max(high, bar.high);
  }
  const change = first.open > 0 ? (last.close / first.open - 1) * 100 : null;
  const holes = gaps.length === 0 ? "no gaps" : gaps.length === 1 ? "1 gap" : `${gaps.length} gaps`;
  return `${symbol}, ${timeframe}: ${bars.length} bars from ${formatDateTime(first.time)} to ` +
    `${formatDateTime(last.time)}. Last ${formatPrice(last.close)}, ${
      formatPercent(change)
    } over ` +
    `the span, lowest ${formatPrice(low)}, highest ${formatPrice(high)}, ${holes}.`;
}
