/**
 * Edits of what belongs to a person, as a page sends them: the record under an id that the page
 * made, on the revision that it was read with, under a key by which a repetition is known.
 *
 * @module
 */

/** The fields of a record. */
export type Fields = Readonly<Record<string, unknown>>;

/** What somebody wants done; the same shape as an edit of the outbox. */
export interface EditDraft {
  method: "PUT" | "DELETE" | "POST";
  path: string;
  /** All fields that the person may set; null for DELETE. */
  body: Fields | null;
  /** The record as the person saw it, with its `revision`; null for a new one. */
  base: Fields | null;
  /** Names the edit to the person. */
  title: string;
  /** It was made in sight of `base`: it ends a conflict of its record that waits on this device. */
  isDecided?: boolean;
}

/** What became of it. */
export type EditResult =
  /** Done; `record` is what is there now, where that was told. */
  | { kind: "done"; record: Fields | null }
  /** Kept on this device, and sent once the server can be reached. */
  | { kind: "kept" }
  /** The record is another one by now; null where it is gone. */
  | { kind: "stale"; current: Fields | null }
  | { kind: "refused"; problem: string };

/** What an edit is sent with. */
export interface EditPorts {
  fetch(path: string, init: RequestInit): Promise<Response>;
  createId(): string;
}

/** The request of an edit. */
export function describeEdit(
  { method, body, base }: EditDraft,
  key: string,
): { method: string; headers: Record<string, string>; body: string | null } {
  const headers: Record<string, string> = { "idempotency-key": key };
  if (body !== null) headers["content-type"] = "application/json";
  if (typeof base?.revision === "number") headers["if-match"] = `"${base.revision}"`;
  else if (method === "PUT" && base === null) headers["if-none-match"] = "*";
  return { method, headers, body: body === null ? null : JSON.stringify(body) };
}

/** Sends an edit and tells what became of it; `offline` is said where no answer came. */
export async function sendEdit(
  draft: EditDraft,
  { fetch, createId }: EditPorts,
  offline: string,
): Promise<EditResult> {
  try {
    return await readAnswer(draft, await fetch(draft.path, describeEdit(draft, createId())));
  } catch {
    return { kind: "refused", problem: offline };
  }
}

async function readAnswer(draft: EditDraft, answer: Response): Promise<EditResult> {
  const text = await answer.text();
  const body = readFields(text);
  if (answer.ok) return { kind: "done", record: draft.method === "DELETE" ? null : body };
  // What is gone already needs no deleting.
  if (draft.method === "DELETE" && answer.status === 404) return { kind: "done", record: null };
  if (answer.status === 412) {
    return { kind: "stale", current: readObject(body?.current) };
  }
  return { kind: "refused", problem: describeProblem(body) || `HTTP ${answer.status}` };
}

/** Returns what a problem says, the fields that it names included. */
export function describeProblem(body: Fields | null): string {
  const detail = typeof body?.detail === "string" ? body.detail : "";
  const errors = Array.isArray(body?.errors) ? body.errors : [];
  const fields = errors.map(readObject).flatMap((error) =>
    typeof error?.detail === "string" ? [error.detail] : []
  );
  return [detail, ...fields].filter(Boolean).join(" · ");
}

function readFields(text: string): Fields | null {
  try {
    return readObject(JSON.parse(text));
  } catch {
    return null;
  }
}

function readObject(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Fields
    : null;
}
