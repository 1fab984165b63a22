import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { defillama, nameChain } from "../../collectors/sources/defillama.ts";
import { SourceParseError } from "../../collectors/source.ts";
import { aContext, findFeed, parseAs, readBody, receivedMs } from "../support/sources.ts";

const protocols = findFeed(defillama, "protocols");
const chains = findFeed(defillama, "chains");
const history = findFeed(defillama, "protocol history");
const charts = findFeed(defillama, "charts");
const hour = Math.floor(receivedMs / 3_600_000) * 3_600_000;

const aProtocol = (change: Record<string, unknown> = {}) => ({
  name: "Curve",
  slug: "curve",
  gecko_id: "curve-dao-token",
  category: "Dexes",
  chains: ["Polygon", "Ethereum"],
  chainTvls: { Polygon: 2e6, Ethereum: 3e6, "Ethereum-staking": 9e9, staking: 9e9 },
  tvl: 5e6,
  ...change,
});

Deno.test("recorded protocols: value, token, main chain and category, in samples of the hour", () => {
  const { tvl = [] } = parseAs(protocols, readBody("defillama/protocols-2022.json"));
  equal(tvl.length, 10);
  deepEqual(tvl[0], {
    id: `protocol:curve ${hour}`,
    entity: "protocol:curve",
    name: "Curve",
    tvl_usd: 16890071630.01999,
    token: "curve-dao-token",
    chain: "chain:ethereum",
    category: "Dexes",
    timestamp: hour,
    source: "defillama",
    created_at: receivedMs,
  });
  equal(new Set(tvl.map(({ id }) => id)).size, 10);
});

Deno.test("dust, exchanges' coffers and what was never measured are no samples", () => {
  const odd = [
    { tvl: 999_999 },
    { tvl: null },
    { tvl: undefined },
    { tvl: -5e6 },
    { category: "CEX" },
    { slug: "" },
  ];
  deepEqual(parseAs(protocols, odd.map(aProtocol)).tvl, []);
  deepEqual(parseAs(protocols, []).tvl, []);
});

Deno.test("the main chain is the one that holds most, not a part of one", () => {
  const chainOf = (change: Record<string, unknown>) =>
    parseAs(protocols, [aProtocol(change)]).tvl![0]!.chain;
  equal(chainOf({}), "chain:ethereum");
  equal(chainOf({ chainTvls: null }), "chain:polygon");
  equal(chainOf({ chainTvls: { Polygon: "many", Ethereum: {} } }), "chain:polygon");
  equal(chainOf({ chains: [], chainTvls: { Ethereum: 1 } }), null);
  equal(chainOf({ chains: null }), null);
  equal(chainOf({ chains: ["__proto__"] }), "chain:__proto__");
  equal(nameChain(" OP  Mainnet"), "chain:op-mainnet");
});

Deno.test("odd side figures do not cost a protocol its sample", () => {
  const odd = { gecko_id: 7, category: {}, chains: "all", chainTvls: [], new: 1 };
  const { tvl: [sample] = [] } = parseAs(protocols, [aProtocol(odd)]);
  deepEqual([sample?.tvl_usd, sample?.token, sample?.category, sample?.chain], [
    5e6,
    null,
    null,
    null,
  ]);
});

for (const change of [{ tvl: "5000000" }, { name: 1 }, { name: "" }, { slug: null }, { tvl: {} }]) {
  Deno.test(`a protocol with ${JSON.stringify(change)} is a SourceParseError`, () => {
    throws(() => parseAs(protocols, [aProtocol(change)]), SourceParseError);
  });
}

Deno.test("documented chains are told with their token", () => {
  const { tvl } = parseAs(chains, readBody("defillama/v2-chains-documented.json"));
  deepEqual(tvl!.map(({ entity, tvl_usd, token, chain }) => [entity, tvl_usd, token, chain]), [
    ["chain:ethereum", 65998652431.40251, "ethereum", null],
  ]);
  const rows = [
    { name: "Solana", tvl: 1, gecko_id: null, chainId: null },
    { name: "New", tvl: null },
    { name: "Zero", tvl: 0 },
  ];
  deepEqual(
    parseAs(chains, rows).tvl!.map(({ entity, token }) => [entity, token]),
    [["chain:solana", null], ["chain:zero", null]],
  );
});

