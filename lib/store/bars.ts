/**
 * Bars of one world: written in groups, read from packed blocks, newest part from the hot block.
 *
 * @module
 */
import {
  type Bar,
  type BarColumns,
  createBarColumns,
  getBarRow,
  timeframeMs,
  toBarColumns,
} from "../market/mod.ts";
import { createBarWriter } from "./bar_writer.ts";
import { checkColumns, type SeriesMeta } from "./bar_plan.ts";
import { createBatcher } from "./batcher.ts";
import {
  type Block,
  countSlots,
  getCode,
  LONG_SLOTS,
  openBlock,
  readSlots,
  SHORT_SLOTS,
} from "./blocks.ts";
import type { Gate } from "./gate.ts";
import { getLiveBarKey, getLongBlockKey, getMetaKey, getShortBlockKey } from "./keys.ts";
import type { BarRange, BarStore, SeriesKey } from "./types.ts";

/** Live bars of one commit; their keys and values stay far below the other limits. */
const MAX_LIVE_BARS_PER_COMMIT = 250;
/** Long blocks fetched at once, 58 kB each. */
const MAX_BLOCKS_PER_FETCH = 100;

/** A bar store that takes and tells what only its own folder and the loaders need. */
export interface PackedBarStore extends BarStore {
  /** As `putBars`, from columns in any order: the fast way for a whole history. */
  putColumns(series: SeriesKey, columns: BarColumns): Promise<void>;
  /** Rises with every commit of the series; 0 when it holds nothing. For ETags. */
  getRevision(series: SeriesKey): Promise<number>;
  /** Resolves when no write is pending. */
  settled(): Promise<void>;
  /** Drops what is remembered of stored blocks, for when the world was cleared. */
  forget(): void;
}

interface LiveBar {
  bar: Bar;
  lastTradeId: number;
}

/** Part of a block that a read wants: slots `start` to `end` (exclusive), `baseMs` its first. */
interface Segment {
  block: Block;
  baseMs: number;
  start: number;
  end: number;
  count: number;
}

/** Returns the bars of `world`; `now` is wall time in epoch ms. */
export function createBarStore({ gate, world, now }: {
  gate: Gate;
  world: string;
  now: () => number;
}): PackedBarStore {
  const writer = createBarWriter({ gate, world, now });
  const batcher = createBatcher(writer.write);
  const liveBatcher = createBatcher<LiveBar & { series: SeriesKey }>((entries) =>
    commitLiveBars(gate, world, entries)
  );

  const putColumns = async (series: SeriesKey, columns: BarColumns) => {
    checkColumns(columns, series.timeframe);
    if (columns.length > 0) await batcher.add([{ series, columns }]);
  };

  const getMeta = async (series: SeriesKey) => {
    const key = getMetaKey(world, series);
    return (await gate.run((kv) => kv.get<SeriesMeta>(key))).value;
  };

  const readColumns = async (series: SeriesKey, range: BarRange = {}) => {
    const segments = await readSegments(gate, world, series, range);
    return joinSegments(segments, range.limit ?? Infinity, timeframeMs[series.timeframe]);
  };

  return {
    putColumns,
    readColumns,
    putBars: (series, bars) => putColumns(series, toBarColumns(bars)),
    async putManyBars(entries) {
      const writes = entries.filter(({ bars }) => bars.length > 0).map(({ series, bars }) => ({
        series,
        columns: toBarColumns(bars),
      }));
      for (const { series, columns } of writes) checkColumns(columns, series.timeframe);
      await batcher.add(writes);
    },
    async listBars(series, range) {
      const columns = await readColumns(series, range);
      return Array.from({ length: columns.length }, (_, row) => getBarRow(columns, row));
    },
    async getExtent(series) {
      const meta = await getMeta(series);
      return meta && { first: meta.first, last: meta.last, count: meta.count };
    },
    getRevision: async (series) => (await getMeta(series))?.revision ?? 0,
    putLiveBars: (entries) => liveBatcher.add(entries),
    async getLiveBar(series) {
      const key = getLiveBarKey(world, series);
      return (await gate.run((kv) => kv.get<LiveBar>(key))).value;
    },
    async settled() {
      await Promise.all([batcher.settled(), liveBatcher.settled()]);
    },
    forget: writer.forget,
  };
}

