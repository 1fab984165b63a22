import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../islands/LiveText.tsx";
import Refresh from "../islands/Refresh.tsx";
import {
  formatCount,
  formatDate,
  formatDateTime,
  formatExactShare,
  formatShare,
  formatSpan,
  pageStrings,
  signalStrings,
  strings,
} from "../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../lib/ui/Age.tsx";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import type { FeedView, SourceView, UsageView } from "../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError } from "../lib/ui/Shell.tsx";
import { isSorted, readTable, sortRows } from "../lib/ui/sort.ts";
import { SortHeadings } from "../lib/ui/SortHeading.tsx";
import type { State } from "../lib/ui/state.ts";

interface Data {
  sources: Reading<SourceView[]>;
}

const words = pageStrings.sources;
const shareWords = signalStrings.shares;
/** What each source is to reach. */
const uptimeTarget = 0.95;
const columns = {
  all: ["feed", "state", "cost", "costMonth", "share", "last", "next"] as const,
  ascending: ["feed", "state"] as const,
  first: "feed" as const,
};
type Column = (typeof columns.all)[number];

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ sources: await readSafely(() => ctx.state.data.listSources()) });
  },
};

/** State in plain words; one that we have no word for is shown as it is told. */
function describeState(state: string): string {
  return Object.hasOwn(words.states, state)
    ? words.states[state as keyof typeof words.states]
    : state.replaceAll("_", " ");
}

function StateText({ source }: { source: SourceView }) {
  const state = source.enabled ? source.state ?? source.status : "disabled";
  const text = !source.enabled
    ? source.reason ? `${words.states.disabled}: ${source.reason}` : words.noKey
    : source.state === "reconnecting" && source.feeds.some(({ state }) => state === "live")
    ? words.partly
    : source.state
    ? describeState(source.state)
    : words.statuses[source.status];
  return <span class={`state s-${state}`}>{text}</span>;
}

function Usage({ usage }: { usage: UsageView }) {
  const { request_count, success_count, refused_count, avg_response_time, credits } = usage;
  return (
    <>
      {words.requests(
        formatCount(request_count),
        formatCount(success_count),
        formatCount(refused_count),
      )}
      <small>
        {words.credits(formatCount(credits))}
        {avg_response_time !== null && ` · ${words.mean(formatCount(avg_response_time))}`}
      </small>
    </>
  );
}

function Budget({ source: { budget, month, name } }: { source: SourceView }) {
  const { creditsPerMonth, creditsLeft, runsOutOn } = budget;
  if (creditsPerMonth === null) return <p class="muted note">{words.noBudget}</p>;
  const spent = month.credits;
  return (
    <>
      <p>
        {words.budget}: {words.budgetOf(formatCount(spent), formatCount(creditsPerMonth))}{" "}
        ({formatShare(creditsPerMonth > 0 ? spent / creditsPerMonth : null)}){" "}
        <progress
          max={creditsPerMonth}
          value={Math.min(spent, creditsPerMonth)}
          aria-label={`${words.budget}, ${name}`}
        />
      </p>
      <p class={runsOutOn === null ? "muted" : "state s-degraded"}>
        {runsOutOn === null
          ? words.lasts(formatCount(creditsLeft))
          : words.runsOut(formatDate(Date.parse(runsOutOn)))}
      </p>
    </>
  );
}

/** What part of a source's month a feed cost: of its credits, or of its requests where it has none. */
function formatPart(feed: FeedView, { month }: SourceView): string {
  if (month.credits > 0) return formatShare(feed.month.credits / month.credits);
  return month.request_count > 0
    ? formatShare(feed.month.request_count / month.request_count)
    : "–";
}

function readColumn(feed: FeedView, { month }: SourceView, column: Column): number | string | null {
  switch (column) {
    case "feed":
      return feed.name;
    case "state":
      return feed.state ?? null;
    case "cost":
      return feed.today.request_count;
    case "costMonth":
      return feed.month.request_count;
    case "share":
      return month.credits > 0 ? feed.month.credits : feed.month.request_count;
    case "last":
      return feed.lastSuccessMs;
    case "next":
      return feed.nextMs;
  }
}

