/**
 * CoinGecko: price, volume, market cap and change of many coins in one request.
 *
 * @module
 */
import { z } from "zod";
import type { MarketDataRecord } from "../../lib/contracts/records.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";
import { type Feed, type PollSource, SourceParseError } from "../source.ts";

const key = "coingecko";
/** What one answer of `/coins/markets` may hold. */
const perPageMax = 250;

/** CoinGecko's ids of the bases that exchanges trade most. https://docs.coingecko.com */
const coinIds: Readonly<Record<string, string>> = {
  BTC: "bitcoin",
  ETH: "ethereum",
  BNB: "binancecoin",
  SOL: "solana",
  XRP: "ripple",
  DOGE: "dogecoin",
  ADA: "cardano",
  AVAX: "avalanche-2",
  TRX: "tron",
  LINK: "chainlink",
  DOT: "polkadot",
  LTC: "litecoin",
  BCH: "bitcoin-cash",
  NEAR: "near",
  UNI: "uniswap",
  ATOM: "cosmos",
  ETC: "ethereum-classic",
  FIL: "filecoin",
  APT: "aptos",
  ARB: "arbitrum",
  OP: "optimism",
  SUI: "sui",
  TON: "the-open-network",
  SHIB: "shiba-inu",
  PEPE: "pepe",
  AAVE: "aave",
  XLM: "stellar",
  ALGO: "algorand",
  HBAR: "hedera-hashgraph",
  MATIC: "matic-network",
  FTT: "ftx-token",
  FTM: "fantom",
  SAND: "the-sandbox",
  MANA: "decentraland",
  EOS: "eos",
  XTZ: "tezos",
  MKR: "maker",
  CRV: "curve-dao-token",
  LUNA: "terra-luna-2",
  LUNC: "terra-luna",
  USDT: "tether",
  USDC: "usd-coin",
};

/** Price, volume and market cap of every coin that a followed pair is made of. */
const markets: Feed = {
  name: "markets",
  cadenceMs: 120_000,
  priority: "high",
  requests({ symbols }) {
    const ids = listCoins(symbols).sort();
    const pages = Math.ceil(ids.length / perPageMax);
    return Array.from({ length: pages }, (_, page) => {
      const some = ids.slice(page * perPageMax, (page + 1) * perPageMax);
      const query = new URLSearchParams({
        ids: some.join(","),
        vs_currency: "usd",
        per_page: String(perPageMax),
      });
      return { path: `/api/v3/coins/markets?${query}`, weight: 1, credits: 1 };
    });
  },
  parse: (body, { receivedMs }) => ({ marketData: parseMarkets(body, receivedMs) }),
};

/** CoinGecko's market figures. Entities are its coin ids, such as `bitcoin`. */
export const coingecko: PollSource = {
  key,
  name: "CoinGecko",
  addresses: { rest: ["https://api.coingecko.com"] },
  limitPerMinute: 30,
  // The free demo plan; https://docs.coingecko.com (2026).
  creditsPerMonth: 10_000,
  apiKey: {
    variable: "COINGECKO_API_KEY",
    headers: (value) => ({ "x-cg-demo-api-key": value }),
    isRequired: false,
  },
  feeds: [markets],
};

/** Returns the coins that the bases of these symbols stand for; unknown ones are left out. */
function listCoins(symbols: readonly MarketSymbol[]): string[] {
  const ids = symbols.map(({ base }) => Object.hasOwn(coinIds, base) ? coinIds[base]! : "");
  return [...new Set(ids.filter((id) => id !== ""))];
}

const figure = z.number().nullable();
const coin = z.object({
  id: z.string().min(1).max(200),
  symbol: z.string().min(1).max(100),
  name: z.string(),
  current_price: z.number().nonnegative().nullable(),
  market_cap: figure,
  total_volume: figure,
  price_change_percentage_24h: figure.optional(),
  last_updated: z.iso.datetime({ offset: true }).nullable(),
});
const errorBody = z.union([
  z.object({ status: z.object({ error_code: z.number(), error_message: z.string() }) })
    .transform(({ status }) => `${status.error_code}: ${status.error_message}`),
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ error: z.object({ status: z.object({ error_message: z.string() }) }) })
    .transform(({ error }) => error.status.error_message),
]);

/**
 * Returns a record for each coin; one without a price says nothing and is left out. Unknown fields
 * are ignored, as CoinGecko adds some now and then.
 *
 * @throws {SourceParseError} For an error body, or a field that is not what it should be.
 */
function parseMarkets(body: unknown, receivedMs: number): MarketDataRecord[] {
  const failed = errorBody.safeParse(body);
  if (failed.success) {
    throw new SourceParseError(
      `Cannot use an answer of CoinGecko: it must list coins, was an error (${
        failed.data.slice(0, 200)
      })`,
    );
  }
  const read = z.array(coin).safeParse(body);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new SourceParseError(
      `Cannot parse an answer of CoinGecko: must be a list of coins, was wrong at ${
        issue?.path.map(String).join(".") || "the top"
      } (${issue?.message})`,
    );
  }
  return read.data.flatMap((row) =>
    row.current_price === null ? [] : [{
      id: `asset:${row.id}@${key}`,
      symbol: row.symbol.toUpperCase(),
      price: row.current_price,
      volume_24h: row.total_volume,
      market_cap: row.market_cap,
      price_change_24h: row.price_change_percentage_24h ?? null,
      timestamp: row.last_updated === null ? receivedMs : Date.parse(row.last_updated),
      source: key,
      created_at: receivedMs,
    }]
  );
}
