/**
 * The order of a table as its address says it, for tables of any columns.
 *
 * @module
 */

/** Which column, and which end first. */
export interface Sort<C extends string> {
  sort: C;
  order: "asc" | "desc";
}

/** Columns of a table; those in `ascending` begin with the least, the others with the most. */
export interface SortColumns<C extends string> {
  all: readonly C[];
  ascending: readonly C[];
  /** The column of a table that nobody has sorted. */
  first: C;
}

/** Reads the order from an address; what cannot be read is the first order. */
export function parseSort<C extends string>(
  query: URLSearchParams,
  columns: SortColumns<C>,
): Sort<C> {
  const sort = columns.all.find((each) => each === query.get("sort")) ?? columns.first;
  const order = query.get("order");
  return { sort, order: order === "asc" || order === "desc" ? order : getOrder(sort, columns) };
}

/** Returns the order after a heading was chosen: turned round, or that column's first one. */
export function turnSort<C extends string>(
  now: Sort<C>,
  sort: C,
  columns: SortColumns<C>,
): Sort<C> {
  if (now.sort !== sort) return { sort, order: getOrder(sort, columns) };
  return { sort, order: now.order === "asc" ? "desc" : "asc" };
}

function getOrder<C extends string>(sort: C, { ascending }: SortColumns<C>): "asc" | "desc" {
  return ascending.includes(sort) ? "asc" : "desc";
}

/** Returns rows in order; those without the figure come last either way, equals by name. */
export function sortRows<T>(
  rows: readonly T[],
  order: "asc" | "desc",
  read: (row: T) => number | string | null,
  name: (row: T) => string,
): T[] {
  const sign = order === "asc" ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [left, right] = [readKey(read(a)), readKey(read(b))];
    const byName = compare(name(a), name(b));
    if (left === null || right === null) {
      return Number(left === null) - Number(right === null) || byName;
    }
    return sign * compare(left, right) || byName;
  });
}

function readKey(value: number | string | null): number | string | null {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A table as its address sorts it; where a page holds several, each has its own prefix. */
export interface SortedTable<C extends string> {
  query: URLSearchParams;
  columns: SortColumns<C>;
  prefix: string;
  /** Id of the part of the page that holds it. */
  anchor: string;
  now: Sort<C>;
}

/** Reads how a table is sorted. */
export function readTable<C extends string>(
  query: URLSearchParams,
  columns: SortColumns<C>,
  { prefix = "", anchor = "" }: { prefix?: string; anchor?: string } = {},
): SortedTable<C> {
  const own = new URLSearchParams();
  for (const name of ["sort", "order"]) own.set(name, query.get(prefix + name) ?? "");
  return { query, columns, prefix, anchor, now: parseSort(own, columns) };
}

/** Says whether somebody sorted this table, so that it is not to be folded away. */
export function isSorted(
  { query, prefix }: Pick<SortedTable<string>, "query" | "prefix">,
): boolean {
  return query.has(`${prefix}sort`);
}

/** Returns the address after a heading was chosen, with all else that it said. */
export function linkSort<C extends string>(
  { query, columns, prefix, anchor, now }: SortedTable<C>,
  column: C,
): string {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(turnSort(now, column, columns))) {
    next.set(prefix + name, value);
  }
  return `?${next}${anchor && `#${encodeURIComponent(anchor)}`}`;
}
