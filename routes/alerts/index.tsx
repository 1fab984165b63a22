import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import AlertEdits from "../../islands/AlertEdits.tsx";
import LiveText from "../../islands/LiveText.tsx";
import Refresh from "../../islands/Refresh.tsx";
import WaitingEdits from "../../islands/WaitingEdits.tsx";
import { readAlerts } from "../../lib/api/page_alerts.ts";
import { alertConditions, alertPhases } from "../../lib/contracts/owned.ts";
import { alertStrings } from "../../lib/format/alert_strings.ts";
import { formatCount, strings } from "../../lib/format/mod.ts";
import { type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { AlertRow } from "../../lib/ui/AlertPageParts.tsx";
import { pickContent, runAlertAct } from "../../lib/ui/alert_acts.ts";
import {
  type AlertColumn,
  alertColumns,
  type AlertFilter,
  type AlertView,
  arrangeAlerts,
  parseAlertFilter,
} from "../../lib/ui/alert_list.ts";
import { FormError } from "../../lib/ui/Field.tsx";
import { ScrollTable } from "../../lib/ui/Figures.tsx";
import { ChoiceField, FilterForm, SearchField } from "../../lib/ui/FilterForm.tsx";
import { goOn, privatePage, readForm, requirePerson } from "../../lib/ui/forms.ts";
import { formatQuery } from "../../lib/ui/list_query.ts";
import { type AskApi, readProblem } from "../../lib/ui/own.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import { parseSort, type Sort, turnSort } from "../../lib/ui/sort.ts";
import { SortHeading } from "../../lib/ui/SortHeading.tsx";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  filter: AlertFilter;
  sort: Sort<AlertColumn>;
  list: Reading<{ alerts: AlertView[]; most: number }>;
  told: string;
  problem: string;
  removed: AlertView | null;
}

const words = alertStrings.list;
const told: Readonly<Record<string, string>> = {
  made: words.made,
  changed: words.changed,
  back: words.back,
};

async function readData(url: URL, ask: AskApi): Promise<Data> {
  return {
    filter: parseAlertFilter(url.searchParams),
    sort: parseSort(url.searchParams, alertColumns),
    list: await readSafely(() => readAlerts(ask)),
    told: told[url.searchParams.get("told") ?? ""] ?? "",
    problem: "",
    removed: null,
  };
}

export const handler = {
  async GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    return ask instanceof Response ? ask : page(await readData(ctx.url, ask), privatePage);
  },
  async POST(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const form = await readForm(ctx.req);
    const done = form && await runAlertAct(ask, form, ctx.state.data.wallNow());
    if (!done) return goOn("/alerts");
    const { back, answer, removed } = done;
    if (answer.isOk && !removed) {
      return goOn(form.get("act") === "undo" ? "/alerts?told=back" : back);
    }
    // A page that was gone with its alert is not returned to.
    const data = await readData(
      new URL(back.startsWith("/alerts?") ? back : "/alerts", ctx.url),
      ask,
    );
    const problem = answer.isOk ? "" : readProblem(answer).text;
    return page({ ...data, told: "", removed, problem }, {
      ...privatePage,
      status: answer.isOk ? 200 : answer.status,
    });
  },
};

/** What was deleted, and the way back. */
function Undo({ alert }: { alert: AlertView }) {
  return (
    <form method="post" action="/alerts" class="banner">
      <p role="status">{words.removed(alert.name)}</p>
      <input type="hidden" name="alert_id" value={alert.alert_id} />
      <input type="hidden" name="content" value={JSON.stringify(pickContent(alert))} />
      <button type="submit" name="act" value="undo">{words.undo}</button>
    </form>
  );
}

function Filters({ filter, sort }: Data) {
  return (
    <FilterForm path="/alerts" label={words.filters} kept={{ ...sort }}>
      <SearchField name="q" label={words.text} value={filter.text} />
      <ChoiceField
        name="condition"
        label={words.condition}
        value={filter.condition}
        options={alertConditions.map((name) => [name, alertStrings.conditions[name][0]])}
      />
      <ChoiceField
        name="phase"
        label={words.phase}
        value={filter.phase}
        options={alertPhases.map((name) => [name, alertStrings.phases[name]])}
      />
    </FilterForm>
  );
}

function Table({ data, alerts, times }: { data: Data; alerts: AlertView[]; times: PageTimes }) {
  const { filter, sort } = data;
  const kept = { q: filter.text, condition: filter.condition, phase: filter.phase };
  const link = (order: Sort<AlertColumn>) => `/alerts${formatQuery({ ...kept, ...order })}`;
  const labels = {
    name: words.name,
    symbol: words.symbol,
    phase: words.phase,
    fired: words.lastFired,
  };
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <tr>
          {alertColumns.all.map((column) => (
            <SortHeading
              key={column}
              label={labels[column]}
              href={link(turnSort(sort, column, alertColumns))}
              now={sort.sort === column ? sort.order : null}
            />
          ))}
          <th scope="col">{words.actions}</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <AlertRow key={alert.alert_id} alert={alert} back={link(sort)} times={times} />
        ))}
      </tbody>
    </ScrollTable>
  );
}

function List({ data, times }: { data: Data; times: PageTimes }) {
  if (!data.list.isOk) return <ReadError href="/alerts" />;
  const { alerts, most } = data.list.value;
  const waits = <WaitingEdits prefix="/api/v1/alerts/" />;
  if (alerts.length === 0) {
    return (
      <>
        {waits}
        <div data-list data-refresh="alerts">
          <p class="card empty">{words.empty}</p>
        </div>
      </>
    );
  }
  const wanted = arrangeAlerts(alerts, data.filter, data.sort);
  return (
    <>
      <Filters {...data} />
      <AlertEdits alerts={wanted} />
      {waits}
      <section class="card stacked" data-list data-refresh="alerts">
        {wanted.length === 0
          ? <p class="empty">{words.emptyFilter}</p>
          : <Table data={data} alerts={wanted} times={times} />}
        <p class="muted note">{words.most(formatCount(alerts.length), formatCount(most))}</p>
      </section>
    </>
  );
}

/** A person's alerts: where each stands, and what can be done to it. */
export default function AlertsPage({ data, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <div class="page-head">
        <h1>{words.heading}</h1>
        <div class="actions">
          <a class="button primary" href="/alerts/new">{words.create}</a>
          <a class="button" href="/alerts/history">{words.history}</a>
        </div>
      </div>
      <p>{words.intro}</p>
      {data.told && <p class="banner" role="status">{data.told}</p>}
      {data.removed && <Undo alert={data.removed} />}
      <FormError text={data.problem} />
      <List data={data} times={times} />
      <Refresh isTold />
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
