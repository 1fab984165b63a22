/**
 * Charts in words, for those who listen to them.
 *
 * @module
 */
import { formatDateTime } from "../format/dates.ts";
import { formatPercent, formatPrice, formatVolume } from "../format/numbers.ts";
import type { Bar } from "../market/mod.ts";
import { findExtremes, type GapRegion } from "./series.ts";
import type { VolumeProfile } from "./volume_profile.ts";

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
  const { low, high } = findExtremes(bars)!;
  const change = first.open > 0 ? (last.close / first.open - 1) * 100 : null;
  const holes = gaps.length === 0 ? "no gaps" : gaps.length === 1 ? "1 gap" : `${gaps.length} gaps`;
  return `${symbol}, ${timeframe}: ${bars.length} bars from ${formatDateTime(first.time)} to ` +
    `${formatDateTime(last.time)}. Last ${formatPrice(last.close)}, ${
      formatPercent(change)
    } over ` +
    `the span, lowest ${formatPrice(low)}, highest ${formatPrice(high)}, ${holes}.`;
}

/** Says volume by price in words: where most was traded, and where 70 % of it was. */
export function describeProfile(profile: VolumeProfile | null, barCount: number): string {
  if (!profile) return "Volume profile: no volume.";
  const { rows, control, valueFrom, valueTo } = profile;
  const most = rows[control]!;
  return `Volume profile of ${barCount} bars: point of control ${
    formatPrice((most.low + most.high) / 2)
  }, value area (70% of the volume) ${formatPrice(rows[valueFrom]!.low)} to ${
    formatPrice(rows[valueTo]!.high)
  }.`;
}
