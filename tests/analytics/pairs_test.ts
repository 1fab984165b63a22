/** Metrics of pairs, recommendations and relationships (DEX-07, API-17, SIG-05, SIG-08). */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  mapRelationships,
  measurePair,
  type PairMetrics,
  rankVolume,
  recommendForEntity,
  recommendForPair,
  scoreLiquidity,
  scoreVolatility,
} from "../../lib/analytics/mod.ts";
import type { DexSignalRecord } from "../../lib/contracts/dex_records.ts";
import type { MarketSymbol } from "../../lib/market/mod.ts";
import {
  aMention,
  aPair,
  aSample,
  aSignal,
  aTvl,
  DAY_MS,
  HOUR_MS,
  NOW_MS,
} from "../support/signals.ts";

const ranks: { volume: number | null; volumes: (number | null)[]; rank: number | null }[] = [
  { volume: 5, volumes: [5], rank: 1 },
  { volume: 5, volumes: [9, 5, 7, 1], rank: 3 },
  { volume: 5, volumes: [5, 5, 9], rank: 2 },
  { volume: 0, volumes: [null, 0], rank: 1 },
  { volume: null, volumes: [1], rank: null },
  { volume: NaN, volumes: [1], rank: null },
];
for (const { volume, volumes, rank } of ranks) {
  Deno.test(`volume ${volume} among ${volumes} has rank ${rank}`, () => {
    equal(rankVolume(volume, volumes), rank);
  });
}

const scores = [
  { liquidity: null, score: null },
  { liquidity: -1, score: null },
  { liquidity: NaN, score: null },
  { liquidity: 0, score: 0 },
  { liquidity: 100, score: 0 },
  { liquidity: 10 ** 4.5, score: 0.5 },
  { liquidity: 1e7, score: 1 },
  { liquidity: 1e12, score: 1 },
];
for (const { liquidity, score } of scores) {
  Deno.test(`liquidity ${liquidity} scores ${score}`, () => {
    const found = scoreLiquidity(liquidity);
    if (score === null) equal(found, null);
    else ok(Math.abs(found! - score) < 1e-9);
  });
}

const prices = (...values: (number | null)[]) =>
  values.map((price, i) => aSample({ price, timestamp: NOW_MS + i * DAY_MS }));

Deno.test("a mean move of 10 % a day is a volatility of a half, whatever the order", () => {
  const up = Math.exp(0.1);
  const samples = prices(100, 100 * up, 100, 100 * up);
  ok(Math.abs(scoreVolatility(samples)! - 0.5) < 1e-9);
  equal(scoreVolatility([...samples].reverse()), scoreVolatility(samples));
});

Deno.test("too few prices have no volatility, a steady one 0", () => {
  equal(scoreVolatility([]), null);
  equal(scoreVolatility(prices(1, 2)), null);
  equal(scoreVolatility(prices(1, null, 2, 0)), null);
  equal(scoreVolatility([aSample(), aSample(), aSample()]), null);
  equal(scoreVolatility(prices(1, 1, 1)), 0);
});

function aDexSignal(part: Partial<DexSignalRecord> = {}): DexSignalRecord {
  return {
    id: "d1",
    type: "volume_anomaly",
    pair_id: "ethereum:0xpair",
    pair_name: "WETH/USDC",
    network_id: "ethereum",
    dex_id: "uniswap_v3",
    source: "coinmarketcap",
    data: { ratio: 4 },
    confidence_score: 0.6,
    factors: {},
    timestamp: NOW_MS - HOUR_MS,
    created_at: 0,
    evidence: { inputHash: "", parameterVersion: "" },
    ...part,
  };
}

Deno.test("a pair's metrics count its own signals, each once", () => {
  const signals = [aDexSignal(), aDexSignal(), aDexSignal({ id: "d2", pair_id: "other" })];
  deepEqual(measurePair(aPair({ liquidity: 1e7 }), { volumes: [1e6, 2e6], samples: [], signals }), {
    volume_rank: 2,
    liquidity_score: 1,
    volatility_score: null,
    signal_count: 1,
  });
});

