/**
 * CoinMarketCap's DEX functions: exchanges, networks, pairs, their candles and trades, each its own
 * feed, so that one which is withdrawn takes none of the others along.
 *
 * @module
 */
import type { DexPairRecord } from "../../lib/contracts/dex_records.ts";
import type { Feed, PollSource, SourceRequest } from "../source.ts";
import { splitPieces } from "./answers.ts";
import { coinMarketCapKey } from "./coinmarketcap.ts";
import {
  parseExchangeQuotes,
  parseExchanges,
  parseHistoricalCandles,
  parseNetworks,
  parsePairs,
  parseRunningCandles,
  parseTrades,
} from "./coinmarketcap_dex_answers.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * Where pairs are looked for: a network alone is refused, a DEX is required. The BNB chain answers
 * to its number only.
 */
const venues = [
  { network_slug: "ethereum", dex_slug: "uniswap-v3" },
  { network_slug: "solana", dex_slug: "raydium" },
  { network_id: "14", dex_slug: "pancakeswap-v3" },
  { network_slug: "base", dex_slug: "aerodrome" },
] as const;

/** Pairs asked about in one request, and pairs whose candles and trades are followed. */
const pairsPerRequest = 30;
const candlePairsMax = 8;
const tradePairsMax = 5;

function ask(
  path: string,
  query: Record<string, string>,
  about?: Record<string, string>,
): SourceRequest {
  const text = new URLSearchParams(query).toString();
  const request = { path: `/v4/dex/${path}${text && `?${text}`}`, weight: 1, credits: 1 };
  return about ? { ...request, about } : request;
}

/** Returns the parameters that name a pair's network. */
function nameNetwork(network: string): Record<string, string> {
  return network === "bsc" ? { network_id: "14" } : { network_slug: network };
}

const getContract = ({ id }: DexPairRecord) => id.slice(id.indexOf(":") + 1);

/** Returns one request for up to 30 pairs of one network. */
function askByNetwork(path: string, pairs: readonly DexPairRecord[]): SourceRequest[] {
  const networks = Map.groupBy(pairs, ({ network_id }) => network_id);
  return [...networks].flatMap(([network, own]) =>
    splitPieces(own, pairsPerRequest).slice(0, 1).map((some) =>
      ask(path, {
        ...nameNetwork(network),
        contract_address: some.map(getContract).join(","),
        skip_invalid: "true",
      }, { pairs: some.map(({ id }) => id).join(",") })
    )
  );
}

const exchangeQuotes: Feed = {
  name: "listings quotes",
  cadenceMs: dayMs,
  priority: "low",
  requests: () => [ask("listings/quotes", { limit: "100", sort: "volume_24h" })],
  parse: (body, { receivedMs }) => ({ dexListings: parseExchangeQuotes(body, receivedMs) }),
};

/** Uniswap v2 and v3: listings/info takes numbers only, and these are certain. */
const knownExchangeIds = "1069,1348";

const exchangeInfo: Feed = {
  name: "listings info",
  cadenceMs: dayMs,
  priority: "low",
  requests: () => [ask("listings/info", { id: knownExchangeIds, aux: "urls,date_launched" })],
  parse: (body, { receivedMs }) => ({ dexExchanges: parseExchanges(body, receivedMs) }),
};

const networks: Feed = {
  name: "networks list",
  cadenceMs: dayMs,
  priority: "normal",
  requests: () => [ask("networks/list", { limit: "500", aux: "cryptocurrencySlug" })],
  parse: (body, { receivedMs }) => ({ dexNetworks: parseNetworks(body, receivedMs) }),
};

const spotPairs: Feed = {
  name: "spot pairs",
  cadenceMs: hourMs,
  priority: "high",
  requests: () =>
    venues.map((venue) =>
      ask("spot-pairs/latest", { ...venue, sort: "volume_24h", aux: "pool_created" })
    ),
  parse: (body, { receivedMs }) => parsePairs(body, receivedMs),
};

const pairQuotes: Feed = {
  name: "pair quotes",
  cadenceMs: 3 * hourMs,
  priority: "normal",
  requests: ({ dexPairs }) => askByNetwork("pairs/quotes/latest", dexPairs),
  parse: (body, { receivedMs }) => ({ dexPairs: parsePairs(body, receivedMs).dexPairs }),
};

const runningCandles: Feed = {
  name: "pair OHLCV",
  cadenceMs: 12 * hourMs,
  priority: "low",
  requests: ({ dexPairs }) => askByNetwork("pairs/ohlcv/latest", dexPairs),
  parse: (body, { receivedMs }) => ({ dexCandles: parseRunningCandles(body, receivedMs) }),
};

/** A hundred candles cost one credit. */
const intervals = [
  { timeframe: "1h", query: { time_period: "hourly", interval: "1h", count: "100" } },
  { timeframe: "1d", query: { time_period: "daily", interval: "daily", count: "100" } },
] as const;

const historicalCandles: Feed = {
  name: "pair OHLCV history",
  cadenceMs: dayMs,
  priority: "low",
  requests: ({ dexPairs }) =>
    dexPairs.slice(0, candlePairsMax).flatMap((pair) =>
      intervals.map(({ timeframe, query }) =>
        ask("pairs/ohlcv/historical", {
          ...nameNetwork(pair.network_id),
          contract_address: getContract(pair),
          ...query,
        }, { pairs: pair.id, timeframe })
      )
    ),
  parse: (body, { receivedMs, request }) => ({
    dexCandles: parseHistoricalCandles(body, {
      receivedMs,
      pairId: request.about?.pairs,
      timeframe: request.about?.timeframe === "1d" ? "1d" : "1h",
    }),
  }),
};

const trades: Feed = {
  name: "pair trades",
  cadenceMs: 6 * hourMs,
  priority: "low",
  requests: ({ dexPairs }) =>
    dexPairs.slice(0, tradePairsMax).map((pair) =>
      ask("pairs/trade/latest", {
        ...nameNetwork(pair.network_id),
        contract_address: getContract(pair),
        aux: "transaction_hash",
      }, { pairs: pair.id })
    ),
  parse: (body, { receivedMs, request }) => ({
    dexTrades: parseTrades(body, { receivedMs, pairId: request.about?.pairs }),
  }),
};

/**
 * CoinMarketCap's eight DEX functions. The cadences cost 5,500 credits in a month of 31 days, with
 * pairs on four networks.
 */
export const coinmarketcapDex: PollSource = {
  key: "coinmarketcap_dex",
  name: "CoinMarketCap DEX",
  addresses: { rest: ["https://pro-api.coinmarketcap.com"] },
  limitPerMinute: 300,
  // What the free plan's 15,000 leave beside `coinmarketcap`, which shares them.
  creditsPerMonth: 5_600,
  apiKey: coinMarketCapKey,
  feeds: [
    exchangeQuotes,
    exchangeInfo,
    networks,
    spotPairs,
    pairQuotes,
    runningCandles,
    historicalCandles,
    trades,
  ],
};
