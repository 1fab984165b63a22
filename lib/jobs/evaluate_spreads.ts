/**
 * Spreads: what each asset costs at the places that we follow, held against each other.
 *
 * @module
 */
import { measureSpread, type PlacePrice } from "../analytics/mod.ts";
import type { DexPairRecord } from "../contracts/dex_records.ts";
import type { MarketDataRecord } from "../contracts/records.ts";
import type { MarketSymbol } from "../market/mod.ts";
import type { WorldStore } from "../store/types.ts";
import { describeSpread } from "./figures.ts";
import { listUpTo } from "./read.ts";
import type { StageContext, StageResult } from "./types.ts";

const MINUTE_MS = 60_000;
/** Sources are asked every five minutes; prices of other times differ because the market moved. */
const FRESH_MS = 7 * MINUTE_MS;
const STATE = "spreads_seen";
const RECORDS_MAX = 20_000;
/** A pool that is thinner, or trades less in a day, has a price but no market, USD. */
const POOL_LIQUIDITY_MIN = 250_000;
const POOL_VOLUME_MIN = 100_000;
/** Quotes that are meant to be one US dollar. */
const dollars: ReadonlySet<string> = new Set(["USD", "USDT", "USDC", "FDUSD", "TUSD", "BUSD"]);
/** What a stablecoin costs may differ from a dollar by so much; beyond, it is another coin. */
const STABLE_OFF_MAX = 0.2;
/** Wrapped coins that are redeemed one for one by a contract. */
const wrapped: Readonly<Record<string, string>> = {
  WETH: "ETH",
  WBNB: "BNB",
  WSOL: "SOL",
  WAVAX: "AVAX",
};

type PricesByAsset = Map<string, PlacePrice[]>;

/**
 * Tells the spread of every asset that has fresh prices at two places or more. What was told is not
 * told again until one of its prices is newer.
 */
export async function evaluateSpreads(context: StageContext): Promise<StageResult> {
  const { store, onFigure } = context;
  const nowMs = context.marketNow();
  const range = { from: nowMs - FRESH_MS, to: nowMs + 1 };
  const prices: PricesByAsset = new Map();
  const figures = pickLargest(await listUpTo(store.marketData, range, RECORDS_MAX));
  for (const { symbol, source, price, timestamp } of figures) {
    addPrice(prices, symbol, { place: source, price, timeMs: timestamp });
  }
  for (const pair of await listUpTo(store.dexPairs, range, RECORDS_MAX)) addPool(prices, pair);
  await addMarkets(prices, store, { nowMs, dollarOf: createDollarOf(figures) });
  const seen = await store.getState<Record<string, number>>(STATE) ?? {};
  const told: Record<string, number> = {};
  let records = 0;
  for (const [asset, places] of prices) {
    const spread = measureSpread(places, { nowMs, freshMs: FRESH_MS });
    if (!spread) continue;
    told[asset] = spread.timeMs;
    if ((seen[asset] ?? 0) >= spread.timeMs) continue;
    records++;
    onFigure?.(describeSpread(asset, spread, context.now()));
  }
  if (records > 0) await store.putState(STATE, told);
  return { records, signals: 0 };
}

function addPrice(prices: PricesByAsset, asset: string, price: PlacePrice): void {
  const known = prices.get(asset);
  if (known) known.push(price);
  else prices.set(asset, [price]);
}

/** Of several assets of one ticker the largest of each source is meant. */
function pickLargest(all: readonly MarketDataRecord[]): MarketDataRecord[] {
  const picked = new Map<string, MarketDataRecord>();
  for (const figures of all) {
    const name = `${figures.source} ${figures.symbol}`;
    const known = picked.get(name);
    if (!known || (known.market_cap ?? -1) < (figures.market_cap ?? -1)) picked.set(name, figures);
  }
  return [...picked.values()];
}

function addPool(prices: PricesByAsset, pair: DexPairRecord): void {
  const { id, name, dex_id, price, liquidity, volume_24h, last_updated: timeMs } = pair;
  const isMarket = (liquidity ?? 0) >= POOL_LIQUIDITY_MIN && (volume_24h ?? 0) >= POOL_VOLUME_MIN;
  const code = name.split("/")[0]!.trim().toUpperCase();
  if (price === null || !isMarket || code === "") return;
  addPrice(prices, wrapped[code] ?? code, { place: `${dex_id} ${id}`, price, timeMs });
}

/** Returns what says how many US dollars a quote is: by fresh figures, else one; NaN for no dollar. */
function createDollarOf(figures: readonly MarketDataRecord[]): (quote: string) => number {
  const stable = new Map<string, number>();
  for (const { symbol, price } of figures) {
    if (dollars.has(symbol) && Math.abs(price - 1) <= STABLE_OFF_MAX) stable.set(symbol, price);
  }
  return (quote) => dollars.has(quote) ? stable.get(quote) ?? 1 : NaN;
}

/** Adds the newest minute of every pair whose asset may have a second price. */
async function addMarkets(
  prices: PricesByAsset,
  { symbols, bars }: Pick<WorldStore, "symbols" | "bars">,
  { nowMs, dollarOf }: { nowMs: number; dollarOf(quote: string): number },
): Promise<void> {
  const query = { index: "active", equals: [true] };
  const followed = (await listUpTo(symbols, query, RECORDS_MAX)).filter((symbol) =>
    symbol.active && symbol.kind === "crypto" && dollarOf(symbol.quote) > 0
  );
  const pairsOf = Map.groupBy(followed, ({ base }) => base);
  const compared = followed.filter(({ base }) => prices.has(base) || pairsOf.get(base)!.length > 1);
  for (const symbol of compared) await addMarket(prices, bars, symbol, { nowMs, dollarOf });
}

async function addMarket(
  prices: PricesByAsset,
  bars: WorldStore["bars"],
  { symbol, exchange, base, quote }: MarketSymbol,
  { nowMs, dollarOf }: { nowMs: number; dollarOf(quote: string): number },
): Promise<void> {
  const from = nowMs - FRESH_MS - MINUTE_MS;
  const columns = await bars.readColumns({ symbol, timeframe: "1m" }, { from, to: nowMs + 1 });
  // A minute that was filled in had no trade, and so no price of its own.
  let last = columns.length - 1;
  while (last >= 0 && columns.quality[last] !== 0) last--;
  if (last < 0) return;
  const timeMs = Math.min(columns.time[last]! + MINUTE_MS, nowMs);
  const price = columns.close[last]! * dollarOf(quote);
  addPrice(prices, base, { place: `${exchange} ${symbol}`, price, timeMs });
}
