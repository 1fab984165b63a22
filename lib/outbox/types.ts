/**
 * What an edit is that was made here and is not yet known there.
 *
 * @module
 */

/** The fields of a record, or those of them that an edit sends. */
export type Fields = Readonly<Record<string, unknown>>;

/** What is done to a record. POST is an act such as silencing an alert; it is never merged. */
export type EditMethod = "PUT" | "DELETE" | "POST";

/**
 * Where an edit stands. `sending` says that the server may have it: after a restart too, until an
 * answer came. What is done is no longer in the queue.
 */
export type EditState = "waiting" | "sending" | "refused" | "conflict";

/** A field that was changed here and there, differently. */
export interface Clash {
  /** Empty where the whole record was deleted on one side and changed on the other. */
  field: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
}

/** What somebody wants done. */
export interface EditDraft {
  method: EditMethod;
  /** Path of the request, such as `/api/v1/alerts/0f8f…`. */
  path: string;
  /** Path of the record that it concerns, by which edits keep their order; `path` unless said. */
  record?: string;
  /** All fields that the person may set; null for DELETE. */
  body: Fields | null;
  /** The record as the person saw it, with its `revision`; null for a new one. */
  base: Fields | null;
  /** Names the edit to the person. */
  title: string;
  /** It was made in sight of `base`, whatever waits here: it ends a conflict of its record. */
  isDecided?: boolean;
}

/** An edit in the queue. */
export interface Edit {
  /** The key by which the server knows a repetition; another body gets another one. */
  id: string;
  /** Place in the queue. */
  seq: number;
  /** Who made it; null while nobody was known, then it is of whoever signs in first. */
  owner: string | null;
  method: EditMethod;
  path: string;
  record: string;
  body: Fields | null;
  base: Fields | null;
  /** Revision that the edit was made on; null for a new record. */
  baseRevision: number | null;
  title: string;
  /** When it was made, wall time, epoch ms. */
  madeMs: number;
  state: EditState;
  /** How often it was sent; one that was sent may have been applied, so it keeps its body. */
  tries: number;
  /** Why it was refused, for people. */
  problem: string | null;
  /** In a conflict: the record as it is there, null where it was deleted. */
  theirs: Fields | null;
  clashes: readonly Clash[];
}

/** What an answer means for an edit. */
export type Verdict =
  /** Applied, now or at an earlier try; `record` is what is there now, where it was told. */
  | { kind: "done"; record: Fields | null }
  /** Nobody knows; it is sent again. `isAlone`: the server is there and fails at this edit. */
  | { kind: "later"; isSignedOut: boolean; isAlone: boolean; afterMs: number | null }
  /** It can never be applied. */
  | { kind: "refused"; problem: string }
  /** The record is another one by now; null where it is gone. */
  | { kind: "stale"; current: Fields | null };

/** Edits a queue holds; beyond it the person is told, and nothing is lost unseen. */
export const editsMax = 5_000;
