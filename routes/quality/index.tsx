import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import { formatCount, formatExactShare, pageStrings, strings } from "../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { FilterForm, SearchField } from "../../lib/ui/FilterForm.tsx";
import { matchesText, readText } from "../../lib/ui/list_query.ts";
import type { QualityRow } from "../../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError, StatCard } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  rows: Reading<QualityRow[]>;
}

const words = pageStrings.quality;

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ rows: await readSafely(() => ctx.state.data.listQuality()) });
  },
};

function Table({ rows, times }: { rows: readonly QualityRow[]; times: PageTimes }) {
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <tr>
          <th scope="col">{words.symbol}</th>
          <th scope="col" class="number">{words.score}</th>
          <th scope="col">{words.failed}</th>
          <th scope="col">{words.age}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const failed = Object.entries(row.failed);
          return (
            <tr key={row.symbol}>
              <th scope="row">
                <a href={`/quality/${encodeURIComponent(row.symbol)}`}>{row.symbol}</a>
              </th>
              <td class="number">
                {row.quality_score === null ? words.unjudged : formatExactShare(row.quality_score)}
              </td>
              <td class="text-cell">
                {failed.length === 0
                  ? words.none
                  : failed.map(([name, count]) => `${name} ${formatCount(count)}`).join(", ")}
              </td>
              <td>
                <Age timeMs={row.updated_at} times={times} none="–" />
              </td>
            </tr>
          );
        })}
      </tbody>
    </ScrollTable>
  );
}

/** The quality of every followed symbol's data, worst first. */
export default function QualityPage({ data: { rows }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const text = readText(url.searchParams, "q");
  const all = rows.isOk ? rows.value : [];
  const shown = all.filter(({ symbol }) => matchesText([symbol], text));
  const judged = all.flatMap(({ quality_score }) => quality_score ?? []);
  const mean = judged.length === 0
    ? null
    : judged.reduce((sum, score) => sum + score, 0) / judged.length;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      {!rows.isOk && <ReadError href={url.pathname + url.search} />}
      {rows.isOk && (
        <>
          <dl class="stats">
            <StatCard label={words.average} value={formatExactShare(mean)} />
          </dl>
          <FilterForm path="/quality" label={words.heading}>
            <SearchField name="q" label={words.find} value={text} />
          </FilterForm>
          <section class="card" aria-label={words.heading}>
            {shown.length > 0
              ? <Table rows={shown} times={times} />
              : <p class="empty">{all.length === 0 ? words.empty : words.noMatch}</p>}
          </section>
        </>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
