/**
 * How far apart the prices of one asset lie at different places.
 *
 * A ticker is not an asset: two coins may share one. Prices that lie too far apart to be of the same
 * thing are therefore never a spread, however much somebody would like to trade it.
 *
 * @module
 */

/** Prices that differ by more than this factor are of different assets. */
export const ALIKE_FACTOR_MAX = 1.5;

/** What an asset costs at one place. */
export interface PlacePrice {
  /** Where, in words for people: `binance BTCUSDT`, `coingecko`. */
  place: string;
  /** USD. */
  price: number;
  /** Market time of the price, epoch ms. */
  timeMs: number;
}

/** How far apart the prices of one asset lie. */
export interface Spread {
  /** (highest / lowest − 1) · 100 %; NaN where it cannot be told which places have this asset. */
  percent: number;
  /** The cheapest and the dearest place; null where `percent` is NaN. */
  low: PlacePrice | null;
  high: PlacePrice | null;
  /** Places whose prices were compared. */
  count: number;
  /** Places whose price is one of another asset, in order of their price. */
  strangers: string[];
  /** Time of the newest price that was looked at, epoch ms. */
  timeMs: number;
}

/**
 * Returns the spread over all prices of the `freshMs` up to `nowMs` (epoch ms); null for fewer than
 * two places. Of several prices of one place the newest counts. The places that are compared are the
 * largest group within a factor of 1.5; unless there is one such group, and it is more than half of
 * them, the spread is unknown. The order of `prices` does not matter.
 */
export function measureSpread(
  prices: readonly PlacePrice[],
  { nowMs, freshMs }: { nowMs: number; freshMs: number },
): Spread | null {
  const fresh = prices.filter(({ price, timeMs }) =>
    price > 0 && Number.isFinite(price) && timeMs <= nowMs && nowMs - timeMs <= freshMs
  );
  const sorted = keepNewest(fresh).sort((a, b) =>
    a.price - b.price || (a.place < b.place ? -1 : 1)
  );
  if (sorted.length < 2) return null;
  const timeMs = Math.max(...sorted.map((one) => one.timeMs));
  const groups = findLargestGroups(sorted);
  const [from, to] = groups[0]!;
  const count = to - from;
  if (groups.length > 1 || count * 2 <= sorted.length) {
    const strangers = sorted.map(({ place }) => place);
    return { percent: NaN, low: null, high: null, count: 0, strangers, timeMs };
  }
  const [low, high] = [sorted[from]!, sorted[to - 1]!];
  return {
    percent: (high.price / low.price - 1) * 100,
    ...{ low, high, count, timeMs },
    strangers: [...sorted.slice(0, from), ...sorted.slice(to)].map(({ place }) => place),
  };
}

function keepNewest(prices: readonly PlacePrice[]): PlacePrice[] {
  const byPlace = new Map<string, PlacePrice>();
  for (const one of prices) {
    const known = byPlace.get(one.place);
    const isNewer = !known || one.timeMs > known.timeMs ||
      one.timeMs === known.timeMs && one.price < known.price;
    if (isNewer) byPlace.set(one.place, one);
  }
  return [...byPlace.values()];
}

/** Returns the largest stretches of alike prices, as places in the list (the end is exclusive). */
function findLargestGroups(sorted: readonly PlacePrice[]): [number, number][] {
  let groups: [number, number][] = [];
  let from = 0;
  for (let to = 1; to <= sorted.length; to++) {
    while (sorted[to - 1]!.price > sorted[from]!.price * ALIKE_FACTOR_MAX) from++;
    const size = to - from;
    const largest = groups[0] ? groups[0][1] - groups[0][0] : 0;
    if (size > largest) groups = [[from, to]];
    else if (size === largest) groups.push([from, to]);
  }
  return groups;
}
