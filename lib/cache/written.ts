/**
 * Tells the cache of every write to a world, so that no answer outlives what it was made of.
 *
 * @module
 */
import type { BarColumns } from "../market/mod.ts";
import type { PackedBarStore } from "../store/mod.ts";
import type { CollectionName, KeptTexts, Written } from "../store/kept.ts";
import type { Collection, SeriesKey, WorldStore } from "../store/types.ts";

/** Runs a write and tells of it. */
type Around = <T>(written: Written, write: () => Promise<T>) => Promise<T>;

/**
 * Returns the same world, whose `kept.onWritten` tells of each write made through it: before, so
 * that no answer outlives a crash within the write, and after, so that none made meanwhile stays.
 */
export function tellWrites<W extends WorldStore & { kept: KeptTexts }>(world: W): W {
  const listeners = new Set<(written: Written) => Promise<void>>();
  const tell = (written: Written) =>
    Promise.all([...listeners].map((listener) => listener(written)));
  const around: Around = async (written, write) => {
    if (written.records?.length === 0) return await write();
    await tell(written);
    try {
      return await write();
    } finally {
      await tell(written);
    }
  };
  const told = listCollections(world).map(([to, collection]) => [
    to,
    tellOfCollection(to, collection, around),
  ]);
  return {
    ...world,
    ...Object.fromEntries(told),
    bars: tellOfBars(world.bars, around),
    kept: { ...world.kept, onWritten: (listener) => void listeners.add(listener) },
    clear: () => around({ to: null, records: null }, () => world.clear()),
  };
}

/** Every member of a world that records are put into. */
function listCollections(world: WorldStore): [CollectionName, Collection<never>][] {
  const isCollection = (value: unknown) =>
    typeof value === "object" && value !== null && "putMany" in value && "create" in value;
  return Object.entries(world).filter(([, value]) => isCollection(value)) as [
    CollectionName,
    Collection<never>,
  ][];
}

function tellOfCollection(
  to: CollectionName,
  collection: Collection<never>,
  around: Around,
): Collection<never> {
  return {
    ...collection,
    put: (record) => around({ to, records: [record] }, () => collection.put(record)),
    putMany: (records) => around({ to, records }, () => collection.putMany(records)),
    create: (record) => around({ to, records: [record] }, () => collection.create(record)),
    delete: (id) => around({ to, records: null }, () => collection.delete(id)),
  };
}

/** Running bars are told live, and no answer is made of those that are stored. */
function tellOfBars<B extends WorldStore["bars"] & Partial<Pick<PackedBarStore, "putColumns">>>(
  bars: B,
  around: Around,
): B {
  const { putColumns } = bars;
  return {
    ...bars,
    putBars: (series, some) =>
      around(
        { to: "bars", records: some.length > 0 ? [series] : [] },
        () => bars.putBars(series, some),
      ),
    putManyBars: (entries) =>
      around(
        { to: "bars", records: entries.map(({ series }) => series) },
        () => bars.putManyBars(entries),
      ),
    ...(putColumns && {
      putColumns: (series: SeriesKey, columns: BarColumns) =>
        around({ to: "bars", records: [series] }, () => putColumns(series, columns)),
    }),
  };
}
