/** What the page on the cache is given. */
import type { CacheFamilyView, ExploreData } from "../../lib/ui/page_views.ts";

/** A kind of kept answers. */
export const aFamily = (part: Partial<CacheFamilyView> = {}): CacheFamilyView => ({
  family: "market_data",
  hits: { memory: 1_200, store: 34 },
  misses: 56,
  hitShare: 0.956,
  warmed: 20,
  warmedUsed: 15,
  evictions: 2,
  dropped: 78,
  entries: 12,
  bytes: 34_500,
  ttlMs: 300_000,
  ...part,
});

/** A cache that was asked for some. */
export const cachePage: Pick<ExploreData, "getCache"> = {
  getCache: () =>
    Promise.resolve({
      families: [
        aFamily(),
        aFamily({
          family: "charts",
          hits: { memory: 40, store: 0 },
          ttlMs: null,
          warmed: 0,
          warmedUsed: 0,
        }),
      ],
      memoryShare: 0.91,
      hitShare: 0.96,
      bytes: 2_700_000,
      bytesMax: 256_000_000,
    }),
};
