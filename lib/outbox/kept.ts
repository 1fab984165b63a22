/**
 * Where a browser keeps the queue: IndexedDB, shared by all tabs and the service worker.
 *
 * @module
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { OutboxStore } from "./flush.ts";
import type { Edit } from "./types.ts";

/** What is kept beside the queue. */
export interface KeptValues {
  /** Who was signed in last; edits made without a network are theirs. */
  owner: string | null;
  /** Notifications that were shown and not looked at; the number on the app's icon. */
  unseen: number;
  /** Push messages that are to be counted, see `lib/visits`; null where none is. */
  visits: unknown;
}

interface Schema extends DBSchema {
  edits: { key: number; value: Edit };
  values: { key: string; value: unknown };
}

/** The kept queue, and what is kept beside it. */
export interface KeptOutbox extends OutboxStore {
  getValue<Name extends keyof KeptValues>(name: Name): Promise<KeptValues[Name] | null>;
  putValue<Name extends keyof KeptValues>(name: Name, value: KeptValues[Name]): Promise<void>;
  close(): Promise<void>;
}

/** Returns the store; the database is opened by the first use, and again after the browser closed it. */
export function openKeptOutbox(name = "cryptointel"): KeptOutbox {
  let opened: Promise<IDBPDatabase<Schema>> | null = null;
  const forget = () => opened = null;
  const open = () =>
    opened ??= openDB<Schema>(name, 1, {
      upgrade(database) {
        database.createObjectStore("edits", { keyPath: "seq" });
        database.createObjectStore("values");
      },
      // Another tab brings a newer form: it must not wait for this one.
      blocking(_old, _new, event) {
        (event.target as IDBDatabase).close();
        forget();
      },
      terminated: forget,
    }).catch((error) => {
      forget();
      throw error;
    });
  return {
    read: async () => await (await open()).getAll("edits"),
    async change(work) {
      const transaction = (await open()).transaction("edits", "readwrite");
      const edits = transaction.store;
      const before = await edits.getAll();
      // Nothing else is waited for in here: the browser would end the transaction.
      const { queue, result } = work(before);
      const kept = new Set(queue.map(({ seq }) => seq));
      const known = new Map(before.map((edit) => [edit.seq, edit]));
      await Promise.all([
        ...before.filter(({ seq }) => !kept.has(seq)).map(({ seq }) => edits.delete(seq)),
        ...queue.filter((edit) => known.get(edit.seq) !== edit).map((edit) => edits.put(edit)),
        transaction.done,
      ]);
      return result;
    },
    async getValue<Name extends keyof KeptValues>(name: Name) {
      const value = await (await open()).get("values", name);
      return (value ?? null) as KeptValues[Name] | null;
    },
    async putValue(name, value) {
      await (await open()).put("values", value, name);
    },
    async close() {
      (await opened)?.close();
      forget();
    },
  };
}
