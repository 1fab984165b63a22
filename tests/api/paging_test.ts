import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import { formatCursor } from "../../lib/store/cursor.ts";
import { NOW_MS, type TestApi } from "../support/api.ts";
import { readDocument } from "../support/documents.ts";
import {
  aDexSignal,
  aDexTrade,
  aListing,
  aPair,
  aRun,
  withPublicApi,
} from "../support/public_api.ts";
import { buildSignal } from "../support/store.ts";

type Item = { id: string };

const hoursOf: Record<string, number> = { "1h": 1, "24h": 24, "7d": 168 };

/** Follows `next_cursor` to the end; returns the ids of each page. */
async function walk(api: TestApi["api"], url: string, list: string): Promise<string[][]> {
  const pages: string[][] = [];
  let next: string | null = url;
  while (next) {
    const response: Response = await api.request(next);
    const body: Record<string, unknown> = await response.json();
    equal(response.status, 200, JSON.stringify(body));
    pages.push((body[list] as Item[]).map(({ id }) => id));
    equal(body.count, pages.at(-1)!.length);
    const link: string | null = response.headers.get("link");
    equal(link === null, body.next_cursor === null);
    next = link && link.match(/^<([^>]+)>; rel="next"$/)![1]!;
  }
  return pages;
}

Deno.test("pages of signals join to the whole list, whatever is asked for and how large they are", () =>
  withPublicApi(async ({ api, world }) => {
    const all = Array.from(
      { length: 120 },
      (_, i) =>
        buildSignal(`p${String(i).padStart(3, "0")}`, {
          type: i % 3 ? "price_alert" : "volume_anomaly",
          entity: i % 2 ? "BTCUSDT" : "ETHUSDT",
          confidence_score: (i % 21) / 20,
          // Several share a moment, so that the id has to tell them apart.
          timestamp: NOW_MS - Math.floor(i / 4) * 3_600_000,
        }),
    );
    await world.signals.putMany(all);
    const property = fc.asyncProperty(
      fc.record({
        type: fc.constantFrom(undefined, "price_alert", "volume_anomaly"),
        entity: fc.constantFrom(undefined, "BTCUSDT", "ETHUSDT"),
        minConfidence: fc.constantFrom(undefined, 0, 0.25, 0.5, 0.77, 1),
        timeRange: fc.constantFrom(undefined, "1h", "24h", "7d"),
      }),
      fc.integer({ min: 1, max: 60 }),
      async (filter, limit) => {
        const query = new URLSearchParams({ limit: String(limit) });
        for (const [name, value] of Object.entries(filter)) {
          if (value !== undefined) query.set(name, String(value));
        }
        const hours = hoursOf[filter.timeRange ?? ""] ?? Infinity;
        const expected = all.filter((signal) =>
          (filter.type === undefined || signal.type === filter.type) &&
          (filter.entity === undefined || signal.entity === filter.entity) &&
          signal.confidence_score >= (filter.minConfidence ?? 0) &&
          signal.timestamp >= NOW_MS - hours * 3_600_000
        ).toSorted((a, b) => b.timestamp - a.timestamp || (a.id < b.id ? 1 : -1));
        const pages = await walk(api, `/signals?${query}`, "signals");
        deepEqual(pages.flat(), expected.map(({ id }) => id));
        equal(pages.every((page) => page.length <= limit), true);
      },
    );
    await fc.assert(property, { numRuns: 25 });
  }, { filled: false }));

