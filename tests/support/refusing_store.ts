/** A store that can be told to refuse every write, as one on a full disk does. */
import type { Collection, WorldStore } from "../../lib/store/types.ts";

/** A world whose writes can be refused. */
export interface RefusingStore extends WorldStore {
  /** While set, every write is refused with this message; reading goes on. */
  refusal: string | null;
  /** Writes that were refused. */
  refused: number;
}

/** Returns `inner` with a switch in front of its writes. */
export function createRefusingStore(inner: WorldStore): RefusingStore {
  const write = <T>(run: () => Promise<T>): Promise<T> => {
    if (store.refusal === null) return run();
    store.refused++;
    return Promise.reject(new Error(store.refusal));
  };
  const guard = <T extends { id: string }>(records: Collection<T>): Collection<T> => ({
    put: (record) => write(() => records.put(record)),
    putMany: (many) => write(() => records.putMany(many)),
    create: (record) => write(() => records.create(record)),
    delete: (id) => write(() => records.delete(id)),
    get: (id) => records.get(id),
    list: (query) => records.list(query),
    count: () => records.count(),
    readTally: (name, under) => records.readTally(name, under),
  });
  const { bars } = inner;
  const store: RefusingStore = {
    refusal: null,
    refused: 0,
    world: inner.world,
    bars: {
      putBars: (series, many) => write(() => bars.putBars(series, many)),
      putManyBars: (entries) => write(() => bars.putManyBars(entries)),
      putLiveBars: (entries) => write(() => bars.putLiveBars(entries)),
      readColumns: (series, range) => bars.readColumns(series, range),
      listBars: (series, range) => bars.listBars(series, range),
      getExtent: (series) => bars.getExtent(series),
      getLiveBar: (series) => bars.getLiveBar(series),
    },
    symbols: guard(inner.symbols),
    signals: guard(inner.signals),
    outcomes: guard(inner.outcomes),
    gaps: guard(inner.gaps),
    quality: guard(inner.quality),
    marketData: guard(inner.marketData),
    features: guard(inner.features),
    news: guard(inner.news),
    mentions: guard(inner.mentions),
    tvl: guard(inner.tvl),
    assetPrices: guard(inner.assetPrices),
    marketTotals: guard(inner.marketTotals),
    dexExchanges: guard(inner.dexExchanges),
    dexPairs: guard(inner.dexPairs),
    dexSamples: guard(inner.dexSamples),
    dexNetworks: guard(inner.dexNetworks),
    dexListings: guard(inner.dexListings),
    dexTrades: guard(inner.dexTrades),
    dexSignals: guard(inner.dexSignals),
    transactions: guard(inner.transactions),
    apiUsage: guard(inner.apiUsage),
    collectionRuns: guard(inner.collectionRuns),
    getState: (name) => inner.getState(name),
    putState: (name, value) => write(() => inner.putState(name, value)),
    clear: () => inner.clear(),
  };
  return store;
}
