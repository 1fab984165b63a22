/**
 * Records of one kind: a record and its index entries are always one commit.
 *
 * @module
 */
import { serialize } from "node:v8";
import { createBatcher } from "./batcher.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { type CollectionDefinition, type IndexPart, type Place, TIME_INDEX } from "./indexes.ts";
import { getCountKey, getIndexPrefix, getRecordKey, getTallyPrefix } from "./keys.ts";
import {
  addCommitSize,
  type CommitSize,
  createCommitSize,
  hasRoom,
  MAX_COMMIT_CHECKS,
  MAX_VALUE_BYTES,
  measureKey,
} from "./limits.ts";
import { getAll, listRecords } from "./listing.ts";
import { packWeight, WEIGHT_BYTES } from "./weight.ts";
import type { Collection, TallyRow } from "./types.ts";

/** How often a write is tried when others write the same records. */
const MAX_TRIES = 10;
/** Sums are 64 bits wide and wrap around, so that a negative one is added as its complement. */
const SUM_MODULUS = 1n << 64n;
/** Name of the count of a tally's row, beside its amounts. */
const COUNT_AMOUNT = "count";

interface Write<T> {
  id: string;
  /** Null deletes. */
  record: T | null;
}

/** A collection, and how to wait for its pending writes. */
export interface KvCollection<T extends { id: string }> extends Collection<T> {
  settled(): Promise<void>;
}

/** Returns the records of one kind of `world`. */
export function createCollection<T extends { id: string }>(
  { gate, world, definition }: { gate: Gate; world: string; definition: CollectionDefinition<T> },
): KvCollection<T> {
  const place = { world, definition };
  const batcher = createBatcher<Write<T>>(async (writes) => {
    let rest = keepLast(writes);
    while (rest.length > 0) rest = await commitSome(gate, place, rest);
  });

  const get = async (id: string) => {
    const key = getRecordKey(world, definition.name, id);
    return (await gate.run((kv) => kv.get<T>(key))).value;
  };

  // Sizes are checked here, so that a record too large fails its own caller and not the group.
  const putMany = async (records: readonly T[]) => {
    for (const record of records) checkSize(definition.name, record);
    await batcher.add(records.map((record) => ({ id: record.id, record })));
  };

  return {
    put: (record) => putMany([record]),
    putMany,
    delete: (id) => batcher.add([{ id, record: null }]),
    get,
    async create(record) {
      checkSize(definition.name, record);
      const change = draftChange(place, { id: record.id, record }, null);
      const key = getRecordKey(world, definition.name, record.id);
      const done = await gate.run((kv) => {
        const atomic = kv.atomic().check({ key, versionstamp: null });
        applyChange(atomic, change);
        return atomic.commit();
      });
      return done.ok;
    },
    list: (query = {}) => listRecords(gate, { places: [place] }, query),
    async count() {
      const key = getCountKey(world, definition.name);
      return Number((await gate.run((kv) => kv.get<Deno.KvU64>(key))).value?.value ?? 0n);
    },
    readTally: (name, under = []) => readTally(gate, place, name, under),
    settled: batcher.settled,
  };
}

/** An entry of an index, as `packWeight` makes its value. */
export interface IndexEntry {
  key: Deno.KvKey;
  value: Uint8Array;
}

/** What one write does to the key space. */
export interface Change {
  sets: { key: Deno.KvKey; value: unknown }[];
  deletes: Deno.KvKey[];
  sums: { key: Deno.KvKey; by: bigint }[];
  size: CommitSize;
}

/** Keeps the last write of each id: within one group the earlier ones are never seen. */
function keepLast<T>(writes: readonly Write<T>[]): Write<T>[] {
  return [...new Map(writes.map((write) => [write.id, write])).values()];
}

function checkSize(name: string, record: { id: string } | null): number {
  const bytes = record === null ? 0 : serialize(record).byteLength;
  if (bytes <= MAX_VALUE_BYTES) return bytes;
  throw new StoreError(
    "too_large",
    `Cannot store record ${record?.id} of ${name}: ${bytes} bytes, at most ${MAX_VALUE_BYTES}`,
  );
}

/** Returns the index entries of a record, each key with the prefix of its index in front. */
export function listIndexEntries<T extends { id: string }>(
  { world, definition }: Place<T>,
  record: T,
): IndexEntry[] {
  const tail = [definition.timestamp(record), record.id];
  const timePrefix = getIndexPrefix(world, definition.name, TIME_INDEX);
  const listed: IndexEntry[] = [{ key: [...timePrefix, ...tail], value: packWeight() }];
  for (const index of definition.indexes) {
    const prefix = getIndexPrefix(world, definition.name, index.name);
    const value = packWeight(index.weight?.(record));
    for (const parts of index.entries(record)) {
      listed.push({ key: [...prefix, ...parts, ...tail], value });
    }
  }
  return listed;
}

/** Returns what the record adds to sums, as pairs of a key and a whole number. */
function listSums<T extends { id: string }>(
  { world, definition }: Place<T>,
  record: T,
): [Deno.KvKey, bigint][] {
  const sums: [Deno.KvKey, bigint][] = [[getCountKey(world, definition.name), 1n]];
  for (const tally of definition.tallies ?? []) {
    const prefix = getTallyPrefix(world, definition.name, tally.name);
    const row = [...prefix, ...tally.parts(record)];
    sums.push([[...row, COUNT_AMOUNT], 1n]);
    for (const [name, amount] of Object.entries(tally.amounts?.(record) ?? {})) {
      sums.push([[...row, name], BigInt(Math.round(amount))]);
    }
  }
  return sums;
}

