/**
 * What waits in the outbox, as the lists of records show it.
 *
 * @module
 */
import { canUndo, type Edit, type Fields, type Queue, showRecord } from "../outbox/mod.ts";
import { describeValue, isNamed, nameField } from "./field_words.ts";

/** A record that was made, changed or deleted here. */
export interface Waiting {
  /** Path of the record in the API. */
  record: string;
  /** Last part of the path. */
  id: string;
  kind: "new" | "changed" | "deleted";
  /** Its name, as far as it is known. */
  name: string;
  /** The record as the person left it; null where they deleted it. */
  fields: Fields | null;
  /** What differs from what was there, in words. */
  changes: string[];
  /** A conflict or a refusal: it waits for the person. */
  needsPerson: boolean;
  /** The edit that can be taken back; null where none can. */
  undoId: string | null;
}

/** Lists the records right below `prefix` (`/api/v1/alerts/`) that have edits, newest edit first. */
export function listWaiting(queue: Queue, prefix: string): Waiting[] {
  const byRecord = new Map<string, Edit[]>();
  for (const edit of queue) {
    const id = edit.record.startsWith(prefix) ? edit.record.slice(prefix.length) : "";
    if (id === "" || id.includes("/")) continue;
    byRecord.set(edit.record, [...byRecord.get(edit.record) ?? [], edit]);
  }
  return [...byRecord].map(([record, edits]) => describeRecord(record, edits)).reverse();
}

function describeRecord(record: string, edits: readonly [...Edit[]]): Waiting {
  const first = edits[0]!;
  const last = edits.at(-1)!;
  const fields = showRecord(edits, record, first.base);
  const isDeleted = edits.findLast(({ method }) => method !== "POST")?.method === "DELETE";
  const isNew = first.method === "PUT" && first.base === null;
  const name = fields?.name ?? first.base?.name;
  return {
    record,
    id: record.slice(record.lastIndexOf("/") + 1),
    kind: isDeleted ? "deleted" : isNew ? "new" : "changed",
    name: typeof name === "string" && name !== "" ? name : last.title,
    fields,
    changes: isDeleted || isNew ? [] : describeChanges(first.base, fields),
    needsPerson: edits.some(({ state }) => state === "conflict" || state === "refused"),
    undoId: canUndo(last) ? last.id : null,
  };
}

function describeChanges(base: Fields | null, fields: Fields | null): string[] {
  return Object.entries(fields ?? {}).flatMap(([field, value]) => {
    if (!isNamed(field)) return [];
    if (JSON.stringify(value) === JSON.stringify(base?.[field])) return [];
    return [`${nameField(field)}: ${describeValue(field, value)}`];
  });
}

/** Returns a record as the person left it: what the page was written with, and what waits. */
export function applyWaiting<R extends object>(record: R, waiting: Waiting | undefined): R {
  return waiting?.fields ? { ...record, ...pickKnown(record, waiting.fields) } : record;
}

/** Only what the record has: an edit carries no field that a page does not know. */
function pickKnown<R extends object>(record: R, fields: Fields): Partial<R> {
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => name in record && !ruled.has(name)),
  ) as Partial<R>;
}

/** What the server alone says of a record. */
const ruled = new Set(["id", "alert_id", "revision", "updated_at", "created_at", "phase"]);
