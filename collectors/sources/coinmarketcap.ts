/**
 * CoinMarketCap: prices of the largest and of all followed coins, whichever version answers.
 *
 * @module
 */
import { z } from "zod";
import type { MarketDataRecord } from "../../lib/contracts/records.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";
import type { Feed, PollSource, SourceKey } from "../source.ts";
import {
  amount,
  figure,
  figureMax,
  idText,
  isoTime,
  readAnswer,
  readRows,
  splitPieces,
} from "./answers.ts";

const key = "coinmarketcap";
const name = "CoinMarketCap";
const address = "https://pro-api.coinmarketcap.com";
/** How many coins one credit pays for: of a list, and of quotes. */
const listedPerCredit = 200;
const quotesPerCredit = 100;

/** How CoinMarketCap knows who asks; the same key opens its DEX functions. */
export const coinMarketCapKey: SourceKey = {
  variable: "COINMARKETCAP_API_KEY",
  headers: (value) => ({ "X-CMC_PRO_API_KEY": value }),
  isRequired: true,
};

/**
 * CoinMarketCap's ids of coins that share their symbol with others, or are asked for always. An
 * answer counts only where its symbol is the asked one. https://coinmarketcap.com/api/documentation
 */
const coinIds: ReadonlyMap<string, string> = new Map(Object.entries({
  BTC: "1",
  LTC: "2",
  XRP: "52",
  DOGE: "74",
  XLM: "512",
  USDT: "825",
  ETH: "1027",
  ETC: "1321",
  BCH: "1831",
  BNB: "1839",
  TRX: "1958",
  LINK: "1975",
  ADA: "2010",
  XTZ: "2011",
  USDC: "3408",
  ATOM: "3794",
  MATIC: "3890",
  ALGO: "4030",
  FTT: "4195",
  SOL: "5426",
  AVAX: "5805",
  SHIB: "5994",
  NEAR: "6535",
  CRV: "6538",
  DOT: "6636",
  UNI: "7083",
  AAVE: "7278",
}));

/** The largest coins by market cap, which is what ties a symbol to a coin. */
const listings: Feed = {
  name: "listings",
  cadenceMs: 300_000,
  priority: "high",
  requests: () => [{
    path: `/v3/cryptocurrency/listings/latest?start=1&limit=${listedPerCredit}&convert=USD`,
    weight: 1,
    credits: 1,
  }],
  parse: (body, { receivedMs }) => ({ marketData: parseCoins(body, receivedMs) }),
};

/** The bases of all followed pairs: by id where one is known, else by symbol. */
const quotes: Feed = {
  name: "quotes",
  isOnDemand: true,
  cadenceMs: 4 * 3_600_000,
  priority: "normal",
  requests({ symbols }) {
    const bases = listBases(symbols);
    const named = bases.filter((base) => coinIds.has(base));
    const unnamed = bases.filter((base) => !coinIds.has(base));
    const ask = (some: string[], parameter: string, values: string[]) => ({
      path: `/v3/cryptocurrency/quotes/latest?${parameter}=${
        values.join(",")
      }&convert=USD&skip_invalid=true`,
      weight: 1,
      credits: 1,
      about: { symbols: some.join(",") },
    });
    return [
      ...splitPieces(named, quotesPerCredit).map((some) =>
        ask(some, "id", some.map((base) => coinIds.get(base)!))
      ),
      ...splitPieces(unnamed, quotesPerCredit).map((some) => ask(some, "symbol", some)),
    ];
  },
  parse(body, { receivedMs, request }) {
    const asked = new Set(request.about?.symbols?.split(","));
    const records = parseCoins(body, receivedMs);
    return { marketData: records.filter(({ symbol }) => asked.has(symbol)) };
  },
};

/**
 * CoinMarketCap's market figures. Entities are its slugs, such as `bitcoin`. The cadences cost
 * 9,300 credits in a month of 31 days at up to 200 followed coins.
 */
export const coinmarketcap: PollSource = {
  key,
  name,
  addresses: { rest: [address] },
  limitPerMinute: 30,
  // The free plan has 15,000 (2026); the rest is for the DEX functions, which the same key opens.
  creditsPerMonth: 9_400,
  apiKey: coinMarketCapKey,
  feeds: [listings, quotes],
};

function listBases(symbols: readonly MarketSymbol[]): string[] {
  const bases = symbols.filter(({ kind }) => kind !== "stock").map(({ base }) => base);
  return [...new Set(bases)].filter((base) => /^[A-Z0-9]{1,20}$/.test(base)).sort();
}

const usdId = "2781";
const quote = z.object({
  symbol: z.string().optional(),
  id: idText.optional(),
  convert_id: idText.optional(),
});

/**
 * Returns the quote in US dollars: from a map by currency (v1, v2) or from a list (v3, v4); null
 * where there is none, as another currency's figures are not ours.
 */
export function findUsdQuote(quotes: unknown): unknown {
  if (typeof quotes !== "object" || quotes === null) return null;
  if (!Array.isArray(quotes)) {
    return Object.hasOwn(quotes, "USD") ? (quotes as Record<string, unknown>).USD : null;
  }
  return quotes.find((one) => {
    const { success, data } = quote.safeParse(one);
    if (!success) return false;
    return data.symbol === "USD" || (data.convert_id ?? data.id) === usdId;
  }) ?? null;
}

const envelope = z.object({ data: z.unknown() }).refine(({ data }) => data !== undefined);

/**
 * Returns the rows of an answer: a list (v3, v4), a map by id (v1), or a map of lists by symbol
 * (v2).
 *
 * @throws {SourceParseError} For an error body, or where there is no data.
 */
export function readData(body: unknown, what: { source: string; what: string }): unknown[] {
  const { data } = readAnswer(envelope, body, what);
  if (Array.isArray(data)) return data;
  const map = readAnswer(z.record(z.string(), z.unknown()), data, what);
  return Object.values(map).flat();
}

const coin = z.object({
  symbol: z.string().min(1).max(100),
  slug: z.string().min(1).max(200),
  cmc_rank: z.number().nullish(),
  quote: z.unknown().transform(findUsdQuote).pipe(z.object({
    price: z.number().nonnegative().max(figureMax).nullable(),
    volume_24h: amount,
    market_cap: amount,
    percent_change_24h: figure,
    last_updated: isoTime.nullish(),
  })),
});

/** Returns a record for each coin, one for each symbol: the best ranked, then the largest. */
function parseCoins(body: unknown, receivedMs: number): MarketDataRecord[] {
  const what = { source: name, what: "coins" };
  const rows = readRows(coin, readData(body, what), what);
  const records = new Map<string, MarketDataRecord>();
  const rank = (row: (typeof rows)[number]) => row.cmc_rank ?? Infinity;
  const cap = (row: (typeof rows)[number]) => row.quote.market_cap ?? -1;
  const isBehind = (a: number, b: number) => a < b ? -1 : a > b ? 1 : 0;
  rows.sort((a, b) => isBehind(rank(a), rank(b)) || cap(b) - cap(a));
  for (const { symbol: text, slug, quote } of rows) {
    const symbol = text.toUpperCase();
    if (quote.price === null || records.has(symbol)) continue;
    records.set(symbol, {
      id: `asset:${slug}@${key}`,
      symbol,
      price: quote.price,
      volume_24h: quote.volume_24h,
      market_cap: quote.market_cap,
      price_change_24h: quote.percent_change_24h,
      timestamp: quote.last_updated ?? receivedMs,
      source: key,
      created_at: receivedMs,
    });
  }
  return [...records.values()];
}
