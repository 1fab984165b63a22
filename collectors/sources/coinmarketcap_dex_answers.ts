/**
 * What CoinMarketCap's DEX functions answer, as records. Figures are in US dollars.
 *
 * @module
 */
import { z } from "zod";
import type {
  DexExchangeRecord,
  DexListingRecord,
  DexNetworkRecord,
  DexPairRecord,
  DexTradeRecord,
} from "../../lib/contracts/dex_records.ts";
import { type Bar, type Timeframe, timeframeMs } from "../../lib/market/mod.ts";
import type { DexCandles } from "../source.ts";
import { amount, decimal, figure, idText, isoTime, readRows, toPercent } from "./answers.ts";
import { findUsdQuote, readData } from "./coinmarketcap.ts";

const key = "coinmarketcap_dex";
const source = "CoinMarketCap DEX";

/** Networks by CoinMarketCap's number, where its own slug is no use in requests. */
const networksById: Readonly<Record<string, string>> = { "14": "bsc" };

/** Chain ids of the networks whose slugs are certain. https://chainlist.org */
const chainIds: ReadonlyMap<string, string> = new Map(Object.entries({
  ethereum: "1",
  optimism: "10",
  bsc: "56",
  polygon: "137",
  fantom: "250",
  base: "8453",
  arbitrum: "42161",
  avalanche: "43114",
}));

const spell = (text: string) => text.trim().toLowerCase().replaceAll(/\s+/g, "-");

/** Returns our id of a network, such as `ethereum`. */
function nameNetwork(id: string | null | undefined, slug: string): string {
  return id && Object.hasOwn(networksById, id) ? networksById[id]! : spell(slug);
}

/** Hexadecimal addresses are the same in any case, others are not. */
const spellContract = (text: string) => /^0x/i.test(text) ? text.toLowerCase() : text;

const text = z.string().max(300);
const usdOf = <T extends z.ZodType>(quote: T) => z.unknown().transform(findUsdQuote).pipe(quote);

/** What every answer about a pair says about which pair it is. */
const identity = {
  contract_address: text.min(1),
  name: text.min(1),
  base_asset_ucid: idText.nullish(),
  base_asset_symbol: text.nullish(),
  base_asset_name: text.nullish(),
  base_asset_contract_address: text.nullish(),
  quote_asset_ucid: idText.nullish(),
  quote_asset_contract_address: text.nullish(),
  dex_id: idText.nullish(),
  dex_slug: text.nullish(),
  network_id: idText.nullish(),
  network_slug: text.min(1),
};
const anIdentity = z.object(identity);
type Identity = z.infer<typeof anIdentity>;

function nameCurrency(network: string, contract?: string | null, ucid?: string | null): string {
  // A symbol is no identity: there are look-alikes of every one of them.
  if (contract) return `${network}:${spellContract(contract)}`;
  return ucid ? `cmc:${ucid}` : "unknown";
}

function identify(row: Identity) {
  const network = nameNetwork(row.network_id, row.network_slug);
  return { id: `${network}:${spellContract(row.contract_address)}`, network };
}

const pair = z.object({
  ...identity,
  quote: usdOf(z.object({
    price: amount,
    volume_24h: amount,
    liquidity: amount,
    // A fraction here: -0.0033 is -0.33 %.
    percent_change_price_24h: figure,
    last_updated: isoTime.nullish(),
  })),
  last_updated: isoTime.nullish(),
  pool_created: isoTime.nullish().catch(null),
});

/**
 * Returns the pairs, and the tokens that are their bases.
 *
 * @throws {SourceParseError} For an error body or rows that are not what they should be.
 */
export function parsePairs(
  body: unknown,
  receivedMs: number,
): { dexPairs: DexPairRecord[]; dexListings: DexListingRecord[] } {
  const name = { source, what: "pairs" };
  const rows = readRows(pair, readData(body, name), name);
  const dexPairs = rows.map((row) => toPair(row, receivedMs));
  return { dexPairs, dexListings: listTokens(rows, dexPairs) };
}

function toPair(row: z.infer<typeof pair>, receivedMs: number): DexPairRecord {
  const { id, network } = identify(row);
  return {
    id,
    name: row.name,
    base_currency_id: nameCurrency(network, row.base_asset_contract_address, row.base_asset_ucid),
    quote_currency_id: nameCurrency(
      network,
      row.quote_asset_contract_address,
      row.quote_asset_ucid,
    ),
    network_id: network,
    dex_id: row.dex_slug ?? row.dex_id ?? "unknown",
    price: row.quote.price,
    volume_24h: row.quote.volume_24h,
    liquidity: row.quote.liquidity,
    price_change_24h: toPercent(row.quote.percent_change_price_24h),
    last_updated: row.quote.last_updated ?? row.last_updated ?? receivedMs,
    pool_created_at: row.pool_created ?? null,
    first_seen_at: receivedMs,
    source: key,
    created_at: receivedMs,
  };
}

