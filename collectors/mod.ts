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
import { createNewsSources, newsSources } from "./sources/news.ts";
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

/**
 * Returns the sources of these keys; null means all. `newsFeeds` are addresses of further feeds.
 *
 * @throws {RangeError} For a key that no source has.
 */
export function selectSources(
  keys: readonly string[] | null,
  newsFeeds: readonly string[] = [],
): { stream: StreamSource[]; poll: PollSource[] } {
  const known = [...streamSources, ...pollSources].map(({ key }) => key);
  const unknown = keys?.find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot collect from "${unknown}": one of ${known.join(", ")} is required`,
    );
  }
  const isWanted = ({ key }: { key: string }) => keys === null || keys.includes(key);
  const more = createNewsSources(newsFeeds.join(" ")).filter(({ key }) => !known.includes(key));
  return {
    stream: streamSources.filter(isWanted),
    poll: [...pollSources.filter(isWanted), ...more],
  };
}
