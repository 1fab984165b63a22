import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import Refresh from "../../islands/Refresh.tsx";
import {
  formatCount,
  formatVolume,
  pageStrings,
  signalStrings,
  strings,
} from "../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import type { TvlOverview, TvlView } from "../../lib/ui/analysis_views.ts";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { ChoiceField, FilterForm, SearchField } from "../../lib/ui/FilterForm.tsx";
import { matchesText, readText } from "../../lib/ui/list_query.ts";
import { Change } from "../../lib/ui/PageParts.tsx";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import { readTable, type SortedTable, sortRows } from "../../lib/ui/sort.ts";
import { SortHeadings } from "../../lib/ui/SortHeading.tsx";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  tvl: Reading<TvlOverview>;
}

const words = signalStrings.tvl;
/** Rows listed unless all are asked for. */
const shownMax = 100;
const kinds = ["protocol", "chain"] as const;
const columns = {
  all: ["name", "value", "change", "chain", "category", "age"] as const,
  ascending: ["name", "chain", "category"] as const,
  first: "value" as const,
};
type Column = (typeof columns.all)[number];

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ tvl: await readSafely(() => ctx.state.data.getTvl()) });
  },
};

function readColumn(row: TvlView, column: Column): number | string | null {
  switch (column) {
    case "value":
      return row.tvl;
    case "age":
      return row.timestamp;
    default:
      return row[column];
  }
}

function Table({ rows, table, times }: {
  rows: readonly TvlView[];
  table: SortedTable<Column>;
  times: PageTimes;
}) {
  const { name, value, change, chain, category, age } = words;
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <SortHeadings
          table={table}
          labels={{ name, value, change, chain, category, age }}
          numbers={["value", "change"]}
        />
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.entity}>
            <th scope="row" class="wrap">
              {row.name}
              <small>{words.kinds[row.kind]}</small>
            </th>
            <td class="number">{formatVolume(row.tvl)}</td>
            <td class="number">
              <Change percent={row.change} />
            </td>
            <td>{row.chain ?? "–"}</td>
            <td class="wrap">{row.category ?? "–"}</td>
            <td>
              <Age source={row.source} timeMs={row.timestamp} times={times} />
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function List({ tvl, query, times }: {
  tvl: TvlOverview;
  query: URLSearchParams;
  times: PageTimes;
}) {
  if (tvl.reason !== undefined) {
    return <p class="card empty">{words.empty} {tvl.reason}</p>;
  }
  const text = readText(query, "q");
  const kind = readText(query, "kind");
  const table = readTable(query, columns);
  const wanted = sortRows(
    tvl.rows.filter((row) =>
      (!kind || row.kind === kind) &&
      matchesText([row.name, row.chain ?? undefined, row.category ?? undefined], text)
    ),
    table.now.order,
    (row) => readColumn(row, table.now.sort),
    ({ entity }) => entity,
  );
  const shown = query.has("all") ? wanted : wanted.slice(0, shownMax);
  const all = new URLSearchParams(query);
  all.set("all", "1");
  return (
    <section class="card" aria-label={words.heading}>
      <p class="age">
        {pageStrings.table.total(formatCount(shown.length), formatCount(wanted.length))}
      </p>
      {shown.length > 0
        ? <Table rows={shown} table={table} times={times} />
        : <p class="empty">{words.none}</p>}
      {shown.length < wanted.length && (
        <p>
          <a class="button" href={`?${all}`}>{words.all(formatCount(wanted.length))}</a>
        </p>
      )}
    </section>
  );
}

/** What protocols and chains hold, with the change of a day; filters and order live in the address. */
export default function TvlPage({ data: { tvl }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const query = url.searchParams;
  const { sort, order } = readTable(query, columns).now;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      <FilterForm path="/explore/tvl" label={words.heading} kept={{ sort, order }}>
        <SearchField name="q" label={words.find} value={readText(query, "q")} />
        <ChoiceField
          name="kind"
          label={words.kind}
          value={readText(query, "kind")}
          options={kinds.map((each) => [each, words.kinds[each]] as const)}
        />
      </FilterForm>
      <div data-refresh="tvl">
        {tvl.isOk
          ? <List tvl={tvl.value} query={query} times={times} />
          : <ReadError href={url.pathname + url.search} />}
      </div>
      <p>
        <a href="/explore/signals?type=tvl_anomaly">{words.anomalies}</a>
      </p>
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
      <Refresh />
    </>
  );
}
