import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import Refresh from "../../islands/Refresh.tsx";
import {
  formatCount,
  formatExactShare,
  overviewStrings,
  pageStrings,
  strings,
} from "../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { FilterForm, SearchField } from "../../lib/ui/FilterForm.tsx";
import { formatQuery, matchesText, readText } from "../../lib/ui/list_query.ts";
import type { QualityRow } from "../../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError, StatCard } from "../../lib/ui/Shell.tsx";
import { parseSort, type Sort, sortRows, turnSort } from "../../lib/ui/sort.ts";
import { SortHeading } from "../../lib/ui/SortHeading.tsx";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  rows: Reading<QualityRow[]>;
}

const words = pageStrings.quality;
const columns = {
  all: ["symbol", "score", "failed", "age"] as const,
  ascending: ["symbol", "score"] as const,
  first: "score" as const,
};
type Column = (typeof columns.all)[number];

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ rows: await readSafely(() => ctx.state.data.listQuality()) });
  },
};

function readColumn(row: QualityRow, column: Column): number | string | null {
  switch (column) {
    case "symbol":
      return row.symbol;
    case "score":
      return row.quality_score;
    case "failed":
      return Object.values(row.failed).reduce((sum, count) => sum + count, 0);
    case "age":
      return row.updated_at;
  }
}

function Table({ rows, times, sort, text }: {
  rows: readonly QualityRow[];
  times: PageTimes;
  sort: Sort<Column>;
  text: string;
}) {
  return (
    <ScrollTable label={overviewStrings.quality.caption}>
      <thead>
        <tr>
          {columns.all.map((column) => (
            <SortHeading
              key={column}
              label={words[column]}
              href={formatQuery({ q: text, ...turnSort(sort, column, columns) })}
              now={sort.sort === column ? sort.order : null}
              class={column === "score" ? "number" : undefined}
            />
          ))}
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
  const sort = parseSort(url.searchParams, columns);
  const shown = sortRows(
    all.filter(({ symbol }) => matchesText([symbol], text)),
    sort.order,
    (row) => readColumn(row, sort.sort),
    ({ symbol }) => symbol,
  );
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
      <p>{overviewStrings.quality.intro}</p>
      {!rows.isOk && <ReadError href={url.pathname + url.search} />}
      {rows.isOk && (
        <>
          <dl class="stats" data-refresh="mean">
            <StatCard label={words.average} value={formatExactShare(mean)} />
          </dl>
          <FilterForm
            path="/quality"
            label={words.heading}
            kept={{ sort: sort.sort, order: sort.order }}
          >
            <SearchField name="q" label={words.find} value={text} />
          </FilterForm>
          <section class="card" aria-label={words.heading} data-refresh="scores">
            {shown.length > 0
              ? <Table rows={shown} times={times} sort={sort} text={text} />
              : <p class="empty">{all.length === 0 ? words.empty : words.noMatch}</p>}
          </section>
        </>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
      <Refresh />
    </>
  );
}
