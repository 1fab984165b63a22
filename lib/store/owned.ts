/**
 * What belongs to people: its collections, and transactions over several of them.
 *
 * A transaction reads, decides and writes; when somebody else wrote meanwhile, it is done again from
 * the start. Work that follows from it is queued in the same commit, so that neither exists alone.
 *
 * @module
 */
import { applyChange, createCollection, draftChange, type KvCollection } from "./collection.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { CollectionDefinition } from "./indexes.ts";
import type { JobQueue } from "./job_queue.ts";
import { getRecordKey, ownedPlace } from "./keys.ts";
import { addCommitSize, createCommitSize, hasRoom } from "./limits.ts";
import { ownedCollections } from "./owned_indexes.ts";
import type { Collection } from "./types.ts";

type Definitions = typeof ownedCollections;
/** Names of the collections. */
export type OwnedName = keyof Definitions;
/** The record of a collection. */
export type OwnedRecord<Name extends OwnedName> = Definitions[Name] extends
  CollectionDefinition<infer T> ? T : never;

/** One try of a transaction. */
export interface Transaction {
  /** Reads a record as this transaction sees it, its own writes among them. */
  get<Name extends OwnedName>(name: Name, id: string): Promise<OwnedRecord<Name> | null>;
  put<Name extends OwnedName>(name: Name, record: OwnedRecord<Name>): Promise<void>;
  delete(name: OwnedName, id: string): Promise<void>;
  /** Queues work with the commit; an id that is remembered is not queued again. */
  enqueue(topic: string, body: unknown, options: { id: string; delayMs?: number }): void;
}

/** The records of people. */
export type OwnedStore =
  & { [Name in OwnedName]: Collection<OwnedRecord<Name>> }
  & {
    /**
     * Runs `work` until its commit meets no other one; returns what it resolved to. It may run
     * several times and must do nothing but call its transaction. When it throws, nothing is written.
     *
     * @throws {StoreError} `conflict` after twenty tries, `too_large` beyond one commit.
     */
    transact<R>(work: (transaction: Transaction) => Promise<R>): Promise<R>;
    settled(): Promise<void>;
  };

/** How often a transaction is tried. */
const triesMax = 20;

/** Opens the collections. */
export function createOwnedStore({ gate, jobs }: { gate: Gate; jobs: JobQueue }): OwnedStore {
  const opened = Object.fromEntries(
    Object.entries(ownedCollections).map(([name, definition]) => [
      name,
      createCollection({
        gate,
        world: ownedPlace,
        definition: definition as CollectionDefinition<{ id: string }>,
      }),
    ]),
  ) as { [Name in OwnedName]: KvCollection<OwnedRecord<Name>> };
  return {
    ...opened,
    async transact(work) {
      for (let tries = 0; tries < triesMax; tries++) {
        const draft = createDraft(gate);
        const result = await work(draft.transaction);
        if (await commitDraft(gate, jobs, draft)) return result;
      }
      throw new StoreError("conflict", "Cannot commit: the same records are written by too many");
    },
    async settled() {
      const waiting: Pick<KvCollection<{ id: string }>, "settled">[] = Object.values(opened);
      await Promise.all(waiting.map((collection) => collection.settled()));
    },
  };
}

interface Seen {
  definition: CollectionDefinition<{ id: string }>;
  id: string;
  key: Deno.KvKey;
  versionstamp: string | null;
  stored: { id: string } | null;
  /** Undefined while only read. */
  wanted: { id: string } | null | undefined;
}

interface Draft {
  transaction: Transaction;
  seen: Map<string, Seen>;
  work: { topic: string; body: unknown; options: { id: string; delayMs?: number } }[];
}

/** Returns a transaction that notes what it read and what is to be written. */
function createDraft(gate: Gate): Draft {
  const seen = new Map<string, Seen>();
  const work: Draft["work"] = [];
  const see = async (name: OwnedName, id: string): Promise<Seen> => {
    const known = seen.get(`${name} ${id}`);
    if (known) return known;
    const definition = ownedCollections[name] as CollectionDefinition<{ id: string }>;
    const key = getRecordKey(ownedPlace, definition.name, id);
    const { value, versionstamp } = await gate.run((kv) => kv.get<{ id: string }>(key));
    // Two reads of one record at once are one record.
    const first = seen.get(`${name} ${id}`) ??
      { definition, id, key, versionstamp, stored: value, wanted: undefined };
    seen.set(`${name} ${id}`, first);
    return first;
  };
  return {
    seen,
    work,
    transaction: {
      async get<Name extends OwnedName>(name: Name, id: string) {
        const { stored, wanted } = await see(name, id);
        return structuredClone(wanted === undefined ? stored : wanted) as OwnedRecord<Name> | null;
      },
      async put(name, record) {
        (await see(name, record.id)).wanted = structuredClone(record);
      },
      async delete(name, id) {
        (await see(name, id)).wanted = null;
      },
      enqueue: (topic, body, options) => void work.push({ topic, body, options }),
    },
  };
}

/** Commits a draft with everything it read as a condition; false when something has changed. */
async function commitDraft(gate: Gate, jobs: JobQueue, draft: Draft): Promise<boolean> {
  const size = createCommitSize();
  const changes = [...draft.seen.values()].map((seen) => {
    const change = seen.wanted === undefined ? null : draftChange(
      { world: ownedPlace, definition: seen.definition },
      { id: seen.id, record: seen.wanted },
      seen.stored,
    );
    const more = change?.size ?? { ...createCommitSize(), checks: 1, keyBytes: 200 };
    if (!hasRoom(size, more)) {
      throw new StoreError("too_large", "Cannot commit: this is more than one commit takes");
    }
    addCommitSize(size, more);
    return { seen, change };
  });
  const queued = await Promise.all(
    draft.work.map(({ topic, body, options }) => jobs.draft(topic, body, options)),
  );
  const { ok } = await gate.run((kv) => {
    const atomic = kv.atomic();
    for (const { seen, change } of changes) {
      atomic.check({ key: seen.key, versionstamp: seen.versionstamp });
      if (change) applyChange(atomic, change);
    }
    for (const add of queued) add?.(atomic);
    return atomic.commit();
  });
  if (!ok) return false;
  draft.work.forEach(({ topic, body, options: { id, delayMs = 0 } }, i) => {
    if (queued[i] && delayMs === 0) jobs.announce({ id, topic, body });
  });
  return true;
}
