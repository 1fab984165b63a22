import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatAmount, formatQuantity } from "../lib/format/amounts.ts";
import { formatDateTime } from "../lib/format/dates.ts";
import { keptHeader } from "../lib/worker/keep.ts";
import { portfolioStrings as words } from "../lib/format/portfolio_strings.ts";
import {
  type ActivityForm,
  createForm,
  isReplaceable,
  openForm,
  placeActivity,
  readForm,
  writeActivity,
} from "../lib/ui/activity_form.ts";
import { ActivityFields } from "../lib/ui/ActivityFields.tsx";
import { EditNotice, type Notice } from "../lib/ui/EditNotice.tsx";
import type { EditResult, Fields } from "../lib/ui/edits.ts";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import type { ActivityView, SymbolChoice } from "../lib/ui/own_views.ts";
import { useTyped } from "../lib/ui/typed.ts";
import { saveEdit } from "../lib/ui/use_edit.ts";
import { useWaiting } from "../lib/ui/use_waiting.ts";
import { overlayActivities } from "../lib/ui/waiting_activities.ts";
import type { Waiting } from "../lib/ui/waiting.ts";
import { undoWaiting } from "../lib/ui/waiting_browser.ts";
import { WaitingMark } from "../lib/ui/WaitingMark.tsx";

const saving = { offline: words.offline, now: () => Date.now() };

interface Props {
  portfolioId: string;
  currency: string;
  activities: ActivityView[];
  choices: SymbolChoice[];
  /** Leads to older entries; null at the end. */
  older: string | null;
  /** Leads back to the newest ones; null among them. */
  newest: string | null;
  /** When something new is taken to have happened, epoch ms. */
  nowMs: number;
}

/** Names an entry to a person. */
const nameActivity = (
  { type, quantity, symbol }: Pick<ActivityView, "type" | "quantity" | "symbol">,
) => `${words.types[type]} ${formatQuantity(quantity)} ${symbol}`;

function Row({ activity, waiting, onEdit, onDelete }: {
  activity: ActivityView;
  waiting: Waiting | undefined;
  onEdit(): void;
  onDelete(): void;
}) {
  const { type, symbol, exchange, quantity, price, currency, fee, feeCurrency, note } = activity;
  const name = nameActivity(activity);
  return (
    <tr data-waiting={waiting?.kind}>
      <th scope="row">
        {formatDateTime(activity.timestamp)}
        <small>{exchange}</small>
        {waiting && <WaitingMark waiting={{ ...waiting, name }} onUndo={undoNow} />}
      </th>
      <td>{words.types[type]}</td>
      <td>{symbol}{note && <small class="wrap">{note}</small>}</td>
      <td class="number">{formatQuantity(quantity)}</td>
      <td class="number">{price === "0" ? "" : `${formatAmount(price)} ${currency}`}</td>
      <td class="number">{fee === "0" ? "" : `${formatQuantity(fee)} ${feeCurrency}`}</td>
      <td class="js-only">
        <span class="row-buttons">
          {isReplaceable(activity) && (
            <button type="button" aria-label={words.editNamed(name)} onClick={onEdit}>
              {words.edit}
            </button>
          )}
          <button type="button" aria-label={words.deleteNamed(name)} onClick={onDelete}>
            {words.delete}
          </button>
        </span>
      </td>
    </tr>
  );
}

const undoNow = (id: string) => void undoWaiting(id, saving.now);

function describeResult(result: EditResult, done: Notice): Notice {
  if (result.kind === "done") return done;
  if (result.kind === "kept") return { ...done, text: `${done.text}. ${words.kept}` };
  if (result.kind === "refused") return { text: result.problem, isError: true };
  return { text: words.stale, isError: true };
}

/** The entries that are known to be there, and those of them that wait on this device. */
function useRows({ portfolioId, activities }: Pick<Props, "portfolioId" | "activities">) {
  const known = useSignal(activities);
  const prefix = `/api/v1/portfolios/${portfolioId}/activities/`;
  const waiting = useWaiting({ prefix, now: saving.now });
  const before = useRef<readonly Waiting[]>([]);
  useEffect(() => {
    const left = before.current.filter(({ id }) => waiting.value.every((one) => one.id !== id));
    before.current = waiting.value;
    for (const { id } of left) {
      // What was sent or taken back: the server says which. Without an answer it stays as it was.
      void fetchActivity(prefix + id).then((found) => {
        if (found === undefined) return;
        const others = known.value.filter((each) => each.id !== id);
        known.value = found ? placeActivity(others, found) : others;
        dispatchEvent(new Event("portfolio-changed"));
      });
    }
  }, [waiting.value]);
  return { known, waiting };
}

