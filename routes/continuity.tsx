import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../islands/LiveText.tsx";
import Refresh from "../islands/Refresh.tsx";
import type { GapRecord } from "../lib/contracts/records.ts";
import {
  formatCount,
  formatDateTime,
  formatExactShare,
  overviewStrings,
  pageStrings,
  strings,
} from "../lib/format/mod.ts";
import { timeframes } from "../lib/market/mod.ts";
import { Age, type PageTimes, readTimes } from "../lib/ui/Age.tsx";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import { ChoiceField, FilterForm, SearchField } from "../lib/ui/FilterForm.tsx";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import {
  formatSeriesFilter,
  getCompleteness,
  listSeries,
  parseSeriesFilter,
  type SeriesColumn,
  type SeriesFilter,
  seriesStates,
  turnSeriesSort,
} from "../lib/ui/series_list.ts";
import { ReadError, StatCard } from "../lib/ui/Shell.tsx";
import { SortHeading } from "../lib/ui/SortHeading.tsx";
import type { ContinuityView, SeriesView, State } from "../lib/ui/state.ts";

/** Series shown unless all are asked for. */
const shownMax = 50;
/** Gaps that are not folded away. */
const gapsMax = 15;
const words = pageStrings.continuity;
const more = overviewStrings.continuity;
const headings: Readonly<Record<SeriesColumn, string>> = {
  series: words.series,
  last: strings.market.source,
  observed: words.observed,
  repaired: words.repaired,
  filled: words.filled,
  missing: words.missing,
  complete: words.completeness,
};

interface Data {
  filter: SeriesFilter;
  continuity: Reading<ContinuityView>;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const continuity = await readSafely(() => ctx.state.data.getContinuity());
    return page({ filter: parseSeriesFilter(ctx.url.searchParams), continuity });
  },
};

function SeriesHeading({ column, filter }: { column: SeriesColumn; filter: SeriesFilter }) {
  const isText = column === "series" || column === "last";
  return (
    <SortHeading
      label={headings[column]}
      href={turnSeriesSort(filter, column)}
      now={filter.sort === column ? filter.order : null}
      class={isText ? undefined : "number"}
    />
  );
}

function SeriesRow({ row, times }: { row: SeriesView; times: PageTimes }) {
  const { symbol, timeframe } = row;
  return (
    <tr>
      <th scope="row">
        <a href={`/enhanced-dashboard?symbol=${encodeURIComponent(symbol)}&timeframe=${timeframe}`}>
          {symbol} {timeframe}
        </a>
      </th>
      <td>
        <Age source={row.source} timeMs={row.last} times={times} />
      </td>
      {[row.observed, row.repaired, row.filled, row.missing].map((count, i) => (
        <td key={i} class="number">{formatCount(count)}</td>
      ))}
      <td class="number">{formatExactShare(getCompleteness(row))}</td>
    </tr>
  );
}

function SeriesTable({ series, filter, times }: {
  series: readonly SeriesView[];
  filter: SeriesFilter;
  times: PageTimes;
}) {
  if (series.length === 0) return <p class="empty">{words.empty}</p>;
  const wanted = listSeries(series, filter);
  if (wanted.length === 0) return <p class="empty">{more.none}</p>;
  const shown = filter.isAll ? wanted : wanted.slice(0, shownMax);
  return (
    <>
      <p class="age">
        {pageStrings.table.total(formatCount(shown.length), formatCount(wanted.length))}
      </p>
      <ScrollTable label={more.caption}>
        <thead>
          <tr>
            {(Object.keys(headings) as SeriesColumn[]).map((column) => (
              <SeriesHeading key={column} column={column} filter={filter} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <SeriesRow key={`${row.symbol} ${row.timeframe}`} row={row} times={times} />
          ))}
        </tbody>
      </ScrollTable>
      {shown.length < wanted.length && (
        <p>
          <a class="button" href={`/continuity${formatSeriesFilter({ ...filter, isAll: true })}`}>
            {more.all(formatCount(wanted.length))}
          </a>
        </p>
      )}
    </>
  );
}

function GapTable({ gaps, times }: { gaps: readonly GapRecord[]; times: PageTimes }) {
  const columns = [words.series, words.from, words.to, words.status, words.reason, more.seen];
  return (
    <ScrollTable label={words.gapsCaption}>
      <thead>
        <tr>{columns.map((word) => <th key={word} scope="col">{word}</th>)}</tr>
      </thead>
      <tbody>
        {gaps.map((gap) => (
          <tr key={gap.id}>
            <th scope="row">{gap.symbol} {gap.timeframe}</th>
            <td>{formatDateTime(gap.from)}</td>
            <td>{formatDateTime(gap.to)}</td>
            <td>
              <span class={`tag ${gap.status}`}>{words.statuses[gap.status]}</span>
            </td>
            <td class="text-cell">{gap.reason}</td>
            <td>
              <Age source={gap.source} timeMs={gap.timestamp} times={times} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

/** The newest gaps; older ones are folded away. */
function Gaps({ gaps, times }: { gaps: readonly GapRecord[]; times: PageTimes }) {
  if (gaps.length === 0) return <p class="empty">{words.noGaps}</p>;
  const older = gaps.slice(gapsMax);
  return (
    <>
      <GapTable gaps={gaps.slice(0, gapsMax)} times={times} />
      {older.length > 0 && (
        <details>
          <summary>{more.older(formatCount(older.length))}</summary>
          <GapTable gaps={older} times={times} />
        </details>
      )}
    </>
  );
}

function Ledger({ continuity, filter, times }: {
  continuity: ContinuityView;
  filter: SeriesFilter;
  times: PageTimes;
}) {
  const { series, gaps, openGaps } = continuity;
  const whole = series.filter(({ missing }) => missing === 0).length;
  return (
    <>
      <dl class="stats" data-refresh="counts">
        <StatCard label={more.series} value={formatCount(series.length)} />
        <StatCard label={more.complete} value={formatCount(whole)} />
        <StatCard label={more.open} value={formatCount(openGaps)} />
      </dl>
      <FilterForm
        path="/continuity"
        label={more.seriesHeading}
        kept={{ sort: filter.sort, order: filter.order }}
      >
        <SearchField name="q" label={more.find} value={filter.text} />
        <ChoiceField
          name="timeframe"
          label={more.timeframe}
          value={filter.timeframe}
          options={timeframes.map((each) => [each, each] as const)}
        />
        <ChoiceField
          name="state"
          label={more.state}
          value={filter.state}
          options={seriesStates.map((each) => [each, more[each]] as const)}
        />
      </FilterForm>
      <section class="card" aria-labelledby="series">
        <h2 id="series">{more.seriesHeading}</h2>
        <div data-refresh="series">
          <SeriesTable series={series} filter={filter} times={times} />
        </div>
      </section>
      <section class="card" aria-labelledby="gaps">
        <h2 id="gaps">{more.gaps}</h2>
        <div data-refresh="gaps">
          <Gaps gaps={gaps} times={times} />
        </div>
      </section>
    </>
  );
}

/** How complete every series is, and every gap; filters and order live in the address. */
export default function ContinuityPage({ data, url, state }: PageProps<Data, State>) {
  const { continuity, filter } = data;
  const times = readTimes(state);
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      {continuity.isOk
        ? <Ledger continuity={continuity.value} filter={filter} times={times} />
        : <ReadError href={url.pathname + url.search} />}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
      <Refresh />
    </>
  );
}
