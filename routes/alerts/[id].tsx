import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import AlertForm from "../../islands/AlertForm.tsx";
import LiveText from "../../islands/LiveText.tsx";
import Refresh from "../../islands/Refresh.tsx";
import {
  comparedFigures,
  conditionSpecs,
  type HistoryPage,
  readHistory,
} from "../../lib/api/page_alerts.ts";
import { alertStrings } from "../../lib/format/alert_strings.ts";
import { strings } from "../../lib/format/mod.ts";
import { readTimes } from "../../lib/ui/Age.tsx";
import { AlertActs, Firings, Phase } from "../../lib/ui/AlertPageParts.tsx";
import { getAlertPath } from "../../lib/ui/alert_acts.ts";
import type { AlertDraft } from "../../lib/ui/alert_form.ts";
import type { AlertView } from "../../lib/ui/alert_list.ts";
import { takeAlertForm } from "../../lib/ui/alert_post.ts";
import { describeCondition } from "../../lib/ui/alert_words.ts";
import { pickContent } from "../../lib/ui/alert_acts.ts";
import { goOn, privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import type { Foresight } from "../../lib/ui/ForesightView.tsx";
import { type AskApi, noProblem, OwnError, type Problem, readProblem } from "../../lib/ui/own.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

/** Firings of it on show. */
const shownMax = 10;

interface Data {
  alert: AlertView;
  draft: AlertDraft;
  symbols: string[];
  history: Reading<HistoryPage>;
  problem: Problem;
  foresight: Foresight | null;
}

const words = alertStrings.form;

async function readData({ state, params }: Context<State>, ask: AskApi): Promise<Data> {
  const path = getAlertPath(params.id ?? null);
  if (!path) throw new HttpError(404);
  const answer = await ask("GET", path);
  if (answer.status === 404) throw new HttpError(404);
  if (!answer.isOk) throw new OwnError(answer.status, readProblem(answer).text);
  const alert = answer.body as AlertView;
  const [history, symbols] = await Promise.all([
    readSafely(() => readHistory(ask, { alertId: alert.alert_id, limit: shownMax })),
    readSafely(() => state.data.listSymbols()),
  ]);
  return {
    alert,
    draft: pickContent(alert),
    symbols: symbols.isOk ? symbols.value.map(({ symbol }) => symbol) : [],
    history,
    problem: noProblem,
    foresight: null,
  };
}

export const handler = {
  async GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    return ask instanceof Response ? ask : page(await readData(ctx, ask), privatePage);
  },
  async POST(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const path = getAlertPath(ctx.params.id ?? null);
    const form = await readForm(ctx.req);
    if (!path || !form) return goOn("/alerts");
    const post = await takeAlertForm(ask, form, { path, specs: conditionSpecs });
    if (post.isSaved) return goOn("/alerts?told=changed");
    const data = await readData(ctx, ask);
    return page({ ...data, ...post }, { ...privatePage, status: post.status });
  },
};

/** One alert: where it stands, its fields, and what came of it. */
export default function AlertPage({ data, state, url }: PageProps<Data, State>) {
  const { alert, history } = data;
  const times = readTimes(state);
  return (
    <>
      <Head>
        <title>{`${alert.name} · ${strings.title}`}</title>
      </Head>
      <div class="page-head">
        <h1>{alert.name}</h1>
        <div data-refresh="phase">
          <Phase alert={alert} />
        </div>
      </div>
      <p>
        <a href={`/enhanced-dashboard?symbol=${encodeURIComponent(alert.symbol)}`}>
          {alert.symbol}
        </a>: {describeCondition(alert)}
      </p>
      <div data-refresh="acts">
        <AlertActs alert={alert} back={`/alerts/${alert.alert_id}`} />
      </div>
      <h2>{words.editHeading}</h2>
      <AlertForm
        path={`/alerts/${alert.alert_id}`}
        alertId={alert.alert_id}
        revision={alert.revision}
        draft={data.draft}
        specs={[...conditionSpecs]}
        figures={[...comparedFigures]}
        symbols={data.symbols}
        problem={data.problem}
        foresight={data.foresight}
      />
      <h2>{alertStrings.history.heading}</h2>
      <div data-refresh="firings">
        {!history.isOk
          ? <ReadError href={url.pathname} />
          : history.value.firings.length === 0
          ? <p class="card empty">{alertStrings.history.empty}</p>
          : <Firings firings={history.value.firings} times={times} />}
        {history.isOk && history.value.next_cursor && (
          <p>
            <a class="button" href={`/alerts/history?alert=${alert.alert_id}`}>
              {alertStrings.history.older}
            </a>
          </p>
        )}
      </div>
      <Refresh isTold />
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