async function commitLiveBars(
  gate: Gate,
  world: string,
  entries: readonly (LiveBar & { series: SeriesKey })[],
): Promise<void> {
  for (let start = 0; start < entries.length; start += MAX_LIVE_BARS_PER_COMMIT) {
    await gate.run((kv) => {
      const atomic = kv.atomic();
      for (const entry of entries.slice(start, start + MAX_LIVE_BARS_PER_COMMIT)) {
        const { series, bar, lastTradeId } = entry;
        atomic.set(getLiveBarKey(world, series), { bar, lastTradeId });
      }
      return atomic.commit();
    });
  }
}

/**
 * Returns the parts of blocks that hold the asked bars, newest first, and no more of them than the
 * limit needs. The hot block is read first: should it be folded meanwhile, nothing is missed.
 */
function readSegments(
  gate: Gate,
  world: string,
  series: SeriesKey,
  { from = 0, to = Infinity, limit = Infinity }: BarRange,
): Promise<Segment[]> {
  const slotMs = timeframeMs[series.timeframe];
  return gate.run(async (kv) => {
    const [{ value: meta }, { value: shortBytes }] = await kv.getMany<[SeriesMeta, Uint8Array]>([
      getMetaKey(world, series),
      getShortBlockKey(world, series),
    ]);
    if (!meta || !(limit > 0)) return [];
    const first = Math.ceil(Math.max(from, meta.first) / slotMs);
    let end = Math.ceil(Math.min(to, meta.last + 1) / slotMs);
    const segments: Segment[] = [];
    let found = 0;
    const add = (bytes: Uint8Array, slots: number, number: number) => {
      const block = openBlock(bytes, slots);
      const base = number * slots;
      const part = { start: Math.max(0, first - base), end: Math.min(slots, end - base) };
      if (part.start >= part.end) return;
      const count = countSlots(block, part.start, part.end);
      if (count > 0) segments.push({ block, baseMs: base * slotMs, ...part, count });
      found += count;
    };
    if (meta.hot !== null && shortBytes) {
      add(shortBytes, SHORT_SLOTS, meta.hot);
      end = Math.min(end, meta.hot * SHORT_SLOTS);
    }
    if (first >= end || found >= limit) return segments;
    const wanted = Math.ceil(Math.min(limit, MAX_BLOCKS_PER_FETCH * LONG_SLOTS) / LONG_SLOTS) + 1;
    const entries = kv.list<Uint8Array>({
      start: getLongBlockKey(world, series, Math.floor(first / LONG_SLOTS)),
      end: getLongBlockKey(world, series, Math.floor((end - 1) / LONG_SLOTS) + 1),
    }, { reverse: true, batchSize: Math.min(wanted, MAX_BLOCKS_PER_FETCH) });
    for await (const entry of entries) {
      add(entry.value, LONG_SLOTS, entry.key.at(-1) as number);
      if (found >= limit) break;
    }
    return segments;
  });
}

/** Returns the newest `limit` bars of segments that come newest first, oldest bar first. */
function joinSegments(segments: readonly Segment[], limit: number, slotMs: number): BarColumns {
  const found = segments.reduce((sum, segment) => sum + segment.count, 0);
  const columns = createBarColumns(Math.min(found, limit));
  let excess = found - columns.length;
  let row = 0;
  for (const segment of segments.toReversed()) {
    let { start } = segment;
    for (; excess > 0 && start < segment.end; start++) {
      if (getCode(segment.block, start) !== 0) excess--;
    }
    row = readSlots(segment.block, { ...segment, start, slotMs }, columns, row);
  }
  return columns;
}
