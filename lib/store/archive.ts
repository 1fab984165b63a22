/**
 * Archives: old records apart from the newer ones, read as if they were together.
 *
 * @module
 */
import { applyChange, draftChange, type KvCollection } from "./collection.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import type { Place } from "./indexes.ts";
import { getRecordKey } from "./keys.ts";
import { listRecords } from "./listing.ts";
import { purgeRecords } from "./purge.ts";
import type { Page, RecordQuery, TallyRow } from "./types.ts";

/** Records moved between two looks at what else waits. */
const MOVED_AT_ONCE = 100;
const MAX_TRIES = 10;

/** A collection whose old records are kept apart. */
export interface ArchivedCollection<T extends { id: string }> extends KvCollection<T> {
  /** Moves records older than `beforeMs` (epoch ms) to the archive; returns how many. */
  archive(beforeMs: number, signal?: AbortSignal): Promise<number>;
  /** Deletes archived records older than `beforeMs` (epoch ms); returns how many. */
  purge(beforeMs: number, signal?: AbortSignal): Promise<number>;
}

/** Joins a collection with its archive; writes go to the collection. */
export function joinArchive<T extends { id: string }>(
  { gate, live, archive, livePlace, archivePlace }: {
    gate: Gate;
    live: KvCollection<T>;
    archive: KvCollection<T>;
    livePlace: Place<T>;
    archivePlace: Place<T>;
  },
): ArchivedCollection<T> {
  return {
    put: live.put,
    putMany: live.putMany,
    async create(record) {
      return await archive.get(record.id) === null && await live.create(record);
    },
    get: async (id) => await live.get(id) ?? await archive.get(id),
    list: (query = {}) => listBoth(gate, livePlace, archivePlace, query),
    async delete(id) {
      await Promise.all([live.delete(id), archive.delete(id)]);
    },
    count: async () => await live.count() + await archive.count(),
    async readTally(name, under) {
      return addRows([
        ...await live.readTally(name, under),
        ...await archive.readTally(name, under),
      ]);
    },
    async settled() {
      await Promise.all([live.settled(), archive.settled()]);
    },
    async archive(beforeMs, signal) {
      let moved = 0;
      while (!signal?.aborted) {
        const { items } = await live.list({ to: beforeMs, limit: MOVED_AT_ONCE });
        for (const { id } of items) await move(gate, id, livePlace, archivePlace);
        moved += items.length;
        if (items.length < MOVED_AT_ONCE) break;
      }
      return moved;
    },
    purge: (beforeMs, signal) => purgeRecords(archive, beforeMs, signal),
  };
}

/**
 * Lists both as one. What is archived is older than nearly all else, so that a page of newer records
 * is the page of both.
 */
async function listBoth<T extends { id: string }>(
  gate: Gate,
  live: Place<T>,
  archive: Place<T>,
  query: RecordQuery,
): Promise<Page<T>> {
  const alsoIn = [archive.definition.name];
  const page = await listRecords(gate, { places: [live], alsoIn }, query);
  // After the page, so that of what moves meanwhile nothing is missed.
  const newest = (await listRecords(gate, { places: [archive] }, { limit: 1 })).items[0];
  if (!newest) return page;
  const { timestamp } = archive.definition;
  const last = page.items.at(-1);
  if (page.cursor !== null && last && timestamp(last) > timestamp(newest)) return page;
  return await listRecords(gate, { places: [live, archive], alsoIn }, query);
}

/** Moves one record in one commit, so that at no time it is in both or in none. */
async function move<T extends { id: string }>(
  gate: Gate,
  id: string,
  from: Place<T>,
  to: Place<T>,
): Promise<void> {
  const fromKey = getRecordKey(from.world, from.definition.name, id);
  const toKey = getRecordKey(to.world, to.definition.name, id);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const isDone = await gate.run(async (kv) => {
      const [stored, archived] = await kv.getMany<[T, T]>([fromKey, toKey]);
      if (stored.value === null) return true;
      const atomic = kv.atomic().check(stored, archived);
      applyChange(atomic, draftChange(from, { id, record: null }, stored.value));
      applyChange(atomic, draftChange(to, { id, record: stored.value }, archived.value));
      return (await atomic.commit()).ok;
    });
    if (isDone) return;
  }
  throw new StoreError("conflict", `Record ${id} is written by too many at once to be archived`);
}

function addRows(rows: readonly TallyRow[]): TallyRow[] {
  const byParts = new Map<string, TallyRow>();
  for (const row of rows) {
    const key = JSON.stringify(row.parts);
    const known = byParts.get(key);
    if (!known) {
      byParts.set(key, { ...row, amounts: { ...row.amounts } });
      continue;
    }
    known.count += row.count;
    for (const [name, amount] of Object.entries(row.amounts)) {
      known.amounts[name] = (known.amounts[name] ?? 0) + amount;
    }
  }
  return [...byParts.values()];
}
