import assert from "node:assert/strict";
import { createApi } from "../../lib/api/mod.ts";
import { createChartCache } from "../../lib/cache/charts.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import type {
  DexListingRecord,
  DexSignalRecord,
  DexTradeRecord,
} from "../../lib/contracts/dex_records.ts";
import { signalTypes } from "../../lib/contracts/signals.ts";
import type { Gate } from "../../lib/store/gate.ts";
import { collections } from "../../lib/store/mod.ts";
import { createWorld, type OpenWorld } from "../../lib/store/world.ts";
import { anApi, aSymbol, NOW_MS } from "../support/api.ts";
import { aPair, HOUR_MS } from "../support/signals.ts";
import { readSources } from "../support/source_files.ts";
import { buildGap, buildSignal, withMemoryGate } from "../support/store.ts";

const RECORDS = 600;
const LIMIT = 10;
/** Entries and records read for one answer: far below what there is, with room for the fixed ones. */
const READ_MAX = 150;

/** A gate that counts the entries and records that are read. */
function countReads(gate: Gate): Gate & { reads: number } {
  const counted = {
    ...gate,
    reads: 0,
    run: <T>(work: (kv: Deno.Kv) => Promise<T>) =>
      gate.run((kv) =>
        work(
          new Proxy(kv, {
            get(target, name) {
              if (name === "getMany") {
                return (keys: Deno.KvKey[]) => {
                  counted.reads += keys.length;
                  return target.getMany(keys);
                };
              }
              if (name === "list") return (...args: Parameters<Deno.Kv["list"]>) => list(...args);
              return Reflect.get(target, name).bind(target);

              async function* list(...args: Parameters<Deno.Kv["list"]>) {
                for await (const entry of target.list(...args)) {
                  counted.reads++;
                  yield entry;
                }
              }
            },
          }),
        )
      ),
  };
  return counted;
}

const timeOf = (i: number) => NOW_MS - i * HOUR_MS;
const pick = <T>(values: readonly T[], i: number): T => values[i % values.length]!;
const networks = ["ethereum", "base", "solana"];
const dexes = ["uniswap", "curve"];
const dexTypes = ["volume_anomaly", "new_pair", "liquidity_risk"] as const;

const aListing = (i: number): DexListingRecord => ({
  id: `l${i}`,
  name: `L${i}`,
  symbol: `L${i}`,
  network_id: null,
  contract_address: null,
  price: 1,
  volume_24h: i % 7 === 0 ? null : i,
  liquidity: i,
  market_cap: i,
  price_change_24h: i - 300,
  timestamp: timeOf(i),
  source: "test",
});

const aTrade = (i: number): DexTradeRecord => ({
  id: `t${i}`,
  pair_id: `p${i % 9}`,
  side: "buy",
  price: 1,
  size: 1,
  value_usd: 1,
  transaction_hash: null,
  timestamp: timeOf(i),
  source: "test",
});

const aDexSignal = (i: number): DexSignalRecord => ({
  id: `d${i}`,
  type: pick(dexTypes, i),
  pair_id: `p${i % 10}`,
  pair_name: "A/B",
  network_id: "ethereum",
  dex_id: "uniswap",
  source: "test",
  data: {},
  confidence_score: 0.5,
  factors: {},
  timestamp: timeOf(i),
  created_at: timeOf(i),
  evidence: { inputHash: "00", parameterVersion: "v" },
});

async function fill(world: OpenWorld): Promise<void> {
  const make = <T>(build: (i: number) => T) => Array.from({ length: RECORDS }, (_, i) => build(i));
  await world.symbols.putMany(["BTC", "ETH"].map((base) => aSymbol({ base })));
  await world.signals.putMany(make((i) =>
    buildSignal(`s${i}`, {
      type: pick(signalTypes, i),
      entity: pick(["BTCUSDT", "ETHUSDT", "protocol:aave"], i),
      confidence_score: (i % 101) / 100,
      timestamp: timeOf(i),
    })
  ));
  await world.dexPairs.putMany(make((i) =>
    aPair({
      id: `p${i}`,
      network_id: pick(networks, i),
      dex_id: pick(dexes, i),
      volume_24h: i,
      last_updated: timeOf(i),
    })
  ));
  await world.dexListings.putMany(make(aListing));
  await world.dexTrades.putMany(make(aTrade));
  await world.dexSignals.putMany(make(aDexSignal));
  await world.gaps.putMany(
    make((i) => buildGap(`g${i}`, { symbol: pick(["BTCUSDT", "X"], i), timestamp: timeOf(i) })),
  );
  await world.collectionRuns.putMany(make((i) => ({
    id: `r${i}`,
    trigger: "cron",
    timestamp: timeOf(i),
    duration_ms: 1,
    status: pick(["done", "failed"], i),
    sources: {},
    records: 0,
    signals: 0,
  })));
  await world.features.putMany(make((i) => ({
    id: `f${i}`,
    symbol: pick(["BTCUSDT", "ETHUSDT"], i),
    timeframe: "1h",
    version: "v1.0",
    time: timeOf(i),
    values: {},
    backfilled: [],
  })));
}

