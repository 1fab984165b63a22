/**
 * Prices and rates that portfolios are valued by: live ones, and daily closes that are stored.
 *
 * Nothing is guessed: what no followed symbol tells is missing. A currency is converted by a symbol
 * of both, such as EURUSDT, its inverse, or two that share a third currency.
 *
 * @module
 */
import { type MarketSymbol, splitPair } from "../market/mod.ts";
import {
  type CloseLookup,
  type Decimal,
  decimalOf,
  divide,
  multiply,
  one,
  type RateLookup,
  startOfDay,
} from "../portfolio/mod.ts";
import type { ApiDeps } from "./deps.ts";

const dayMs = 86_400_000;
/** A rate of a day is that of at most so many days before, where the day itself has none. */
const staleDays = 7;
/** Series whose closes are kept, and for how long, ms. */
const seriesMax = 256;
const keptMs = 300_000;
/** Currencies through which two others are converted. */
const bridges = ["USDT", "USD", "USDC", "EUR", "BTC"] as const;

/** Something held, and the currency in which it is valued. */
export interface Priced {
  exchange: string;
  symbol: string;
  currency: string;
}

/** A price with where it comes from. */
export interface LivePrice {
  price: Decimal;
  /** Market time, epoch ms. */
  eventMs: number;
  source: string;
}

/** Prices and rates of what a portfolio holds. */
export interface PriceBook {
  /** The newest price in the asked currency; null where none is known. */
  getLive(asked: Priced): LivePrice | null;
  getRate: RateLookup;
  getClose: CloseLookup;
}

/** The reader of prices; it keeps daily closes for a while. */
export interface PriceShelf {
  /** Reads what is needed to value `held` in `base`, and to convert any of `currencies` to it. */
  open(request: {
    held: readonly Priced[];
    currencies: readonly string[];
    base: string;
    /** Whether closes of days are asked for; else only what has no live price is read. */
    hasCloses?: boolean;
  }): Promise<PriceBook>;
}

type Deps = Pick<ApiDeps, "store" | "symbols" | "market" | "marketNow" | "now">;
type Closes = ReadonlyMap<number, number>;

/** A step from one currency to another by a symbol. */
interface Step {
  market: MarketSymbol;
  isInverse: boolean;
}

/** Returns a shelf over the followed symbols. */
export function createPriceShelf(deps: Deps): PriceShelf {
  const kept = new Map<string, { closes: Promise<Closes>; untilMs: number }>();
  const readCloses = (symbol: string): Promise<Closes> => {
    const known = kept.get(symbol);
    if (known && deps.now() < known.untilMs) return known.closes;
    const closes = loadCloses(deps, symbol);
    closes.catch(() => kept.delete(symbol));
    kept.delete(symbol);
    kept.set(symbol, { closes, untilMs: deps.now() + keptMs });
    if (kept.size > seriesMax) kept.delete(kept.keys().next().value!);
    return closes;
  };
  return {
    async open({ held, currencies, base, hasCloses = true }) {
      const { symbols } = await deps.symbols.list();
      const maps = new Map<string, Closes>();
      const need = async (steps: readonly Step[]) => {
        for (const { market } of steps) {
          if (!maps.has(market.symbol)) maps.set(market.symbol, await readCloses(market.symbol));
        }
      };
      const targets = new Set([base, ...held.map(({ currency }) => currency)]);
      for (const from of currencies) {
        for (const to of targets) if (from !== to) await need(findSteps(symbols, from, to) ?? []);
      }
      for (const asked of held) {
        const path = findPath(symbols, asked) ?? [];
        const isLive = ({ market }: Step) => deps.market.getPrice(market.symbol) !== null;
        await need(hasCloses ? path : path.filter((step) => !isLive(step)));
      }
      return createPriceBook(deps, { symbols, maps, held });
    },
  };
}

async function loadCloses({ store }: Pick<Deps, "store">, symbol: string): Promise<Closes> {
  const closes = new Map<number, number>();
  // Days first; hours tell those of a young series, whose last one is the day's.
  for (const timeframe of ["1h", "1d"] as const) {
    const limit = timeframe === "1h" ? 24 * 90 : 36_500;
    const columns = await store.bars.readColumns({ symbol, timeframe }, { limit });
    for (let i = 0; i < columns.length; i++) {
      closes.set(startOfDay(columns.time[i]!), columns.close[i]!);
    }
  }
  return closes;
}

