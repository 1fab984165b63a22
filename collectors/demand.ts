/**
 * Market figures on demand: from what is known, else from a source, from another, or later.
 *
 * @module
 */
import type { Clock } from "../lib/clock.ts";
import type { MarketDataRecord } from "../lib/contracts/records.ts";
import type { Logger } from "../lib/log.ts";
import type { MarketSymbol } from "../lib/market/mod.ts";
import type { WorldStore } from "../lib/store/types.ts";
import { type Batch, createBatch } from "./batch.ts";
import type { Poller } from "./poll.ts";
import type { Urgency } from "./queue.ts";
import { type CollectionTuning, defaultTuning } from "./tuning.ts";

/** What was found, and how. */
export interface DemandAnswer {
  /** Null when nobody knows it. */
  record: MarketDataRecord | null;
  /**
   * `queued`: nobody could be asked now, it is asked for later; the record is the last known one.
   */
  from: "cache" | "source" | "alternative" | "queued";
  /** Since the record was received, ms; null without one. */
  ageMs: number | null;
}

/** Answers people's questions for market figures. */
export interface Demand {
  /**
   * Returns the figures of an asset (`bitcoin`, `asset:bitcoin`, `BTC`) or of the asset that a pair
   * is made of (`BTCUSDT`, `crypto:BTC/USDT@binance`). Never rejects.
   */
  getMarketData(assetOrSymbol: string, options?: { priority?: Urgency }): Promise<DemandAnswer>;
  /** How many answers came from where since the start. */
  counts(): Record<DemandAnswer["from"], number>;
  /** Gives up what is asked for later. */
  stop(): void;
}

/** What demand needs. */
export interface DemandOptions {
  /** In the order in which they are asked; those without a feed for single symbols are left out. */
  pollers: readonly Poller[];
  store: Pick<WorldStore, "symbols" | "marketData">;
  /** The newest price of an exchange, or null. */
  getPrice?(symbol: string): { price: number; receivedMs: number; source: string } | null;
  /** Wall time. */
  clock: Clock;
  log: Logger;
  /** Records received within this time are as good as new; default 5 minutes. */
  maxAgeMs?: number;
  /** How long a source's queue may take before another one is asked. */
  withinMs?: number;
  /** The same, asked each time; goes before `withinMs`. */
  getTuning?: () => CollectionTuning;
  /** How long requests gather, ms; 0 with `batchMax` 1 sends each by itself. */
  batchMs?: number;
  batchMax?: number;
}

const symbolsForMs = 60_000;
const unknownForMs = 300_000;
const keptMax = 10_000;
const laterMax = 1_000;
/** A request takes along up to so many assets that people asked for within this time. */
const aheadMax = 100;
const aheadForMs = 900_000;
/** A price of an exchange that is older does not stand in for figures. */
const priceAgeMaxMs = 60_000;

/** Returns the demand of these pollers. */
export function createDemand(options: DemandOptions): Demand {
  return new SourceDemand(options);
}

class SourceDemand implements Demand {
  readonly #options: DemandOptions;
  readonly #maxAgeMs: number;
  readonly #counts = { cache: 0, source: 0, alternative: 0, queued: 0 };
  readonly #stopping = new AbortController();
  /** By asset, as exchanges spell it. */
  readonly #latest = new Map<string, MarketDataRecord>();
  /** Until when nobody is asked again about what nobody knew. */
  readonly #unknown = new Map<string, number>();
  readonly #later = new Set<string>();
  /** When people last asked for an asset, oldest first. */
  readonly #wanted = new Map<string, number>();
  readonly #names: Names;
  readonly #sources: { poller: Poller; batch: Batch<MarketDataRecord> }[];

