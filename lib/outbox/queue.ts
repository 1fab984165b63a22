/**
 * The queue of edits: in the order they were made, per record one after the other.
 *
 * An edit that was never sent takes over what is changed next. One that was sent may have been
 * applied though no answer came; it keeps its body and key, and a later edit waits behind it. So the
 * server sees each key with one body only, and applies it once.
 *
 * @module
 */
import { hasFields, mergeFields } from "./merge.ts";
import type { Edit, EditDraft, Fields, Verdict } from "./types.ts";
import { editsMax } from "./types.ts";

/** All edits, in their order. */
export type Queue = readonly Edit[];

/** What a new edit is given. */
export interface Making {
  id: string;
  owner: string | null;
  /** Wall time, epoch ms. */
  nowMs: number;
}

/**
 * Adds an edit, or lets an unsent one of the same record take it over.
 *
 * @throws {RangeError} If the queue is full.
 */
export function addEdit(queue: Queue, draft: EditDraft, making: Making): Queue {
  const edit = createEdit(draft, making, (queue.at(-1)?.seq ?? 0) + 1);
  const last = queue.findLast(({ record, owner }) =>
    record === edit.record && isOfOwner({ owner }, edit.owner)
  );
  if (draft.method !== "POST" && last && last.method !== "POST") {
    if (isOpen(last)) return takeOver(queue, last, edit, draft.isDecided ?? false);
    if (last.state === "waiting" || last.state === "sending") {
      // What is there once the one before it is done; its revision comes with its answer.
      const base = last.method === "DELETE" ? null : { ...last.base, ...last.body };
      return insert(queue, { ...edit, base, baseRevision: null });
    }
  }
  return insert(queue, edit);
}

function createEdit(draft: EditDraft, { id, owner, nowMs }: Making, seq: number): Edit {
  const { method, path, record = path, body, base, title } = draft;
  return {
    id,
    seq,
    owner,
    method,
    path,
    record,
    body,
    base,
    baseRevision: readRevision(base),
    title,
    madeMs: nowMs,
    state: "waiting",
    tries: 0,
    problem: null,
    theirs: null,
    clashes: [],
  };
}

/** Returns a record's revision; null where it has none. */
export function readRevision(record: Fields | null): number | null {
  return typeof record?.revision === "number" ? record.revision : null;
}

/** Says whether the server cannot have applied it: its body may still change. */
const isOpen = ({ state, tries }: Edit) =>
  (state === "waiting" && tries === 0) || state === "refused" || state === "conflict";

const isOfOwner = (edit: Pick<Edit, "owner">, owner: string | null) =>
  edit.owner === null || owner === null || edit.owner === owner;

function insert(queue: Queue, edit: Edit): Queue {
  if (queue.length < editsMax) return [...queue, edit];
  throw new RangeError(`Cannot keep another edit: ${editsMax} wait already`);
}

const replace = (queue: Queue, id: string, edits: readonly Edit[]): Queue =>
  queue.flatMap((one) => one.id === id ? edits : [one]);

/** The unsent edit goes on with the new body, on the base that it had. */
function takeOver(queue: Queue, old: Edit, edit: Edit, isDecided: boolean): Queue {
  // In a conflict the person has not decided yet: the new body meets what is there.
  const isMade = old.base !== null || old.state === "conflict";
  if (edit.method === "DELETE" && !isMade) return replace(queue, old.id, []);
  const { seq, base, baseRevision } = old;
  const next: Edit = isDecided ? { ...edit, seq } : { ...edit, seq, base, baseRevision };
  if (isDecided) return replace(queue, old.id, [next]);
  if (old.state !== "conflict") return replace(queue, old.id, [next]);
  return replace(queue, old.id, settleStale(next, old.theirs, edit.id));
}

/**
 * Returns the edit to send next: of each record only the first, none that waits for a person, and
 * none of the records in `skipped`.
 */
export function findNext(
  queue: Queue,
  owner: string | null,
  skipped: ReadonlySet<string> = new Set(),
): Edit | null {
  const held = new Set(skipped);
  for (const edit of queue) {
    const isMine = isOfOwner(edit, owner);
    const isReady = edit.state === "waiting" || edit.state === "sending";
    if (isMine && isReady && !held.has(edit.record)) return edit;
    // A refused act holds nothing up.
    if (isMine && edit.method !== "POST") held.add(edit.record);
  }
  return null;
}

