/**
 * Commits bars in groups: one commit holds as many series and blocks as the limits let it.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";
import { type Block, LONG_SLOTS, openBlock, SHORT_SLOTS } from "./blocks.ts";
import { draftRows, groupRows, type SeriesDraft, type SeriesMeta } from "./bar_plan.ts";
import { StoreError } from "./errors.ts";
import type { Gate } from "./gate.ts";
import { getLongBlockKey, getMetaKey, getShortBlockKey } from "./keys.ts";
import { MAX_COMMIT_BYTES, MAX_COMMIT_CHECKS } from "./limits.ts";
import { createLru } from "./lru.ts";
import type { SeriesKey } from "./types.ts";

/** Bars of one series to be written. */
export interface BarWrite {
  series: SeriesKey;
  columns: BarColumns;
}

/** Writes groups of bars and remembers what it wrote last. */
export interface BarWriter {
  write(writes: readonly BarWrite[]): Promise<void>;
  /** Forgets what it remembers, for when the world was cleared. */
  forget(): void;
}

/** Remembered series (some 3 kB each) and long blocks (58 kB each). */
const MAX_SERIES = 4_096;
const MAX_LONG_BLOCKS = 128;
/** How often a group is tried when another process writes the same series. */
const MAX_TRIES = 5;
/** Bytes of meta, keys and envelope that a series adds to a commit, at most. */
const SERIES_BYTES = 3_000;
const LONG_BYTES = LONG_SLOTS * 40 + LONG_SLOTS / 4;

interface KnownSeries {
  versionstamp: string | null;
  meta: SeriesMeta;
  short: Block | null;
}

/** Thrown within this file when a check failed: what we remembered is out of date. */
class StaleError extends Error {}

/** Returns a writer for one world; `now` is wall time in epoch ms and starts the revisions. */
export function createBarWriter({ gate, world, now }: {
  gate: Gate;
  world: string;
  now: () => number;
}): BarWriter {
  const knownSeries = createLru<string, KnownSeries>(MAX_SERIES);
  const longBlocks = createLru<string, Block>(MAX_LONG_BLOCKS);
  const nameSeries = (series: SeriesKey) => `${series.timeframe} ${series.symbol}`;
  const nameLong = (series: SeriesKey, block: number) => `${block} ${nameSeries(series)}`;

  const readSeries = async (series: SeriesKey): Promise<KnownSeries> => {
    const [meta, short] = await gate.run((kv) =>
      kv.getMany<[SeriesMeta, Uint8Array]>([
        getMetaKey(world, series),
        getShortBlockKey(world, series),
      ])
    );
    return {
      versionstamp: meta.versionstamp,
      meta: meta.value ??
        { first: Infinity, last: -Infinity, count: 0, revision: now(), hot: null },
      short: short.value && meta.value?.hot != null ? openBlock(short.value, SHORT_SLOTS) : null,
    };
  };

  const loadLong = async (series: SeriesKey, block: number): Promise<Block | null> => {
    const known = longBlocks.get(nameLong(series, block));
    if (known) return known;
    const key = getLongBlockKey(world, series, block);
    const entry = await gate.run((kv) => kv.get<Uint8Array>(key));
    return entry.value ? openBlock(entry.value, LONG_SLOTS) : null;
  };

  const createDraft = async (series: SeriesKey): Promise<SeriesDraft> => {
    const known = knownSeries.get(nameSeries(series)) ?? await readSeries(series);
    return {
      series,
      versionstamp: known.versionstamp,
      meta: { ...known.meta },
      short: known.short,
      shortChanged: false,
      longs: new Map(),
      loadLong: (block) => loadLong(series, block),
    };
  };

  const commit = async (drafts: ReadonlyMap<string, SeriesDraft>): Promise<void> => {
    if (drafts.size === 0) return;
    for (const draft of drafts.values()) draft.meta.revision++;
    const result = await gate.run((kv) => {
      const atomic = kv.atomic();
      for (const draft of drafts.values()) addDraft(atomic, world, draft);
      return atomic.commit();
    });
    if (!result.ok) throw new StaleError();
    for (const [name, draft] of drafts) {
      const { meta, short } = draft;
      knownSeries.set(name, { versionstamp: result.versionstamp, meta, short });
      for (const [block, long] of draft.longs) longBlocks.set(nameLong(draft.series, block), long);
    }
  };

  const writeOnce = async (writes: readonly BarWrite[]): Promise<void> => {
    const names = new Map(writes.map(({ series }) => [nameSeries(series), series]));
    await Promise.all([...names].map(async ([name, series]) => {
      if (!knownSeries.get(name)) knownSeries.set(name, await readSeries(series));
    }));
    let drafts = new Map<string, SeriesDraft>();
    for (const { series, columns } of writes) {
      const name = nameSeries(series);
      for (const [block, rows] of groupRows(columns, series.timeframe)) {
        if (!hasRoomForRows(drafts, name)) {
          await commit(drafts);
          drafts = new Map();
        }
        let draft = drafts.get(name);
        if (!draft) drafts.set(name, draft = await createDraft(series));
        await draftRows(draft, columns, block, rows);
      }
    }
    await commit(drafts);
  };

  const forget = () => {
    knownSeries.clear();
    longBlocks.clear();
  };

  return {
    forget,
    async write(writes) {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        try {
          return await writeOnce(writes);
        } catch (error) {
          forget(); // what is remembered may differ from what is stored
          if (!(error instanceof StaleError)) throw error;
        }
      }
      throw new StoreError(
        "conflict",
        "Bars could not be written: another writer keeps on winning",
      );
    },
  };
}

/** Says whether a further group of rows fits: in the worst case it changes two long blocks. */
function hasRoomForRows(drafts: ReadonlyMap<string, SeriesDraft>, name: string): boolean {
  let bytes = 2 * LONG_BYTES + SERIES_BYTES;
  for (const draft of drafts.values()) bytes += SERIES_BYTES + draft.longs.size * LONG_BYTES;
  const checks = drafts.has(name) ? drafts.size : drafts.size + 1;
  return bytes <= MAX_COMMIT_BYTES && checks <= MAX_COMMIT_CHECKS;
}

function addDraft(atomic: Deno.AtomicOperation, world: string, draft: SeriesDraft): void {
  const { series, versionstamp, meta, short, shortChanged, longs } = draft;
  const metaKey = getMetaKey(world, series);
  atomic.check({ key: metaKey, versionstamp }).set(metaKey, meta);
  for (const [block, long] of longs) atomic.set(getLongBlockKey(world, series, block), long.bytes);
  if (!shortChanged) return;
  if (short) atomic.set(getShortBlockKey(world, series), short.bytes);
  else atomic.delete(getShortBlockKey(world, series));
}
