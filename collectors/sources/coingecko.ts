/**
 * CoinGecko: figures of the largest and of all followed coins, of whole markets, and of the past.
 *
 * @module
 */
import { z } from "zod";
import type {
  AssetPriceRecord,
  MarketDataRecord,
  MarketTotalRecord,
} from "../../lib/contracts/records.ts";
import { type Feed, type PollSource, SourceParseError, type SourceRequest } from "../source.ts";
import {
  amount,
  decimal,
  figure,
  figureMax,
  isoTime,
  readAnswer,
  readRows,
  splitPieces,
} from "./answers.ts";

const key = "coingecko";
const name = "CoinGecko";
/** What one answer of `/coins/markets` may hold. https://docs.coingecko.com/reference/coins-markets */
const perPageMax = 250;
const hourMs = 3_600_000;

function ask(path: string, query: Record<string, string>, about?: Record<string, string>) {
  const request: SourceRequest = {
    path: `/api/v3${path}${Object.keys(query).length ? "?" : ""}${new URLSearchParams(query)}`,
    weight: 1,
    credits: 1,
  };
  return about ? { ...request, about } : request;
}

/**
 * The largest coins by market cap. That order is what ties a symbol to a coin: of several coins
 * that call themselves BTC, the largest is meant, and the others are left out.
 */
const markets: Feed = {
  name: "markets",
  cadenceMs: 300_000,
  priority: "high",
  requests: () => [
    ask("/coins/markets", {
      vs_currency: "usd",
      order: "market_cap_desc",
      per_page: String(perPageMax),
      page: "1",
    }),
  ],
  parse: (body, { receivedMs }) => ({ marketData: parseMarkets(body, receivedMs) }),
};

/** The bases of all followed pairs, however small; the largest coin of each symbol is asked for. */
const followed: Feed = {
  name: "followed coins",
  isOnDemand: true,
  cadenceMs: 2 * hourMs,
  priority: "normal",
  requests({ symbols }) {
    const bases = symbols.filter(({ kind }) => kind !== "stock").map(({ base }) =>
      base.toLowerCase()
    ).filter((base) => /^[a-z0-9]+$/.test(base));
    return splitPieces([...new Set(bases)].sort(), perPageMax).map((some) =>
      ask("/coins/markets", {
        vs_currency: "usd",
        symbols: some.join(","),
        include_tokens: "top",
        per_page: String(perPageMax),
      }, { symbols: some.join(",") })
    );
  },
  parse(body, { receivedMs, request }) {
    const asked = new Set(request.about?.symbols?.toUpperCase().split(","));
    const records = parseMarkets(body, receivedMs);
    return { marketData: records.filter(({ symbol }) => asked.has(symbol)) };
  },
};

const totals: Feed = {
  name: "global",
  cadenceMs: 12 * hourMs,
  priority: "low",
  requests: () => [ask("/global", {})],
  parse: (body, { receivedMs }) => ({ marketTotals: [parseTotals(body, receivedMs)] }),
};

const defiTotals: Feed = {
  name: "global DeFi",
  cadenceMs: 24 * hourMs,
  priority: "low",
  requests: () => [ask("/global/decentralized_finance_defi", {})],
  parse: (body, { receivedMs }) => ({ marketTotals: [parseDefiTotals(body, receivedMs)] }),
};

/** Coins whose past is fetched while nobody says which ones matter. */
const leadingCoins = ["bitcoin", "ethereum"];
const historyCoinsMax = 8;

function listCoins(coins: readonly string[] = leadingCoins): string[] {
  return coins.filter((id) => /^[\w-]{1,100}$/.test(id)).slice(0, historyCoinsMax);
}

const history: Feed = {
  name: "history",
  cadenceMs: 24 * hourMs,
  priority: "low",
  requests: ({ coins }) =>
    listCoins(coins).map((coin) =>
      ask(
        `/coins/${coin}/market_chart`,
        { vs_currency: "usd", days: "90", interval: "daily" },
        { coin },
      )
    ),
  parse: (body, { receivedMs, request }) => ({
    assetPrices: parseHistory(body, readCoin(request), receivedMs),
  }),
};

/** Prices every four hours; the stamps are the ends of their bars, so a close is of its stamp. */
const closes: Feed = {
  name: "closes",
  cadenceMs: 24 * hourMs,
  priority: "low",
  requests: ({ coins }) =>
    listCoins(coins).map((coin) =>
      ask(`/coins/${coin}/ohlc`, { vs_currency: "usd", days: "7" }, { coin })
    ),
  parse: (body, { receivedMs, request }) => ({
    assetPrices: parseCloses(body, readCoin(request), receivedMs),
  }),
};

/**
 * CoinGecko's figures. Entities are its coin ids, such as `bitcoin`. The cadences cost 9,700
 * credits in a month of 31 days.
 */
export const coingecko: PollSource = {
  key,
  name,
  addresses: { rest: ["https://api.coingecko.com"] },
  limitPerMinute: 30,
  // The free demo plan; https://docs.coingecko.com (2026).
  creditsPerMonth: 10_000,
  apiKey: {
    variable: "COINGECKO_API_KEY",
    headers: (value) => ({ "x-cg-demo-api-key": value }),
    isRequired: false,
  },
  feeds: [markets, followed, totals, defiTotals, history, closes],
};

