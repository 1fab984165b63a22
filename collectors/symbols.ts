/**
 * Which symbols of an exchange are followed: read from the store, seeded when it has none, watched.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { MarketSymbol } from "../lib/market/mod.ts";
import type { WorldStore } from "../lib/store/types.ts";

/** The pairs that a fresh live start follows: the largest by volume, all against USDT. */
const defaultBases = [
  ...["BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "TRX", "AVAX", "LINK"],
  ...["SUI", "LTC", "DOT", "BCH", "NEAR", "UNI", "APT", "AAVE", "ARB", "PEPE"],
];
const readAgainMs = 3_000;
const pageSize = 500;

/** What changed. */
export interface SymbolChange {
  added: string[];
  removed: string[];
}

/** The followed symbols of one exchange. */
export interface SymbolWatch {
  list(): string[];
  /** Calls back after each change; returns how to stop that. */
  onChange(listener: (change: SymbolChange) => void): () => void;
  /** Reads the store again and again, and when told to, until aborted. */
  run(signal: AbortSignal): Promise<void>;
}

/** What a watch needs. */
export interface SymbolWatchOptions {
  store: WorldStore;
  exchange: string;
  /** All symbols that the exchange trades; asked only when the store has none. */
  listAll(): Promise<MarketSymbol[]>;
  mode: "live" | "replay";
  symbolsMax?: number;
  /** How many are followed at first where none is among the usual pairs; default 20. */
  usualMax?: number;
  clock: Clock;
  log: Logger;
  onSymbolsChanged?: (listener: () => void) => () => void;
}

/** Returns a watch that has read (or seeded) the symbols once. @throws What `listAll` throws. */
export async function createSymbolWatch(options: SymbolWatchOptions): Promise<SymbolWatch> {
  const { store, exchange, clock, log, onSymbolsChanged } = options;
  const known = await listSymbols(store, exchange);
  let current = listActive(known.own.length > 0 ? known.own : await seed(options, known.others));
  const listeners = new Set<(change: SymbolChange) => void>();
  const readAgain = async () => {
    const next = listActive((await listSymbols(store, exchange)).own);
    const added = next.filter((symbol) => !current.includes(symbol));
    const removed = current.filter((symbol) => !next.includes(symbol));
    if (added.length === 0 && removed.length === 0) return;
    current = next;
    for (const listener of listeners) listener({ added, removed });
  };
  return {
    list: () => [...current],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async run(signal) {
      let wake = new AbortController();
      const unlisten = onSymbolsChanged?.(() => wake.abort());
      while (!signal.aborted) {
        await clock.wait(readAgainMs, AbortSignal.any([signal, wake.signal]));
        if (signal.aborted) break;
        wake = new AbortController();
        await readAgain().catch((error) =>
          log.warn("symbols were not read", { exchange, error: String(error) })
        );
      }
      unlisten?.();
    },
  };
}

/** Returns the symbols of an exchange, and those of all others. */
async function listSymbols(
  store: WorldStore,
  exchange: string,
): Promise<{ own: MarketSymbol[]; others: MarketSymbol[] }> {
  const all: MarketSymbol[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: MarketSymbol[]; cursor: string | null } = await store.symbols.list({
      limit: pageSize,
      ...(cursor === null ? {} : { cursor }),
    });
    all.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  const isOwn = (symbol: MarketSymbol) => symbol.exchange === exchange;
  return { own: all.filter(isOwn), others: all.filter((symbol) => !isOwn(symbol)) };
}

function listActive(symbols: readonly MarketSymbol[]): string[] {
  return symbols.filter(({ active }) => active).map(({ symbol }) => symbol);
}

/** Takes over what the exchange trades: all of a recording, the largest pairs when live. */
async function seed(
  { store, listAll, mode, symbolsMax = Infinity, usualMax = 20, log, exchange }: SymbolWatchOptions,
  others: readonly MarketSymbol[],
): Promise<MarketSymbol[]> {
  // Series go by spelling alone, so a spelling belongs to the exchange that had it first.
  const taken = new Set(others.map(({ symbol }) => symbol));
  const all = (await listAll()).filter(({ symbol }) => !taken.has(symbol));
  const usual = all.filter(({ base, quote }) => quote === "USDT" && defaultBases.includes(base))
    .sort((a, b) => defaultBases.indexOf(a.base) - defaultBases.indexOf(b.base));
  // An exchange without any of the usual pairs still gives something to look at.
  const chosen = mode === "replay" ? all : usual.length > 0 ? usual : all.slice(0, usualMax);
  const followed = chosen.slice(0, symbolsMax).map((symbol, rank) => ({
    ...symbol,
    active: true,
    rank,
  }));
  await store.symbols.putMany(followed);
  log.info("symbols were taken over", { exchange, symbols: followed.length });
  return followed;
}