/** Tokens of pairs: priced where they are most liquid, with what all their pairs here trade. */
function listTokens(
  rows: readonly z.infer<typeof pair>[],
  pairs: readonly DexPairRecord[],
): DexListingRecord[] {
  const tokens = new Map<string, { listing: DexListingRecord; deepest: number }>();
  pairs.forEach((one, i) => {
    const { base_asset_symbol: symbol, base_asset_name, base_asset_contract_address } = rows[i]!;
    if (!symbol || !base_asset_contract_address || one.price === null) return;
    const known = tokens.get(one.base_currency_id);
    const isDeepest = !known || (one.liquidity ?? 0) > known.deepest;
    const listing: DexListingRecord = isDeepest
      ? {
        id: one.base_currency_id,
        kind: "token",
        name: base_asset_name ?? symbol,
        symbol,
        network_id: one.network_id,
        contract_address: spellContract(base_asset_contract_address),
        price: one.price,
        volume_24h: null,
        liquidity: null,
        market_cap: null,
        price_change_24h: one.price_change_24h,
        timestamp: one.last_updated,
        source: key,
      }
      : known.listing;
    tokens.set(one.base_currency_id, {
      deepest: isDeepest ? one.liquidity ?? 0 : known.deepest,
      listing: {
        ...listing,
        volume_24h: add(known?.listing.volume_24h ?? null, one.volume_24h),
        liquidity: add(known?.listing.liquidity ?? null, one.liquidity),
      },
    });
  });
  return [...tokens.values()].map(({ listing }) => listing);
}

const add = (a: number | null, b: number | null) => a === null ? b : a + (b ?? 0);

const network = z.object({
  id: idText,
  name: text.min(1),
  network_slug: text.min(1).nullish(),
  cryptocurrencyId: idText.nullish(),
  cryptocurrencySlug: text.nullish(),
});

/** @throws {SourceParseError} For an error body or rows that are not what they should be. */
export function parseNetworks(body: unknown, receivedMs: number): DexNetworkRecord[] {
  const name = { source, what: "networks" };
  return readRows(network, readData(body, name), name).map((row) => {
    const id = nameNetwork(row.id, row.network_slug ?? row.name);
    return {
      id,
      name: row.name,
      chain_id: chainIds.get(id) ?? null,
      native_currency_id: row.cryptocurrencySlug ??
        (row.cryptocurrencyId ? `cmc:${row.cryptocurrencyId}` : null),
      source: key,
      timestamp: receivedMs,
    };
  });
}

const exchange = z.object({
  name: text.min(1),
  slug: text.min(1),
  quote: usdOf(z.object({ volume_24h: amount, last_updated: isoTime.nullish() })),
  last_updated: isoTime.nullish().catch(null),
});

/**
 * Returns the exchanges with their volume. What is listed is a venue: it has no price.
 *
 * @throws {SourceParseError} For an error body or rows that are not what they should be.
 */
export function parseExchangeQuotes(body: unknown, receivedMs: number): DexListingRecord[] {
  const name = { source, what: "exchanges" };
  return readRows(exchange, readData(body, name), name).map((row) => ({
    id: `dex:${row.slug}`,
    kind: "exchange",
    name: row.name,
    symbol: row.slug,
    network_id: null,
    contract_address: null,
    price: null,
    volume_24h: row.quote.volume_24h,
    liquidity: null,
    market_cap: null,
    price_change_24h: null,
    timestamp: row.quote.last_updated ?? row.last_updated ?? receivedMs,
    source: key,
  }));
}

const exchangeInfo = z.object({
  id: idText,
  name: text.min(1),
  slug: text.min(1),
  status: text.nullish(),
  urls: z.object({ website: z.array(text).nullish() }).nullish(),
  date_launched: isoTime.nullish().catch(null),
});

/**
 * Returns what is known of exchanges themselves.
 *
 * @throws {SourceParseError} For an error body or rows that are not what they should be.
 */