Deno.test("a recorded history: numbers as dates, its one chain", () => {
  const body = readBody("defillama/protocol-drift-trade.json") as {
    tvl: { date: number; totalLiquidityUSD: number }[];
  };
  const { tvl = [] } = parseAs(history, body, { about: { slug: "drift-trade" } });
  equal(tvl.length, 60);
  deepEqual(
    tvl.map(({ timestamp, tvl_usd }) => [timestamp, tvl_usd]),
    body.tvl.map(({ date, totalLiquidityUSD }) => [date * 1_000, totalLiquidityUSD]),
  );
  deepEqual([tvl[0]?.entity, tvl[0]?.chain], ["protocol:drift-trade", "chain:solana"]);
  ok(tvl[0]!.timestamp > Date.UTC(2025, 0));
});

Deno.test("recorded totals: text as dates", () => {
  const body = readBody("defillama/charts-2022-first-rows.json") as {
    date: string;
    totalLiquidityUSD: number;
  }[];
  const { tvl = [] } = parseAs(charts, body);
  equal(tvl.length, body.length);
  deepEqual([tvl[0]?.timestamp, tvl[0]?.tvl_usd, tvl[0]?.entity], [
    1541203200000,
    34684.037746670474,
    "chain:total",
  ]);
});

Deno.test("series: nulls are no samples, the last told counts, the newest 400 are kept in order", () => {
  const point = (date: number, totalLiquidityUSD: unknown) => ({ date, totalLiquidityUSD });
  const some = [point(3, 1), point(1, null), point(2, "7"), point(3, 5)];
  deepEqual(parseAs(charts, some).tvl!.map((one) => [one.timestamp, one.tvl_usd]), [
    [2_000, 7],
    [3_000, 5],
  ]);
  const many = Array.from({ length: 1_000 }, (_, i) => point(i + 1, i));
  const { tvl = [] } = parseAs(charts, many);
  deepEqual([tvl.length, tvl[0]?.timestamp, tvl.at(-1)?.timestamp], [400, 601_000, 1_000_000]);
});

for (
  const point of [
    { date: "today", totalLiquidityUSD: 1 },
    { date: 1.5, totalLiquidityUSD: 1 },
    { date: 1700000000000, totalLiquidityUSD: 1 },
    { date: 5, totalLiquidityUSD: -1 },
    { date: 5, totalLiquidityUSD: "much" },
    { totalLiquidityUSD: 1 },
  ]
) {
  Deno.test(`a total of ${JSON.stringify(point)} is a SourceParseError`, () => {
    throws(() => parseAs(charts, [point]), SourceParseError);
  });
}

Deno.test("an unknown slug, and a bare number, are SourceParseErrors", () => {
  for (const name of ["protocol-404", "tvl-documented"]) {
    for (const feed of defillama.feeds) {
      const body = readBody(`defillama/${name}.json`);
      throws(() => parseAs(feed, body, { about: { slug: "x" } }), SourceParseError);
    }
  }
  throws(() => parseAs(history, { name: "x", tvl: [] }), /which protocol/);
});

Deno.test("histories are asked of those that hold most, at most twenty, never of odd slugs", () => {
  const paths = (slugs?: string[]) =>
    history.requests(aContext(slugs ? { protocols: slugs } : {})).map(({ path }) => path);
  deepEqual(paths(["lido", "../x", "a/b", "y?z"]), ["/protocol/lido"]);
  equal(paths(Array.from({ length: 50 }, (_, i) => `p${i}`)).length, 20);
  ok(paths().length > 0);
});

/** The least time of five runs, ms: what others do on the machine counts least. */
function measure(work: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return Math.min(...times);
}

Deno.test("all protocols at once, 8 MB of them, take no longer than reading their JSON some times", () => {
  const rows = Array.from(
    { length: 6_500 },
    (_, i) => aProtocol({ slug: `p${i}`, description: "x".repeat(900), tvl: 2e6 + i }),
  );
  const text = JSON.stringify(rows);
  const body = JSON.parse(text);
  equal(parseAs(protocols, body).tvl!.length, 6_500);
  const jsonMs = measure(() => JSON.parse(text));
  const parseMs = measure(() => parseAs(protocols, body));
  ok(parseMs < 15 * jsonMs, `took ${parseMs} ms, JSON.parse ${jsonMs} ms`);
});
