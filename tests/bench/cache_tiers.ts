/**
 * What each tier of the cache is good for: the API requests of the recorded workload in a time that
 * is turned by hand, over a real store that is written to as collectors do, with both tiers, without
 * memory, and without making ahead.
 */
import { createAnswerCache } from "../../lib/cache/answers.ts";
import { tellWrites } from "../../lib/cache/written.ts";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore, type OpenWorld } from "../../lib/store/mod.ts";
import { anApi } from "../support/api.ts";
import { aDexPair, someFigures } from "../support/pages.ts";
import { buildBar, withFolder } from "../support/store.ts";
import type { Visit } from "./workload.ts";

/** What one way to keep answers came to. */
export interface TierUse {
  /** Reads of the store: gets and lists. */
  reads: number;
  /** Of all requests to the cache, 0 to 1. */
  hitShare: number;
  /** How long each kept answer took the API, without a network, ms. */
  cachedMs: number[];
}

/** How answers are kept. */
interface Way {
  memoryMax?: number;
  isWarmed: boolean;
}

const assets = ["bitcoin", "ethereum", "tether", "solana", "usd-coin", "dogecoin"];
const startMs = Date.UTC(2026, 0, 5);
/** Requests that kept answers are asked for: charts have a memory of their own. */
const isOfAnswers = (path: string) => /^\/(market-data|market-analysis|dex\/|dashboard)/.test(path);

/** How often collectors write what, s. */
const writings: [
  everySeconds: number,
  write: (world: OpenWorld, nowMs: number) => Promise<void>,
][] = [
  [60, async ({ bars }, nowMs) => {
    const series = { symbol: "BTCUSDT", timeframe: "1m" } as const;
    await bars.putBars(series, [buildBar(Math.floor(nowMs / 60_000) - 1)]);
  }],
  [60, async ({ apiUsage }, nowMs) => {
    const counts = { request_count: 1, success_count: 1, refused_count: 0 };
    const use = { ...counts, response_ms: 90, credits: 1, timestamp: nowMs };
    await apiUsage.put({ id: "coingecko markets", source: "coingecko", feed: "markets", ...use });
  }],
  [
    150,
    ({ marketData }, nowMs) =>
      marketData.putMany(assets.map((asset) =>
        someFigures({
          id: `asset:${asset}@coingecko`,
          symbol: asset,
          timestamp: nowMs,
          created_at: nowMs,
        })
      )),
  ],
  [
    240,
    ({ dexPairs }, nowMs) =>
      dexPairs.putMany(
        Array.from({ length: 50 }, (_, i) =>
          aDexPair({ id: `ethereum:0x${i}`, volume_24h: i, last_updated: nowMs })),
      ),
  ],
];

/** Plays the visits once, each at its time. */
export async function playTiers(visits: readonly Visit[], way: Way): Promise<TierUse> {
  const asked = visits.filter(([, path]) => isOfAnswers(path));
  let use: TierUse = { reads: 0, hitShare: 0, cachedMs: [] };
  await withFolder(async (folder) => {
    const path = `${folder}/store.kv`;
    const store = await openStore({ path, clock: systemClock, log: silentLogger });
    try {
      use = await play(store.world("live"), asked, way);
    } finally {
      await store.close();
    }
  });
  return use;
}

async function play(plain: OpenWorld, visits: readonly Visit[], way: Way): Promise<TierUse> {
  const time = { nowMs: startMs };
  const now = () => time.nowMs;
  const world = tellWrites(plain);
  const cache = createAnswerCache({
    now,
    kept: world.kept,
    log: silentLogger,
    ...(way.memoryMax !== undefined && { memoryMax: way.memoryMax }),
  });
  // Without memory every kind of answer lies in the store, or none would be kept at all.
  const answers: typeof cache = way.memoryMax === 0
    ? { ...cache, family: (name, options) => cache.family(name, { ...options, isLasting: true }) }
    : cache;
  const { api } = await anApi({ store: world, answers, now, marketNow: now });
  for (const [, write] of writings) await write(world, startMs);
  const cachedMs: number[] = [];
  const counter = countReads();
  let second = 0;
  for (const [atMs, path] of visits) {
    for (; second * 1_000 <= atMs; second++) {
      time.nowMs = startMs + second * 1_000;
      for (const [every, write] of writings) {
        if (second > 0 && second % every === 0) await write(world, time.nowMs);
      }
      if (way.isWarmed) await cache.warm();
    }
    time.nowMs = startMs + atMs;
    const askedMs = performance.now();
    const request = new Request(`http://localhost:8000${path}`);
    const text = await (await api.fetch(request, { ip: "127.0.0.1" })).text();
    if (text.includes('"cached":true')) cachedMs.push(performance.now() - askedMs);
  }
  const reads = counter.stop();
  const sum = { hits: 0, misses: 0 };
  for (const { hits, misses } of cache.stats()) {
    sum.hits += hits.memory + hits.store;
    sum.misses += misses;
  }
  await cache.close();
  await world.settled();
  return { reads, hitShare: sum.hits / (sum.hits + sum.misses), cachedMs };
}

/** Counts gets and lists of every store of this process until it is stopped. */
function countReads(): { stop(): number } {
  const { get, getMany, list } = Deno.Kv.prototype;
  let reads = 0;
  const count = <A extends unknown[], R>(read: (...args: A) => R) =>
    function (this: Deno.Kv, ...args: A): R {
      reads++;
      return read.apply(this, args);
    };
  Object.assign(Deno.Kv.prototype, { get: count(get), getMany: count(getMany), list: count(list) });
  return {
    stop() {
      Object.assign(Deno.Kv.prototype, { get, getMany, list });
      return reads;
    },
  };
}
