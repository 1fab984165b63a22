import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import type { z } from "zod";
import LiveText from "../islands/LiveText.tsx";
import Refresh from "../islands/Refresh.tsx";
import type { notificationsSchema } from "../lib/contracts/notifications.ts";
import { alertStrings } from "../lib/format/alert_strings.ts";
import { formatCount, strings } from "../lib/format/mod.ts";
import { Age, type PageTimes, readTimes } from "../lib/ui/Age.tsx";
import { readLink } from "../lib/ui/AlertPageParts.tsx";
import { FormError } from "../lib/ui/Field.tsx";
import { goOn, privatePage, readForm, requirePerson } from "../lib/ui/forms.ts";
import { formatQuery } from "../lib/ui/list_query.ts";
import { type AskApi, getOwn, readNext, readProblem } from "../lib/ui/own.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError } from "../lib/ui/Shell.tsx";
import type { State } from "../lib/ui/state.ts";

/** Notifications on one page. */
const shownMax = 30;

type Notifications = z.output<typeof notificationsSchema>;
type Notification = Notifications["notifications"][number];

interface Data {
  isUnread: boolean;
  cursor: string;
  list: Reading<Notifications>;
  problem: string;
}

const words = alertStrings.notifications;
const path = "/api/v1/notifications";

async function readData(url: URL, ask: AskApi): Promise<Data> {
  const isUnread = url.searchParams.has("unread");
  const cursor = (url.searchParams.get("cursor") ?? "").slice(0, 2_000);
  const query = new URLSearchParams({ limit: String(shownMax) });
  if (isUnread) query.set("unread", "true");
  if (cursor) query.set("cursor", cursor);
  const list = await readSafely(() => getOwn<Notifications>(ask, `${path}?${query}`));
  return { isUnread, cursor, list, problem: "" };
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
    const ids = form?.getAll("id") ?? [];
    const body = form?.get("act") === "all" ? {} : { ids };
    const answer = await ask("POST", `${path}/read`, { body });
    const to = readNext(form?.get("to") ?? "/notifications");
    if (answer.isOk) return goOn(to);
    const data = await readData(ctx.url, ask);
    return page({ ...data, problem: readProblem(answer).text }, {
      ...privatePage,
      status: answer.status,
    });
  },
};

function Item({ item, back, times }: { item: Notification; back: string; times: PageTimes }) {
  const { id, kind, title, message, timestamp, isRead, isRecorded, firingIds } = item;
  const link = readLink(item.link);
  const of = <span class="visually-hidden">{alertStrings.list.of(title)}</span>;
  return (
    <li class={isRead ? "card note-item" : "card note-item unread"}>
      <p class="firing-head">
        {!isRead && <span class="dot" title={words.unread} aria-label={words.unread} role="img" />}
        <strong>{title}</strong>
        <span class="tag">{words.kinds[kind]}</span>
        {isRecorded && <span class="tag">{words.recorded}</span>}
        <Age timeMs={timestamp} times={times} clock="wall" />
      </p>
      {message && <p class="lines">{message}</p>}
      {firingIds.length > 1 && <p class="muted">{words.digest(formatCount(firingIds.length))}</p>}
      <div class="actions">
        {isRead ? <a class="button" href={link}>{words.show}{of}</a> : (
          <>
            <MarkForm ids={[id]} to={link} label={words.show} of={title} />
            <MarkForm ids={[id]} to={back} label={words.markRead} of={title} />
          </>
        )}
      </div>
    </li>
  );
}

/** Marks some as read and goes on to a page. */
function MarkForm(
  { ids, to, label, of }: { ids: readonly string[]; to: string; label: string; of: string },
) {
  return (
    <form method="post" action="/notifications">
      {ids.map((id) => <input key={id} type="hidden" name="id" value={id} />)}
      <input type="hidden" name="to" value={to} />
      <button type="submit">
        {label}
        <span class="visually-hidden">{alertStrings.list.of(of)}</span>
      </button>
    </form>
  );
}

function List({ data, back, times }: { data: Data; back: string; times: PageTimes }) {
  if (!data.list.isOk) return <ReadError href={back} />;
  const { notifications } = data.list.value;
  if (notifications.length === 0) {
    return <p class="card empty">{data.isUnread ? words.emptyUnread : words.empty}</p>;
  }
  return (
    <ol class="firings">
      {notifications.map((item) => <Item key={item.id} item={item} back={back} times={times} />)}
    </ol>
  );
}

/** What a person was told, newest first. */
export default function NotificationsPage({ data, state }: PageProps<Data, State>) {
  const { isUnread, cursor, list, problem } = data;
  const times = readTimes(state);
  const unread = isUnread ? "1" : "";
  const link = (next: string) => `/notifications${formatQuery({ unread, cursor: next })}`;
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <div class="page-head">
        <h1>{words.heading}</h1>
        <div class="actions">
          <a class="button" href={isUnread ? "/notifications" : "/notifications?unread=1"}>
            {isUnread ? words.showAll : words.onlyUnread}
          </a>
          <form method="post" action="/notifications">
            <input type="hidden" name="to" value={link("")} />
            <button type="submit" name="act" value="all">{words.markAll}</button>
          </form>
        </div>
      </div>
      <p>
        {words.intro} <a href="/settings">{words.settings}</a>
      </p>
      <FormError text={problem} />
      <div data-refresh="list" aria-live="polite">
        <List data={data} back={link(cursor)} times={times} />
      </div>
      <nav class="pages" aria-label={words.heading}>
        {cursor && <a class="button" href={link("")}>{words.newest}</a>}
        {list.isOk && list.value.next_cursor && (
          <a class="button" href={link(list.value.next_cursor)}>{words.older}</a>
        )}
      </nav>
      <Refresh isTold />
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
