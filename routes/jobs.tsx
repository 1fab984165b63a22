import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../islands/LiveText.tsx";
import Refresh from "../islands/Refresh.tsx";
import type { CollectionRunRecord } from "../lib/contracts/records.ts";
import {
  formatCount,
  formatExactShare,
  formatShare,
  formatSpan,
  NO_VALUE,
  pageStrings,
  signalStrings,
  strings,
} from "../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../lib/ui/Age.tsx";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import type { JobsView, ParkedView } from "../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError, StatCard } from "../lib/ui/Shell.tsx";
import { isSorted, readTable, sortRows } from "../lib/ui/sort.ts";
import { SortHeadings } from "../lib/ui/SortHeading.tsx";
import type { State } from "../lib/ui/state.ts";

interface Data {
  jobs: Reading<JobsView>;
}

const words = pageStrings.jobs;
const shareWords = signalStrings.shares;
/** What scheduled cycles and asked sources are to reach. */
const cronTarget = 0.98;
const collectionTarget = 0.95;
const runColumns = {
  all: ["source", "result", "count", "duration"] as const,
  ascending: ["source", "result"] as const,
  first: "source" as const,
};
const parkedColumns = {
  all: ["topic", "attempts", "when", "error"] as const,
  ascending: ["topic", "error"] as const,
  first: "when" as const,
};
type RunResult = CollectionRunRecord["sources"][string];

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ jobs: await readSafely(() => ctx.state.data.getJobs()) });
  },
};

function nameStage(stage: string): string {
  return Object.hasOwn(words.stageNames, stage)
    ? words.stageNames[stage as keyof typeof words.stageNames]
    : stage;
}

/** A span below a second by its milliseconds. */
function formatTook(ms: number): string {
  return ms < 1_000 ? `${formatCount(ms)} ms` : formatSpan(ms);
}

/** At a start sources are asked before the cycle begins: only the time of all of them is known. */
function isTimed({ trigger }: CollectionRunRecord): boolean {
  return trigger !== "start";
}

function readRunColumn(
  [source, { status, records, duration_ms }]: [string, RunResult],
  column: (typeof runColumns.all)[number],
): number | string {
  return { source, result: status, count: records, duration: duration_ms }[column];
}

function Run({ run, times, query }: {
  run: CollectionRunRecord;
  times: PageTimes;
  query: URLSearchParams;
}) {
  const table = readTable(query, runColumns, { prefix: `${run.id}_`, anchor: run.id });
  const { source, result, count, duration } = words;
  const sources = sortRows(
    Object.entries(run.sources),
    table.now.order,
    (row) => readRunColumn(row, table.now.sort),
    ([name]) => name,
  );
  return (
    <li id={run.id}>
      <span class={`state s-${run.status}`}>
        <strong>{words.statuses[run.status]}</strong>
      </span>{" "}
      {words.triggers[run.trigger]} <Age timeMs={run.timestamp} times={times} clock="wall" /> ·{" "}
      {words.records(formatCount(run.records))}, {words.signals(formatCount(run.signals))}
      {run.duration_ms !== null && ` ${words.took(formatTook(run.duration_ms))}`}
      {sources.length > 0 && (
        <details class="twin" open={isSorted(table)}>
          <summary>{words.caption} ({formatCount(sources.length)})</summary>
          <ScrollTable label={words.caption}>
            <thead>
              <SortHeadings
                table={table}
                labels={{ source, result, count, duration }}
                numbers={["count", "duration"]}
              />
            </thead>
            <tbody>
              {sources.map(([source, result]) => (
                <tr key={source}>
                  <th scope="row">{source}</th>
                  <td class="text-cell">
                    <span class={`state s-${result.status}`}>{words.results[result.status]}</span>
                    {result.error && <small>{result.error}</small>}
                  </td>
                  <td class="number">{formatCount(result.records)}</td>
                  <td class="number">
                    {isTimed(run) ? formatTook(result.duration_ms) : NO_VALUE}
                  </td>
                </tr>
              ))}
            </tbody>
          </ScrollTable>
        </details>
      )}
    </li>
  );
}

function readParkedColumn(
  { topic, attempt, parkedAt, error }: ParkedView,
  column: (typeof parkedColumns.all)[number],
): number | string {
  return { topic, attempts: attempt, when: parkedAt, error }[column];
}