function Feeds({ source, times, query }: {
  source: SourceView;
  times: PageTimes;
  query: URLSearchParams;
}) {
  if (source.feeds.length === 0) return <p class="muted note">{words.noFeeds}</p>;
  const table = readTable(query, columns, {
    prefix: `${source.source}_`,
    anchor: `source-${source.source}`,
  });
  const { feed, state, cost, costMonth, share, last, next } = words;
  const feeds = sortRows(
    source.feeds,
    table.now.order,
    (each) => readColumn(each, source, table.now.sort),
    ({ name }) => name,
  );
  return (
    <details class="twin" open={isSorted(table)}>
      <summary>{words.feeds} ({formatCount(source.feeds.length)})</summary>
      <ScrollTable label={words.feedsCaption(source.name)}>
        <thead>
          <SortHeadings
            table={table}
            labels={{ feed, state, cost, costMonth, share, last, next }}
            numbers={["share"]}
          />
        </thead>
        <tbody>
          {feeds.map((feed) => (
            <tr key={feed.name}>
              <th scope="row">
                {feed.name}
                {feed.feature && <small>{feed.feature}</small>}
                {feed.cadenceMs !== null && <small>{words.every(formatSpan(feed.cadenceMs))}
                </small>}
              </th>
              <td class="wrap">
                {feed.state
                  ? <span class={`state s-${feed.state}`}>{describeState(feed.state)}</span>
                  : "–"}
                {feed.lastError && <small>{feed.lastError}</small>}
              </td>
              <td class="wrap">
                <Usage usage={feed.today} />
              </td>
              <td class="wrap">
                <Usage usage={feed.month} />
              </td>
              <td class="number">{formatPart(feed, source)}</td>
              <td>
                <Age
                  timeMs={feed.lastSuccessMs}
                  times={times}
                  clock="wall"
                  none={pageStrings.age.never}
                />
              </td>
              <td>{formatDateTime(feed.nextMs)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </details>
  );
}

/** How much of the time since the start it was up, against what it is to reach. */
function Uptime({ uptime, times }: {
  uptime: NonNullable<SourceView["uptime"]>;
  times: PageTimes;
}) {
  const { share, sinceMs } = uptime;
  if (share === null) return <span class="muted">{shareWords.noUptime}</span>;
  return (
    <>
      <span class={`number ${share < uptimeTarget ? "state s-failed" : ""}`}>
        {formatExactShare(share)}
      </span>
      <small>
        {shareWords.target(formatShare(uptimeTarget))}
        {share < uptimeTarget && `, ${shareWords.missed}`} · {shareWords.since}{" "}
        <Age timeMs={sinceMs} times={times} clock="wall" />
      </small>
    </>
  );
}

function Source({ source, times, query }: {
  source: SourceView;
  times: PageTimes;
  query: URLSearchParams;
}) {
  const { budget, detail } = source;
  return (
    <section
      class="card"
      aria-labelledby={`source-${source.source}`}
      data-refresh={`source-${source.source}`}
    >
      <div class="card-head">
        <h2 id={`source-${source.source}`}>{source.name}</h2>
        <p>
          <StateText source={source} />
        </p>
      </div>
      {detail && <p class="text-cell">{detail}</p>}
      <dl class="pairs">
        <div>
          <dt>{words.last}</dt>
          <dd>
            <Age
              timeMs={source.lastMessageMs}
              times={times}
              clock="wall"
              none={pageStrings.age.never}
            />
          </dd>
        </div>
        {source.enabled && source.uptime && (
          <div>
            <dt>{shareWords.uptime}</dt>
            <dd>
              <Uptime uptime={source.uptime} times={times} />
            </dd>
          </div>
        )}
        {source.nextMs !== null && (
          <div>
            <dt>{words.next}</dt>
            <dd>{formatDateTime(source.nextMs)}</dd>
          </div>
        )}
        <div>
          <dt>{words.today}</dt>
          <dd>
            <Usage usage={source.today} />
          </dd>
        </div>
        <div>
          <dt>{words.month}</dt>
          <dd>
            <Usage usage={source.month} />
            {budget.limitPerMinute !== null && (
              <small>{words.limit(formatCount(budget.limitPerMinute))}</small>
            )}
          </dd>
        </div>
      </dl>
      <Budget source={source} />
      <Feeds source={source} times={times} query={query} />
    </section>
  );
}

/** Every source: whether it answers, how old its last answer is, and what it costs. */
export default function SourcesPage({ data: { sources }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro} {words.counted}</p>
      {times.recorded && <p class="muted">{words.recorded}</p>}
      {!sources.isOk && <ReadError href={url.pathname} />}
      {sources.isOk && sources.value.length === 0 && <p class="card empty">{words.empty}</p>}
      {sources.isOk && (
        <div class="halves">
          {sources.value.map((source) => (
            <Source
              key={source.source}
              source={source}
              times={times}
              query={url.searchParams}
            />
          ))}
        </div>
      )}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
      <Refresh />
    </>
  );
}
