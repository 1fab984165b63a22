/**
 * Decentralised exchanges: pairs, networks, leaders, listings and trades, from what was collected.
 *
 * @module
 */
import { createRoute } from "@hono/zod-openapi";
import type { AnswerFamily } from "../cache/answers.ts";
import {
  dexLeadersQuerySchema,
  dexLeadersSchema,
  dexListingsQuerySchema,
  dexListingsSchema,
  dexNetworksSchema,
  dexPairsQuerySchema,
  dexPairsSchema,
  dexTradesQuerySchema,
  dexTradesSchema,
} from "../contracts/dex.ts";
import type { DexPairRecord } from "../contracts/dex_records.ts";
import type { RecordQuery } from "../store/types.ts";
import { getAnswerTime } from "./answer_time.ts";
import type { ApiDeps } from "./deps.ts";
import { requireAny } from "./dex_absence.ts";
import { linkNext, readPage } from "./paging.ts";
import { describeRecording } from "./resolve.ts";
import { type Api, describeAnswers, unavailable } from "./routes.ts";

const tags = ["dex"];
const pairsRoute = createRoute({
  method: "get",
  path: "/dex/pairs",
  tags,
  summary: "Pairs with their last known figures",
  request: { query: dexPairsQuerySchema },
  responses: { ...describeAnswers(dexPairsSchema, "A page of pairs"), ...unavailable },
});
const networksRoute = createRoute({
  method: "get",
  path: "/dex/networks",
  tags,
  summary: "Networks that decentralised exchanges run on",
  responses: { ...describeAnswers(dexNetworksSchema, "All networks"), ...unavailable },
});
const leadersRoute = createRoute({
  method: "get",
  path: "/dex/volume-leaders",
  tags,
  summary: "The most traded pairs",
  request: { query: dexLeadersQuerySchema },
  responses: { ...describeAnswers(dexLeadersSchema, "Pairs, most traded first"), ...unavailable },
});
const listingsRoute = createRoute({
  method: "get",
  path: "/dex/listings",
  tags,
  summary: "Tokens as DEX aggregators list them, sorted by a figure",
  request: { query: dexListingsQuerySchema },
  responses: { ...describeAnswers(dexListingsSchema, "A page of listings"), ...unavailable },
});
const tradesRoute = createRoute({
  method: "get",
  path: "/dex/trades",
  tags,
  summary: "Trades, newest first; 503 while no source in use tells any",
  request: { query: dexTradesQuerySchema },
  responses: { ...describeAnswers(dexTradesSchema, "A page of trades"), ...unavailable },
});

/** Answers are kept this long (ms), or until what they list is written anew. */
const pairsMs = 300_000;
const listingsMs = 600_000;
const networksMs = 1_800_000;

/** Binds lists of pairs, networks, leaders, listings and trades. */
export function bindDex(api: Api, deps: ApiDeps): void {
  const { store } = deps;
  const { keepPairs, keepNetworks, keepListings } = createKeepers(deps);

  api.openapi(pairsRoute, async (c) => {
    const query = c.req.valid("query");
    const answer = await keepPairs(`pairs ${JSON.stringify(query)}`, () => readPairs(deps, query));
    linkNext(c, answer.next_cursor);
    return c.json(answer, 200);
  });

  api.openapi(networksRoute, async (c) =>
    c.json(
      await keepNetworks("networks", async () => {
        const { items } = await store.dexNetworks.list({ limit: 1_000 });
        if (items.length === 0) await requireAny(deps, store.dexNetworks, "networks");
        const networks = items.map(({ timestamp: _time, ...network }) => network);
        return { networks, count: networks.length, ...describeAge(deps, items, "timestamp") };
      }),
      200,
    ));

  api.openapi(leadersRoute, async (c) => {
    const query = c.req.valid("query");
    const name = `leaders ${JSON.stringify(query)}`;
    const { cached: _isKept, ...answer } = await keepPairs(name, () => readLeaders(deps, query));
    linkNext(c, answer.next_cursor);
    return c.json(answer, 200);
  });

  api.openapi(listingsRoute, async (c) => {
    const query = c.req.valid("query");
    const answer = await keepListings(
      `listings ${JSON.stringify(query)}`,
      () => readListings(deps, query),
    );
    linkNext(c, answer.next_cursor);
    return c.json(answer, 200);
  });

  api.openapi(tradesRoute, async (c) => {
    const { pair_id, ...query } = c.req.valid("query");
    const page = await readPage(store.dexTrades, {
      ...query,
      ...(pair_id === undefined ? {} : { index: "pair", equals: [pair_id] }),
    });
    if (page.items.length === 0) await requireAny(deps, store.dexTrades, "trades");
    linkNext(c, page.cursor);
    return c.json({
      trades: page.items,
      count: page.items.length,
      next_cursor: page.cursor,
      ...describeAge(deps, page.items, "timestamp"),
    }, 200);
  });
}

/** Returns what keeps answers of each kind. */
function createKeepers({ answers: { family } }: ApiDeps) {
  return {
    keepPairs: createKeeper(family<object>("dex_pairs", {
      ttlMs: pairsMs,
      isLasting: true,
      madeOf: { dexPairs: true, dexNetworks: true },
    })),
    keepNetworks: createKeeper(family<object>("dex_networks", {
      ttlMs: networksMs,
      isLasting: true,
      madeOf: { dexNetworks: true },
    })),
    keepListings: createKeeper(family<object>("dex_listings", {
      ttlMs: listingsMs,
      isLasting: true,
      madeOf: { dexListings: true },
    })),
  };
}