/** Returns by how much each sum changes; those that stay are left out. */
function draftSums<T extends { id: string }>(
  place: Place<T>,
  stored: T | null,
  record: T | null,
): Change["sums"] {
  const list = (record: T, sign: bigint) =>
    listSums(place, record).map(([key, by]) => ({ key, by: sign * by }));
  const before = stored ? list(stored, -1n) : [];
  return addSums([{ sums: before }, { sums: record ? list(record, 1n) : [] }]);
}

/** Adds up the sums of several changes by their key; those that stay are left out. */
function addSums(changes: readonly Pick<Change, "sums">[]): Change["sums"] {
  const byKey = new Map<string, Change["sums"][number]>();
  for (const { sums } of changes) {
    for (const { key, by } of sums) {
      const name = JSON.stringify(key);
      byKey.set(name, { key, by: (byKey.get(name)?.by ?? 0n) + by });
    }
  }
  return [...byKey.values()].filter(({ by }) => by !== 0n);
}

/** Returns what writing or deleting a record changes, given what is stored of it. */
export function draftChange<T extends { id: string }>(
  place: Place<T>,
  { id, record }: Write<T>,
  stored: T | null,
): Change {
  const { world, definition } = place;
  const sums = draftSums(place, stored, record);
  const key = getRecordKey(world, definition.name, id);
  const before = stored ? listIndexEntries(place, stored) : [];
  const sets: Change["sets"] = record ? listIndexEntries(place, record) : [];
  const kept = new Set(before.length === 0 ? [] : sets.map(({ key }) => JSON.stringify(key)));
  const deletes = before.map(({ key }) => key).filter((key) => !kept.has(JSON.stringify(key)));
  const indexBytes = WEIGHT_BYTES * sets.length;
  if (record) sets.push({ key, value: record });
  else if (stored) deletes.push(key);
  const keys = [key, ...deletes, ...[...sets, ...sums].map((entry) => entry.key)];
  return {
    sets,
    deletes,
    sums,
    size: {
      mutations: sets.length + deletes.length + sums.length,
      checks: 1,
      valueBytes: checkSize(definition.name, record) + indexBytes + 16 * sums.length,
      keyBytes: keys.reduce((sum, key) => sum + measureKey(key), 64),
    },
  };
}

/** Adds a change to a commit. */
export function applyChange(
  atomic: Deno.AtomicOperation,
  { sets, deletes, sums }: Pick<Change, "sets" | "deletes" | "sums">,
): void {
  for (const { key, value } of sets) atomic.set(key, value);
  for (const key of deletes) atomic.delete(key);
  for (const { key, by } of sums) atomic.sum(key, by < 0n ? SUM_MODULUS + by : by);
}

/** Commits as many writes as one commit takes, at least one; returns those that are left. */
async function commitSome<T extends { id: string }>(
  gate: Gate,
  place: Place<T>,
  writes: readonly Write<T>[],
): Promise<Write<T>[]> {
  const { world, definition } = place;
  const candidates = writes.slice(0, MAX_COMMIT_CHECKS);
  const keys = candidates.map(({ id }) => getRecordKey(world, definition.name, id));
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const stored = await getAll<T>(gate, keys);
    const size = createCommitSize();
    const changes: Change[] = [];
    for (let i = 0; i < candidates.length; i++) {
      const change = draftChange(place, candidates[i]!, stored[i]!.value);
      if (changes.length > 0 && !hasRoom(size, change.size)) break;
      addCommitSize(size, change.size);
      changes.push(change);
    }
    const result = await gate.run((kv) => {
      const atomic = kv.atomic();
      for (const [i, { sets, deletes }] of changes.entries()) {
        atomic.check({ key: keys[i]!, versionstamp: stored[i]!.versionstamp });
        applyChange(atomic, { sets, deletes, sums: [] });
      }
      // Once for each sum: most records add to the same few.
      applyChange(atomic, { sets: [], deletes: [], sums: addSums(changes) });
      return atomic.commit();
    });
    if (result.ok) return writes.slice(changes.length);
  }
  throw new StoreError("conflict", `Records of ${definition.name} are written by too many at once`);
}

async function readTally<T extends { id: string }>(
  gate: Gate,
  { world, definition }: Place<T>,
  name: string,
  under: readonly IndexPart[],
): Promise<TallyRow[]> {
  if (!definition.tallies?.some((tally) => tally.name === name)) {
    throw new StoreError("unknown_index", `${definition.name} has no tally ${name}`);
  }
  const tallyPrefix = getTallyPrefix(world, definition.name, name);
  const rows = new Map<string, TallyRow>();
  await gate.run(async (kv) => {
    const prefix = [...tallyPrefix, ...under];
    for await (const { key, value } of kv.list<Deno.KvU64>({ prefix }, { batchSize: 500 })) {
      const parts = key.slice(tallyPrefix.length, -1) as IndexPart[];
      const row = rows.get(JSON.stringify(parts)) ?? { parts, count: 0, amounts: {} };
      const amount = key.at(-1) as string;
      if (amount === COUNT_AMOUNT) row.count = Number(value.value);
      else row.amounts[amount] = Number(BigInt.asIntN(64, value.value));
      rows.set(JSON.stringify(parts), row);
    }
  });
  return [...rows.values()].filter(({ count }) => count > 0);
}