/** Returns every choice of some of the parameters, as query texts. */
function combine(...parameters: [string, string][]): string[] {
  return parameters.reduce(
    (made, [name, value]) => [...made, ...made.map((query) => `${query}&${name}=${value}`)],
    [""],
  );
}

const requests: [string, number][] = [
  ...combine(["type", "price_alert"], ["entity", "ETHUSDT"], ["minConfidence", "0.7"])
    .map((query): [string, number] => [`/signals?limit=${LIMIT}${query}`, LIMIT]),
  [`/signals?limit=${LIMIT}&timeRange=30d&minConfidence=0.955`, LIMIT],
  ...combine(["network", "base"], ["dex", "uniswap"], ["sort", "volume_24h"])
    .map((query): [string, number] => [`/dex/pairs?limit=${LIMIT}${query}`, LIMIT]),
  ...combine(["network", "solana"])
    .map((query): [string, number] => [`/dex/volume-leaders?limit=${LIMIT}${query}`, LIMIT]),
  ...combine(["pair_id", "p4"], ["type", "new_pair"])
    .map((query): [string, number] => [`/dex/signals?limit=${LIMIT}${query}`, LIMIT]),
  ...combine(["pair_id", "p4"])
    .map((query): [string, number] => [`/dex/trades?limit=${LIMIT}${query}`, LIMIT]),
  ...["timestamp", "price", "volume_24h", "liquidity", "market_cap", "price_change_24h"].flatMap((
    sort,
  ) =>
    ["asc", "desc"].map((order): [string, number] => [
      `/dex/listings?limit=${LIMIT}&sort=${sort}&order=${order}`,
      LIMIT,
    ])
  ),
  ...combine(["status", "failed"])
    .map((query): [string, number] => [`/api/v1/jobs?limit=${LIMIT}${query}`, LIMIT]),
  ...combine(["symbol", "BTCUSDT"])
    .map((query): [string, number] => [`/api/v1/continuity?limit=${LIMIT}${query}`, LIMIT]),
  [`/api/v1/features/ETHUSDT?timeframe=1h&version=v1.0&limit=${LIMIT}`, LIMIT],
];

/** The indexes that lists of `world` were asked for, as `collection.index`. */
function noteIndexes(world: OpenWorld, used: Set<string>): OpenWorld {
  const noted = Object.entries(collections).map(([name]) => {
    const collection = world[name as keyof typeof collections];
    const list = (query: { index?: string } = {}) => {
      if (query.index !== undefined) used.add(`${name}.${query.index}`);
      return collection.list(query);
    };
    return [name, { ...collection, list }];
  });
  return { ...world, ...Object.fromEntries(noted) };
}

/** Answers every request; returns how much was read for each, and the indexes that were used. */
async function askAll(): Promise<{ reads: [string, number][]; used: Set<string> }> {
  const reads: [string, number][] = [];
  const used = new Set<string>();
  await withMemoryGate(async (gate) => {
    const counted = countReads(gate);
    const world = createWorld({ gate: counted, world: "live", now: () => NOW_MS });
    await fill(world);
    const { deps } = await anApi({
      store: noteIndexes(world, used),
      symbols: createSymbolCache({ symbols: world.symbols, now: () => NOW_MS }),
      charts: createChartCache({ bars: world.bars, epoch: "e1", getRunningBar: () => null }),
      rateLimit: 1e9,
    });
    const api = createApi(deps);
    for (const [path, wanted] of requests) {
      const before = counted.reads;
      const response = await api.fetch(new Request(`http://localhost${path}`), { ip: "127.0.0.1" });
      const text = await response.text();
      assert.equal(response.status, 200, `${path}: ${text}`);
      const listed = Object.values(JSON.parse(text) as Record<string, unknown>)
        .filter((value) => Array.isArray(value)).map((list) => list.length);
      assert.ok(listed.includes(wanted), `${path} lists ${listed}, not ${wanted}`);
      reads.push([path, counted.reads - before]);
    }
  });
  return { reads, used };
}

let asked: ReturnType<typeof askAll> | null = null;
const askOnce = () => asked ??= askAll();

Deno.test("no filter of a list of the API reads more than its page, whatever there is", async () => {
  const { reads } = await askOnce();
  assert.deepEqual(reads.filter(([, count]) => count > READ_MAX), []);
  assert.ok(reads.every(([, count]) => count > 0 && count < RECORDS / 2));
});

Deno.test("every declared index is asked for by the product", async () => {
  const { used } = await askOnce();
  const isProduct = (path: string) =>
    /\.tsx?$/.test(path) && !/store\/(indexes|owned_indexes|migrations)\.ts$/.test(path);
  const sources = ["lib", "collectors", "routes"].flatMap((folder) =>
    readSources(folder, isProduct)
  );
  const isNamed = (collection: string, index: string) =>
    sources.some(({ text }) =>
      new RegExp(`\\b${collection}\\b`).test(text) && text.includes(`index: "${index}"`)
    );
  const unused = Object.entries(collections).flatMap(([collection, { indexes }]) =>
    indexes.map(({ name }) => name)
      .filter((name) => !used.has(`${collection}.${name}`) && !isNamed(collection, name))
      .map((name) => `${collection}.${name}`)
  );
  assert.deepEqual(unused, []);
});