function Parked({ parked, times, query }: {
  parked: readonly ParkedView[];
  times: PageTimes;
  query: URLSearchParams;
}) {
  if (parked.length === 0) return <p class="empty">{words.noParked}</p>;
  const table = readTable(query, parkedColumns, { prefix: "parked_", anchor: "parked" });
  const { topic, attempts, when, error } = words;
  const sorted = sortRows(
    parked,
    table.now.order,
    (row) => readParkedColumn(row, table.now.sort),
    ({ id }) => id,
  );
  return (
    <ScrollTable label={words.parkedCaption}>
      <thead>
        <SortHeadings
          table={table}
          labels={{ topic, attempts, when, error }}
          numbers={["attempts"]}
        />
      </thead>
      <tbody>
        {sorted.map((each) => (
          <tr key={each.id}>
            <th scope="row">{nameStage(each.topic)}</th>
            <td class="number">{formatCount(each.attempt)}</td>
            <td>
              <Age timeMs={each.parkedAt} times={times} clock="wall" />
            </td>
            <td class="text-cell">{each.error}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

/** A share of the day against what it is to reach. */
function TargetCard({ label, share, target, done, all }: {
  label: string;
  share: number | null;
  target: number;
  done: number;
  all: number;
}) {
  const isMissed = share !== null && share < target;
  const told = [
    shareWords.target(formatShare(target)),
    ...(isMissed ? [shareWords.missed] : []),
    ...(share === null ? [] : [shareWords.ofDay(formatCount(done), formatCount(all))]),
  ];
  return (
    <StatCard
      label={label}
      value={<span class={isMissed ? "state s-failed" : ""}>{formatExactShare(share)}</span>}
      note={told.join(", ")}
    />
  );
}

function Cycles({ jobs, times, query }: {
  jobs: JobsView;
  times: PageTimes;
  query: URLSearchParams;
}) {
  const { successShare: share, day } = jobs;
  return (
    <>
      <dl class="stats" data-refresh="shares">
        <TargetCard
          label={shareWords.cron}
          share={day.cronShare}
          target={cronTarget}
          done={day.ran}
          all={day.expected}
        />
        <TargetCard
          label={shareWords.collection}
          share={day.collectionShare}
          target={collectionTarget}
          done={day.answered}
          all={day.asked}
        />
        <StatCard
          label={words.share}
          value={
            <>
              {formatShare(share)}
              {share !== null && Number.isFinite(share) && (
                <progress max={1} value={share} aria-label={words.share} />
              )}
            </>
          }
        />
        <StatCard label={words.parked} value={formatCount(jobs.parked.length)} />
      </dl>
      <div data-refresh="alerts">
        {jobs.alerts.length > 0 && (
          <section class="card" aria-labelledby="alerts">
            <h2 id="alerts">{words.alerts}</h2>
            <ul class="advice">
              {jobs.alerts.map((alert) => (
                <li key={alert.id}>
                  <span class={`state s-${alert.resolvedMs === null ? "failed" : "done"}`}>
                    <strong>{alert.resolvedMs === null ? words.failing : words.mended}</strong>
                  </span>{" "}
                  {alert.message}{" "}
                  <Age timeMs={alert.resolvedMs ?? alert.sinceMs} times={times} clock="wall" />
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <section class="card" aria-labelledby="stages">
        <h2 id="stages">{words.stages}</h2>
        <p>{jobs.stages.map(nameStage).join(" → ")}</p>
      </section>
      <section class="card" aria-labelledby="cycles">
        <h2 id="cycles">{words.cycles}</h2>
        <div data-refresh="cycles">
          {jobs.runs.length === 0 && <p class="empty">{words.none}</p>}
          <ul class="advice">
            {jobs.runs.map((run) => <Run key={run.id} run={run} times={times} query={query} />)}
          </ul>
        </div>
      </section>
      <section class="card" aria-labelledby="parked">
        <h2 id="parked">{words.parked}</h2>
        <div data-refresh="parked">
          <Parked parked={jobs.parked} times={times} query={query} />
        </div>
      </section>
    </>
  );
}

/** Collection cycles with their results, and work that was given up. */
export default function JobsPage({ data: { jobs }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      {jobs.isOk
        ? <Cycles jobs={jobs.value} times={times} query={url.searchParams} />
        : <ReadError href={url.pathname} />}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
      <Refresh />
    </>
  );
}
