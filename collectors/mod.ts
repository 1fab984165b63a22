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
export const streamSources: StreamSource[] = [binance, alpaca];

/** Every source that is polled. */
export const pollSources: PollSource[] = [
  yahoo,
  coingecko,
  coinmarketcap,
  coinmarketcapDex,
  defillama,
  cryptopanic,
  ...newsSources,
];
