/**
 * What became of an edit, said and shown, with a way back where there is one.
 *
 * @module
 */

/** A notice; `undo` takes the edit back. */
export interface Notice {
  text: string;
  isError?: boolean;
  undo?: (() => void) | undefined;
}

/** Says the notice; the region is there from the start, so that readers announce what comes. */
export function EditNotice({ notice, undo }: { notice: Notice | null; undo: string }) {
  return (
    <div class={notice ? "edit-notice" : undefined} role="status">
      {notice && (
        <>
          <span class={notice.isError ? "field-error" : undefined}>{notice.text}</span>
          {notice.undo && <button type="button" onClick={notice.undo}>{undo}</button>}
        </>
      )}
    </div>
  );
}
