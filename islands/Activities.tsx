import { useSignal } from "@preact/signals";
import { formatAmount, formatQuantity } from "../lib/format/amounts.ts";
import { formatDateTime } from "../lib/format/dates.ts";
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
import { saveEdit } from "../lib/ui/use_edit.ts";

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
const nameActivity = ({ type, quantity, symbol }: ActivityView) =>
  `${words.types[type]} ${formatQuantity(quantity)} ${symbol}`;

function Row({ activity, onEdit, onDelete }: {
  activity: ActivityView;
  onEdit(): void;
  onDelete(): void;
}) {
  const { type, symbol, exchange, quantity, price, currency, fee, feeCurrency, note } = activity;
  const name = nameActivity(activity);
  return (
    <tr>
      <th scope="row">
        {formatDateTime(activity.timestamp)}
        <small>{exchange}</small>
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

function describeResult(result: EditResult, done: Notice): Notice {
  if (result.kind === "done") return done;
  if (result.kind === "kept") return { ...done, text: `${done.text}. ${words.kept}` };
  if (result.kind === "refused") return { text: result.problem, isError: true };
  return { text: words.stale, isError: true };
}

const isTaken = ({ kind }: EditResult) => kind === "done" || kind === "kept";

/** The entries that are shown, what was said of the last edit, and how one is sent. */
function useBook({ portfolioId, activities }: Pick<Props, "portfolioId" | "activities">) {
  const rows = useSignal(activities);
  const notice = useSignal<Notice | null>(null);
  /** Sends an edit, shows its rows and tells the figures above that the book has changed. */
  const send = async ({ id, body, before }: Sending, done: Notice): Promise<boolean> => {
    // What was said of the edit before must not pass for what comes of this one.
    notice.value = null;
    const result = await saveEdit({
      method: body ? "PUT" : "DELETE",
      path: `/api/v1/portfolios/${portfolioId}/activities/${id}`,
      body,
      base: before ? { ...before } : null,
      title: words.activities,
    }, saving);
    notice.value = describeResult(result, done);
    if (!isTaken(result)) return false;
    const told = result.kind === "done" ? result.record : null;
    const others = rows.value.filter((each) => each.id !== id);
    rows.value = body
      ? placeActivity(others, { ...emptyActivity, ...before, ...body, ...told, id, portfolioId })
      : others;
    dispatchEvent(new Event("portfolio-changed"));
    return true;
  };
  const put = (activity: ActivityView, id: string) =>
    send({ id, body: writeActivity(activity), before: null }, { text: words.undone });
  const drop = (id: string) => send({ id, body: null, before: null }, { text: words.undone });
  const save = (body: Fields, before: ActivityView | null) => {
    const id = before?.id ?? crypto.randomUUID();
    const undo = () => void (before ? put(before, id) : drop(id));
    return send({ id, body, before }, { text: before ? words.saved : words.booked, undo });
  };
  const remove = (activity: ActivityView) => {
    // What an import brought comes back under an id of its own.
    const id = isReplaceable(activity) ? activity.id : crypto.randomUUID();
    return send({ id: activity.id, body: null, before: activity }, {
      text: `${words.deleted}: ${nameActivity(activity)}`,
      undo: () => void put(activity, id),
    });
  };
  return { rows, notice, save, remove };
}

/** An edit on its way; `body` is null for a deletion. */
interface Sending {
  id: string;
  body: Fields | null;
  before: ActivityView | null;
}

/** What happened, newest first. */
function ActivityTable({ rows, onEdit, onDelete }: {
  rows: readonly ActivityView[];
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
  const { rows, notice, save, remove } = useBook(props);
  const open = useSignal<ActivityView | null>(null);
  const form = useSignal<ActivityForm>(createForm(currency, nowMs));
  const isBusy = useSignal(false);
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
    const isSaved = await save(body, open.value);
    isBusy.value = false;
    if (isSaved) reset();
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
        <ActivityTable rows={rows.value} onEdit={edit} onDelete={drop} />
        <EditNotice notice={notice.value} undo={words.undo} />
        <Pages older={props.older} newest={props.newest} />
      </section>
      <section class="card js-only" aria-labelledby="book">
        <h2 id="book">{open.value ? words.editNamed(nameActivity(open.value)) : words.add}</h2>
        <form id="activity-form" onSubmit={submit}>
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
