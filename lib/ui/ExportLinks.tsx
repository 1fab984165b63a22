/**
 * The controls of a page for taking its data along and for sharing it; they need no scripts.
 *
 * @module
 */
import { exportStrings as words } from "../format/export_strings.ts";
import {
  exportFormats,
  linkShare,
  type RangeName,
  type ShareTarget,
  type TableName,
} from "./export_links.ts";

const rangeNames: readonly RangeName[] = ["day", "week", "month", "all"];

/**
 * A form that makes a file, a link to share the page, and a report. `tables` are their names, or values with names;
 * with `symbol` the bars are that symbol's.
 */
export function ExportLinks({ tables, share, title, symbol, timeframe, report }: {
  tables: readonly (TableName | readonly [value: string, name: string])[];
  share?: ShareTarget;
  /** Name of the link. */
  title?: string;
  symbol?: string;
  timeframe?: string;
  /** Of what there is a report: `symbols/BTCUSDT`, `dashboard` or `portfolios/ID`. */
  report?: string;
}) {
  const options = tables.map((each) =>
    typeof each === "string" ? [each, words.tables[each]] as const : each
  );
  return (
    <details class="card export-links">
      <summary>{words.control}{symbol && `: ${symbol}`}</summary>
      <form method="get" action="/exports" class="filters">
        {symbol && <input type="hidden" name="symbol" value={symbol} />}
        {timeframe && <input type="hidden" name="timeframe" value={timeframe} />}
        {options.length === 1
          ? <input type="hidden" name="table" value={options[0]![0]} />
          : (
            <label class="field">
              <span>{words.what}</span>
              <select name="table">
                {options.map(([value, name]) => <option key={value} value={value}>{name}</option>)}
              </select>
            </label>
          )}
        <label class="field">
          <span>{words.format}</span>
          <select name="format">
            {exportFormats.map((each) => (
              <option key={each} value={each}>{words.formats[each]}</option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{words.range}</span>
          <select name="range">
            {rangeNames.map((each) => (
              <option key={each} value={each} selected={each === "month"}>
                {words.ranges[each]}
              </option>
            ))}
          </select>
        </label>
        <div class="actions">
          <button type="submit">{words.export}</button>
          {report && (
            <a class="button" href={`/api/v1/reports/${report}`} download>{words.report}</a>
          )}
          {share && <a class="button" href={linkShare(share, title)}>{words.share}</a>}
          <a class="button" href="/exports">{words.manage}</a>
        </div>
      </form>
    </details>
  );
}
