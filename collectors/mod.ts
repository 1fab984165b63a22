/**
 * The sources that we collect from. A new one is a file in `sources/` that satisfies `StreamSource`
 * or `PollSource`, and one line here; sockets, polling, history and repair are done once for all.
 *
 * @module
 */
import type { PollSource, StreamSource } from "./source.ts";
import { alpaca } from "./sources/alpaca.ts";
import { binance } from "./sources/binance.ts";
import { coingecko } from "./sources/coingecko.ts";
import { coinmarketcap } from "./sources/coinmarketcap.ts";
import { coinmarketcapDex } from "./sources/coinmarketcap_dex.ts";
import { cryptopanic } from "./sources/cryptopanic.ts";
import { defillama } from "./sources/defillama.ts";
import { newsSources } from "./sources/news.ts";
import { yahoo } from "./sources/yahoo.ts";

/** Every source that streams. */
export const streamSources = [binance] satisfies StreamSource[];

/** Every source that is polled. */
export const pollSources = [
  coingecko,
  coinmarketcap,
  coinmarketcapDex,
  defillama,
  cryptopanic,
  ...newsSources,
] satisfies PollSource[];

/** Sources of shares, apart from the others until the pipeline keeps trading hours. */
export const shareSources = {
  stream: [alpaca] satisfies StreamSource[],
  poll: [yahoo] satisfies PollSource[],
};