const sound: PairMetrics = {
  volume_rank: 1,
  liquidity_score: 0.9,
  volatility_score: 0.1,
  signal_count: 1,
};
const advice = [
  { name: "volume on sound liquidity", signal: {}, metrics: sound, type: "opportunity" },
  {
    name: "volume on thin liquidity",
    signal: {},
    metrics: { ...sound, liquidity_score: 0.1 },
    type: "warning",
  },
  {
    name: "unknown liquidity",
    signal: {},
    metrics: { ...sound, liquidity_score: null },
    type: "warning",
  },
  { name: "a new pair", signal: { type: "new_pair" }, metrics: sound, type: "opportunity" },
  {
    name: "leaving liquidity",
    signal: { type: "liquidity_shift", data: { direction: "down", liquidity_change_24h: -30 } },
    metrics: sound,
    type: "alert",
  },
  {
    name: "coming liquidity",
    signal: { type: "liquidity_shift", data: { direction: "up", liquidity_change_24h: 30 } },
    metrics: sound,
    type: "opportunity",
  },
  {
    name: "a volatile price",
    signal: { type: "price_volatility", data: { price_change_24h: 20 } },
    metrics: sound,
    type: "warning",
  },
  { name: "thin liquidity", signal: { type: "liquidity_risk" }, metrics: sound, type: "alert" },
] as const;
for (const { name, signal, metrics, type } of advice) {
  Deno.test(`${name} is told as ${type}`, () => {
    const signals = [aDexSignal(signal as Partial<DexSignalRecord>)];
    const [told, ...rest] = recommendForPair({ signals, metrics, nowMs: NOW_MS });
    equal(told!.type, type);
    equal(told!.confidence, 0.6);
    deepEqual(told!.evidence, ["d1"]);
    deepEqual(rest, []);
  });
}

Deno.test("leaving liquidity with much volume on it is an alert of its own", () => {
  const signals = [
    aDexSignal({ id: "a", type: "liquidity_shift", data: { direction: "down" } }),
    aDexSignal({ id: "b", type: "liquidity_risk" }),
  ];
  const told = recommendForPair({ signals, metrics: sound, nowMs: NOW_MS });
  ok(told.some(({ evidence }) => evidence.length === 2));
});

Deno.test("old signals and those of the future recommend nothing, a newer one replaces an older", () => {
  const at = (timestamp: number, id: string) => aDexSignal({ timestamp, id });
  const told = (signals: DexSignalRecord[]) =>
    recommendForPair({ signals, metrics: sound, nowMs: NOW_MS }).map(({ evidence }) => evidence[0]);
  deepEqual(told([at(NOW_MS - DAY_MS, "old"), at(NOW_MS + 1, "future")]), []);
  deepEqual(told([at(NOW_MS, "new"), at(NOW_MS - 5, "older")]), ["new"]);
});

Deno.test("of an entity, a probable fault is told as such, with what was merged as evidence", () => {
  const explanation = "Probable adapter fault: only one sample shows it so far";
  const told = recommendForEntity([
    aSignal({ id: "t", type: "tvl_anomaly", data: { direction: "down" }, explanation }),
    aSignal({ id: "p", confidence_score: 0.9, merges: ["x", "y"], data: { price_change_24h: -7 } }),
  ], NOW_MS);
  deepEqual(told.map(({ type }) => type), ["warning", "warning"]);
  equal(told[1]!.message, explanation);
  deepEqual(told[0]!.evidence, ["p", "x", "y"]);
  match(told[0]!.message, /7\.0 %/);
});

const symbol = (base: string, exchange: string): MarketSymbol => ({
  symbol: `${base}USDT`,
  id: `crypto:${base}/USDT@${exchange}`,
  exchange,
  kind: "crypto",
  base,
  quote: "USDT",
  active: true,
});

