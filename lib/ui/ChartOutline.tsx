/**
 * The picture of a chart that stands on the page before the chart library does.
 *
 * @module
 */
import { outlineChart, outlineSize } from "../chart/outline.ts";
import type { ChartSeries } from "../chart/series.ts";
import { formatPrice } from "../format/numbers.ts";

/** How many bars it shows. */
const barsShown = 100;
/** Lines on the price's axis that are on by default. */
const linesShown = ["sma_20", "sma_50", "sma_100", "sma_200"];

/** Draws the newest bars; what they say stands beside it in words. */
export function ChartOutline({ series }: { series: ChartSeries }) {
  const outline = outlineChart(series, { count: barsShown, names: linesShown });
  if (!outline) return null;
  const { up, down, upVolume, downVolume, lines, high, low } = outline;
  return (
    <div class="outline" aria-hidden="true">
      <svg
        viewBox={`0 0 ${outlineSize.width} ${outlineSize.height}`}
        preserveAspectRatio="none"
        focusable="false"
      >
        <path class="volume up" d={upVolume} />
        <path class="volume down" d={downVolume} />
        {lines.map(({ name, path }) => <path key={name} class={`line ${name}`} d={path} />)}
        <path class="candle up" d={up} />
        <path class="candle down" d={down} />
      </svg>
      <span class="number high">{formatPrice(high)}</span>
      <span class="number low">{formatPrice(low)}</span>
    </div>
  );
}
