/**
 * A record that is shown changed at once, and sent one change after the other.
 *
 * @module
 */
import type { EditDraft, EditResult } from "./edits.ts";

/** What an editor works with. */
export interface EditorPorts<R> {
  /** The edit that makes `wanted` of what is known to be there. */
  draft(wanted: R, known: R): EditDraft;
  save(draft: EditDraft): Promise<EditResult>;
  /** Is told every state to be shown. */
  show(record: R): void;
}

/** Changes a record. */
export interface RecordEditor<R> {
  /** Resolves to what became of the change; it never rejects. */
  change(fields: Partial<R>): Promise<EditResult>;
  /** Shows what waits already: it is sent by others, and the next change goes on from it. */
  restore(fields: Partial<R>): void;
  /** Shows what is known to be there: what waited was taken back. */
  reset(): void;
}

/**
 * Returns an editor. A change is shown before it is sent; one that is refused is taken back, and
 * where another device was first, what is there now is shown.
 */
export function createRecordEditor<R extends object>(
  first: R,
  { draft, save, show }: EditorPorts<R>,
): RecordEditor<R> {
  let known = first;
  let shown = first;
  let last: Promise<unknown> = Promise.resolve();
  const put = (record: R) => show(shown = record);
  const send = async (wanted: R): Promise<EditResult> => {
    const result = await save(draft(wanted, known));
    const isNewest = shown === wanted;
    if (result.kind === "done") known = { ...wanted, ...result.record };
    if (result.kind === "stale" && result.current) known = { ...known, ...result.current };
    // What was changed meanwhile is sent next, on what is known now.
    if (result.kind !== "kept" && (isNewest || result.kind !== "done")) put(known);
    return result;
  };
  return {
    change(fields) {
      put({ ...shown, ...fields });
      const wanted = shown;
      const sent = last.then(() => send(wanted));
      last = sent;
      return sent;
    },
    restore: (fields) => put({ ...shown, ...fields }),
    reset: () => put(known),
  };
}
