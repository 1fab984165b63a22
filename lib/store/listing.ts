/**
 * Reading lists: keys of one index, or of several in one order, and the records behind them.
 *
 * @module
 */
import { formatCursor, parseCursor } from "./cursor.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { type IndexPart, type Place, TIME_INDEX } from "./indexes.ts";
import { getIndexPrefix, getRecordKey } from "./keys.ts";
import { MAX_GET_MANY_KEYS, MAX_LIST_BATCH_KEYS } from "./limits.ts";
import type { Page, RecordQuery } from "./types.ts";
import { unpackWeight } from "./weight.ts";

/** Records of a page when the query names no limit, and at most. */
export const DEFAULT_PAGE_RECORDS = 100;
/** See `DEFAULT_PAGE_RECORDS`. */
export const MAX_PAGE_RECORDS = 1_000;
/** Values that `oneOf` may name: each is a stream of its own, and is read up to a page. */
export const MAX_ONE_OF = 16;
/** Keys read at once from each of several streams, at least. */
const LEAST_BATCH_KEYS = 16;
/** Entries looked at for a page of a query with `least`. */
export const MAX_WEIGHED_ENTRIES = 2_000;

/** Where a list reads: one collection, or several of the same definition as if they were one. */
export interface ListedPlaces<T extends { id: string }> {
  /** At least one. */
  places: readonly Place<T>[];
  /** Names of the collections where a listed record may have gone meanwhile. */
  alsoIn?: readonly string[];
}

/**
 * Returns a page of records. Throws `StoreError`: `unknown_index` where no such index is declared,
 * `invalid_cursor` on a foreign cursor; `RangeError` where `oneOf` has too many values or no index.
 */
export async function listRecords<T extends { id: string }>(
  gate: Gate,
  { places, alsoIn = [] }: ListedPlaces<T>,
  query: RecordQuery,
): Promise<Page<T>> {
  const limit = Math.min(MAX_PAGE_RECORDS, Math.max(1, query.limit ?? DEFAULT_PAGE_RECORDS));
  const isRising = places[0]?.definition.ascending ?? false;
  const selectors = places.flatMap((place) => listPrefixes(place, query))
    .flatMap((prefix) => createSelector(prefix, query, isRising) ?? []);
  if (selectors.length === 0) return { items: [], cursor: null };
  const tailStart = getIndexPrefix("", "", "").length + (query.equals?.length ?? 0) +
    (query.oneOf ? 1 : 0);
  const { keys, last } = await gate.run((kv) =>
    pickKeys(mergeEntries(kv, selectors, { isRising, most: limit + 1, tailStart, query }), {
      limit,
      least: query.least ?? -Infinity,
    })
  );
  return {
    items: await readListed<T>(gate, keys, alsoIn),
    // What follows the values asked for is of the same form in every stream, so one text serves all.
    cursor: last === null ? null : formatCursor(last.slice(tailStart) as IndexPart[]),
  };
}

/** Reads the records of index keys; one that was deleted since its entry was read is left out. */
async function readListed<T>(
  gate: Gate,
  keys: readonly Deno.KvKey[],
  alsoIn: readonly string[],
): Promise<T[]> {
  const toRecordKey = (key: Deno.KvKey, collection = key[3] as string) =>
    getRecordKey(key[1] as string, collection, key.at(-1) as string);
  const records = (await getAll<T>(gate, keys.map((key) => toRecordKey(key))))
    .map(({ value }) => value);
  for (const collection of alsoIn) {
    const missing = records.flatMap((record, i) => record === null ? [i] : []);
    if (missing.length === 0) break;
    const found = await getAll<T>(gate, missing.map((i) => toRecordKey(keys[i]!, collection)));
    for (const [n, i] of missing.entries()) records[i] = found[n]!.value;
  }
  return records.filter((record) => record !== null);
}

/** Takes the keys of a page; `last` is where it ends, null where nothing follows. */
async function pickKeys(
  entries: AsyncIterable<Entry>,
  { limit, least }: { limit: number; least: number },
): Promise<{ keys: Deno.KvKey[]; last: Deno.KvKey | null }> {
  const keys: Deno.KvKey[] = [];
  let last: Deno.KvKey | null = null;
  let seen = 0;
  for await (const { key, value } of entries) {
    const isLight = least > -Infinity && (unpackWeight(value) ?? Infinity) < least;
    if (!isLight && keys.length === limit) return { keys, last };
    if (++seen > MAX_WEIGHED_ENTRIES && least > -Infinity) return { keys, last };
    if (!isLight) keys.push(key);
    last = key;
  }
  return { keys, last: null };
}

/** Reads any number of keys, ten at a time, in their order. */
export async function getAll<T>(
  gate: Gate,
  keys: readonly Deno.KvKey[],
): Promise<Deno.KvEntryMaybe<T>[]> {
  return await gate.run(async (kv) => {
    const reads: Promise<Deno.KvEntryMaybe<T>[]>[] = [];
    for (let start = 0; start < keys.length; start += MAX_GET_MANY_KEYS) {
      reads.push(kv.getMany<T[]>(keys.slice(start, start + MAX_GET_MANY_KEYS)));
    }
    return (await Promise.all(reads)).flat();
  });
}

