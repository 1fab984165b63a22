/**
 * The list of stored series: which of them, in which order, to and from the address.
 *
 * @module
 */
import { isTimeframe, type Timeframe, timeframeMs } from "../market/mod.ts";
import { formatQuery, matchesText, readText } from "./list_query.ts";
import type { SeriesView } from "./state.ts";

/** Columns that series can be sorted by, in the order of the table. */
export const seriesColumns = [
  "series",
  "last",
  "observed",
  "repaired",
  "filled",
  "missing",
  "complete",
] as const;

/** A column that series can be sorted by. */
export type SeriesColumn = (typeof seriesColumns)[number];

/** What can be asked of a series' bars. */
export const seriesStates = ["incomplete", "repaired"] as const;

/** Which series, in which order; empty texts do not filter. */
export interface SeriesFilter {
  text: string;
  timeframe: Timeframe | "";
  state: (typeof seriesStates)[number] | "";
  sort: SeriesColumn;
  order: "asc" | "desc";
  /** Every series instead of the first ones. */
  isAll: boolean;
}

/** Reads which series are wanted: the least complete first, if no order is named. */
export function parseSeriesFilter(query: URLSearchParams): SeriesFilter {
  const timeframe = readText(query, "timeframe");
  const sort = seriesColumns.find((each) => each === query.get("sort")) ?? "complete";
  const order = query.get("order");
  return {
    text: readText(query, "q"),
    timeframe: isTimeframe(timeframe) ? timeframe : "",
    state: seriesStates.find((each) => each === query.get("state")) ?? "",
    sort,
    order: order === "asc" || order === "desc" ? order : getFirstOrder(sort),
    isAll: query.get("all") === "1",
  };
}

/** Names and completeness begin with the least, counts and times with the most. */
function getFirstOrder(sort: SeriesColumn): SeriesFilter["order"] {
  return sort === "series" || sort === "complete" ? "asc" : "desc";
}

/** Writes which series are wanted as a query. */
export function formatSeriesFilter(
  { text, timeframe, state, sort, order, isAll }: SeriesFilter,
): string {
  return formatQuery({ q: text, timeframe, state, sort, order, all: isAll ? "1" : "" });
}

/** Returns the query of the same series after a heading was chosen. */
export function turnSeriesSort(filter: SeriesFilter, sort: SeriesColumn): string {
  const turned = filter.order === "asc" ? "desc" : "asc";
  const order = filter.sort === sort ? turned : getFirstOrder(sort);
  return formatSeriesFilter({ ...filter, sort, order });
}

/** Returns the share of expected bars that are there, 0 to 1; null where none is expected. */
export function getCompleteness({ expected, missing }: SeriesView): number | null {
  return expected > 0 ? 1 - missing / expected : null;
}

/** Returns the series that are wanted, in their order; those without the figure come last. */
export function listSeries(rows: readonly SeriesView[], filter: SeriesFilter): SeriesView[] {
  const { text, timeframe, state, sort, order } = filter;
  const wanted = rows.filter((row) =>
    matchesText([row.symbol], text) &&
    (!timeframe || row.timeframe === timeframe) &&
    (state !== "incomplete" || row.missing > 0) &&
    (state !== "repaired" || row.repaired > 0)
  );
  const sign = order === "asc" ? 1 : -1;
  return wanted.sort((a, b) => {
    if (sort === "series") return sign * compareNames(a, b);
    const [left, right] = [readFigure(a, sort), readFigure(b, sort)];
    if (isNumber(left) && isNumber(right)) return sign * (left - right) || compareNames(a, b);
    return Number(isNumber(right)) - Number(isNumber(left)) || compareNames(a, b);
  });
}

const isNumber = (value: number | null): value is number =>
  value !== null && Number.isFinite(value);

function readFigure(row: SeriesView, sort: Exclude<SeriesColumn, "series">): number | null {
  return sort === "complete" ? getCompleteness(row) : row[sort];
}

function compareNames(a: SeriesView, b: SeriesView): number {
  if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
  return timeframeMs[a.timeframe] - timeframeMs[b.timeframe];
}
