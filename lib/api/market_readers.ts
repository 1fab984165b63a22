/**
 * What the API reads of a running pipeline, in the API's own words.
 *
 * @module
 */
import type { PriceUpdate } from "../live/types.ts";
import type { Pipeline } from "../pipeline/mod.ts";
import type { MarketReaders } from "./deps.ts";

/** Newest latencies that the percentiles are of. */
const latenciesMax = 1_000;

/** Returns readers of `pipeline`; `marketNow` is market time in epoch ms. */
export function createMarketReaders(pipeline: Pipeline, marketNow: () => number): MarketReaders {
  const latencies = createRecent(latenciesMax);
  pipeline.onClosedBar((_series, _bars, kind) => {
    if (kind === "closed") latencies.add(pipeline.stats().latencyMs.last);
  });
  return {
    listPrices: () => pipeline.listPrices(),
    getPrice: createPriceIndex(pipeline),
    getQuality(symbol) {
      const quality = pipeline.getQuality(symbol);
      return quality && { ...quality, id: symbol, timestamp: marketNow() };
    },
    listContinuity: () => pipeline.getContinuity(),
    getFeatures: (symbol, timeframe) => pipeline.getFeatures(symbol, timeframe),
    stats: () => ({
      tradesPerSecond: pipeline.stats().tradesPerSecond,
      latencyMs: { p50: latencies.pick(0.5), p95: latencies.pick(0.95) },
    }),
  };
}

/**
 * Returns a reader of single prices. The list of them is made once for all who ask in one turn of
 * the event loop, as a page does for each of its rows; prices do not move within a turn.
 */
function createPriceIndex(
  { listPrices }: Pick<Pipeline, "listPrices">,
): (symbol: string) => PriceUpdate | null {
  let index: Map<string, PriceUpdate> | null = null;
  return (symbol) => {
    if (!index) {
      index = new Map(listPrices().map((price) => [price.symbol, price]));
      queueMicrotask(() => index = null);
    }
    return index.get(symbol) ?? null;
  };
}

/** Returns a memory of the newest `size` values, and what share of them lies below a value. */
function createRecent(size: number) {
  const values: number[] = [];
  let added = 0;
  return {
    add(value: number) {
      values[added++ % size] = value;
    },
    /** The value below which `share` of them lie; null for none. */
    pick(share: number): number | null {
      const sorted = values.toSorted((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
    },
  };
}