Deno.test("tokens go with exchanges, protocols with chains, by weight", () => {
  const mentions = [1, 2, 3].flatMap((i) => [
    aMention({ id: `${i}a`, news_id: `${i}` }),
    aMention({ id: `${i}b`, news_id: `${i}`, entity_type: "exchange", entity_name: "binance" }),
  ]);
  mentions.push(
    aMention({ id: "x", news_id: "9", entity_name: "ETH" }),
    aMention({ id: "y", news_id: "9", entity_type: "exchange", entity_name: "binance" }),
  );
  const { nodes, edges } = mapRelationships({
    symbols: [symbol("BTC", "binance")],
    mentions,
    tvl: [
      aTvl({ chain: "chain:ethereum", tvl_usd: 1e9 }),
      aTvl({ entity: "protocol:small", chain: "chain:solana", tvl_usd: 1e3 }),
      aTvl({ entity: "chain:ethereum" }),
      aTvl({ entity: "protocol:none", chain: null }),
      aTvl({ entity: "protocol:nan", chain: "chain:x", tvl_usd: NaN }),
    ],
  });
  const weight = (from: string, kind: string) =>
    edges.find((edge) => edge.from === from && edge.kind === kind)?.weight;
  equal(weight("token BTC", "traded_on"), 1);
  equal(weight("token BTC", "mentioned_with"), 1);
  ok(Math.abs(weight("token ETH", "mentioned_with")! - 1 / 3) < 1e-9);
  equal(weight("protocol lendit", "runs_on"), 1);
  ok(weight("protocol small", "runs_on")! < 0.4);
  ok(nodes.every(({ id }) => edges.some(({ from, to }) => from === id || to === id)));
  equal(nodes.some(({ name }) => name === "nan" || name === "none"), false);
});

Deno.test("SIG-05 thousands of one kind crowd out no other", () => {
  const { edges } = mapRelationships({
    symbols: [symbol("BTC", "binance"), symbol("BTC", "kraken"), symbol("ETH", "binance")],
    mentions: [],
    tvl: Array.from(
      { length: 700 },
      (_, i) => aTvl({ entity: `protocol:p${i}`, chain: "chain:ethereum", tvl_usd: 1e9 }),
    ),
  });
  equal(edges.filter(({ kind }) => kind === "runs_on").length, 500);
  equal(edges.filter(({ kind }) => kind === "traded_on").length, 3);
});

Deno.test("wallets that act beside the same things at the same time are a cluster", () => {
  const acts = (wallet: string, hours: number[]) =>
    hours.flatMap((hour) => {
      const part = { news_id: `${wallet}${hour}`, timestamp: NOW_MS + hour * HOUR_MS };
      return [
        aMention({ id: `w${wallet}${hour}`, entity_type: "wallet", entity_name: wallet, ...part }),
        aMention({ id: `t${wallet}${hour}`, ...part }),
      ];
    });
  const { edges } = mapRelationships({
    symbols: [],
    tvl: [],
    mentions: [
      ...acts("A", [1, 2, 3]),
      ...acts("B", [1, 2]),
      ...acts("C", [7, 8]),
      ...acts("D", [1]),
    ],
  });
  const members = edges.filter(({ kind }) => kind === "member_of").map(({ from }) => from).sort();
  deepEqual(members, ["wallet A", "wallet B"]);
});

Deno.test("nothing known is an empty graph, and the order of what is known does not matter", () => {
  deepEqual(mapRelationships({ symbols: [], mentions: [], tvl: [] }), { nodes: [], edges: [] });
  const some = fc.array(fc.tuple(fc.constantFrom("BTC", "ETH", "SOL"), fc.nat(4), fc.boolean()));
  fc.assert(fc.property(some, (parts) => {
    const mentions = parts.map(([entity_name, news, isExchange], i) =>
      aMention({
        id: `${i}`,
        news_id: `${news}`,
        entity_name,
        entity_type: isExchange ? "exchange" : "token",
      })
    );
    const map = (list: typeof mentions) =>
      mapRelationships({ symbols: [], tvl: [], mentions: list });
    deepEqual(map([...mentions].reverse()), map(mentions));
  }));
});