const lists: [url: string, list: string][] = [
  ["/dex/pairs?limit=3", "pairs"],
  ["/dex/pairs?limit=3&sort=volume_24h", "pairs"],
  ["/dex/pairs?limit=3&network=ethereum&sort=volume_24h", "pairs"],
  ["/dex/pairs?limit=3&dex=uniswap_v3&sort=volume_24h", "pairs"],
  ["/dex/pairs?limit=3&dex=uniswap_v3&network=ethereum", "pairs"],
  ["/dex/pairs?limit=3&dex=uniswap_v3&network=ethereum&sort=volume_24h", "pairs"],
  ...["timestamp", "price", "volume_24h", "liquidity", "market_cap", "price_change_24h"].flatMap(
    (sort): [string, string][] => [
      [`/dex/listings?limit=3&sort=${sort}`, "listings"],
      [`/dex/listings?limit=3&sort=${sort}&order=asc`, "listings"],
    ],
  ),
  ["/dex/volume-leaders?limit=3", "leaders"],
  ["/dex/volume-leaders?limit=3&network=ethereum", "leaders"],
  ["/dex/trades?limit=3", "trades"],
  ["/dex/trades?limit=3&pair_id=ethereum:0xaa", "trades"],
  ["/dex/signals?limit=3", "signals"],
  ["/dex/signals?limit=3&type=new_pair&pair_id=ethereum:0xaa", "signals"],
  ["/dashboard/api/signals?limit=3&type=price_alert", "signals"],
  ["/api/v1/jobs?limit=3", "runs"],
  ["/api/v1/jobs?limit=3&status=done", "runs"],
];
for (const [url, list] of lists) {
  Deno.test(`pages of ${url} join without a hole and without anything twice`, () =>
    withPublicApi(async ({ api, world }) => {
      for (let i = 0; i < 10; i++) {
        const id = `r${i}`;
        // Negative, missing and equal figures as well.
        const figure = [null, -5, 0, 7, 7, 1e12, 0.5, -1e9, 3, null][i]!;
        const at = NOW_MS - (i % 4) * 1_000;
        await Promise.all([
          world.dexPairs.put(aPair({ id, volume_24h: figure, last_updated: at })),
          world.dexListings.put(aListing({
            id,
            price: figure,
            volume_24h: figure,
            liquidity: figure,
            market_cap: figure,
            price_change_24h: figure,
            timestamp: at,
          })),
          world.dexTrades.put(aDexTrade({ id, timestamp: at })),
          world.dexSignals.put(aDexSignal({ id, type: "new_pair", timestamp: at })),
          world.signals.put(buildSignal(id, { timestamp: at })),
          world.collectionRuns.put(aRun({ id, timestamp: at })),
        ]);
      }
      const ids = (await walk(api, url, list)).flat();
      equal(new Set(ids).size, ids.length);
      deepEqual(ids.toSorted(), Array.from({ length: 10 }, (_, i) => `r${i}`));
    }, { filled: false }));
}

Deno.test("every list that takes a limit takes a cursor, and says what follows", () =>
  withPublicApi(async ({ api }) => {
    const { operations, schemas } = await readDocument(api);
    const limited = operations.filter(({ method, path, parameters }) =>
      method === "GET" && parameters.some(({ name }) => name === "limit") &&
      // Charts are the newest bars; the datafeed has a protocol of its own.
      !/^\/(udf|api\/v1\/charts)\//.test(path)
    );
    equal(limited.length >= 10, true, `found ${limited.length}`);
    for (const { path, parameters, responses } of limited) {
      equal(parameters.some(({ name }) => name === "cursor"), true, `${path} takes a cursor`);
      const { $ref } = responses[200]!.content!["application/json"]!.schema as { $ref: string };
      const { properties } = schemas[$ref.split("/").at(-1)!] as { properties: object };
      equal("next_cursor" in properties, true, `${path} says what follows`);
    }
  }));

Deno.test("leaders refuse a cursor of a list by time", () =>
  withPublicApi(async ({ api }) => {
    const cursor = encodeURIComponent(formatCursor([1, "id"]));
    const response = await api.request(`/dex/volume-leaders?cursor=${cursor}`);
    equal(response.status, 400);
    match(await response.text(), /"pointer":"\/query\/cursor"/);
  }));

/** Follows pages of older and older rows; returns the values of `name`, page by page. */
async function walkBack(api: TestApi["api"], url: string, list: string, name: string) {
  const pages: unknown[][] = [];
  for (let next: string | null = ""; next !== null;) {
    const query: string = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
    const response: Response = await api.request(`${url}${query}`);
    const body: Record<string, unknown> = await response.json();
    equal(response.status, 200, JSON.stringify(body));
    pages.push((body[list] as Record<string, unknown>[]).map((row) => row[name]));
    next = body.next_cursor as string | null;
    equal(response.headers.get("link") === null, next === null);
  }
  return pages;
}

Deno.test("pages of features lead to older rows, each page oldest first", () =>
  withPublicApi(async ({ api, world }) => {
    const times = Array.from({ length: 7 }, (_, i) => NOW_MS - (7 - i) * 3_600_000);
    await world.features.putMany(times.map((time) => ({
      id: `BTCUSDT 1h v1.0 ${time}`,
      symbol: "BTCUSDT",
      timeframe: "1h" as const,
      version: "v1.0",
      time,
      values: {},
      backfilled: [],
    })));
    const read = (query: string) =>
      walkBack(api, `/api/v1/features/BTCUSDT?limit=3${query}`, "features", "time");
    deepEqual(await read(""), [times.slice(4), times.slice(1, 4), times.slice(0, 1)]);
    deepEqual((await read(`&start=${times[3]}`)).flat().toSorted(), times.slice(3));
  }));

