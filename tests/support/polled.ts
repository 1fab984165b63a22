/** Builders for tests of polling: a small source, its poller, and a server in the test's hand. */
import { createPoller } from "../../collectors/poll.ts";
import type { PollOptions } from "../../collectors/poll_options.ts";
import type { CollectorHealth } from "../../collectors/health.ts";
import type { Feed, PollSource, SourceRecords } from "../../collectors/source.ts";
import { SourceParseError } from "../../collectors/source.ts";
import { createSourceHttp } from "../../collectors/source_http.ts";
import type { MarketDataRecord } from "../../lib/contracts/records.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Clock } from "../../lib/clock.ts";

/** A feed that asks one thing and reads a list of symbols. */
export function aFeed(change: Partial<Feed> = {}): Feed {
  return {
    name: "markets",
    cadenceMs: 120_000,
    priority: "high",
    requests: () => [{ path: "/markets", weight: 1 }],
    parse(body, { receivedMs }): SourceRecords {
      if (!Array.isArray(body)) throw new SourceParseError("Cannot parse: must be a list, was not");
      return { marketData: body.map((symbol) => aFigure(String(symbol), receivedMs)) };
    },
    ...change,
  };
}

/** A feed for single symbols: one request for all of them. */
export function anAskedFeed(sizeMax = 250): Feed {
  return aFeed({
    name: "quotes",
    isOnDemand: true,
    requests({ symbols }) {
      const bases = symbols.map(({ base }) => base);
      const pages = Array.from(
        { length: Math.ceil(bases.length / sizeMax) },
        (_, page) => bases.slice(page * sizeMax, (page + 1) * sizeMax),
      );
      return pages.map((some) => ({ path: `/quotes?of=${some.join(",")}`, weight: 1 }));
    },
  });
}

/** Figures of one asset. */
export function aFigure(symbol: string, createdMs = 0, source = "one"): MarketDataRecord {
  return {
    id: `asset:${symbol.toLowerCase()}@${source}`,
    symbol,
    price: 100,
    volume_24h: null,
    market_cap: null,
    price_change_24h: null,
    timestamp: createdMs,
    source,
    created_at: createdMs,
  };
}

/** A polled source. */
export function aPollSource(change: Partial<PollSource> = {}): PollSource {
  return {
    key: "one",
    name: "One",
    addresses: { rest: ["http://one"] },
    limitPerMinute: 600,
    feeds: [aFeed()],
    ...change,
  };
}

/** A poller whose source is answered by `respond`; it writes down what it asked, kept and told. */
export function aPoller(
  clock: Clock,
  { respond, source = aPollSource(), signal = new AbortController().signal, ...options }:
    & { respond(url: URL): Response | Promise<Response>; source?: PollSource; signal?: AbortSignal }
    & Partial<PollOptions>,
) {
  const asked: { path: string; atMs: number; headers: Headers }[] = [];
  const kept: SourceRecords[] = [];
  const healths: CollectorHealth[] = [];
  const http = createSourceHttp(source.key, source.addresses.rest, source, {
    clock,
    log: silentLogger,
    mode: "live",
    signal,
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const headers = new Headers(init?.headers);
      asked.push({ path: url.pathname + url.search, atMs: clock.now(), headers });
      return await respond(url);
    },
  });
  const poller = createPoller(source, {
    readContext: () =>
      Promise.resolve({ symbols: [], nowMs: 0, getLastBarTime: () => null, dexPairs: [] }),
    http,
    put: (records) => (kept.push(records), Promise.resolve(records.marketData?.length ?? 0)),
    clock,
    log: silentLogger,
    onHealth: (health) => healths.push(health),
    ...options,
  });
  return { poller, asked, kept, healths };
}
