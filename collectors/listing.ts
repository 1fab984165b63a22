/**
 * What a source follows at first: its usual symbols, checked against what it lists where it does.
 *
 * @module
 */
import type { Logger } from "../lib/log.ts";
import type { MarketSymbol } from "../lib/market/mod.ts";
import type { WorldStore } from "../lib/store/types.ts";
import { fetchJson, GeoBlockedError, type HttpOptions } from "./http.ts";
import type { StreamSource } from "./source.ts";

/**
 * Returns what a source trades; where it lists nothing (a key without that right, an answer that is
 * not understood) and has usual symbols, those.
 *
 * @throws {GeoBlockedError} When no host serves our region; else what `fetchJson` and the parser
 * throw, for a source without usual symbols.
 */
export async function listSourceSymbols(
  source: Pick<StreamSource, "key" | "listSymbols" | "usualSymbols">,
  { http, log }: { http: HttpOptions; log: Logger },
): Promise<MarketSymbol[]> {
  try {
    const listed = source.listSymbols.parse(await fetchJson(source.listSymbols.request(), http));
    if (listed.length > 0 || !source.usualSymbols) return listed;
  } catch (error) {
    if (!source.usualSymbols || error instanceof GeoBlockedError) throw error;
    log.warn("a source does not list its symbols, the usual ones are followed", {
      source: source.key,
      error: String(error),
    });
  }
  return [...source.usualSymbols];
}

/**
 * Puts a source's usual symbols into a store that has none of their exchange; returns how many. A
 * store that has some, followed or not, is left as its owner arranged it.
 */
export async function seedUsualSymbols(
  store: Pick<WorldStore, "symbols">,
  usual: readonly MarketSymbol[],
): Promise<number> {
  const missing = new Set(usual.map(({ exchange }) => exchange));
  let cursor: string | null = null;
  do {
    const page: { items: MarketSymbol[]; cursor: string | null } = await store.symbols.list({
      limit: 500,
      ...(cursor !== null && { cursor }),
    });
    for (const { exchange } of page.items) missing.delete(exchange);
    cursor = missing.size > 0 ? page.cursor : null;
  } while (cursor !== null);
  const seeds = usual.filter(({ exchange }) => missing.has(exchange));
  await store.symbols.putMany(seeds);
  return seeds.length;
}