/** Returns a function that keeps answers of a family and tells in each whether it was kept. */
function createKeeper(kept: AnswerFamily<object>) {
  return async <T extends object>(name: string, make: () => Promise<T>) => {
    const { value, cached } = await kept.get(name, make);
    return { ...value as T, cached };
  };
}

async function readLeaders(
  deps: ApiDeps,
  { limit, network, cursor }: {
    limit: number;
    network?: string | undefined;
    cursor?: string | undefined;
  },
) {
  const { dexPairs } = deps.store;
  const { items, cursor: next_cursor } = await readPage(dexPairs, {
    limit,
    ...chooseByVolume(network),
    ...(cursor === undefined ? {} : { cursor }),
  }, { valuesLeft: 1 });
  if (items.length === 0) await requireAny(deps, dexPairs, "pairs");
  const names = await readNetworkNames(deps, items);
  const leaders = items.map((pair) => ({
    ...describePair(pair),
    network_name: names.get(pair.network_id) ?? pair.network_id,
    dex_name: formatId(pair.dex_id),
  }));
  const age = describeAge(deps, items, "last_updated");
  return { leaders, count: leaders.length, next_cursor, ...age };
}

async function readPairs(
  deps: ApiDeps,
  { limit, network, dex, sort, cursor }: {
    limit: number;
    network?: string | undefined;
    dex?: string | undefined;
    sort: "last_updated" | "volume_24h";
    cursor?: string | undefined;
  },
) {
  const { dexPairs } = deps.store;
  const isByVolume = sort === "volume_24h";
  const chosen = isByVolume ? chooseByVolume(network, dex) : chooseByTime(network, dex);
  const page = await readPage(dexPairs, {
    limit,
    ...chosen,
    ...(cursor === undefined ? {} : { cursor }),
  }, { valuesLeft: isByVolume ? 1 : 0 });
  if (page.items.length === 0) await requireAny(deps, dexPairs, "pairs");
  return {
    pairs: page.items.map(describePair),
    count: page.items.length,
    next_cursor: page.cursor,
    ...describeAge(deps, page.items, "last_updated"),
  };
}

type Chosen = Pick<RecordQuery, "index" | "equals">;

/** The index by time whose leading parts are what was asked for. */
function chooseByTime(network?: string, dex?: string): Chosen {
  if (network !== undefined && dex !== undefined) {
    return { index: "network_dex", equals: [network, dex] };
  }
  if (network !== undefined) return { index: "network", equals: [network] };
  return dex === undefined ? {} : { index: "dex", equals: [dex] };
}

/** The same in the order of volume. */
export function chooseByVolume(network?: string, dex?: string): Chosen {
  if (network !== undefined && dex !== undefined) {
    return { index: "network_dex_volume", equals: [network, dex] };
  }
  if (network !== undefined) return { index: "network_volume", equals: [network] };
  return dex === undefined ? { index: "volume" } : { index: "dex_volume", equals: [dex] };
}

/** Name of the index of each order of listings; the newest first is the primary order. */
const listingIndexes = {
  timestamp: "",
  price: "price",
  volume_24h: "volume",
  liquidity: "liquidity",
  market_cap: "market_cap",
  price_change_24h: "price_change",
} as const;

async function readListings(
  deps: ApiDeps,
  { limit, sort, order, cursor }: {
    limit: number;
    sort: keyof typeof listingIndexes;
    order: "asc" | "desc";
    cursor?: string | undefined;
  },
) {
  const name = listingIndexes[sort];
  const index = order === "desc" ? name : name === "" ? "rising" : `${name}_rising`;
  const page = await readPage(deps.store.dexListings, {
    limit,
    ...(index === "" ? {} : { index }),
    ...(cursor === undefined ? {} : { cursor }),
  }, { valuesLeft: index === "" ? 0 : 1 });
  if (page.items.length === 0) await requireAny(deps, deps.store.dexListings, "listings");
  return {
    listings: page.items,
    count: page.items.length,
    next_cursor: page.cursor,
    ...describeAge(deps, page.items, "timestamp"),
  };
}

/** When this was read, and how old its newest figure was. */
function describeAge<K extends string>(
  deps: Pick<ApiDeps, "marketNow" | "getMode">,
  records: readonly Record<K, number>[],
  field: K,
) {
  const newest = records.reduce((latest, record) => Math.max(latest, record[field]), 0);
  const timestamp = getAnswerTime(deps, newest);
  return {
    timestamp,
    ageMs: records.length === 0 ? null : Math.max(0, timestamp - newest),
    recorded: describeRecording(deps.getMode()),
  };
}

/** Returns a pair as answers show it. */
export function describePair({ created_at: _created, ...pair }: DexPairRecord) {
  return pair;
}

async function readNetworkNames(
  { store }: ApiDeps,
  pairs: readonly DexPairRecord[],
): Promise<Map<string, string>> {
  const ids = [...new Set(pairs.map(({ network_id }) => network_id))];
  const networks = await Promise.all(ids.map((id) => store.dexNetworks.get(id)));
  return new Map(networks.flatMap((network) => network ? [[network.id, network.name]] : []));
}

/** `uniswap_v3` reads `Uniswap V3`: sources give exchanges an id and no name. */
function formatId(id: string): string {
  return id.split(/[_\-\s]+/).filter(Boolean)
    .map((word) => word[0]!.toUpperCase() + word.slice(1)).join(" ");
}
