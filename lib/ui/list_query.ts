/**
 * What lists are filtered by, to and from the address; what cannot be read does not filter.
 *
 * @module
 */
import { dexSignalTypes } from "../contracts/dex_records.ts";
import type { DexColumn, DexFilter, MarketView, Mood, NewsFilter } from "./page_views.ts";

/** Longest text that filters. */
const textMax = 64;

/** Columns that pairs can be sorted by, in the order of the table. */
export const dexColumns = [
  "name",
  "price",
  "price_change_24h",
  "volume_24h",
  "liquidity",
  "last_updated",
] as const satisfies DexColumn[];

/** Every way a headline can speak, in the order of the form. */
export const moods = ["positive", "neutral", "negative", "unjudged"] as const satisfies Mood[];

/** Reads a text from an address: trimmed, and not longer than a name can be. */
export function readText(query: URLSearchParams, name: string): string {
  return (query.get(name) ?? "").trim().slice(0, textMax);
}

/** Which markets; empty texts do not filter. */
export interface MarketFilter {
  text: string;
  exchange: string;
}

/** Reads which markets are wanted. */
export function parseMarketFilter(query: URLSearchParams): MarketFilter {
  return { text: readText(query, "q"), exchange: readText(query, "exchange") };
}

/** Says whether a name of it contains the text, whatever the case. */
export function matchesText(names: readonly (string | undefined)[], text: string): boolean {
  return names.some((name) => name?.toLowerCase().includes(text.toLowerCase()));
}

/** Returns the markets that are wanted. */
export function filterMarkets(
  rows: readonly MarketView[],
  { text, exchange }: MarketFilter,
): MarketView[] {
  return rows.filter((row) =>
    (!exchange || row.exchange === exchange) && matchesText([row.symbol, row.name, row.base], text)
  );
}

/** Reads which pairs are wanted, and in which order: the most traded first, if none is named. */
export function parseDexFilter(query: URLSearchParams): DexFilter {
  const type = query.get("type");
  const sort = dexColumns.find((each) => each === query.get("sort")) ?? "volume_24h";
  const order = query.get("order");
  return {
    network: readText(query, "network"),
    exchange: readText(query, "exchange"),
    type: dexSignalTypes.find((each) => each === type) ?? "",
    sort,
    order: order === "asc" || order === "desc" ? order : getFirstOrder(sort),
  };
}

/** Names begin with the least, figures and times with the most. */
function getFirstOrder(sort: DexColumn): DexFilter["order"] {
  return sort === "name" ? "asc" : "desc";
}

/** Returns the query of the same pairs after a heading was chosen: turned round, or its first order. */
export function turnDexSort(filter: DexFilter, sort: DexColumn): string {
  const turned = filter.order === "asc" ? "desc" : "asc";
  return formatQuery({
    ...filter,
    sort,
    order: filter.sort === sort ? turned : getFirstOrder(sort),
  });
}

/** Reads which headlines are wanted. */
export function parseNewsFilter(query: URLSearchParams): NewsFilter {
  const mood = query.get("sentiment");
  return {
    entity: readText(query, "entity"),
    source: readText(query, "source"),
    mood: moods.find((each) => each === mood) ?? "",
  };
}

/** Returns a query with the values that say something, such as `?q=btc&sort=price`; empty for none. */
export function formatQuery(values: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
  return query.size === 0 ? "" : `?${query}`;
}