/** Returns where in the key space the query reads: one prefix, or one for each value of `oneOf`. */
function listPrefixes<T extends { id: string }>(
  { world, definition }: Place<T>,
  { index = TIME_INDEX, equals = [], oneOf }: RecordQuery,
): Deno.KvKey[] {
  if (index !== TIME_INDEX && !definition.indexes.some(({ name }) => name === index)) {
    throw new StoreError("unknown_index", `${definition.name} has no index ${index}`);
  }
  const prefix: Deno.KvKey = [...getIndexPrefix(world, definition.name, index), ...equals];
  if (!oneOf) return [prefix];
  const values = [...new Set(oneOf)];
  if (index === TIME_INDEX || values.length > MAX_ONE_OF) {
    throw new RangeError(
      `Cannot list ${definition.name} by one of ${values.length} values of ${index}: ` +
        `at most ${MAX_ONE_OF}, of an index that is declared`,
    );
  }
  return values.map((value) => [...prefix, value]);
}

/** Returns what a query reads below a prefix; null where its range ends before it begins. */
function createSelector(
  prefix: Deno.KvKey,
  { from, to, cursor }: RecordQuery,
  isRising: boolean,
): Deno.KvListSelector | null {
  // Between the infinities lies every time.
  const timed = from !== undefined || to !== undefined;
  let start: Deno.KvKey | undefined = timed ? [...prefix, from ?? -Infinity] : undefined;
  let end: Deno.KvKey | undefined = timed ? [...prefix, to ?? Infinity] : undefined;
  if (cursor !== undefined) {
    const last: Deno.KvKey = [...prefix, ...parseCursor(cursor)];
    if (isRising) start = [...last, ""];
    else end = last;
  }
  if (start && end) return compareTails(start, end, prefix.length) < 0 ? { start, end } : null;
  if (start) return { prefix, start };
  if (end) return { prefix, end };
  return { prefix };
}

type Entry = Pick<Deno.KvEntry<unknown>, "key" | "value">;

/**
 * Yields the entries of all selectors together, in the order of what their keys hold from part
 * `tailStart` on. Of each selector no more than `most` are read, unless the query leaves some out by
 * their weight; a key whose tail another stream has too (its record changed between two reads) is
 * yielded once.
 */
async function* mergeEntries(
  kv: Deno.Kv,
  selectors: readonly Deno.KvListSelector[],
  { isRising, most, tailStart, query }: {
    isRising: boolean;
    most: number;
    tailStart: number;
    query: RecordQuery;
  },
): AsyncGenerator<Entry> {
  const share = Math.ceil(2 * most / selectors.length);
  const batchSize = Math.min(most, MAX_LIST_BATCH_KEYS, Math.max(LEAST_BATCH_KEYS, share));
  const options = {
    reverse: !isRising,
    batchSize,
    ...(query.least === undefined && { limit: most }),
  };
  const streams = selectors.map((selector) => kv.list(selector, options));
  const read = async (stream: Deno.KvListIterator<unknown>): Promise<Entry | null> => {
    const { value, done } = await stream.next();
    return done ? null : value;
  };
  const heads = await Promise.all(streams.map(read));
  const sign = isRising ? 1 : -1;
  for (;;) {
    const next = heads.reduce<Entry | null>(
      (best, head) =>
        head && (!best || sign * compareTails(head.key, best.key, tailStart) < 0) ? head : best,
      null,
    );
    if (!next) return;
    yield next;
    for (const [i, head] of heads.entries()) {
      if (head && compareTails(head.key, next.key, tailStart) === 0) {
        heads[i] = await read(streams[i]!);
      }
    }
  }
}

/** Compares keys from a part on, as the storage orders them. */
function compareTails(a: Deno.KvKey, b: Deno.KvKey, start: number): number {
  const length = Math.min(a.length, b.length);
  for (let i = start; i < length; i++) {
    const [part, other] = [a[i] as IndexPart, b[i] as IndexPart];
    if (part === other) continue;
    if (typeof part !== typeof other) return partTypes[typeof part]! - partTypes[typeof other]!;
    if (typeof part === "string") return compareTexts(part, other as string);
    return part < other ? -1 : 1;
  }
  return a.length - b.length;
}

/** The storage orders parts of different types by these. */
const partTypes: Readonly<Record<string, number>> = { string: 0, number: 1, boolean: 2 };

/** Compares texts by their code points, which is the order of their bytes in UTF-8. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [unit, other] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (unit !== other) return rankUnit(unit) - rankUnit(other);
  }
  return a.length - b.length;
}

/** Halves of pairs stand for code points above all those of one unit. */
function rankUnit(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
