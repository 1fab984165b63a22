/**
 * Active symbols, kept for an hour or until told that they changed, and found by either spelling.
 *
 * @module
 */
import type { MarketSymbol } from "../market/mod.ts";
import type { Collection } from "../store/types.ts";

/** A list of symbols, and whether it was at hand. */
export interface SymbolList {
  symbols: readonly MarketSymbol[];
  cached: boolean;
}

/** The symbols that clients may name. */
export interface SymbolCache {
  /** Active symbols in the order of the store. */
  list(): Promise<SymbolList>;
  /** The symbol of an exchange's spelling or canonical id, in any case; null when unknown. */
  find(text: string): Promise<MarketSymbol | null>;
  /** Same from what is at hand, without reading the store. */
  peek(text: string): MarketSymbol | null;
  /** The stored symbols changed. */
  invalidate(): void;
}

/** An unknown name makes the list be read again at most this often. */
const rereadMs = 2_000;

/** Returns a cache that has read nothing yet; `now` is wall time in epoch ms. */
export function createSymbolCache(
  { symbols, now, getTtlMs = () => 3_600_000 }: {
    symbols: Pick<Collection<MarketSymbol>, "list">;
    now(): number;
    /** How long the list is kept, ms; asked each time. */
    getTtlMs?(): number;
  },
): SymbolCache {
  let kept: { all: MarketSymbol[]; names: Map<string, MarketSymbol>; atMs: number } | null = null;

  const read = async () => {
    const all: MarketSymbol[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await symbols.list({ limit: 500, ...(cursor ? { cursor } : {}) });
      all.push(...page.items);
      cursor = page.cursor;
    } while (cursor);
    const active = all.filter((symbol) => symbol.active);
    const names = new Map<string, MarketSymbol>();
    for (const symbol of active) {
      names.set(symbol.symbol.toUpperCase(), symbol);
      names.set(symbol.id.toUpperCase(), symbol);
    }
    kept = { all: active, names, atMs: now() };
    return kept;
  };
  const isFresh = (ageMaxMs: number) =>
    kept !== null && now() - kept.atMs < ageMaxMs && now() >= kept.atMs;
  const list = async (): Promise<SymbolList> => {
    // An empty list is never worth keeping: the first symbols are about to arrive.
    if (kept && kept.all.length > 0 && isFresh(getTtlMs())) {
      return { symbols: kept.all, cached: true };
    }
    return { symbols: (await read()).all, cached: false };
  };
  const peek = (text: string) => kept?.names.get(text.toUpperCase()) ?? null;

  return {
    list,
    peek,
    invalidate: () => kept = null,
    async find(text) {
      await list();
      const found = peek(text);
      if (found || isFresh(rereadMs)) return found;
      await read();
      return peek(text);
    },
  };
}