/** Returns an entry as it is there; null where it is gone, undefined where nobody says. */
async function fetchActivity(path: string): Promise<ActivityView | null | undefined> {
  try {
    const answer = await fetch(path, { cache: "no-store" });
    if (answer.status === 404) return null;
    // What the worker has kept is older than what is asked for.
    if (!answer.ok || answer.headers.has(keptHeader)) return undefined;
    return await answer.json();
  } catch {
    return undefined;
  }
}

/** The entries that are shown, what was said of the last edit, and how one is sent. */
function useBook(props: Pick<Props, "portfolioId" | "activities">) {
  const { portfolioId } = props;
  const { known: rows, waiting } = useRows(props);
  const notice = useSignal<Notice | null>(null);
  const show = (id: string, activity: ActivityView | null) => {
    const others = rows.value.filter((each) => each.id !== id);
    rows.value = activity ? placeActivity(others, activity) : others;
    dispatchEvent(new Event("portfolio-changed"));
  };
  /** Sends an edit, shows its rows and tells the figures above that the book has changed. */
  const send = async (
    { id, body, before, named, isDecided = false }: Sending,
    describeDone: DescribeDone,
  ) => {
    // What was said of the edit before must not pass for what comes of this one.
    notice.value = null;
    const wanted: ActivityView = { ...emptyActivity, ...before, ...body, id, portfolioId };
    const result = await saveEdit({
      method: body ? "PUT" : "DELETE",
      path: `/api/v1/portfolios/${portfolioId}/activities/${id}`,
      body,
      base: before ? { ...before } : null,
      title: nameActivity(named ?? wanted),
      isDecided,
    }, saving);
    const after = result.kind === "done" ? { ...wanted, ...result.record } : wanted;
    notice.value = describeResult(result, describeDone(after));
    // What is only kept is shown by what waits; where others were first, theirs is what is there.
    if (result.kind === "done") show(id, body ? after : null);
    if (result.kind === "stale") show(id, result.current as ActivityView | null);
    return result;
  };
  /** Makes of `now` what was there before; without it, of nothing. */
  const putBack = (activity: ActivityView, id: string, now: ActivityView | null) =>
    send({ id, body: writeActivity(activity), before: now }, () => ({ text: words.undone }));
  const takeBack = (named: ActivityView) => {
    // With its revision as soon as the server told one.
    const before = rows.value.find(({ id }) => id === named.id) ?? null;
    return send({ id: named.id, body: null, before, named }, () => ({ text: words.undone }));
  };
  const save = (body: Fields, before: ActivityView | null, isDecided: boolean) => {
    const id = before?.id ?? crypto.randomUUID();
    return send({ id, body, before, isDecided }, (after) => ({
      text: before ? words.saved : words.booked,
      undo: () => void (before ? putBack(before, id, after) : takeBack(after)),
    }));
  };
  const remove = (activity: ActivityView) => {
    // What has an id that nobody may write comes back under another one.
    const id = isReplaceable(activity) ? activity.id : crypto.randomUUID();
    return send({ id: activity.id, body: null, before: activity }, () => ({
      text: `${words.deleted}: ${nameActivity(activity)}`,
      undo: () => void putBack(activity, id, null),
    }));
  };
  const shown = overlayActivities(rows.value, waiting.value, { ...emptyActivity, portfolioId });
  return { rows: shown, waiting, notice, save, remove };
}

/** Says that an edit was taken, given the entry as it is now. */
type DescribeDone = (after: ActivityView) => Notice;

/** An edit on its way; `body` is null for a deletion. */
interface Sending {
  id: string;
  body: Fields | null;
  before: ActivityView | null;
  /** What names it, where that is not what it makes. */
  named?: ActivityView;
  /** The person saw what others made of the entry. */
  isDecided?: boolean;
}