/** Notes that an edit is on its way: from now on the server may have it. */
export function markSending(queue: Queue, id: string, owner: string | null): Queue {
  return queue.map((edit) =>
    edit.id === id
      ? { ...edit, owner: edit.owner ?? owner, state: "sending", tries: edit.tries + 1 }
      : edit
  );
}

/** Takes a verdict in; `newId` is the key of what a merge makes of the edit. */
export function settleEdit(queue: Queue, id: string, verdict: Verdict, newId: string): Queue {
  const edit = queue.find((one) => one.id === id);
  // Another tab has settled it.
  if (!edit) return queue;
  switch (verdict.kind) {
    case "later":
      return replace(queue, id, [{ ...edit, state: "waiting" }]);
    case "done":
      return settleDone(queue, edit, verdict.record);
    case "refused":
      return settleRefused(queue, edit, verdict.problem);
    case "stale": {
      const { queue: rest, edit: whole } = foldFollower(queue, edit);
      return replace(rest, id, settleStale(whole, verdict.current, newId));
    }
  }
}

/** The edit of the same record that waits behind this one. */
function findFollower(queue: Queue, edit: Edit): Edit | null {
  if (edit.method === "POST") return null;
  const isBehind = (one: Edit) =>
    one.record === edit.record && one.seq > edit.seq && one.method !== "POST" &&
    isOfOwner(one, edit.owner);
  return queue.find(isBehind) ?? null;
}

/** What waits behind it goes on from what is there now. */
function settleDone(queue: Queue, edit: Edit, record: Fields | null): Queue {
  const follower = findFollower(queue, edit);
  const rest = replace(queue, edit.id, []);
  if (!follower) return rest;
  const isGone = edit.method === "DELETE";
  if (isGone && follower.method === "DELETE") return replace(rest, follower.id, []);
  const base = isGone ? null : { ...edit.body, ...record };
  return replace(rest, follower.id, [{ ...follower, base, baseRevision: readRevision(base) }]);
}

/** What waits behind a refused edit has all of its fields and may do better. */
function settleRefused(queue: Queue, edit: Edit, problem: string): Queue {
  const { queue: rest, edit: whole } = foldFollower(queue, edit);
  if (whole === edit) return replace(queue, edit.id, [{ ...edit, state: "refused", problem }]);
  const isNothing = whole.method === "DELETE" && whole.base === null;
  return replace(rest, edit.id, isNothing ? [] : [whole]);
}

/** The edit and what waits behind it as one, unsent; only for an edit that was not applied. */
function foldFollower(queue: Queue, edit: Edit): { queue: Queue; edit: Edit } {
  const follower = findFollower(queue, edit);
  if (!follower) return { queue, edit };
  const { base, baseRevision, seq } = edit;
  const whole: Edit = { ...follower, base, baseRevision, seq };
  return { queue: replace(queue, follower.id, []), edit: whole };
}

/** What becomes of an edit when the record is another one by now: nothing, a merge or a conflict. */
function settleStale(edit: Edit, current: Fields | null, newId: string): Edit[] {
  const { method, body, base } = edit;
  const conflict: Edit = { ...edit, state: "conflict", theirs: current };
  if (method === "POST") {
    return [{ ...edit, state: "refused", problem: "It is another one by now" }];
  }
  if (method === "DELETE") {
    if (!current) return [];
    return [{ ...conflict, clashes: [{ field: "", base, mine: null, theirs: current }] }];
  }
  if (!current) return [{ ...conflict, clashes: [{ field: "", base, mine: body, theirs: null }] }];
  const { fields, clashes } = mergeFields(base, body ?? {}, current);
  if (clashes.length > 0) return [{ ...conflict, clashes }];
  // Everything that was wanted is there: the answer to an earlier try was lost.
  if (hasFields(current, fields)) return [];
  return [renew(edit, { body: fields, base: current, id: newId })];
}

