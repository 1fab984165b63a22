/**
 * The order of the market table, as the address says it.
 *
 * @module
 */
import { getTrend } from "../chart/sparkline.ts";
import type { PriceView } from "./state.ts";

/** Columns that can be sorted by, in the order of the table. */
export const priceSorts = [
  "symbol",
  "price",
  "price_change_24h",
  "volume_24h",
  "trend",
  "age",
] as const;

/** A column of the market table. */
export type PriceColumn = (typeof priceSorts)[number];

/** Which column, and which end first. */
export interface PriceSort {
  sort: PriceColumn;
  order: "asc" | "desc";
}

/** The order of a table that nobody has sorted. */
export const defaultPriceSort: PriceSort = { sort: "volume_24h", order: "desc" };

/** Reads the order from an address; what cannot be read is the default. */
export function parsePriceSort(query: URLSearchParams): PriceSort {
  const sort = priceSorts.find((each) => each === query.get("sort"));
  if (!sort) return defaultPriceSort;
  const order = query.get("order");
  return { sort, order: order === "asc" || order === "desc" ? order : getFirstOrder(sort) };
}

/** Names and ages begin with the least, figures with the most. */
function getFirstOrder(sort: PriceColumn): PriceSort["order"] {
  return sort === "symbol" || sort === "age" ? "asc" : "desc";
}

/** Returns the order after a column's heading was chosen: turned round, or that column's first one. */
export function turnPriceSort(now: PriceSort, sort: PriceColumn): PriceSort {
  if (now.sort !== sort) return { sort, order: getFirstOrder(sort) };
  return { sort, order: now.order === "asc" ? "desc" : "asc" };
}

/** Returns the query of an order, such as `?sort=price&order=desc`. */
export function formatPriceSort({ sort, order }: PriceSort): string {
  return `?${new URLSearchParams({ sort, order })}`;
}

type Key = (row: PriceView) => number | null;

const keys: Record<Exclude<PriceColumn, "symbol">, Key> = {
  price: (row) => row.price,
  price_change_24h: (row) => row.price_change_24h,
  volume_24h: (row) => row.volume_24h,
  trend: (row) => getTrend(row.spark),
  // The youngest has the latest time.
  age: (row) => row.eventMs === null ? null : -row.eventMs,
};

function compareNames(a: PriceView, b: PriceView): number {
  return a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0;
}

/** Returns the rows in order; rows without the figure come last either way, equals by name. */
export function sortPrices<T extends PriceView>(
  rows: readonly T[],
  { sort, order }: PriceSort,
): T[] {
  const sign = order === "asc" ? 1 : -1;
  if (sort === "symbol") return rows.toSorted((a, b) => sign * compareNames(a, b));
  const keyOf = (row: PriceView) => {
    const key = keys[sort](row);
    return key === null || !Number.isFinite(key) ? null : key;
  };
  return rows.toSorted((a, b) => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (left === null || right === null) {
      return Number(left === null) - Number(right === null) || compareNames(a, b);
    }
    return sign * (left - right) || compareNames(a, b);
  });
}