Deno.test("pages of holes lead to older ones, of one symbol too", () =>
  withPublicApi(async ({ api, world }) => {
    await world.gaps.putMany(Array.from({ length: 8 }, (_, i) => ({
      id: `g${i}`,
      source: "binance",
      symbol: i % 2 ? "ETHUSDT" : "BTCUSDT",
      timeframe: "1m" as const,
      from: NOW_MS - i * 60_000,
      to: NOW_MS - i * 60_000 + 60_000,
      status: "open" as const,
      reason: "silence",
      timestamp: NOW_MS - i * 60_000,
    })));
    const read = (query: string) =>
      walkBack(api, `/api/v1/continuity?limit=3${query}`, "gaps", "id");
    deepEqual(await read(""), [["g0", "g1", "g2"], ["g3", "g4", "g5"], ["g6", "g7"]]);
    deepEqual(await read("&symbol=ETHUSDT"), [["g1", "g3", "g5"], ["g7"]]);
    deepEqual((await read("&timeframe=1h")).flat(), []);
  }));

Deno.test("listings come in the order of their figure, both ways", () =>
  withPublicApi(async ({ api, world }) => {
    const figures = [5, -3, 0, 1e9, null, 0.25];
    await world.dexListings.putMany(
      figures.map((price_change_24h, i) => aListing({ id: `l${i}`, price_change_24h })),
    );
    const read = async (order: string) => {
      const url = `/dex/listings?sort=price_change_24h&order=${order}`;
      const { listings } = await (await api.request(url)).json();
      return listings.map((listing: { price_change_24h: number | null }) =>
        listing.price_change_24h ?? 0
      );
    };
    deepEqual(await read("asc"), [-3, 0, 0, 0.25, 5, 1e9]);
    deepEqual(await read("desc"), [1e9, 5, 0.25, 0, 0, -3]);
  }, { filled: false }));

const cursors = [
  { name: "no cursor at all", cursor: "nonsense" },
  { name: "script", cursor: "<script>" },
  { name: "of another order", cursor: formatCursor([1, 2, "id"]) },
  { name: "of texts", cursor: formatCursor(["a", "b"]) },
  { name: "of truths", cursor: formatCursor([true, "b"]) },
  { name: "into an archive that is none", cursor: "archive.x" },
];
for (const { name, cursor } of cursors) {
  const urls = [
    "/signals",
    "/dex/trades",
    "/api/v1/continuity",
    "/api/v1/features/BTCUSDT",
    "/api/v1/jobs",
    "/dashboard/api/signals",
  ];
  for (const url of urls) {
    Deno.test(`${url} refuses a cursor ${name}`, () =>
      withPublicApi(async ({ api }) => {
        const response = await api.request(`${url}?cursor=${encodeURIComponent(cursor)}`);
        equal(response.status, 400);
        match(await response.text(), /"pointer":"\/query\/cursor"/);
      }));
  }
}

Deno.test("a cursor whose place has left the time range ends the list", () =>
  withPublicApi(async ({ api, time }) => {
    const url = "/signals?timeRange=24h&limit=1";
    const { next_cursor } = await (await api.request(url)).json();
    time.nowMs += 10 * 86_400_000;
    const rest = await (await api.request(`${url}&cursor=${next_cursor}`)).json();
    deepEqual([rest.count, rest.next_cursor], [0, null]);
  }));

Deno.test("pages go on into the archive", () =>
  withPublicApi(async ({ api, world }) => {
    await world.signals.putMany(
      Array.from({ length: 9 }, (_, i) => buildSignal(`a${i}`, { timestamp: NOW_MS - i * 1_000 })),
    );
    await world.archived.signals.archive(NOW_MS - 4_000);
    const expected = Array.from({ length: 9 }, (_, i) => `a${i}`);
    for (const limit of [1, 2, 4, 5, 9, 20]) {
      const query = `limit=${limit}&minConfidence=0.72&type=price_alert`;
      deepEqual((await walk(api, `/signals?${query}`, "signals")).flat(), expected, `${limit}`);
    }
  }, { filled: false }));