function readCoin({ about }: SourceRequest): string {
  if (about?.coin) return about.coin;
  throw new SourceParseError("Cannot read a coin's past: it must be known which coin, was not");
}

/** Prices come as numbers only. */
const price = z.number().nonnegative().max(figureMax);
const coin = z.object({
  id: z.string().min(1).max(200),
  symbol: z.string().min(1).max(100),
  current_price: price.nullable(),
  market_cap: amount,
  total_volume: amount,
  price_change_percentage_24h: figure,
  last_updated: isoTime.nullable(),
});

/**
 * Returns a record for each coin, largest first, one for each symbol; a coin without a price says
 * nothing and is left out.
 *
 * @throws {SourceParseError} For an error body, or rows that are not what they should be.
 */
function parseMarkets(body: unknown, receivedMs: number): MarketDataRecord[] {
  const rows = readRows(coin, body, { source: name, what: "coins" });
  const records = new Map<string, MarketDataRecord>();
  for (const row of rows.sort((a, b) => (b.market_cap ?? -1) - (a.market_cap ?? -1))) {
    const symbol = row.symbol.toUpperCase();
    if (row.current_price === null || records.has(symbol)) continue;
    records.set(symbol, {
      id: `asset:${row.id}@${key}`,
      symbol,
      price: row.current_price,
      volume_24h: row.total_volume,
      market_cap: row.market_cap,
      price_change_24h: row.price_change_percentage_24h,
      timestamp: row.last_updated ?? receivedMs,
      source: key,
      created_at: receivedMs,
    });
  }
  return [...records.values()];
}

const globalBody = z.object({
  data: z.object({
    total_market_cap: z.object({ usd: price }),
    total_volume: z.object({ usd: amount }).nullish(),
    market_cap_percentage: z.record(z.string(), z.number()).nullish(),
    market_cap_change_percentage_24h_usd: figure,
    updated_at: z.number().int().positive().max(1e11),
  }),
});

function parseTotals(body: unknown, receivedMs: number): MarketTotalRecord {
  const { data } = readAnswer(globalBody, body, { source: name, what: "market totals" });
  const shares = Object.entries(data.market_cap_percentage ?? {});
  return {
    id: `crypto ${data.updated_at * 1_000}`,
    market: "crypto",
    market_cap: data.total_market_cap.usd,
    volume_24h: data.total_volume?.usd ?? null,
    change_24h: data.market_cap_change_percentage_24h_usd,
    dominance: Object.fromEntries(shares.map(([code, share]) => [code.toUpperCase(), share])),
    timestamp: data.updated_at * 1_000,
    source: key,
    created_at: receivedMs,
  };
}

/** Figures come as text of some 60 digits; the answer does not say when they were taken. */
const globalDefiBody = z.object({
  data: z.object({
    defi_market_cap: decimal.refine((value) => value >= 0),
    trading_volume_24h: amount,
    defi_dominance: figure,
  }),
});

function parseDefiTotals(body: unknown, receivedMs: number): MarketTotalRecord {
  const { data } = readAnswer(globalDefiBody, body, { source: name, what: "DeFi totals" });
  return {
    id: `defi ${receivedMs}`,
    market: "defi",
    market_cap: data.defi_market_cap,
    volume_24h: data.trading_volume_24h,
    change_24h: null,
    dominance: data.defi_dominance === null ? {} : { DEFI: data.defi_dominance },
    timestamp: receivedMs,
    source: key,
    created_at: receivedMs,
  };
}

const time = z.number().int().positive().max(1e14);
const point = z.tuple([time, price.nullable()]);
const chartBody = z.object({
  prices: z.array(point),
  market_caps: z.array(point).optional(),
  total_volumes: z.array(point).optional(),
});

/** Joins the three series by their stamps; a stamp without a price is no sample. */
function parseHistory(body: unknown, coinId: string, receivedMs: number): AssetPriceRecord[] {
  const chart = readAnswer(chartBody, body, { source: name, what: "series of a coin" });
  const caps = new Map(chart.market_caps);
  const volumes = new Map(chart.total_volumes);
  return chart.prices.flatMap(([at, price]) =>
    price === null ? [] : [toSample(coinId, receivedMs, {
      timestamp: at,
      price,
      market_cap: caps.get(at) ?? null,
      volume_24h: volumes.get(at) ?? null,
    })]
  );
}

const ohlcRow = z.tuple([time, price, price, price, price])
  .refine(([, open, high, low, close]) =>
    low <= Math.min(open, close) && high >= Math.max(open, close)
  );

function parseCloses(body: unknown, coinId: string, receivedMs: number): AssetPriceRecord[] {
  return readRows(ohlcRow, body, { source: name, what: "bars of a coin" }).map((row) =>
    toSample(coinId, receivedMs, {
      timestamp: row[0],
      price: row[4],
      market_cap: null,
      volume_24h: null,
    })
  );
}

function toSample(
  coinId: string,
  receivedMs: number,
  figures: Pick<AssetPriceRecord, "timestamp" | "price" | "market_cap" | "volume_24h">,
): AssetPriceRecord {
  const entity = `asset:${coinId}`;
  return {
    id: `${entity} ${figures.timestamp}`,
    entity,
    ...figures,
    source: key,
    created_at: receivedMs,
  };
}
