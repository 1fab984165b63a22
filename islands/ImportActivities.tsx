import { useSignal } from "@preact/signals";
import type { z } from "zod";
import type { importPreviewSchema } from "../lib/contracts/portfolios.ts";
import { formatQuantity } from "../lib/format/amounts.ts";
import { formatDateTime } from "../lib/format/dates.ts";
import { portfolioStrings } from "../lib/format/portfolio_strings.ts";
import { EditNotice, type Notice } from "../lib/ui/EditNotice.tsx";
import { describeProblem } from "../lib/ui/edits.ts";
import { Field } from "../lib/ui/Field.tsx";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import type { ImportView } from "../lib/ui/own_views.ts";

type Preview = z.output<typeof importPreviewSchema>;
type Row = Preview["rows"][number];

interface Props {
  portfolioId: string;
  imports: ImportView[];
}

/** A file that was looked at, and how it was read. */
interface Looked {
  file: File;
  query: URLSearchParams;
  preview: Preview;
  /** Names the import that comes of it. */
  importId: string;
}

const words = portfolioStrings.import;
const { fields, types } = portfolioStrings;
/** Rows of a preview that are shown. */
const rowsShown = 100;

/** Sends a request; resolves to its answer, or to what was wrong with it. */
async function ask<T>(path: string, init: RequestInit): Promise<T | string> {
  try {
    const answer = await fetch(path, { ...init, credentials: "same-origin" });
    const body = await answer.json();
    return answer.ok ? body as T : describeProblem(body) || words.failed;
  } catch {
    return portfolioStrings.offline;
  }
}

const upload = (file: File): RequestInit => ({
  method: "POST",
  headers: {
    "content-type": /json/.test(file.type) || /\.json$/i.test(file.name)
      ? "application/json"
      : "text/csv",
  },
  body: file,
});

const nameField = (field: string): string => (fields as Record<string, string>)[field] ?? field;

function PreviewRow({ row: { row, status, activity, errors } }: { row: Row }) {
  return (
    <tr>
      <th scope="row" class="number">{row}</th>
      <td>
        <span class={`state s-${status === "error" ? "failed" : status}`}>
          {words.statuses[status]}
        </span>
      </td>
      <td class="text-cell">
        {activity
          ? `${types[activity.type]} ${formatQuantity(activity.quantity)} ${activity.symbol}` +
            (activity.price === "0" ? "" : ` · ${activity.price} ${activity.currency}`) +
            ` · ${activity.exchange} · ${formatDateTime(activity.timestamp)}`
          : errors.map(({ column, expected, given }) => (
            <small key={`${column} ${expected}`}>{words.expected(column, expected, given)}</small>
          ))}
      </td>
    </tr>
  );
}

/** Which column fills a field that none was found for. */
function Columns({ preview, onChoose }: {
  preview: Preview;
  onChoose(field: string, header: string): void;
}) {
  if (preview.missing.length === 0) return null;
  return (
    <>
      <p class="doubt">{words.missing(preview.missing.map(nameField).join(", "))}</p>
      <div class="form-grid">
        {preview.missing.map((field) => (
          <Field
            key={field}
            name={`column-${field}`}
            label={words.column(nameField(field))}
            form="import"
          >
            <select onChange={(event) => onChoose(field, event.currentTarget.value)}>
              <option value="">{words.none}</option>
              {preview.headers.map((header) => <option key={header} value={header}>{header}
              </option>)}
            </select>
          </Field>
        ))}
      </div>
    </>
  );
}

/** What a file would do, before anything is booked. */
function Look({ looked: { preview }, isBusy, onChoose, onRun, onCancel }: {
  looked: Looked;
  isBusy: boolean;
  onChoose(field: string, header: string): void;
  onRun(): void;
  onCancel(): void;
}) {
  const { counts, rows, total, format, isEncodingGuess } = preview;
  return (
    <>
      <p>
        {format ? words.recognised(format) : words.guessed} {isEncodingGuess &&
          words.guessedEncoding}
      </p>
      <p>
        <strong>{words.counts(counts.new, counts.duplicate, counts.error)}</strong>
        {rows.length < total && ` · ${words.shown(rows.length, total)}`}
      </p>
      <Columns preview={preview} onChoose={onChoose} />
      {rows.length > 0 && (
        <ScrollTable label={words.caption}>
          <thead>
            <tr>
              <th scope="col" class="number">{words.row}</th>
              <th scope="col">{words.status}</th>
              <th scope="col">{portfolioStrings.activities}</th>
            </tr>
          </thead>
          <tbody>{rows.map((row) => <PreviewRow key={row.row} row={row} />)}</tbody>
        </ScrollTable>
      )}
      <div class="actions">
        {counts.new > 0 && preview.missing.length === 0 && (
          <button type="button" aria-disabled={isBusy} onClick={onRun}>
            {isBusy ? words.running : words.run(counts.new)}
          </button>
        )}
        <button type="button" onClick={onCancel}>{words.cancel}</button>
      </div>
    </>
  );
}

