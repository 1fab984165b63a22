import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import ConfidenceSlider from "../../islands/ConfidenceSlider.tsx";
import LiveText from "../../islands/LiveText.tsx";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import { formatCount, overviewStrings, strings } from "../../lib/format/mod.ts";
import { type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import {
  formatDay,
  formatSignalFilter,
  isFilterEmpty,
  parsePage,
  parseSignalFilter,
  signalTypes,
} from "../../lib/ui/filters.ts";
import { ExportLinks } from "../../lib/ui/ExportLinks.tsx";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import { SignalCard } from "../../lib/ui/SignalCard.tsx";
import { SourceRing, VolumeField } from "../../lib/ui/SignalFigures.tsx";
import type { SignalFilter, SignalView, State } from "../../lib/ui/state.ts";

/** Signals on one page, and how many of the newest the drawings are made of. */
const shownMax = 24;
const drawnMax = 1_000;
const DAY_MS = 86_400_000;

interface Data {
  filter: SignalFilter;
  pageNumber: number;
  /** One more than is shown tells whether there are older ones. */
  signals: Reading<SignalView[]>;
  drawn: Reading<SignalRecord[]>;
}

const words = overviewStrings.signals;

export const handler = {
  async GET(ctx: Context<State>) {
    const { data } = ctx.state;
    const filter = parseSignalFilter(ctx.url.searchParams, shownMax + 1);
    const pageNumber = parsePage(ctx.url.searchParams);
    const offset = (pageNumber - 1) * shownMax;
    const [signals, drawn] = await Promise.all([
      readSafely(() => data.listSignals({ ...filter, offset })),
      readSafely(() => data.listSignalRecords({ ...filter, limit: drawnMax })),
    ]);
    return page({ filter, pageNumber, signals, drawn });
  },
};

function Filters({ filter }: { filter: SignalFilter }) {
  const words = strings.signals.filters;
  const to = filter.to === null ? "" : formatDay(filter.to - DAY_MS);
  return (
    <form method="get" action="/explore/signals" class="card filters" aria-label={words.heading}>
      <fieldset>
        <legend>{words.type}</legend>
        {signalTypes.map((type) => (
          <label key={type} class="check">
            <input type="checkbox" name="type" value={type} checked={filter.types.includes(type)} />
            <span>{strings.signals.types[type]}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{words.entity}</span>
        <input type="search" name="entity" value={filter.entity} maxLength={64} data-search />
      </label>
      <label class="field">
        <span>{words.from}</span>
        <input
          type="date"
          name="from"
          value={filter.from === null ? "" : formatDay(filter.from)}
        />
      </label>
      <label class="field">
        <span>{words.to}</span>
        <input type="date" name="to" value={to} />
      </label>
      <ConfidenceSlider
        label={overviewStrings.signals.confidence}
        value={Math.round(filter.minConfidence * 100)}
      />
      <div class="actions">
        <button type="submit">{words.apply}</button>
        <a class="button" href="/explore/signals">{words.clear}</a>
      </div>
    </form>
  );
}

/** What all signals that match say together. */
function Drawings({ records, times }: { records: SignalRecord[]; times: PageTimes }) {
  return (
    <div class="halves">
      <section class="card" aria-labelledby="by-source">
        <h2 id="by-source">{words.bySource}</h2>
        <SourceRing records={records} />
        {records.length === drawnMax && <p class="age">{words.atMost(formatCount(drawnMax))}</p>}
      </section>
      <section class="card" aria-labelledby="anomalies">
        <h2 id="anomalies">{words.anomalies}</h2>
        <VolumeField records={records} times={times} />
      </section>
    </div>
  );
}

/** Links to the pages before and after this one, the filters kept. */
function Pages(
  { filter, pageNumber, hasMore }: { filter: SignalFilter; pageNumber: number; hasMore: boolean },
) {
  if (pageNumber === 1 && !hasMore) return null;
  const link = (number: number) => {
    const query = new URLSearchParams(formatSignalFilter(filter));
    if (number > 1) query.set("page", String(number));
    return `/explore/signals?${query}`;
  };
  return (
    <nav class="pages" aria-label={words.pages}>
      {pageNumber > 1 && <a class="button" href={link(pageNumber - 1)}>{words.newer}</a>}
      {hasMore && <a class="button" data-older href={link(pageNumber + 1)}>{words.older}</a>}
    </nav>
  );
}

/** By id, the newest record of the same event among those listed, for all but that one itself. */
function findNewer(views: readonly SignalView[]): Map<string, string> {
  const newest = new Map<string, string>();
  const newer = new Map<string, string>();
  for (const { record: { id, updates = id } } of views) {
    const known = newest.get(updates);
    if (known === undefined) newest.set(updates, id);
    else newer.set(id, known);
  }
  return newer;
}

function SignalList({ data, views, times }: { data: Data; views: SignalView[]; times: PageTimes }) {
  const { filter, pageNumber } = data;
  if (views.length === 0) {
    const isPlain = isFilterEmpty(filter) && pageNumber === 1;
    return <p class="card empty">{isPlain ? words.empty : strings.signals.emptyFilter}</p>;
  }
  const shown = views.slice(0, shownMax);
  const newer = findNewer(shown);
  const first = (pageNumber - 1) * shownMax + 1;
  return (
    <>
      <p class="muted note">
        {words.shown(formatCount(first), formatCount(first + shown.length - 1))}
      </p>
      <div class="cards">
        {shown.map((signal) => (
          <SignalCard
            key={signal.record.id}
            signal={signal}
            times={times}
            newerId={newer.get(signal.record.id)}
          />
        ))}
      </div>
      <Pages filter={filter} pageNumber={pageNumber} hasMore={views.length > shownMax} />
    </>
  );
}

/** Signals by kind, symbol, day and confidence; the filters live in the address. */
export default function SignalsPage({ data, url, state }: PageProps<Data, State>) {
  const { filter, signals, drawn } = data;
  const times = readTimes(state);
  return (
    <>
      <Head>
        <title>{`${strings.signals.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{strings.signals.heading}</h1>
      <p>{words.intro}</p>
      <Filters filter={filter} />
      {drawn.isOk && drawn.value.length > 0 && <Drawings records={drawn.value} times={times} />}
      {signals.isOk
        ? <SignalList data={data} views={signals.value} times={times} />
        : <ReadError href={url.pathname + url.search} />}
      <ExportLinks tables={["signals", "outcomes"]} />
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
