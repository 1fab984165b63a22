/**
 * The table twin of a chart.
 *
 * @module
 */
import { formatDateTime, formatIso } from "../format/dates.ts";
import { formatPrice, formatVolume } from "../format/numbers.ts";
import { strings } from "../format/strings.ts";
import type { Bar } from "../market/mod.ts";

/** How many of the newest bars the table shows. */
const ROWS_MAX = 60;

/** The newest bars of a series, newest first. */
export function BarTable(
  { symbol, timeframe, bars }: { symbol: string; timeframe: string; bars: readonly Bar[] },
) {
  const words = strings.chart;
  const newest = bars.slice(-ROWS_MAX).reverse();
  const caption = words.tableCaption(symbol, timeframe);
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            {[words.open, words.high, words.low, words.close, words.volume].map((word) => (
              <th key={word} scope="col" class="number">{word}</th>
            ))}
            <th scope="col">{words.quality}</th>
          </tr>
        </thead>
        <tbody>
          {newest.map((bar) => (
            <tr key={bar.time}>
              <th scope="row">
                <time dateTime={formatIso(bar.time)}>{formatDateTime(bar.time)}</time>
              </th>
              <td class="number">{formatPrice(bar.open)}</td>
              <td class="number">{formatPrice(bar.high)}</td>
              <td class="number">{formatPrice(bar.low)}</td>
              <td class="number">{formatPrice(bar.close)}</td>
              <td class="number">{formatVolume(bar.volume)}</td>
              <td>{bar.closed ? bar.quality : words.running}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