  constructor(options: DemandOptions) {
    this.#options = options;
    this.#maxAgeMs = options.maxAgeMs ?? 300_000;
    this.#names = createNames(options.store, options.clock);
    this.#sources = options.pollers.flatMap((poller) => {
      const batch = createSourceBatch(poller, {
        ...options,
        names: this.#names,
        remember: (record) => this.#remember(record),
        listAhead: () => this.#listAhead(),
        signal: this.#stopping.signal,
      });
      return batch ? [{ poller, batch }] : [];
    });
  }

  async getMarketData(
    assetOrSymbol: string,
    { priority = "user" }: { priority?: Urgency } = {},
  ): Promise<DemandAnswer> {
    try {
      return await this.#find(assetOrSymbol, priority);
    } catch (error) {
      this.#options.log.warn("figures could not be looked up", { error: String(error) });
      return this.#answer("queued", null);
    }
  }

  counts(): Record<DemandAnswer["from"], number> {
    return { ...this.#counts };
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #find(name: string, urgency: Urgency): Promise<DemandAnswer> {
    const now = this.#options.clock.now();
    const { base, symbols } = await this.#names.resolve(name);
    put(this.#wanted, base, now);
    const known = await this.#findKnown(base);
    if (known && now - known.created_at <= this.#maxAgeMs) return this.#answer("cache", known);
    if ((this.#unknown.get(base) ?? 0) > now) return this.#answer("cache", known);
    const isAsset = symbols.every(({ kind }) => kind !== "stock");
    const found = isAsset ? await this.#askSources(base, urgency) : null;
    if (found?.record) return this.#answer(found.from, found.record);
    const price = findPrice(symbols, this.#options);
    if (price) return this.#answer("alternative", price);
    if (found) {
      put(this.#unknown, base, this.#options.clock.now() + unknownForMs);
      return this.#answer("source", known);
    }
    if (isAsset && this.#sources.length > 0) this.#askLater(base);
    return this.#answer("queued", known);
  }

  #answer(from: DemandAnswer["from"], record: MarketDataRecord | null): DemandAnswer {
    this.#counts[from]++;
    const now = this.#options.clock.now();
    return { record, from, ageMs: record ? Math.max(0, now - record.created_at) : null };
  }

  #remember(record: MarketDataRecord): void {
    const known = this.#latest.get(record.symbol);
    if (!known || known.created_at <= record.created_at) put(this.#latest, record.symbol, record);
  }

  /** What is known, was asked for of late, and will soon be old: it costs no request of its own. */
  #listAhead(): string[] {
    const now = this.#options.clock.now();
    return [...this.#wanted].reverse().filter(([base, askedMs]) => {
      const known = this.#latest.get(base);
      return known && now - askedMs < aheadForMs && now - known.created_at > this.#maxAgeMs / 2;
    }).map(([base]) => base);
  }

  async #findKnown(base: string): Promise<MarketDataRecord | null> {
    const { clock, store } = this.#options;
    const inMemory = this.#latest.get(base);
    if (inMemory && clock.now() - inMemory.created_at <= this.#maxAgeMs) return inMemory;
    const { items } = await store.marketData.list({ index: "symbol", equals: [base], limit: 10 });
    for (const record of items) if (record.symbol === base) this.#remember(record);
    return this.#latest.get(base) ?? null;
  }

  /** Asks one source after the other; null when none could be asked. */
  async #askSources(
    base: string,
    urgency: Urgency,
  ): Promise<{ from: "source" | "alternative"; record: MarketDataRecord | null } | null> {
    let isAnswered = false;
    const enabled = this.#sources.filter(({ poller }) => poller.health().state !== "disabled");
    for (const [index, { poller, batch }] of enabled.entries()) {
      try {
        const record = await batch.get(base, urgency);
        isAnswered = true;
        if (record) return { from: index === 0 ? "source" : "alternative", record };
      } catch (error) {
        const fields = { source: poller.source.key, error: String(error) };
        this.#options.log.debug("figures were not to be had", fields);
      }
    }
    return isAnswered ? { from: "source", record: null } : null;
  }

  #askLater(base: string): void {
    if (this.#later.has(base) || this.#later.size >= laterMax) return;
    this.#later.add(base);
    void this.#retry(base).finally(() => this.#later.delete(base));
  }

  /** Asks until somebody answers, more and more seldom. */
  async #retry(base: string): Promise<void> {
    const { signal } = this.#stopping;
    for (let waitMs = 5_000; !signal.aborted; waitMs = Math.min(300_000, waitMs * 2)) {
      await this.#options.clock.wait(waitMs, signal);
      if (signal.aborted || await this.#askSources(base, "normal") !== null) return;
    }
  }
}

/** Puts a value last, and drops the first ones of a map that is full. */
function put<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > keptMax) map.delete(map.keys().next().value!);
}

interface Names {
  /** The asset that a name stands for, as exchanges spell it, and the followed pairs made of it. */
  resolve(name: string): Promise<{ base: string; symbols: MarketSymbol[] }>;
  /** What a source is asked about to learn of an asset. */
  toSymbol(base: string): MarketSymbol;
}

function createNames(store: DemandOptions["store"], clock: Clock): Names {
  let symbols: MarketSymbol[] = [];
  let readMs = -Infinity;
  const read = async () => {
    if (Math.abs(clock.now() - readMs) < symbolsForMs) return symbols;
    const { items } = await store.symbols.list({ index: "active", equals: [true], limit: 1000 });
    readMs = clock.now();
    return symbols = items;
  };
  const findAsset = async (id: string): Promise<string | null> => {
    for (const source of ["coingecko", "coinmarketcap"]) {
      const record = await store.marketData.get(`asset:${id}@${source}`);
      if (record) return record.symbol;
    }
    return null;
  };
  return {
    async resolve(name) {
      const all = await read();
      const pair = all.find(({ symbol, id }) => symbol === name || id === name);
      const asset = name.replace(/^asset:/, "").replace(/@.*$/, "");
      const base = pair?.base ?? await findAsset(asset) ?? asset.toUpperCase();
      return { base, symbols: pair ? [pair] : all.filter((symbol) => symbol.base === base) };
    },
    toSymbol: (base) =>
      symbols.find((symbol) => symbol.base === base && symbol.kind !== "stock") ?? {
        symbol: `${base}USD`,
        id: `crypto:${base}/USD@none`,
        exchange: "none",
        kind: "crypto",
        base,
        quote: "USD",
        active: false,
      },
  };
}

/** The batch of one source's feed for single symbols; null where it has none. */
function createSourceBatch(
  poller: Poller,
  {
    names,
    remember,
    listAhead,
    signal,
    clock,
    withinMs,
    getTuning = () => defaultTuning,
    batchMs = 25,
    batchMax = 250,
  }:
    & DemandOptions
    & {
      names: Names;
      remember(record: MarketDataRecord): void;
      listAhead(): string[];
      signal: AbortSignal;
    },
): Batch<MarketDataRecord> | null {
  const feed = poller.source.feeds.find(({ isOnDemand }) => isOnDemand);
  if (!feed) return null;
  return createBatch({
    clock,
    windowMs: batchMs,
    sizeMax: batchMax,
    async load(bases, urgency) {
      const room = Math.max(0, Math.min(aheadMax, batchMax) - bases.length);
      const ahead = listAhead().filter((base) => !bases.includes(base)).slice(0, room);
      const told = await poller.askFor(feed, [...bases, ...ahead].map(names.toSymbol), {
        urgency,
        signal,
        // What is asked for later may wait as long as it takes.
        ...(urgency === "user" && { withinMs: withinMs ?? getTuning().demandWithinMs }),
      });
      const records = told.flatMap(({ marketData = [] }) => marketData);
      records.forEach(remember);
      return new Map(records.map((record) => [record.symbol, record]));
    },
  });
}

/** An exchange's own price as figures, where all else failed. */
function findPrice(
  symbols: readonly MarketSymbol[],
  { getPrice = () => null, clock }: DemandOptions,
): MarketDataRecord | null {
  for (const { symbol, id, base } of symbols) {
    const found = getPrice(symbol);
    if (!found || clock.now() - found.receivedMs > priceAgeMaxMs) continue;
    return {
      id,
      symbol: base,
      price: found.price,
      volume_24h: null,
      market_cap: null,
      price_change_24h: null,
      timestamp: found.receivedMs,
      source: found.source,
      created_at: found.receivedMs,
    };
  }
  return null;
}