function Past({ imports, onUndo }: { imports: ImportView[]; onUndo(one: ImportView): void }) {
  if (imports.length === 0) return <p class="empty">{words.noPast}</p>;
  return (
    <ScrollTable label={words.pastCaption}>
      <thead>
        <tr>
          <th scope="col">{words.file}</th>
          <th scope="col">{words.when}</th>
          <th scope="col" class="number">{words.brought}</th>
          <th scope="col" class="js-only">{portfolioStrings.acts}</th>
        </tr>
      </thead>
      <tbody>
        {imports.map((one) => (
          <tr key={one.import_id}>
            <th scope="row" class="text-cell">
              {one.name || words.unnamed}
              {!one.isDone && <small>{words.partly}</small>}
            </th>
            <td>{formatDateTime(one.timestamp)}</td>
            <td class="number">{one.written}</td>
            <td class="js-only">
              <button
                type="button"
                aria-label={words.undoNamed(one.name || words.unnamed)}
                onClick={() => onUndo(one)}
              >
                {words.undo}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

/** Looks at files, books them and takes them out again; tells what came of it. */
function useImports({ portfolioId, imports: first }: Props) {
  const path = `/api/v1/portfolios/${portfolioId}/imports`;
  const imports = useSignal(first);
  const looked = useSignal<Looked | null>(null);
  const notice = useSignal<Notice | null>(null);
  const isBusy = useSignal(false);
  /** Asks, one thing at a time; null where it was refused, which is then said. */
  const askOnce = async <T extends object>(asked: string, init: RequestInit): Promise<T | null> => {
    isBusy.value = true;
    const answer = await ask<T>(asked, init);
    isBusy.value = false;
    notice.value = typeof answer === "string" ? { text: answer, isError: true } : null;
    return typeof answer === "string" ? null : answer;
  };
  const look = async (file: File, query: URLSearchParams) => {
    notice.value = { text: words.reading };
    const asked = `${path}/preview?${query}${query.size ? "&" : ""}limit=${rowsShown}`;
    const preview = await askOnce<Preview>(asked, upload(file));
    // An import that is sent again goes on under its id, so that nothing is booked twice.
    if (preview) looked.value = { file, query, preview, importId: crypto.randomUUID() };
  };
  const undo = async ({ import_id: id }: ImportView) => {
    const gone = await askOnce<{ removed: number }>(`${path}/${id}`, { method: "DELETE" });
    if (!gone) return;
    notice.value = { text: words.undone(gone.removed) };
    imports.value = imports.value.filter(({ import_id }) => import_id !== id);
    dispatchEvent(new Event("portfolio-changed"));
  };
  const run = async ({ file, query, importId }: Looked) => {
    const asked = new URLSearchParams(query);
    asked.set("import_id", importId);
    asked.set("name", file.name.slice(0, 120));
    const done = await askOnce<ImportView>(`${path}?${asked}`, upload(file));
    if (!done) return;
    looked.value = null;
    notice.value = { text: words.done(done.written), undo: () => void undo(done) };
    imports.value = [done, ...imports.value.filter((one) => one.import_id !== done.import_id)];
    dispatchEvent(new Event("portfolio-changed"));
  };
  return { imports, looked, notice, isBusy, look, run, undo };
}

/** Which file, and what it does not say itself. */
function FileForm({ isBusy, onLook }: {
  isBusy: boolean;
  onLook(file: File, query: URLSearchParams): void;
}) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const file = data.get("file");
    if (!(file instanceof File) || file.size === 0 || isBusy) return;
    const named = ["exchange", "currency"].map((name) => [name, String(data.get(name)).trim()]);
    onLook(file, new URLSearchParams(named.filter(([, value]) => value)));
  };
  return (
    <form class="js-only" onSubmit={submit}>
      <div class="form-grid">
        <Field name="file" label={words.file} form="import">
          <input type="file" accept=".csv,.json,text/csv,application/json" required />
        </Field>
        <Field name="exchange" label={words.exchange} form="import">
          <input maxLength={40} autocomplete="off" />
        </Field>
        <Field name="currency" label={words.currency} form="import">
          <input maxLength={12} autocomplete="off" />
        </Field>
      </div>
      <div class="actions">
        <button type="submit" aria-disabled={isBusy}>{words.preview}</button>
      </div>
    </form>
  );
}

/** Files into the book: looked at first, booked then, and taken out again. */
export default function ImportActivities(props: Props) {
  const { imports, looked, notice, isBusy, look, run, undo } = useImports(props);
  const choose = ({ file, query, preview }: Looked, field: string, header: string) => {
    const mapping = { ...preview.mapping, ...(header ? { [field]: header } : {}) };
    const next = new URLSearchParams(query);
    next.set("mapping", JSON.stringify(mapping));
    void look(file, next);
  };
  const shown = looked.value;
  return (
    <section class="card" aria-labelledby="import">
      <h2 id="import">{words.heading}</h2>
      <p>{words.text}</p>
      <FileForm isBusy={isBusy.value} onLook={look} />
      {shown && (
        <Look
          looked={shown}
          isBusy={isBusy.value}
          onChoose={(field, header) => choose(shown, field, header)}
          onRun={() => isBusy.value || void run(shown)}
          onCancel={() => looked.value = null}
        />
      )}
      <EditNotice notice={notice.value} undo={portfolioStrings.undo} />
      <h3>{words.past}</h3>
      <Past imports={imports.value} onUndo={(one) => void undo(one)} />
    </section>
  );
}