/** What happened, newest first. */
function ActivityTable({ rows, waiting, onEdit, onDelete }: {
  rows: readonly ActivityView[];
  waiting: readonly Waiting[];
  onEdit(activity: ActivityView): void;
  onDelete(activity: ActivityView): void;
}) {
  if (rows.length === 0) return <p class="empty">{words.noActivities}</p>;
  const { columns, fields } = words;
  return (
    <ScrollTable label={words.activitiesCaption}>
      <thead>
        <tr>
          <th scope="col">{fields.timestamp}</th>
          <th scope="col">{fields.type}</th>
          <th scope="col">{columns.symbol}</th>
          <th scope="col" class="number">{fields.quantity}</th>
          <th scope="col" class="number">{fields.price}</th>
          <th scope="col" class="number">{fields.fee}</th>
          <th scope="col" class="js-only">{words.acts}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((activity) => (
          <Row
            key={activity.id}
            activity={activity}
            waiting={waiting.find(({ id }) => id === activity.id)}
            onEdit={() => onEdit(activity)}
            onDelete={() => onDelete(activity)}
          />
        ))}
      </tbody>
    </ScrollTable>
  );
}

/** The book of a portfolio, newest first: booked, changed and deleted here, with a way back. */
export default function Activities(props: Props) {
  const { currency, choices, nowMs } = props;
  const { rows, waiting, notice, save, remove } = useBook(props);
  const typed = useTyped<HTMLFormElement>();
  const open = useSignal<ActivityView | null>(null);
  const form = useSignal<ActivityForm>(createForm(currency, nowMs));
  const isBusy = useSignal(false);
  /** What others made of the entry that was edited here; the form was opened with it. */
  const seen = useRef<ActivityView | null>(null);
  const reset = () => {
    open.value = null;
    form.value = createForm(currency, nowMs);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy.value) return;
    const body = readForm(form.value, open.value);
    if (!body) {
      notice.value = { text: words.badTime, isError: true };
      return;
    }
    isBusy.value = true;
    const isDecided = open.value !== null && open.value === seen.current;
    const result = await save(body, open.value, isDecided);
    isBusy.value = false;
    if (result.kind === "stale" && result.current) {
      seen.current = result.current as unknown as ActivityView;
      edit(seen.current);
    } else if (result.kind !== "refused") reset();
  };
  const drop = (activity: ActivityView) => {
    if (open.value?.id === activity.id) reset();
    void remove(activity);
  };
  const edit = (activity: ActivityView) => {
    open.value = activity;
    form.value = openForm(activity);
    document.getElementById("activity-form")?.querySelector("select")?.focus();
  };
  return (
    <>
      <section class="card" aria-labelledby="activities">
        <h2 id="activities">{words.activities}</h2>
        <ActivityTable rows={rows} waiting={waiting.value} onEdit={edit} onDelete={drop} />
        <EditNotice notice={notice.value} undo={words.undo} />
        <Pages older={props.older} newest={props.newest} />
      </section>
      <section class="card js-only" aria-labelledby="book">
        <h2 id="book">{open.value ? words.editNamed(nameActivity(open.value)) : words.add}</h2>
        <form ref={typed} id="activity-form" onSubmit={submit}>
          <ActivityFields
            id="book"
            form={form.value}
            choices={choices}
            onChange={(change) => form.value = { ...form.value, ...change }}
          />
          <div class="actions">
            <button type="submit" aria-disabled={isBusy.value}>
              {open.value ? words.save : words.addButton}
            </button>
            {open.value && <button type="button" onClick={reset}>{words.cancel}</button>}
          </div>
        </form>
      </section>
    </>
  );
}

/** What the server fills in where it has not answered yet. */
const emptyActivity: ActivityView = {
  id: "",
  portfolioId: "",
  type: "buy",
  symbol: "",
  exchange: "",
  quantity: "0",
  price: "0",
  currency: "",
  fee: "0",
  feeCurrency: "",
  timestamp: 0,
  note: "",
  importId: null,
  reference: "",
  revision: 0,
};

function Pages({ older, newest }: Pick<Props, "older" | "newest">) {
  if (!older && !newest) return null;
  return (
    <nav class="pages" aria-label={words.activities}>
      {newest && <a class="button" href={newest}>{words.newest}</a>}
      {older && <a class="button" data-older href={older}>{words.older}</a>}
    </nav>
  );
}
