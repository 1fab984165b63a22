/** A world's store in plain memory, for tests of the pipeline. */
import {
  type Bar,
  type BarColumns,
  type MarketSymbol,
  toBarColumns,
} from "../../lib/market/mod.ts";
import type {
  BarRange,
  BarStore,
  Collection,
  RecordQuery,
  SeriesKey,
  WorldStore,
} from "../../lib/store/types.ts";

const nameOf = (series: SeriesKey) => `${series.symbol} ${series.timeframe}`;

function createMemoryCollection<T extends { id: string }>(): Collection<T> {
  const records = new Map<string, T>();
  const timeOf = (record: T): number =>
    "timestamp" in record && typeof record.timestamp === "number"
      ? record.timestamp
      : "time" in record && typeof record.time === "number"
      ? record.time
      : 0;
  return {
    put: (record) => Promise.resolve(void records.set(record.id, structuredClone(record))),
    putMany: (many) =>
      Promise.resolve(many.forEach((record) => records.set(record.id, structuredClone(record)))),
    create(record) {
      if (records.has(record.id)) return Promise.resolve(false);
      records.set(record.id, structuredClone(record));
      return Promise.resolve(true);
    },
    get: (id) => Promise.resolve(records.get(id) ?? null),
    list({ from = -Infinity, to = Infinity, limit = 1000, cursor }: RecordQuery = {}) {
      const all = [...records.values()]
        .filter((record) => timeOf(record) >= from && timeOf(record) < to)
        .sort((a, b) => timeOf(b) - timeOf(a) || (a.id < b.id ? 1 : -1));
      const start = Number(cursor ?? 0);
      const end = start + limit;
      return Promise.resolve({
        items: all.slice(start, end),
        cursor: end < all.length ? String(end) : null,
      });
    },
    delete: (id) => Promise.resolve(void records.delete(id)),
    count: () => Promise.resolve(records.size),
    readTally: () => Promise.reject(new Error("Tallies are tested with the real store")),
  };
}

/** How often bars were committed, for tests of grouping. */
export interface MemoryStore extends WorldStore {
  commits: number;
  /** When set, the next commits wait for it. */
  gate: Promise<void> | null;
}

/** Returns an empty world. */
export function createMemoryStore(): MemoryStore {
  const series = new Map<string, Map<number, Bar>>();
  const live = new Map<string, { bar: Bar; lastTradeId: number }>();
  const state = new Map<string, unknown>();
  const select = (key: SeriesKey, { from = -Infinity, to = Infinity, limit }: BarRange = {}) => {
    const found = [...(series.get(nameOf(key))?.values() ?? [])]
      .filter((bar) => bar.time >= from && bar.time < to)
      .sort((a, b) => a.time - b.time);
    return limit === undefined ? found : found.slice(Math.max(0, found.length - limit));
  };
  const put = (key: SeriesKey, bars: readonly Bar[]) => {
    const held = series.get(nameOf(key)) ?? new Map<number, Bar>();
    for (const bar of bars) held.set(bar.time, { ...bar, closed: true });
    series.set(nameOf(key), held);
  };
  const bars: BarStore = {
    async putBars(key, many) {
      await store.gate;
      store.commits++;
      put(key, many);
    },
    async putManyBars(entries) {
      await store.gate;
      store.commits++;
      for (const entry of entries) put(entry.series, entry.bars);
    },
    readColumns: (key, range): Promise<BarColumns> =>
      Promise.resolve(toBarColumns(select(key, range))),
    listBars: (key, range) => Promise.resolve(select(key, range).map((bar) => ({ ...bar }))),
    getExtent(key) {
      const all = select(key);
      const [first, last] = [all[0], all.at(-1)];
      return Promise.resolve(
        first && last ? { first: first.time, last: last.time, count: all.length } : null,
      );
    },
    putLiveBars: (entries) =>
      Promise.resolve(
        entries.forEach(({ series: key, bar, lastTradeId }) =>
          live.set(nameOf(key), { bar: { ...bar }, lastTradeId })
        ),
      ),
    getLiveBar: (key) => Promise.resolve(live.get(nameOf(key)) ?? null),
  };
  const store: MemoryStore = {
    commits: 0,
    gate: null,
    world: "test",
    bars,
    symbols: createMemoryCollection<MarketSymbol>(),
    signals: createMemoryCollection(),
    outcomes: createMemoryCollection(),
    gaps: createMemoryCollection(),
    quality: createMemoryCollection(),
    marketData: createMemoryCollection(),
    features: createMemoryCollection(),
    news: createMemoryCollection(),
    mentions: createMemoryCollection(),
    tvl: createMemoryCollection(),
    assetPrices: createMemoryCollection(),
    marketTotals: createMemoryCollection(),
    dexExchanges: createMemoryCollection(),
    dexPairs: createMemoryCollection(),
    dexSamples: createMemoryCollection(),
    dexNetworks: createMemoryCollection(),
    dexListings: createMemoryCollection(),
    dexTrades: createMemoryCollection(),
    dexSignals: createMemoryCollection(),
    transactions: createMemoryCollection(),
    apiUsage: createMemoryCollection(),
    collectionRuns: createMemoryCollection(),
    getState<T>(name: string): Promise<T | null> {
      const text = state.get(name);
      return Promise.resolve(typeof text === "string" ? JSON.parse(text) : null);
    },
    putState: (name, value) => Promise.resolve(void state.set(name, JSON.stringify(value))),
    clear() {
      series.clear();
      live.clear();
      state.clear();
      return Promise.resolve();
    },
  };
  return store;
}