/** The edit anew, on what is there: a request of its own. */
function renew(edit: Edit, part: Pick<Edit, "body" | "base" | "id">): Edit {
  return {
    ...edit,
    ...part,
    baseRevision: readRevision(part.base),
    state: "waiting",
    tries: 0,
    problem: null,
    theirs: null,
    clashes: [],
  };
}

/** What a person decides in a conflict: one side for all, or a side for each field. */
export type Choice = "mine" | "theirs" | Readonly<Record<string, "mine" | "theirs">>;

/** Ends a conflict; fields that nothing was said of are taken from there. */
export function resolveConflict(queue: Queue, id: string, choice: Choice, newId: string): Queue {
  const edit = queue.find((one) => one.id === id);
  if (edit?.state !== "conflict") return queue;
  const { method, body, base, theirs, clashes } = edit;
  if (choice === "theirs") return replace(queue, id, []);
  if (method === "DELETE" || theirs === null) {
    return choice === "mine"
      ? replace(queue, id, [renew(edit, { id: newId, body, base: theirs })])
      : replace(queue, id, []);
  }
  const merged: Record<string, unknown> = { ...mergeFields(base, body ?? {}, theirs).fields };
  for (const { field, theirs: other } of clashes) {
    if (choice !== "mine" && choice[field] !== "mine") merged[field] = other;
  }
  if (hasFields(theirs, merged)) return replace(queue, id, []);
  return replace(queue, id, [renew(edit, { id: newId, body: merged, base: theirs })]);
}

/** Gives an edit up: a refused one, or one in conflict. What may be under way is not given up. */
export function dropEdit(queue: Queue, id: string): Queue {
  return queue.filter((edit) =>
    edit.id !== id || edit.state === "waiting" || edit.state === "sending"
  );
}

/** Says whether an edit can be taken back: it was never sent, or its opposite is known. */
export function canUndo({ state, tries, method }: Edit): boolean {
  return state === "waiting" && (tries === 0 || method === "PUT");
}

/** Takes an edit back: one that was never sent is forgotten, behind another its opposite is sent. */
export function undoEdit(queue: Queue, id: string, making: Making): Queue {
  const edit = queue.find((one) => one.id === id);
  if (!edit || !canUndo(edit)) return queue;
  if (edit.tries === 0) return replace(queue, id, []);
  const { path, record, body, base, title } = edit;
  const before = base &&
    Object.fromEntries(Object.keys(body ?? {}).map((name) => [name, base[name]]));
  const method = before ? "PUT" : "DELETE";
  return addEdit(queue, { method, path, record, body: before, base, title }, making);
}

/**
 * Returns the edits that a person may see: of their own, and those that were made while nobody was
 * known. Where `owner` is not known, nobody's are anybody's but the latter.
 */
export function listOwn(queue: Queue, owner: string | null): Queue {
  return queue.filter((edit) => edit.owner === null || edit.owner === owner);
}

/** Tries a refused edit once more, as another request. */
export function retryEdit(queue: Queue, id: string, newId: string): Queue {
  return queue.map((edit) =>
    edit.id === id && edit.state === "refused"
      ? renew(edit, { id: newId, body: edit.body, base: edit.base })
      : edit
  );
}

/** How a queue stands. */
export interface QueueCounts {
  waiting: number;
  refused: number;
  conflicts: number;
}

/** Counts the edits of one person. */
export function countEdits(queue: Queue, owner: string | null): QueueCounts {
  const own = queue.filter((edit) => isOfOwner(edit, owner));
  const count = (...states: Edit["state"][]) =>
    own.filter(({ state }) => states.includes(state)).length;
  return {
    waiting: count("waiting", "sending"),
    refused: count("refused"),
    conflicts: count("conflict"),
  };
}

/** Returns a record as the person sees it: with all that was edited here; null where deleted here. */
export function showRecord(queue: Queue, path: string, record: Fields | null): Fields | null {
  return queue.filter((edit) => edit.record === path).reduce<Fields | null>(
    (shown, { method, body }) =>
      method === "DELETE" ? null : method === "PUT" ? { ...shown, ...body } : shown,
    record,
  );
}