export function parseExchanges(body: unknown, receivedMs: number): DexExchangeRecord[] {
  const name = { source, what: "exchanges" };
  return readRows(exchangeInfo, readData(body, name), name).map((row) => ({
    id: row.slug,
    name: row.name,
    status: row.status ?? null,
    website: row.urls?.website?.find((url) => /^https?:\/\//.test(url)) ?? null,
    launched_at: row.date_launched ?? null,
    source: key,
    timestamp: receivedMs,
  }));
}

const positive = decimal.refine((value) => value > 0);
const ohlcv = z.object({
  open: positive,
  high: positive,
  low: positive,
  close: positive,
  volume: decimal.refine((value) => value >= 0),
}).refine(({ open, high, low, close }) =>
  low <= Math.min(open, close) && high >= Math.max(open, close)
);
type Ohlcv = z.infer<typeof ohlcv>;

function toBar(time: number, figures: Ohlcv, closed: boolean): Bar {
  return { time, ...figures, closed, quality: "observed" };
}

const today = z.object({
  ...identity,
  quote: usdOf(z.intersection(ohlcv, z.object({ last_updated: isoTime.nullish() }))),
  last_updated: isoTime.nullish(),
});

/**
 * Returns the running day of each pair.
 *
 * @throws {SourceParseError} For an error body or rows that are not what they should be.
 */
export function parseRunningCandles(body: unknown, receivedMs: number): DexCandles[] {
  const name = { source, what: "candles of today" };
  return readRows(today, readData(body, name), name).map((row) => {
    const { last_updated, ...figures } = row.quote;
    const atMs = last_updated ?? row.last_updated ?? receivedMs;
    const time = Math.floor(atMs / timeframeMs["1d"]) * timeframeMs["1d"];
    return {
      pairId: identify(row).id,
      timeframe: "1d",
      bars: [],
      running: toBar(time, figures, false),
    };
  });
}

const candle = z.object({ time_open: isoTime, quote: usdOf(ohlcv) });
const past = z.object({ ...identity, quotes: z.array(z.unknown()) });

/**
 * Returns the closed candles of a pair, oldest first; the one that runs apart.
 *
 * @throws {SourceParseError} For an error body or rows that are not what they should be.
 */
export function parseHistoricalCandles(
  body: unknown,
  { receivedMs, pairId, timeframe }: {
    receivedMs: number;
    pairId: string | undefined;
    timeframe: Timeframe;
  },
): DexCandles[] {
  const name = { source, what: "candles" };
  const lengthMs = timeframeMs[timeframe];
  return readPairRows(past, body, { ...name, pairId }).map((row) => {
    const bars = new Map<number, Bar>();
    for (const { time_open: time, quote } of readRows(candle, row.quotes, name)) {
      // A candle off the grid is one of another length.
      if (time % lengthMs !== 0) continue;
      bars.set(time, toBar(time, quote, time + lengthMs <= receivedMs));
    }
    const sorted = [...bars.values()].sort((a, b) => a.time - b.time);
    const running = sorted.findLast(({ closed }) => !closed);
    const candles: DexCandles = {
      pairId: identify(row).id,
      timeframe,
      bars: sorted.filter(({ closed }) => closed),
    };
    return running ? { ...candles, running } : candles;
  });
}

/** Returns rows about pairs, without those about another pair than the one that was asked for. */
function readPairRows<T extends Identity>(
  schema: z.ZodType<T>,
  body: unknown,
  { source, what, pairId }: { source: string; what: string; pairId: string | undefined },
): T[] {
  const name = { source, what };
  const data = readData(isSinglePair(body) ? { data: [body.data] } : body, name);
  const rows = readRows(schema, data, name);
  return rows.filter((row) => pairId === undefined || identify(row).id === pairId);
}

/** One pair's answer is documented as a list, and may come bare. */
function isSinglePair(body: unknown): body is { data: unknown } {
  return z.object({ data: z.object({ contract_address: z.string() }) }).safeParse(body).success;
}

const trade = z.object({
  date: isoTime,
  type: z.string().toLowerCase().pipe(z.enum(["buy", "sell"])),
  quote: usdOf(z.object({ price: positive, total: positive, amount_base_asset: positive })),
  transaction_hash: text.nullish(),
});
const traded = z.object({ ...identity, trades: z.array(z.unknown()) });

/** @throws {SourceParseError} For an error body or rows that are not what they should be. */
export function parseTrades(
  body: unknown,
  { receivedMs, pairId }: { receivedMs: number; pairId: string | undefined },
): DexTradeRecord[] {
  const name = { source, what: "trades" };
  const records = new Map<string, DexTradeRecord>();
  for (const row of readPairRows(traded, body, { ...name, pairId })) {
    const { id: pair } = identify(row);
    for (const { date, type, quote, transaction_hash } of readRows(trade, row.trades, name)) {
      // A trade of the future is none.
      if (date > receivedMs + timeframeMs["1d"]) continue;
      const size = quote.amount_base_asset;
      // One transaction may trade in one pool several times.
      const id = `${pair} ${date} ${transaction_hash ?? ""} ${type} ${size}`;
      records.set(id, {
        id,
        pair_id: pair,
        side: type,
        price: quote.price,
        size,
        value_usd: quote.total,
        transaction_hash: transaction_hash ?? null,
        timestamp: date,
        source: key,
      });
    }
  }
  return [...records.values()];
}
