/** Payments, locked value, relations, shares of collection, and pages that keep themselves new. */
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { placeRelations } from "../../lib/chart/relations.ts";
import type { PageData } from "../../lib/ui/state.ts";
import { listRevenue } from "../../lib/ui/Payments.tsx";
import { readKind } from "../../lib/ui/Relations.tsx";
import { isSorted, linkSort, readTable } from "../../lib/ui/sort.ts";
import { aRelation, someDay, somePayments } from "../support/analysis_pages.ts";
import { aFamily } from "../support/cache_pages.ts";
import { PAIR_PATH, serveExplore } from "../support/explore_app.tsx";
import { aSource, fullPages, PAGE_MS } from "../support/pages.ts";
import { emptyPages } from "../support/pages_odd.ts";

function open(data: PageData) {
  const handle = serveExplore(data);
  return async (path: string) => await (await handle(new Request(`http://here${path}`))).text();
}

const listHeads = (html: string) =>
  [...html.matchAll(/<th scope="row"[^>]*>(?:<a[^>]*>)?([^<]+)/g)].map(([, name]) => name!.trim());

Deno.test("UI-12 UI-13 payments are summed exactly, drawn by day, and listed", async () => {
  const html = await open(fullPages)("/");
  match(html, /12,345,678,901,235\.75 USDC/);
  match(
    html,
    /aria-label="Revenue in USDC from 4 Dec 2023 to 2 Jan 2024, at most 12,345,678,901,234\.25 USDC a day/,
  );
  match(html, /2 Jan 2024<\/th>[\s\S]*1\.50 USDC[\s\S]*31 Dec 2023/);
});

Deno.test("UI-12 without a payment the panel says so, and draws nothing", async () => {
  const html = await open(emptyPages)("/");
  match(html, /No payment was confirmed in the last 30 days/);
  doesNotMatch(html, /Revenue by day|keeps failing/);
});

Deno.test("the revenue of every day is there, and of one currency alone", () => {
  const points = listRevenue(somePayments, "USDC");
  equal(points.length, 30);
  equal(points.at(-1)!.timeMs, PAGE_MS);
  deepEqual(points.slice(-3).map(({ revenue }) => revenue), ["12345678901234.25", "0", "1.50"]);
  ok(listRevenue(somePayments, "nope").every(({ revenue }) => revenue === "0"));
});

Deno.test("COL-03 what keeps failing is told on the overview, with the way to it", async () => {
  const html = await open(fullPages)("/");
  match(
    html,
    /role="status"><a href="\/jobs">1 thing keeps failing<\/a> <span>defillama: no answer/,
  );
});

Deno.test("SIG-05 relations of every kind are reached, drawn, and listed", async () => {
  const get = open(fullPages);
  const runs = await get("/intelligence?related=runs_on");
  match(runs, /aria-label="Runs on: 2 of 2 relations drawn/);
  match(
    runs,
    /lendit<small>protocol<\/small>[\s\S]*runs on ethereum<small>chain<\/small>[\s\S]*25%/,
  );
  match(runs, /href="\?related=member_of#related"[^>]*>Acts alike \(0\)/);
  match(await get("/intelligence?related=member_of"), /No two wallets were seen to act alike/);
  match(await get("/intelligence"), /BTC<\/a><small>token<\/small>[\s\S]*is traded on binance/);
  const sorted = await get("/intelligence?related=runs_on&related_sort=from&related_order=asc");
  match(sorted, /<details class="twin" open[^>]*>[\s\S]*a small one[\s\S]*lendit/);
});

Deno.test("the first kind of which there is something is shown, unless another is named", () => {
  const query = (text: string) => new URLSearchParams(text);
  equal(readKind(query(""), []), "traded_on");
  equal(readKind(query(""), [aRelation()]), "runs_on");
  equal(readKind(query("related=member_of"), [aRelation()]), "member_of");
  equal(readKind(query("related=constructor"), [aRelation()]), "runs_on");
});

Deno.test("what is drawn of relations stays within its sides, whatever they are", () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const row = fc.record({ from: name, to: name, weight: fc.double() });
  fc.assert(fc.property(fc.array(row), fc.integer({ min: 1, max: 4 }), (rows, most) => {
    const { left, right, edges, height } = placeRelations(rows, { most, rowHeight: 20 });
    ok(left.length <= most && right.length <= most && edges.length <= rows.length);
    for (const { from, to, share } of edges) {
      ok(from > 0 && from < height && to > 0 && to < height && share >= 0 && share <= 1);
    }
  }));
});

Deno.test("COL-07 locked value is filtered and sorted by the address", async () => {
  const get = open(fullPages);
  deepEqual(listHeads(await get("/explore/tvl")), ["Ethereum", "Lendit", "Newcomer"]);
  deepEqual(listHeads(await get("/explore/tvl?kind=protocol&sort=name&order=desc")), [
    "Newcomer",
    "Lendit",
  ]);
  deepEqual(listHeads(await get("/explore/tvl?sort=change&order=asc")).at(-1), "Newcomer");
  match(await get("/explore/tvl?q=zzz"), /Nothing matches these filters/);
  match(await get("/"), /href="\/explore\/tvl"[^>]*>Locked value/);
});

