import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../islands/LiveText.tsx";
import type { CollectionRunRecord } from "../lib/contracts/records.ts";
import { formatCount, formatShare, formatSpan, pageStrings, strings } from "../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../lib/ui/Age.tsx";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import type { JobsView, ParkedView } from "../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError, StatCard } from "../lib/ui/Shell.tsx";
import type { State } from "../lib/ui/state.ts";

interface Data {
  jobs: Reading<JobsView>;
}

const words = pageStrings.jobs;

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

function Run({ run, times }: { run: CollectionRunRecord; times: PageTimes }) {
  const sources = Object.entries(run.sources);
  return (
    <li>
      <span class={`state s-${run.status}`}>
        <strong>{words.statuses[run.status]}</strong>
      </span>{" "}
      {words.triggers[run.trigger]} <Age timeMs={run.timestamp} times={times} clock="wall" /> ·{" "}
      {words.records(formatCount(run.records))}, {words.signals(formatCount(run.signals))}
      {run.duration_ms !== null && ` ${words.took(formatTook(run.duration_ms))}`}
      {sources.length > 0 && (
        <details class="twin">
          <summary>{words.caption} ({formatCount(sources.length)})</summary>
          <ScrollTable label={words.caption}>
            <thead>
              <tr>
                <th scope="col">{words.source}</th>
                <th scope="col">{words.result}</th>
                <th scope="col" class="number">{words.count}</th>
                <th scope="col" class="number">{words.duration}</th>
              </tr>
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
                  <td class="number">{formatTook(result.duration_ms)}</td>
                </tr>
              ))}
            </tbody>
          </ScrollTable>
        </details>
      )}
    </li>
  );
}

function Parked({ parked, times }: { parked: readonly ParkedView[]; times: PageTimes }) {
  if (parked.length === 0) return <p class="empty">{words.noParked}</p>;
  return (
    <ScrollTable label={words.parkedCaption}>
      <thead>
        <tr>
          <th scope="col">{words.topic}</th>
          <th scope="col" class="number">{words.attempts}</th>
          <th scope="col">{words.when}</th>
          <th scope="col">{words.error}</th>
        </tr>
      </thead>
      <tbody>
        {parked.toSorted((a, b) => b.parkedAt - a.parkedAt).map((each) => (
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

function Cycles({ jobs, times }: { jobs: JobsView; times: PageTimes }) {
  const share = jobs.successShare;
  return (
    <>
      <dl class="stats">
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
      <section class="card" aria-labelledby="stages">
        <h2 id="stages">{words.stages}</h2>
        <p>{jobs.stages.map(nameStage).join(" → ")}</p>
      </section>
      <section class="card" aria-labelledby="cycles">
        <h2 id="cycles">{words.cycles}</h2>
        {jobs.runs.length === 0 && <p class="empty">{words.none}</p>}
        <ul class="advice">
          {jobs.runs.map((run) => <Run key={run.id} run={run} times={times} />)}
        </ul>
      </section>
      <section class="card" aria-labelledby="parked">
        <h2 id="parked">{words.parked}</h2>
        <Parked parked={jobs.parked} times={times} />
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
      {jobs.isOk ? <Cycles jobs={jobs.value} times={times} /> : <ReadError href={url.pathname} />}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
