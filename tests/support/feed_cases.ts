/** Every feed of the polled sources of figures and news, with a good answer each. */
import { coingecko } from "../../collectors/sources/coingecko.ts";
import { coinmarketcap } from "../../collectors/sources/coinmarketcap.ts";
import { coinmarketcapDex } from "../../collectors/sources/coinmarketcap_dex.ts";
import { cryptopanic } from "../../collectors/sources/cryptopanic.ts";
import { defillama } from "../../collectors/sources/defillama.ts";
import { createNewsSource, newsSources } from "../../collectors/sources/news.ts";
import type { Feed, FeedContext, PollSource } from "../../collectors/source.ts";
import { aContext, aPair, aSymbol, findFeed, readBody } from "./sources.ts";

/** A feed, what it is asked about, and a good answer. */
export interface FeedCase {
  source: PollSource;
  feed: Feed;
  about: Record<string, string>;
  /** Recorded, or written after the provider's documentation. */
  body: unknown;
  /** A field that every row needs. */
  needs: string;
}

const pair = {
  contract_address: "0xab",
  name: "A/B",
  dex_slug: "uniswap-v3",
  network_slug: "Ethereum",
  last_updated: "2026-09-24T16:05:11.000Z",
};
const candle = { open: 10, high: 12, low: 9, close: 11, volume: 1_000 };
const usd = (figures: object) => [{ convert_id: "2781", ...figures }];
const answer = (row: object) => ({ data: [row], status: { error_code: "0" } });
const at = "2026-09-24T16:00:00.000Z";
const exchange = { id: 1, name: "X", slug: "x", quote: usd({ volume_24h: 1 }) };
const page = {
  data: { catalogs: [{ articles: [{ code: "a1", title: "Words", releaseDate: 1667923200000 }] }] },
};

const table: [PollSource, string, unknown, string][] = [
  [coingecko, "markets", readBody("coingecko/coins-markets-top5-2023.json"), "current_price"],
  [coingecko, "followed coins", readBody("coingecko/coins-markets-2024.json"), "current_price"],
  [coingecko, "global", readBody("coingecko/global.json"), "total_market_cap"],
  [coingecko, "global DeFi", readBody("coingecko/global-defi.json"), "defi_market_cap"],
  [coingecko, "history", readBody("coingecko/coins-bitcoin-market_chart-90d-daily.json"), "prices"],
  [coingecko, "closes", readBody("coingecko/coins-bitcoin-ohlc-7d.json"), "4"],
  [coinmarketcap, "listings", readBody("coinmarketcap/v3-listings-latest-2026.json"), "quote"],
  [coinmarketcap, "quotes", readBody("coinmarketcap/v3-quotes-latest-2026.json"), "slug"],
  [
    coinmarketcapDex,
    "spot pairs",
    readBody("coinmarketcap/v4-dex-spot-pairs-latest-uniswap-v3-2026.json"),
    "contract_address",
  ],
  [
    coinmarketcapDex,
    "pair quotes",
    readBody("coinmarketcap/v4-dex-pairs-quotes-latest-PAXG-WETH-2026.json"),
    "quote",
  ],
  [coinmarketcapDex, "networks list", answer({ id: 1, name: "Ethereum" }), "name"],
  [coinmarketcapDex, "listings quotes", answer(exchange), "quote"],
  [coinmarketcapDex, "listings info", answer(exchange), "slug"],
  [coinmarketcapDex, "pair OHLCV", answer({ ...pair, quote: usd(candle) }), "quote"],
  [
    coinmarketcapDex,
    "pair OHLCV history",
    answer({ ...pair, quotes: [{ time_open: at, quote: usd(candle) }] }),
    "time_open",
  ],
  [
    coinmarketcapDex,
    "pair trades",
    answer({
      ...pair,
      trades: [{ date: at, type: "buy", quote: usd({ price: 1, total: 2, amount_base_asset: 2 }) }],
    }),
    "trades",
  ],
  [defillama, "protocols", readBody("defillama/protocols-2022.json"), "slug"],
  [defillama, "chains", readBody("defillama/v2-chains-documented.json"), "name"],
  [defillama, "protocol history", readBody("defillama/protocol-drift-trade.json"), "tvl"],
  [defillama, "charts", readBody("defillama/charts-2022-first-rows.json"), "date"],
  [cryptopanic, "rss", readBody("cryptopanic/rss-own.json"), "item"],
  [cryptopanic, "posts", readBody("cryptopanic/posts-generic-2018.json"), "results"],
  [
    createNewsSource("https://n.example.org/f"),
    "rss",
    readBody("cryptopanic/rss-own.json"),
    "item",
  ],
  [newsSources.find(({ key }) => key === "news_binance_com")!, "announcements", page, "title"],
];

const about = {
  coin: "bitcoin",
  slug: "drift-trade",
  symbols: "BTC,ETH,PAXG",
  pairs: "ethereum:0xab",
  timeframe: "1h",
};

export const feedCases: readonly FeedCase[] = table.map(([source, name, body, needs]) => ({
  source,
  feed: findFeed(source, name),
  about,
  body,
  needs,
}));

/** A house that follows something of everything. */
export const aFullContext: FeedContext = aContext({
  symbols: ["BTC", "ETH", "SOL", "NOBODY"].map((base) => aSymbol(base)),
  dexPairs: [
    aPair("ethereum:0x9c4fe5ffd9a9fc5678cfbd93aa2d4fd684b67c4c"),
    aPair("bsc:0xb"),
    aPair("solana:Abc"),
  ],
  protocols: ["curve", "does-not-exist"],
  coins: ["bitcoin", "aave"],
});
