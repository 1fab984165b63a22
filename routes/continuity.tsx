import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import type { GapRecord } from "../lib/contracts/records.ts";
import {
  formatCount,
  formatDateTime,
  formatExactShare,
  pageStrings,
  strings,
} from "../lib/format/mod.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError } from "../lib/ui/Shell.tsx";
import type { ContinuityView, SeriesView, State } from "../lib/ui/state.ts";

interface Data {
  continuity: Reading<ContinuityView>;
}

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ continuity: await readSafely(() => ctx.state.data.getContinuity()) });
  },
};

const words = pageStrings.continuity;

function SeriesTable({ series }: { series: SeriesView[] }) {
  if (series.length === 0) return <p class="empty">{words.empty}</p>;
  const numbers = [words.observed, words.repaired, words.filled, words.missing];
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={words.seriesCaption}>
      <table>
        <caption>{words.seriesCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{words.series}</th>
            <th scope="col">{strings.market.source}</th>
            {numbers.map((word) => <th key={word} scope="col" class="number">{word}</th>)}
            <th scope="col" class="number">{words.completeness}</th>
          </tr>
        </thead>
        <tbody>
          {series.map((row) => (
            <tr key={`${row.symbol} ${row.timeframe}`}>
              <th scope="row">
                <a
                  href={`/enhanced-dashboard?symbol=${
                    encodeURIComponent(row.symbol)
                  }&timeframe=${row.timeframe}`}
                >
                  {row.symbol} {row.timeframe}
                </a>
              </th>
              <td>
                {row.source} <span class="age">{formatDateTime(row.last)}</span>
              </td>
              <td class="number">{formatCount(row.observed)}</td>
              <td class="number">{formatCount(row.repaired)}</td>
              <td class="number">{formatCount(row.filled)}</td>
              <td class="number">{formatCount(row.missing)}</td>
              <td class="number">
                {formatExactShare(row.expected > 0 ? 1 - row.missing / row.expected : null)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function GapTable({ gaps }: { gaps: GapRecord[] }) {
  if (gaps.length === 0) return <p class="empty">{words.noGaps}</p>;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={words.gapsCaption}>
      <table>
        <caption>{words.gapsCaption}</caption>
        <thead>
          <tr>
            {[words.series, words.from, words.to, words.status, words.reason].map((word) => (
              <th key={word} scope="col">{word}</th>
            ))}
          </tr>
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
              <td>{gap.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How complete every series is, and every gap. */
export default function ContinuityPage({ data, url }: PageProps<Data, State>) {
  const { continuity } = data;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      {continuity.isOk
        ? (
          <>
            <section class="card">
              <SeriesTable series={continuity.value.series} />
            </section>
            <section class="card">
              <GapTable gaps={continuity.value.gaps} />
            </section>
          </>
        )
        : <ReadError href={url.pathname} />}
    </>
  );
}
