import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../islands/LiveText.tsx";
import Refresh from "../islands/Refresh.tsx";
import type { SignalRecord } from "../lib/contracts/records.ts";
import {
  formatCount,
  formatShare,
  overviewStrings,
  pageStrings,
  signalStrings,
  strings,
} from "../lib/format/mod.ts";
import { type PageTimes, readTimes } from "../lib/ui/Age.tsx";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import { signalTypes } from "../lib/ui/filters.ts";
import type { RelationRow } from "../lib/ui/analysis_views.ts";
import { Relations } from "../lib/ui/Relations.tsx";
import { readTable, sortRows } from "../lib/ui/sort.ts";
import { SortHeadings } from "../lib/ui/SortHeading.tsx";
import type { NewsOverview } from "../lib/ui/page_views.ts";
import { ExportLinks } from "../lib/ui/ExportLinks.tsx";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { HeatMap, Sentiment } from "../lib/ui/Sentiment.tsx";
import { ReadError, StatCard } from "../lib/ui/Shell.tsx";
import { ConfidenceBars, SourceRing, TypeRing, VolumeField } from "../lib/ui/SignalFigures.tsx";
import type { AccuracyView, State } from "../lib/ui/state.ts";

const DAY_MS = 86_400_000;
/** Signals that the drawings are made of at most. */
const recordsMax = 2_000;
const words = overviewStrings.intelligence;
type Span = keyof typeof words.spans;
const spans = Object.keys(words.spans) as Span[];
type KindAccuracy = [type: SignalRecord["type"], accuracy: AccuracyView | null];

interface Data {
  span: Span;
  records: Reading<SignalRecord[]>;
  accuracies: Reading<KindAccuracy[]>;
  news: Reading<NewsOverview>;
  relations: Reading<RelationRow[]>;
}

async function readAccuracies({ data }: State): Promise<KindAccuracy[]> {
  return await Promise.all(signalTypes.map(async (type): Promise<KindAccuracy> => {
    const newest = { types: [type], entity: "", from: null, to: null, minConfidence: 0, limit: 1 };
    const [found] = await data.listSignals(newest);
    return [type, found?.accuracy ?? null];
  }));
}

export const handler = {
  async GET(ctx: Context<State>) {
    const { data } = ctx.state;
    const asked = ctx.url.searchParams.get("days");
    const span = spans.find((each) => each === asked) ?? "7";
    const from = data.marketNow() - Number(span) * DAY_MS;
    const ofSpan = { types: [], entity: "", from, to: null, minConfidence: 0, limit: recordsMax };
    const [records, accuracies, news, relations] = await Promise.all([
      readSafely(() => data.listSignalRecords(ofSpan)),
      readSafely(() => readAccuracies(ctx.state)),
      readSafely(() => data.getNews({ entity: "", source: "", mood: "" })),
      readSafely(() => data.listRelations()),
    ]);
    return page({ span, records, accuracies, news, relations });
  },
};

function Spans({ span }: { span: Span }) {
  return (
    <nav class="spans" aria-label={words.span}>
      {spans.map((each) => (
        <a
          key={each}
          class="button"
          href={`/intelligence?days=${each}`}
          aria-current={each === span ? "page" : undefined}
        >
          {words.spans[each]}
        </a>
      ))}
    </nav>
  );
}

function Stats({ records }: { records: readonly SignalRecord[] }) {
  const sure = records.map(({ confidence_score: score }) => score).filter(Number.isFinite);
  const mean = sure.length > 0 ? sure.reduce((sum, score) => sum + score, 0) / sure.length : null;
  const countNames = (names: string[]) => formatCount(new Set(names).size);
  return (
    <dl class="stats">
      <StatCard label={words.signals} value={formatCount(records.length)} refresh="count" />
      <StatCard
        label={words.entities}
        value={countNames(records.map(({ entity }) => entity))}
        refresh="entities"
      />
      <StatCard
        label={words.sources}
        value={countNames(records.map(({ source }) => source))}
        refresh="sources"
      />
      <StatCard label={words.sure} value={formatShare(mean)} refresh="sure" />
    </dl>
  );
}

