import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import Refresh from "../../islands/Refresh.tsx";
import {
  formatCount,
  formatDateTime,
  formatExactShare,
  overviewStrings,
  pageStrings,
  strings,
} from "../../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { Line, ScrollTable, Twin } from "../../lib/ui/Figures.tsx";
import { linkMarket, readParam } from "../../lib/ui/PageParts.tsx";
import type { QualityDetail } from "../../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import { isSorted, readTable, sortRows } from "../../lib/ui/sort.ts";
import { SortHeadings } from "../../lib/ui/SortHeading.tsx";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  asked: string;
  quality: Reading<QualityDetail | null>;
}

const words = pageStrings.quality;
/** Newest rows that the table lists. */
const rowsMax = 60;
const checkColumns = {
  all: ["check", "passed", "fails"] as const,
  ascending: ["check"] as const,
  first: "fails" as const,
};
const pastColumns = {
  all: ["time", "score"] as const,
  ascending: [] as const,
  first: "time" as const,
};

export const handler = {
  async GET(ctx: Context<State>) {
    const asked = readParam(ctx.params.symbol);
    const quality = await readSafely(() => ctx.state.data.getQuality(asked));
    if (quality.isOk && quality.value === null) throw new HttpError(404);
    return page({ asked, quality });
  },
};

function History({ history, query }: {
  history: QualityDetail["history"];
  query: URLSearchParams;
}) {
  const first = history[0];
  const last = history.at(-1);
  if (!first || !last || history.length < 2) return <p class="empty">{words.noHistory}</p>;
  const table = readTable(query, pastColumns, { prefix: "past_", anchor: "over" });
  const rows = sortRows(
    history.slice(-rowsMax),
    table.now.order,
    ({ timeMs, score }) => table.now.sort === "time" ? timeMs : score,
    ({ timeMs }) => String(timeMs),
  );
  const scores = history.map(({ score }) => score);
  const [low, high] = [Math.min(...scores), Math.max(...scores)].map(formatExactShare);
  const [from, to] = [formatDateTime(first.timeMs), formatDateTime(last.timeMs)];
  return (
    <>
      <Line
        values={scores}
        label={words.overAlt(from, to, low!, formatExactShare(last.score))}
        high={high!}
        low={low === high ? "" : low!}
      />
      <p class="age">{from} – {to}</p>
      <Twin isOpen={isSorted(table)}>
        <ScrollTable label={words.over}>
          <thead>
            <SortHeadings
              table={table}
              labels={{ time: words.time, score: words.score }}
              numbers={["score"]}
            />
          </thead>
          <tbody>
            {rows.map(({ timeMs, score }) => (
              <tr key={timeMs}>
                <th scope="row">{formatDateTime(timeMs)}</th>
                <td class="number">{formatExactShare(score)}</td>
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      </Twin>
    </>
  );
}

/** What a check looks at, in words; nothing for one that has none yet. */
function describeCheck(name: string): string | null {
  const { checks } = overviewStrings.quality;
  return Object.hasOwn(checks, name) ? checks[name]! : null;
}

function Checks({ checks, query }: Pick<QualityDetail, "checks"> & { query: URLSearchParams }) {
  const all = Object.entries(checks);
  if (all.length === 0) return <p class="empty">{words.noChecks}</p>;
  const table = readTable(query, checkColumns, { anchor: "checks" });
  const { check, passed, fails } = words;
  const rows = sortRows(
    all,
    table.now.order,
    ([name, counts]) =>
      ({ check: name, passed: counts.passed, fails: counts.failed })[table.now.sort],
    ([name]) => name,
  );
  return (
    <ScrollTable label={words.checksCaption}>
      <thead>
        <SortHeadings
          table={table}
          labels={{ check, passed, fails }}
          numbers={["passed", "fails"]}
        />
      </thead>
      <tbody>
        {rows.map(([name, { passed, failed }]) => (
          <tr key={name}>
            <th scope="row" class="wrap">
              {name}
              <small>{describeCheck(name)}</small>
            </th>
            <td class="number">{formatCount(passed)}</td>
            <td class="number">
              {failed > 0
                ? <strong class="state s-failed">{formatCount(failed)}</strong>
                : formatCount(failed)}
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Detail({ detail, times, query }: {
  detail: QualityDetail;
  times: PageTimes;
  query: URLSearchParams;
}) {
  const counts = Object.values(detail.checks);
  // A score of no trades would look like a good one.
  const isOfNothing = counts.length > 0 && counts.every((each) => each.passed + each.failed === 0);
  return (
    <>
      <p data-refresh="score">
        {words.score}: {isOfNothing
          ? <span class="muted">{overviewStrings.quality.noneChecked}</span>
          : <strong class="number">{formatExactShare(detail.score)}</strong>}{" "}
        <Age timeMs={detail.timeMs} times={times} none={words.unjudged} /> ·{" "}
        <a href={linkMarket(detail.symbol)}>{detail.symbol}</a>
      </p>
      <section class="card" aria-labelledby="over">
        <h2 id="over">{words.over}</h2>
        <div data-refresh="over">
          <History history={detail.history} query={query} />
        </div>
      </section>
      <section class="card" aria-labelledby="checks">
        <h2 id="checks">{words.checks}</h2>
        <div data-refresh="checks">
          <Checks checks={detail.checks} query={query} />
        </div>
      </section>
    </>
  );
}

/** The quality of one symbol's data: now, over time, and by check. */
export default function SymbolQualityPage(
  { data: { asked, quality }, url, state }: PageProps<Data, State>,
) {
  const times = readTimes(state);
  const detail = quality.isOk ? quality.value : null;
  const heading = `${words.heading}: ${detail?.symbol ?? asked}`;
  return (
    <>
      <Head>
        <title>{`${heading} · ${strings.title}`}</title>
      </Head>
      <p class="crumb">
        <a href="/quality">{words.back}</a>
      </p>
      <h1>{heading}</h1>
      {detail
        ? <Detail detail={detail} times={times} query={url.searchParams} />
        : <ReadError href={url.pathname} />}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
      <Refresh />
    </>
  );
}
