import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import Refresh from "../../islands/Refresh.tsx";
import { type HistoryPage, readHistory } from "../../lib/api/page_alerts.ts";
import { alertStrings } from "../../lib/format/alert_strings.ts";
import { strings } from "../../lib/format/mod.ts";
import { readTimes } from "../../lib/ui/Age.tsx";
import { Firings } from "../../lib/ui/AlertPageParts.tsx";
import { getAlertPath } from "../../lib/ui/alert_acts.ts";
import { privatePage, requirePerson } from "../../lib/ui/forms.ts";
import { formatQuery } from "../../lib/ui/list_query.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

/** Firings on one page. */
const shownMax = 25;

interface Data {
  alert: string;
  cursor: string;
  history: Reading<HistoryPage>;
}

const words = alertStrings.history;

export const handler = {
  async GET(ctx: Context<State>) {
    const ask = requirePerson(ctx);
    if (ask instanceof Response) return ask;
    const asked = ctx.url.searchParams.get("alert");
    const alert = getAlertPath(asked) && asked ? asked : "";
    const cursor = (ctx.url.searchParams.get("cursor") ?? "").slice(0, 2_000);
    const query = { limit: shownMax, ...(alert && { alertId: alert }), ...(cursor && { cursor }) };
    const history = await readSafely(() => readHistory(ask, query));
    return page({ alert, cursor, history }, privatePage);
  },
};

/** Every firing, newest first, with the numbers it was decided by. */
export default function HistoryPageView({ data, state }: PageProps<Data, State>) {
  const { alert, cursor, history } = data;
  const times = readTimes(state);
  const link = (next: string) => `/alerts/history${formatQuery({ alert, cursor: next })}`;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <div class="page-head">
        <h1>{words.heading}</h1>
        <div class="actions">
          {alert && <a class="button" href="/alerts/history">{words.all}</a>}
          <a class="button" href="/alerts">{alertStrings.list.heading}</a>
        </div>
      </div>
      <p>{words.intro}</p>
      <div data-refresh="firings">
        {!history.isOk
          ? <ReadError href={link("")} />
          : history.value.firings.length === 0
          ? <p class="card empty">{words.empty}</p>
          : <Firings firings={history.value.firings} times={times} />}
      </div>
      <Refresh isTold />
      <nav class="pages" aria-label={words.heading}>
        {cursor && <a class="button" href={link("")}>{words.newest}</a>}
        {history.isOk && history.value.next_cursor && (
          <a class="button" href={link(history.value.next_cursor)}>{words.older}</a>
        )}
      </nav>
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
