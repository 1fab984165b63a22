/**
 * Decentralised exchanges as pages show them, from the readers that the API answers with.
 *
 * @module
 */
import type { DexPairRecord } from "../contracts/dex_records.ts";
import type { DexDetail, DexFilter, DexNetworkView, DexOverview } from "../ui/page_views.ts";
import type { ApiDeps } from "./deps.ts";
import { chooseByVolume } from "./dex.ts";
import { createPairAnalyser } from "./dex_analysis.ts";
import { readCandles } from "./dex_history.ts";
import { explainNothing, listAll } from "./page_records.ts";

/** Pairs that sums are made of, pairs and leaders shown, signals read. */
const pairsMax = 5_000;
const shownMax = 100;
const leadersMax = 10;
const signalsMax = 200;
const candlesMs = 7 * 86_400_000;
/** Pairs are kept this long (ms), or until pairs are written anew. */
const keptMs = 300_000;

/** Returns readers of pairs. */
export function createDexReader(deps: ApiDeps): {
  getDex(filter: DexFilter): Promise<DexOverview>;
  getDexPair(id: string): Promise<DexDetail | null>;
} {
  const { store } = deps;
  const memo = deps.answers.family<DexPairRecord[]>("dex_page", {
    ttlMs: keptMs,
    madeOf: { dexPairs: true },
  });
  const analysePair = createPairAnalyser(deps);
  const readAll = () => listAll(store.dexPairs, chooseByVolume(), pairsMax);

  return {
    async getDex(filter) {
      const [{ value: all }, networks, signals] = await Promise.all([
        memo.get("pairs", readAll),
        listAll(store.dexNetworks, {}, 1_000),
        listAll(
          store.dexSignals,
          filter.type ? { index: "type", equals: [filter.type] } : {},
          signalsMax,
        ),
      ]);
      const names = new Map(networks.map(({ id, name }) => [id, name]));
      const isWanted = (record: { network_id: string; dex_id: string }) =>
        (!filter.network || record.network_id === filter.network) &&
        (!filter.exchange || record.dex_id === filter.exchange);
      const shownSignals = signals.filter(isWanted);
      const signalled = new Set(shownSignals.map(({ pair_id }) => pair_id));
      const wanted = all.filter((pair) =>
        isWanted(pair) && (!filter.type || signalled.has(pair.id))
      );
      return {
        pairs: sortPairs(wanted, filter).slice(0, shownMax),
        total: wanted.length,
        isCut: all.length === pairsMax,
        leaders: all.filter(({ volume_24h }) => volume_24h !== null).slice(0, leadersMax),
        networks: sumNetworks(all, names),
        exchanges: [...new Set(all.map(({ dex_id }) => dex_id))].sort(),
        signals: shownSignals,
        ...(all.length === 0
          ? { reason: explainNothing(deps, (source) => source === "coinmarketcap_dex") }
          : {}),
      };
    },

    async getDexPair(id) {
      const pair = await store.dexPairs.get(id);
      if (!pair) return null;
      const from = deps.marketNow() - candlesMs;
      const [analysis, candles, network] = await Promise.all([
        analysePair(pair),
        readCandles(deps, id, { interval: "1h", from }),
        store.dexNetworks.get(pair.network_id),
      ]);
      return {
        ...analysis,
        pair,
        networkName: network?.name ?? pair.network_id,
        candles: candles.candles.map(({ time, open, high, low, close }) => ({
          time,
          open,
          high,
          low,
          close,
        })),
        madeFrom: candles.made_from,
      };
    },
  };
}

/** Returns pairs in order; those without the figure come last either way, equals by id. */
export function sortPairs(
  pairs: readonly DexPairRecord[],
  { sort, order }: Pick<DexFilter, "sort" | "order">,
): DexPairRecord[] {
  const sign = order === "asc" ? 1 : -1;
  const compareIds = (a: DexPairRecord, b: DexPairRecord) => a.id < b.id ? -1 : 1;
  const isKnown = (value: string | number | null): value is string | number =>
    typeof value === "string" || (value !== null && Number.isFinite(value));
  return pairs.toSorted((a, b) => {
    const [left, right] = [a[sort], b[sort]];
    if (!isKnown(left) || !isKnown(right)) {
      return Number(!isKnown(left)) - Number(!isKnown(right)) || compareIds(a, b);
    }
    return left === right ? compareIds(a, b) : sign * (left < right ? -1 : 1);
  });
}

/** Sums pairs up by network, the most traded first. */
export function sumNetworks(
  pairs: readonly DexPairRecord[],
  names: ReadonlyMap<string, string>,
): DexNetworkView[] {
  const sums = new Map<string, DexNetworkView>();
  for (const { network_id: id, volume_24h, liquidity } of pairs) {
    const sum = sums.get(id) ??
      { id, name: names.get(id) ?? id, pairs: 0, volume: 0, liquidity: 0 };
    sum.pairs++;
    sum.volume += volume_24h ?? 0;
    sum.liquidity += liquidity ?? 0;
    sums.set(id, sum);
  }
  return [...sums.values()].sort((a, b) => b.volume - a.volume || (a.id < b.id ? -1 : 1));
}
