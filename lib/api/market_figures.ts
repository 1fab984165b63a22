/**
 * Last known figures of assets and symbols, as they are stored.
 *
 * @module
 */
import type { MarketDataRecord } from "../contracts/records.ts";
import type { ApiDeps } from "./deps.ts";

/** Source whose figures of assets come first. */
const assetSource = "coingecko";

/** The figures of an asset by its name, else the newest of that symbol or ticker. */
export async function findRecord(
  { store }: Pick<ApiDeps, "store">,
  name: string,
): Promise<MarketDataRecord | null> {
  const direct = await store.marketData.get(`asset:${name}@${assetSource}`);
  if (direct) return direct;
  const symbol = name.toUpperCase();
  const page = await store.marketData.list({ index: "symbol", equals: [symbol], limit: 1 });
  return page.items[0] ?? null;
}
