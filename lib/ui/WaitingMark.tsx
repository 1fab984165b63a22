/**
 * The mark of a record that waits on this device, and the way back.
 *
 * @module
 */
import { waitingStrings as words } from "../format/waiting_strings.ts";
import type { Waiting } from "./waiting.ts";

/** Says what waits, and takes it back. */
export function WaitingMark({ waiting, onUndo }: { waiting: Waiting; onUndo(id: string): void }) {
  const { kind, name, changes, needsPerson, undoId } = waiting;
  const mark = needsPerson ? words.marks.attention : words.marks.waiting;
  return (
    <span class="waiting-mark" data-waiting={kind}>
      <span class="tag">
        {mark}: {words.short[kind]}
        <span class="visually-hidden">. {words.kinds[kind](name)}.</span>
      </span>
      {changes.length > 0 && <small>{changes.join(" · ")}</small>}
      {needsPerson && <small>{words.attention}</small>}
      {undoId !== null && (
        <button
          type="button"
          aria-label={words.undoNamed(name)}
          onClick={() => onUndo(undoId)}
        >
          {words.undo}
        </button>
      )}
    </span>
  );
}

/** Records that are new here: no row of the list is theirs yet. */
export function NewWaiting(
  { waiting, onUndo }: { waiting: readonly Waiting[]; onUndo(id: string): void },
) {
  if (waiting.length === 0) return null;
  return (
    <ul class="waiting-list plain" aria-label={words.heading}>
      {waiting.map((one) => (
        <li key={one.record}>
          <strong>{one.name}</strong> <WaitingMark waiting={one} onUndo={onUndo} />
        </li>
      ))}
    </ul>
  );
}
