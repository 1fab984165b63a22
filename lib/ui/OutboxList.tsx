/**
 * Edits that wait on this device, and the conflicts that only their maker can decide.
 *
 * @module
 */
import { appStrings } from "../format/app_strings.ts";
import { formatDateTime } from "../format/dates.ts";
import { canUndo, type Choice, type Edit } from "../outbox/mod.ts";
import { describeValue, nameField } from "./field_words.ts";

const words = appStrings.outbox;

/** What can be done with edits. */
interface Acts {
  onResolve(id: string, choice: Choice): void;
  onDrop(id: string): void;
  onRetry(id: string): void;
  /** Takes back one that waits; without it none is offered. */
  onUndo?(id: string): void;
}

/** All edits, in the order they were made. */
export function OutboxList({ edits, ...acts }: { edits: readonly Edit[] } & Acts) {
  return (
    <ol class="edits">
      {edits.map((edit) => (
        <li key={edit.id} data-state={edit.state}>
          <strong>{edit.title}</strong> {words.acts[edit.method]}, {words.made(
            formatDateTime(edit.madeMs),
          )}: {words.states[edit.state]}
          {edit.problem && <p class="error">{edit.problem}</p>}
          {acts.onUndo && canUndo(edit) && (
            <p class="tray-acts">
              <button
                type="button"
                aria-label={words.undoNamed(edit.title)}
                onClick={() => acts.onUndo?.(edit.id)}
              >
                {words.undo}
              </button>
            </p>
          )}
          {edit.state === "refused" && (
            <p class="tray-acts">
              <button type="button" onClick={() => acts.onRetry(edit.id)}>{words.retry}</button>
              <button type="button" onClick={() => acts.onDrop(edit.id)}>{words.drop}</button>
            </p>
          )}
          {edit.state === "conflict" && <Conflict edit={edit} onResolve={acts.onResolve} />}
        </li>
      ))}
    </ol>
  );
}

function Conflict({ edit, onResolve }: { edit: Edit } & Pick<Acts, "onResolve">) {
  const { id, method, theirs, clashes } = edit;
  if (method === "DELETE" || theirs === null) {
    const isDeletion = method === "DELETE";
    return (
      <>
        <p>{isDeletion ? words.deletedHere : words.deletedThere}</p>
        <p class="tray-acts">
          <button type="button" onClick={() => onResolve(id, "mine")}>
            {isDeletion ? words.keepDeleted : words.keepMine}
          </button>
          <button type="button" onClick={() => onResolve(id, "theirs")}>
            {isDeletion ? words.keepChanged : words.keepTheirs}
          </button>
        </p>
      </>
    );
  }
  const apply = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const choices = clashes.map(({ field }) => [
      field,
      form.get(field) === "mine" ? "mine" : "theirs",
    ]);
    onResolve(id, Object.fromEntries(choices));
  };
  return (
    <form class="conflict" onSubmit={apply}>
      {clashes.map(({ field, mine, theirs }) => (
        <fieldset key={field}>
          <legend>{nameField(field)}</legend>
          <Side field={field} side="mine" label={words.mine} value={mine} isChosen />
          <Side field={field} side="theirs" label={words.theirs} value={theirs} />
        </fieldset>
      ))}
      <p class="tray-acts">
        <button type="submit">{words.apply}</button>
        <button type="button" onClick={() => onResolve(id, "mine")}>{words.keepMine}</button>
        <button type="button" onClick={() => onResolve(id, "theirs")}>{words.keepTheirs}</button>
      </p>
    </form>
  );
}

function Side({ field, side, label, value, isChosen }: {
  field: string;
  side: "mine" | "theirs";
  label: string;
  value: unknown;
  isChosen?: boolean;
}) {
  return (
    <label>
      <input type="radio" name={field} value={side} defaultChecked={isChosen ?? false} /> {label}:
      {" "}
      <code>{describeValue(field, value)}</code>
    </label>
  );
}
