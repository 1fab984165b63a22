/**
 * Deleting what is too old, in small commits, and counting what is there.
 *
 * @module
 */
import { createBarColumns, timeframeMs } from "../market/mod.ts";
import type { SeriesMeta } from "./bar_plan.ts";
import { countSlots, LONG_SLOTS, openBlock, readSlots, SHORT_SLOTS } from "./blocks.ts";
import type { Gate } from "./gate.ts";
import { getLongBlockKey, getMetaKey, getMetaPrefix, getShortBlockKey } from "./keys.ts";
import type { RecordQuery, SeriesKey } from "./types.ts";

/** Records deleted between two looks at what else waits. */
const DELETED_AT_ONCE = 100;
/** Blocks deleted in one commit. */
const BLOCKS_AT_ONCE = 100;

/** Records that can be purged, whatever else they hold. */
export interface Purgeable {
  list(query: RecordQuery): Promise<{ items: { id: string }[] }>;
  delete(id: string): Promise<void>;
}

/** Deletes records older than `beforeMs` (epoch ms); returns how many. */
export async function purgeRecords(
  records: Purgeable,
  beforeMs: number,
  signal?: AbortSignal,
): Promise<number> {
  let deleted = 0;
  while (!signal?.aborted) {
    const { items } = await records.list({ to: beforeMs, limit: DELETED_AT_ONCE });
    await Promise.all(items.map(({ id }) => records.delete(id)));
    deleted += items.length;
    if (items.length < DELETED_AT_ONCE) break;
  }
  return deleted;
}

/**
 * Deletes bars older than `beforeMs` (epoch ms) of every series of a world, by whole blocks: up to
 * a block (one day of 1m bars) more is kept. Returns how many bars went.
 */
export async function purgeBars(
  { gate, world }: { gate: Gate; world: string },
  beforeMs: number,
  signal?: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (const series of await listSeries(gate, world)) {
    while (!signal?.aborted) {
      const count = await purgeSeries(gate, world, series, beforeMs);
      deleted += count;
      if (count === 0) break;
    }
  }
  return deleted;
}

/** Names every series that has bars, with how many. */
export async function listSeries(
  gate: Gate,
  world: string,
): Promise<(SeriesKey & { count: number })[]> {
  return await gate.run(async (kv) => {
    const found: (SeriesKey & { count: number })[] = [];
    const prefix = getMetaPrefix(world);
    for await (const { key, value } of kv.list<SeriesMeta>({ prefix }, { batchSize: 500 })) {
      const [symbol, timeframe] = key.slice(prefix.length) as [string, SeriesKey["timeframe"]];
      found.push({ symbol, timeframe, count: value.count });
    }
    return found;
  });
}

/** Deletes some blocks of a series in one commit; 0 when none is left, or another writer won. */
async function purgeSeries(
  gate: Gate,
  world: string,
  series: SeriesKey,
  beforeMs: number,
): Promise<number> {
  const metaKey = getMetaKey(world, series);
  return await gate.run(async (kv) => {
    const { value: meta, versionstamp } = await kv.get<SeriesMeta>(metaKey);
    if (!meta) return 0;
    const atomic = kv.atomic().check({ key: metaKey, versionstamp });
    const old = kv.list<Uint8Array>({
      start: getLongBlockKey(world, series, 0),
      end: getLongBlockKey(world, series, findFirstKept(meta, series, beforeMs)),
    }, { limit: BLOCKS_AT_ONCE, batchSize: 10 });
    let count = 0;
    let last = -1;
    for await (const { key, value } of old) {
      atomic.delete(key);
      count += countSlots(openBlock(value, LONG_SLOTS), 0, LONG_SLOTS);
      last = key.at(-1) as number;
    }
    if (last === -1) return 0;
    const first = await findFirstTime(kv, world, series, last + 1);
    if (first === null) atomic.delete(metaKey);
    else {
      const revision = meta.revision + 1;
      atomic.set(metaKey, { ...meta, first, count: meta.count - count, revision });
    }
    return (await atomic.commit()).ok ? count : 0;
  });
}

/** The first long block that stays; the one that the hot block is a copy from always does. */
function findFirstKept(meta: SeriesMeta, { timeframe }: SeriesKey, beforeMs: number): number {
  const firstKept = Math.max(0, Math.floor(beforeMs / (timeframeMs[timeframe] * LONG_SLOTS)));
  if (meta.hot === null) return firstKept;
  return Math.min(firstKept, Math.floor(meta.hot * SHORT_SLOTS / LONG_SLOTS));
}

/** Start of the first bar from long block `from` on; null when there is none. */
async function findFirstTime(
  kv: Deno.Kv,
  world: string,
  series: SeriesKey,
  from: number,
): Promise<number | null> {
  const [{ value: meta }, { value: short }] = await kv.getMany<[SeriesMeta, Uint8Array]>([
    getMetaKey(world, series),
    getShortBlockKey(world, series),
  ]);
  const hot = meta?.hot ?? null;
  const found = short && hot !== null ? [readFirstTime(short, SHORT_SLOTS, hot, series)] : [];
  const kept = kv.list<Uint8Array>({
    start: getLongBlockKey(world, series, from),
    end: getLongBlockKey(world, series, Number.MAX_SAFE_INTEGER),
  }, { limit: 1 });
  for await (const { key, value } of kept) {
    found.push(readFirstTime(value, LONG_SLOTS, key.at(-1) as number, series));
  }
  return found.length === 0 ? null : Math.min(...found);
}

function readFirstTime(
  bytes: Uint8Array,
  slots: number,
  block: number,
  { timeframe }: SeriesKey,
): number {
  const slotMs = timeframeMs[timeframe];
  const columns = createBarColumns(slots);
  const part = { start: 0, end: slots, baseMs: block * slots * slotMs, slotMs };
  const rows = readSlots(openBlock(bytes, slots), part, columns, 0);
  return rows === 0 ? Infinity : columns.time[0]!;
}
