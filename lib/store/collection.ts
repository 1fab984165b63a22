/**
 * Records of one kind: a record and its index entries are always one commit.
 *
 * @module
 */
import { serialize } from "node:v8";
import { createBatcher } from "./batcher.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { type CollectionDefinition, type IndexPart, TIME_INDEX } from "./indexes.ts";
import { getCountKey, getIndexPrefix, getRecordKey, getTallyPrefix } from "./keys.ts";
import {
  addCommitSize,
  type CommitSize,
  createCommitSize,
  hasRoom,
  MAX_COMMIT_CHECKS,
  MAX_GET_MANY_KEYS,
  MAX_LIST_BATCH_KEYS,
  MAX_VALUE_BYTES,
  measureKey,
} from "./limits.ts";
import type { Collection, Page, RecordQuery, TallyRow } from "./types.ts";

/** Records of a page when the query names no limit, and at most. */
export const DEFAULT_PAGE_RECORDS = 100;
/** See `DEFAULT_PAGE_RECORDS`. */
export const MAX_PAGE_RECORDS = 1_000;
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
    list: (query = {}) => listRecords(gate, place, query),
    async count() {
      const key = getCountKey(world, definition.name);
      return Number((await gate.run((kv) => kv.get<Deno.KvU64>(key))).value?.value ?? 0n);
    },
    readTally: (name, under = []) => readTally(gate, place, name, under),
    settled: batcher.settled,
  };
}

/** A kind of record in one world. */
export interface Place<T extends { id: string }> {
  world: string;
  definition: CollectionDefinition<T>;
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

/** Returns the index keys of a record, each with the prefix of its index in front. */
function listIndexKeys<T extends { id: string }>(
  { world, definition }: Place<T>,
  record: T,
): Deno.KvKey[] {
  const tail = [definition.timestamp(record), record.id];
  const keys: Deno.KvKey[] = [[...getIndexPrefix(world, definition.name, TIME_INDEX), ...tail]];
  for (const index of definition.indexes) {
    const prefix = getIndexPrefix(world, definition.name, index.name);
    for (const parts of index.entries(record)) keys.push([...prefix, ...parts, ...tail]);
  }
  return keys;
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
  const byKey = new Map<string, { key: Deno.KvKey; by: bigint }>();
  const add = (key: Deno.KvKey, by: bigint) => {
    const name = JSON.stringify(key);
    byKey.set(name, { key, by: (byKey.get(name)?.by ?? 0n) + by });
  };
  if (stored) { for (const [key, by] of listSums(place, stored)) add(key, -by); }
  if (record) { for (const [key, by] of listSums(place, record)) add(key, by); }
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
  const before = stored ? listIndexKeys(place, stored) : [];
  const after = record ? listIndexKeys(place, record) : [];
  const kept = new Set(after.map((key) => JSON.stringify(key)));
  const deletes = before.filter((key) => !kept.has(JSON.stringify(key)));
  const sets: Change["sets"] = after.map((key) => ({ key, value: id }));
  if (record) sets.push({ key, value: record });
  else if (stored) deletes.push(key);
  const keys = [key, ...deletes, ...[...sets, ...sums].map((entry) => entry.key)];
  const indexBytes = after.length * (3 * id.length + 16);
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
export function applyChange(atomic: Deno.AtomicOperation, change: Change): void {
  for (const { key, value } of change.sets) atomic.set(key, value);
  for (const key of change.deletes) atomic.delete(key);
  for (const { key, by } of change.sums) atomic.sum(key, by < 0n ? SUM_MODULUS + by : by);
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
      for (let i = 0; i < changes.length; i++) {
        atomic.check({ key: keys[i]!, versionstamp: stored[i]!.versionstamp });
        applyChange(atomic, changes[i]!);
      }
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

/** Reads any number of keys, ten at a time, in their order. */
async function getAll<T>(gate: Gate, keys: readonly Deno.KvKey[]): Promise<Deno.KvEntryMaybe<T>[]> {
  return await gate.run(async (kv) => {
    const reads: Promise<Deno.KvEntryMaybe<T>[]>[] = [];
    for (let start = 0; start < keys.length; start += MAX_GET_MANY_KEYS) {
      reads.push(kv.getMany<T[]>(keys.slice(start, start + MAX_GET_MANY_KEYS)));
    }
    return (await Promise.all(reads)).flat();
  });
}

async function listRecords<T extends { id: string }>(
  gate: Gate,
  { world, definition }: Place<T>,
  query: RecordQuery,
): Promise<Page<T>> {
  const { index = TIME_INDEX, equals = [], from, to } = query;
  const limit = Math.min(MAX_PAGE_RECORDS, Math.max(1, query.limit ?? DEFAULT_PAGE_RECORDS));
  if (index !== TIME_INDEX && !definition.indexes.some(({ name }) => name === index)) {
    throw new StoreError("unknown_index", `${definition.name} has no index ${index}`);
  }
  const prefix: Deno.KvKey = [...getIndexPrefix(world, definition.name, index), ...equals];
  // Between the infinities lies every time.
  const timed = from !== undefined || to !== undefined;
  let start: Deno.KvKey | undefined = timed ? [...prefix, from ?? -Infinity] : undefined;
  let end: Deno.KvKey | undefined = timed ? [...prefix, to ?? Infinity] : undefined;
  if (query.cursor !== undefined) {
    const last: Deno.KvKey = [...prefix, ...parseCursor(query.cursor)];
    if (definition.ascending) start = [...last, ""];
    else end = last;
  }
  const selector = createSelector(prefix, start, end);
  const keys = await gate.run(async (kv) => {
    const keys: Deno.KvKey[] = [];
    const entries = kv.list(selector, {
      reverse: !definition.ascending,
      limit: limit + 1,
      batchSize: Math.min(limit + 1, MAX_LIST_BATCH_KEYS),
    });
    for await (const entry of entries) keys.push(entry.key);
    return keys;
  });
  const page = keys.slice(0, limit);
  const records = await getAll<T>(
    gate,
    page.map((key) => getRecordKey(world, definition.name, key.at(-1) as string)),
  );
  return {
    // A record that was deleted since its index entry was read is left out.
    items: records.flatMap(({ value }) => value === null ? [] : [value]),
    cursor: keys.length > limit
      ? formatCursor(page.at(-1)!.slice(prefix.length) as IndexPart[])
      : null,
  };
}

function createSelector(
  prefix: Deno.KvKey,
  start: Deno.KvKey | undefined,
  end: Deno.KvKey | undefined,
): Deno.KvListSelector {
  if (start && end) return { start, end };
  if (start) return { prefix, start };
  if (end) return { prefix, end };
  return { prefix };
}