Deno.test("COL-04 shares of the day stand beside their targets, and a missed one says so", async () => {
  const html = await open(fullPages)("/jobs");
  match(html, /Cycles that ran when due[\s\S]*100%[\s\S]*target 98%, 96 of 96 in 24 h/);
  match(html, /Sources that answered[\s\S]*90\.000%[\s\S]*target 95%, below target, 180 of 200/);
  match(await open(emptyPages)("/jobs"), /Cycles that ran when due[\s\S]*–[\s\S]*target 98%</);
});

Deno.test("COL-04 uptime of a source is told with its target and since when it is counted", async () => {
  const listed = (share: number | null) => ({
    ...fullPages,
    listSources: () =>
      Promise.resolve([aSource({ uptime: { share, sinceMs: PAGE_MS - 7_200_000 } })]),
  });
  match(
    await open(listed(0.5))("/sources"),
    /Uptime[\s\S]*state s-failed[\s\S]*50\.000%[\s\S]*target 95%, below target · since[\s\S]*2 h ago/,
  );
  match(await open(listed(1))("/sources"), /Uptime[\s\S]*100%[\s\S]*target 95% · since/);
  match(await open(listed(null))("/sources"), /Uptime[\s\S]*not watched yet/);
  equal(someDay.collectionShare, 0.9);
});

for (
  const path of [
    "/",
    "/intelligence",
    "/sources",
    "/jobs",
    "/cache",
    "/quality",
    "/quality/BTCUSDT",
    "/continuity",
    "/explore/tvl",
  ]
) {
  Deno.test(`${path} keeps itself new: parts of different names are read anew`, async () => {
    const html = await open(fullPages)(path);
    const names = [...html.matchAll(/data-refresh="([^"]+)"/g)].map(([, name]) => name);
    ok(names.length > 0);
    equal(new Set(names).size, names.length);
    match(html, /<span hidden data-refresher/);
  });
}

Deno.test("UI-02 tables of sources, cycles, cache, accuracy, checks and candles are sorted by the address", async () => {
  const source = aSource();
  const [feed] = source.feeds;
  const data: PageData = {
    ...fullPages,
    listSources: () =>
      Promise.resolve([{ ...source, feeds: [feed!, { ...feed!, name: "assets", nextMs: null }] }]),
    getCache: () =>
      Promise.resolve({
        families: [aFamily({ family: "b", misses: 1 }), aFamily({ family: "a", misses: 9 })],
        memoryShare: 1,
        hitShare: 1,
        bytes: 1,
        bytesMax: 2,
      }),
    getQuality: async (symbol) => ({
      ...(await fullPages.getQuality(symbol))!,
      checks: { a: { passed: 1, failed: 0 }, b: { passed: 0, failed: 5 } },
    }),
  };
  const get = open(data);
  deepEqual(listHeads(await get("/sources")), ["assets", "markets"]);
  deepEqual(listHeads(await get("/sources?coingecko_sort=next&coingecko_order=desc")), [
    "markets",
    "assets",
  ]);
  deepEqual(listHeads(await get("/cache?sort=made&order=desc")), ["a", "b"]);
  deepEqual(listHeads(await get("/cache?sort=made&order=asc")), ["b", "a"]);
  deepEqual(listHeads(await get("/jobs?r1_sort=count&r1_order=desc")).slice(0, 2), [
    "coingecko",
    "defillama",
  ]);
  deepEqual(listHeads(await get("/jobs?r1_sort=source&r1_order=desc")).slice(0, 2), [
    "defillama",
    "coingecko",
  ]);
  const checks = (html: string) => listHeads(html).filter((name) => name.length === 1);
  deepEqual(checks(await get("/quality/BTCUSDT")), ["b", "a"]);
  deepEqual(checks(await get("/quality/BTCUSDT?sort=check&order=asc")), ["a", "b"]);
  const candles = await get(`${PAIR_PATH}?sort=close&order=asc`);
  match(
    candles,
    /<details class="twin" open[^>]*>[\s\S]*1 Jan 2024, 23:00[\s\S]*1 Jan 2024, 22:00/,
  );
  const figures = await get("/explore/market/BTCUSDT?sort=price&order=desc");
  match(figures, /coinmarketcap · [\s\S]*coingecko · /);
  match(await get("/intelligence?sort=kind&order=desc"), /Unusual volume[\s\S]*TVL change/);
});

Deno.test("a heading keeps all else that the address says, and leads back to its table", () => {
  const columns = { all: ["a", "b"] as const, ascending: ["a"] as const, first: "a" as const };
  const query = new URLSearchParams("days=30&x_sort=a&x_order=asc&sort=b");
  const table = readTable(query, columns, { prefix: "x_", anchor: "part" });
  deepEqual(table.now, { sort: "a", order: "asc" });
  equal(linkSort(table, "a"), "?days=30&x_sort=a&x_order=desc&sort=b#part");
  equal(linkSort(table, "b"), "?days=30&x_sort=b&x_order=desc&sort=b#part");
  ok(isSorted(table));
  const other = readTable(new URLSearchParams("y_sort=constructor"), columns, { prefix: "y_" });
  deepEqual(other.now, { sort: "a", order: "asc" });
  equal(linkSort(other, "b"), "?y_sort=b&y_order=desc");
});
