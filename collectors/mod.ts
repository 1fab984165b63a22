/**
 * The sources that we collect from. A new one is a file in `sources/` that satisfies `StreamSource`
 * or `PollSource`, and one line here; sockets, polling, history and repair are done once for all.
 *
 * @module
 */
import type { PollSource, StreamSource } from "./source.ts";
import { binance } from "./sources/binance.ts";
import { coingecko } from "./sources/coingecko.ts";

/** Every source that streams. */
export const streamSources = [binance] satisfies StreamSource[];

/** Every source that is polled. */
export const pollSources = [coingecko] satisfies PollSource[];