function Drawings({ records, times }: { records: readonly SignalRecord[]; times: PageTimes }) {
  const { byType, bySource, confidences, anomalies } = overviewStrings.signals;
  return (
    <>
      <Stats records={records} />
      {records.length === recordsMax && (
        <p class="muted note">{words.atMost(formatCount(recordsMax))}</p>
      )}
      <div class="halves">
        <section class="card" aria-labelledby="by-type">
          <h2 id="by-type">{byType}</h2>
          <div data-refresh="by-type">
            <TypeRing records={records} />
          </div>
        </section>
        <section class="card" aria-labelledby="by-source">
          <h2 id="by-source">{bySource}</h2>
          <div data-refresh="by-source">
            <SourceRing records={records} />
          </div>
        </section>
        <section class="card" aria-labelledby="confidences">
          <h2 id="confidences">{confidences}</h2>
          <div data-refresh="confidences">
            <ConfidenceBars records={records} />
          </div>
        </section>
        <section class="card" aria-labelledby="anomalies">
          <h2 id="anomalies">{anomalies}</h2>
          <div data-refresh="anomalies">
            <VolumeField records={records} times={times} />
          </div>
        </section>
      </div>
    </>
  );
}

function AccuracyRow({ kind: [type, accuracy] }: { kind: KindAccuracy }) {
  const name = (
    <th scope="row">
      <a href={`/explore/signals?type=${type}`}>{strings.signals.types[type]}</a>
    </th>
  );
  if (!accuracy) {
    return (
      <tr>
        {name}
        <td colSpan={4} class="muted">{words.unjudged}</td>
      </tr>
    );
  }
  const { n, right, low, high, baseRate } = accuracy;
  return (
    <tr>
      {name}
      <td class="number">{formatCount(n)}</td>
      <td class="number">{formatShare(n > 0 ? right / n : null)}</td>
      <td class="number">{formatShare(low)} – {formatShare(high)}</td>
      <td class="number">{formatShare(baseRate)}</td>
    </tr>
  );
}

const columns = {
  all: ["kind", "judged", "right", "interval", "chance"] as const,
  ascending: ["kind"] as const,
  first: "judged" as const,
};
type Column = (typeof columns.all)[number];

function readColumn([type, accuracy]: KindAccuracy, column: Column): number | string | null {
  if (column === "kind") return strings.signals.types[type];
  if (!accuracy) return null;
  const { n, right, low, baseRate } = accuracy;
  return { judged: n, right: n > 0 ? right / n : null, interval: low, chance: baseRate }[column];
}

function Accuracies({ accuracies, query }: {
  accuracies: readonly KindAccuracy[];
  query: URLSearchParams;
}) {
  const table = readTable(query, columns, { anchor: "accuracy" });
  const { judged, right, interval, chance } = words;
  const sorted = sortRows(
    accuracies,
    table.now.order,
    (kind) => readColumn(kind, table.now.sort),
    ([type]) => strings.signals.types[type],
  );
  return (
    <ScrollTable label={words.accuracyNote}>
      <thead>
        <SortHeadings
          table={table}
          labels={{ kind: overviewStrings.signals.type, judged, right, interval, chance }}
          numbers={["judged", "right", "interval", "chance"]}
        />
      </thead>
      <tbody>{sorted.map((kind) => <AccuracyRow key={kind[0]} kind={kind} />)}</tbody>
    </ScrollTable>
  );
}

function Speech({ news }: { news: NewsOverview }) {
  return (
    <div class="columns">
      <section class="card" aria-labelledby="heat">
        <h2 id="heat">{pageStrings.news.heat}</h2>
        <HeatMap heat={news.heat} days={news.days} />
      </section>
      <section class="card" aria-labelledby="mood">
        <h2 id="mood">{overviewStrings.dashboard.mood}</h2>
        <div data-refresh="mood">
          <Sentiment gauge={news.gauge} />
        </div>
        <p>
          <a href="/explore/news">{overviewStrings.dashboard.moodMore}</a>
        </p>
      </section>
    </div>
  );
}

/** Signals and headlines together; how many days is said by the address. */
export default function IntelligencePage({ data, url, state }: PageProps<Data, State>) {
  const { span, records, accuracies, news } = data;
  const times = readTimes(state);
  const retry = url.pathname + url.search;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      <Spans span={span} />
      {records.isOk
        ? <Drawings records={records.value} times={times} />
        : <ReadError href={retry} />}
      <section class="card" aria-labelledby="accuracy">
        <h2 id="accuracy">{words.accuracy}</h2>
        {accuracies.isOk
          ? <Accuracies accuracies={accuracies.value} query={url.searchParams} />
          : <ReadError href={retry} />}
      </section>
      <section class="card" aria-labelledby="related">
        <h2 id="related">{signalStrings.relations.heading}</h2>
        {data.relations.isOk
          ? <Relations rows={data.relations.value} query={url.searchParams} />
          : <ReadError href={retry} />}
      </section>
      {news.isOk ? <Speech news={news.value} /> : <ReadError href={retry} />}
      <ExportLinks tables={["signals", "outcomes"]} report="dashboard" />
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
      <Refresh />
    </>
  );
}