function createPriceBook(
  deps: Deps,
  { symbols, maps, held }: {
    symbols: readonly MarketSymbol[];
    maps: ReadonlyMap<string, Closes>;
    held: readonly Priced[];
  },
): PriceBook {
  const paths = new Map(held.map((asked) => [keyOf(asked), findPath(symbols, asked)]));
  const rates = new Map<string, Step[] | null>();
  const today = () => startOfDay(deps.marketNow());
  const readLive = ({ market: { symbol }, isInverse }: Step): LivePrice | null => {
    const update = deps.market.getPrice(symbol);
    const known = update ?? readLastClose(maps.get(symbol));
    if (!known || !(known.price > 0 && known.price < Infinity)) return null;
    const price = toStep(known.price, isInverse);
    return { price, eventMs: known.eventMs, source: update?.source ?? "stored close" };
  };
  const readDay = ({ market, isInverse }: Step, day: number, days: number): Decimal | null => {
    const closes = maps.get(market.symbol);
    for (let back = 0; back <= days; back++) {
      const close = closes?.get(day - back * dayMs);
      if (close !== undefined && close > 0) return toStep(close, isInverse);
    }
    return null;
  };
  return {
    getLive: (asked) => {
      const path = paths.get(keyOf(asked)) ?? findPath(symbols, asked);
      return path && chainLive(path.map(readLive));
    },
    getRate(from, to, timeMs) {
      const name = `${from}>${to}`;
      if (!rates.has(name)) rates.set(name, findSteps(symbols, from, to));
      const steps = rates.get(name);
      if (!steps) return null;
      if (timeMs >= today()) return chainLive(steps.map(readLive))?.price ?? null;
      return chain(steps.map((step) => readDay(step, startOfDay(timeMs), staleDays)));
    },
    getClose(exchange, symbol, day) {
      const asked = held.find((one) => one.exchange === exchange && one.symbol === symbol);
      const path = asked && paths.get(keyOf(asked));
      if (!path) return null;
      if (day >= today()) return chainLive(path.map(readLive))?.price ?? null;
      // Only exchanges that close have days without a close; elsewhere one is a hole.
      return chain(
        path.map((step) => readDay(step, day, step.market.kind === "stock" ? staleDays : 0)),
      );
    },
  };
}

const keyOf = ({ exchange, symbol, currency }: Priced) => `${exchange}|${symbol}|${currency}`;

/** A value of a symbol as what one unit at the step's start is worth at its end. */
function toStep(price: number, isInverse: boolean): Decimal {
  return isInverse ? divide(one, decimalOf(price)) : decimalOf(price);
}

function readLastClose(closes: Closes | undefined): { price: number; eventMs: number } | null {
  let last: { price: number; eventMs: number } | null = null;
  for (const [day, price] of closes ?? []) {
    if (!last || day + dayMs > last.eventMs) last = { price, eventMs: day + dayMs };
  }
  return last;
}

function chain(parts: readonly (Decimal | null)[]): Decimal | null {
  let product = one;
  for (const part of parts) {
    if (!part) return null;
    product = multiply(product, part);
  }
  return product;
}

/** A price over several steps is as old as its oldest. */
function chainLive(parts: readonly (LivePrice | null)[]): LivePrice | null {
  let all: LivePrice | null = null;
  for (const part of parts) {
    if (!part) return null;
    all = all === null ? part : {
      price: multiply(all.price, part.price),
      eventMs: Math.min(all.eventMs, part.eventMs),
      source: all.source === part.source ? all.source : `${all.source}, ${part.source}`,
    };
  }
  return all;
}

/** Returns the symbols by which something is priced in a currency; null where there are none. */
function findPath(symbols: readonly MarketSymbol[], asked: Priced): Step[] | null {
  const wanted = asked.symbol.toUpperCase();
  const exact = symbols.filter(({ symbol, id }) =>
    symbol.toUpperCase() === wanted || id.toUpperCase() === wanted
  );
  const asset = exact[0]?.base ?? splitPair(wanted).base;
  const ofAsset = exact.length > 0
    ? exact
    : symbols.filter(({ base, kind }) => kind === "crypto" && base.toUpperCase() === asset);
  const ranked = ofAsset.toSorted((a, b) => rank(b, asked) - rank(a, asked));
  for (const market of ranked) {
    const rest = market.quote === asked.currency
      ? []
      : findSteps(symbols, market.quote, asked.currency);
    if (rest) return [{ market, isInverse: false }, ...rest];
  }
  // Money that is held as such is converted.
  return exact.length === 0 ? findSteps(symbols, wanted, asked.currency) : null;
}

function rank({ quote, exchange }: MarketSymbol, asked: Priced): number {
  return (quote === asked.currency ? 2 : 0) + (exchange === asked.exchange ? 1 : 0);
}

/** Returns at most two symbols that lead from one currency to another. */
function findSteps(symbols: readonly MarketSymbol[], from: string, to: string): Step[] | null {
  if (from === to) return [];
  const direct = findStep(symbols, from, to);
  if (direct) return [direct];
  for (const bridge of bridges) {
    if (bridge === from || bridge === to) continue;
    const first = findStep(symbols, from, bridge);
    const second = first && findStep(symbols, bridge, to);
    if (second) return [first, second];
  }
  return null;
}

function findStep(symbols: readonly MarketSymbol[], from: string, to: string): Step | null {
  for (const market of symbols) {
    if (market.kind !== "crypto") continue;
    if (market.base === from && market.quote === to) return { market, isInverse: false };
    if (market.base === to && market.quote === from) return { market, isInverse: true };
  }
  return null;
}
