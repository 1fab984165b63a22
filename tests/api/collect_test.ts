import { deepEqual, equal, match, ok } from "node:assert/strict";
import { describeRun } from "../../lib/api/mod.ts";
import type { CollectResult } from "../../lib/api/public_deps.ts";
import { NOW_MS, type TestApi } from "../support/api.ts";
import { aRun, withPublicApi } from "../support/public_api.ts";

const authorization = `Bearer ${"t".repeat(64)}`;
const post = (api: TestApi["api"], headers: Record<string, string> = { authorization }) =>
  api.request("/collect", { method: "POST", headers });

const reached = { data: [{ id: "bitcoin" }], records: 1, status: "ok" as const, cached: false };
const off = { data: [], records: 0, status: "skipped" as const, cached: false };
const refused = { ...off, status: "failed" as const, error: "403" };

for (
  const headers of [{}, { authorization: "Bearer x" }, {
    authorization: `Bearer ${"u".repeat(64)}`,
  }]
) {
  Deno.test(`a stranger with ${JSON.stringify(headers).slice(0, 40)} starts no cycle`, () => {
    let runs = 0;
    const collect = () => {
      runs++;
      return Promise.resolve({ signals: 0, sources: {} });
    };
    return withPublicApi(async ({ api }) => {
      equal((await post(api, headers as Record<string, string>)).status, 401);
      equal(runs, 0);
    }, { part: { collect } });
  });
}

Deno.test("a process without a cycle says so", () =>
  withPublicApi(async ({ api }) => {
    const response = await post(api);
    equal(response.status, 503);
    match((await response.json()).detail, /no collection cycle runs in this process/);
  }));

Deno.test("a cycle tells what each source brought, failures among them", () =>
  withPublicApi(async ({ api }) => {
    const response = await post(api);
    equal(response.status, 200);
    deepEqual(await response.json(), {
      success: true,
      timestamp: NOW_MS,
      joined: false,
      results: {
        collected: 1,
        signals: 3,
        sources: {
          coingecko: { source: "coingecko", ...reached },
          defillama: { source: "defillama", ...off },
          cryptopanic: { source: "cryptopanic", ...refused },
        },
      },
    });
  }, {
    part: {
      collect: () =>
        Promise.resolve({
          signals: 3,
          sources: {
            coingecko: reached,
            defillama: off,
            cryptopanic: refused,
          },
        }),
    },
  }));

Deno.test("of many records the first are shown, and all are counted", () =>
  withPublicApi(async ({ api }) => {
    const { results } = await (await post(api)).json();
    deepEqual([results.sources.x.data.length, results.sources.x.records], [50, 5_000]);
  }, {
    part: {
      collect: () =>
        Promise.resolve({
          signals: 0,
          sources: { x: { ...reached, data: Array(5_000).fill({ id: 1 }), records: 5_000 } },
        }),
    },
  }));

Deno.test("a cycle that reaches nothing is 500, with each source's reason", () =>
  withPublicApi(async ({ api }) => {
    const response = await post(api);
    equal(response.status, 500);
    equal(response.headers.get("content-type"), "application/problem+json");
    const { errors } = await response.json();
    deepEqual(errors, [{ detail: "no network", pointer: "/results/sources/coingecko/error" }]);
  }, {
    part: {
      collect: () =>
        Promise.resolve({
          signals: 0,
          sources: { coingecko: { ...refused, error: "no network" }, alpaca: off },
        }),
    },
  }));

Deno.test("a second call joins the running cycle; a third one, afterwards, starts another", () => {
  const cycles: PromiseWithResolvers<CollectResult>[] = [];
  const collect = () => {
    cycles.push(Promise.withResolvers<CollectResult>());
    return cycles.at(-1)!.promise;
  };
  return withPublicApi(async ({ api }) => {
    const first = post(api);
    const second = post(api);
    await new Promise((resolve) => queueMicrotask(() => resolve(null)));
    while (cycles.length === 0) await Promise.resolve();
    cycles[0]!.resolve({ signals: 1, sources: { x: reached } });
    const joined = await Promise.all(
      [first, second].map(async (each) => (await (await each).json()).joined),
    );
    deepEqual([joined, cycles.length], [[false, true], 1]);
    const third = post(api);
    while (cycles.length === 1) await Promise.resolve();
    cycles[1]!.resolve({ signals: 0, sources: { x: reached } });
    equal((await (await third).json()).joined, false);
  }, { part: { collect } });
});

Deno.test("a cycle that breaks is a bare 500, and the next call starts anew", () => {
  let runs = 0;
  const collect = () => {
    runs++;
    return runs === 1
      ? Promise.reject(new Error("secret of the house"))
      : Promise.resolve({ signals: 0, sources: { x: reached } });
  };
  return withPublicApi(async ({ api }) => {
    const broken = await post(api);
    equal(broken.status, 500);
    equal((await broken.text()).includes("secret"), false);
    equal((await post(api)).status, 200);
  }, { part: { collect } });
});

Deno.test("a cycle's record becomes an answer with what was stored since it began", () =>
  withPublicApi(async ({ world }) => {
    const old = (await world.marketData.get("asset:bitcoin@coingecko"))!;
    const fresh = { ...old, id: "asset:ethereum@coingecko", symbol: "ETH", created_at: NOW_MS };
    await world.marketData.put(fresh);
    const run = aRun({
      timestamp: NOW_MS,
      signals: 4,
      sources: {
        coingecko: { status: "ok", records: 1, duration_ms: 1 },
        defillama: { status: "skipped", records: 0, duration_ms: 0 },
        cryptopanic: { status: "failed", records: 0, duration_ms: 9 },
      },
    });
    deepEqual(await describeRun(world, run), {
      signals: 4,
      sources: {
        coingecko: { data: [fresh], records: 1, status: "ok", cached: false },
        defillama: { data: [], records: 0, status: "skipped", cached: false },
        cryptopanic: {
          data: [],
          records: 0,
          status: "failed",
          cached: false,
          error: "it did not answer",
        },
      },
    });
    deepEqual((await describeRun(world, aRun({ sources: {} }))).sources, {});
  }));

Deno.test("of a source of which nothing was due the stored records are told, as cached", () =>
  withPublicApi(async ({ world }) => {
    const old = (await world.marketData.get("asset:bitcoin@coingecko"))!;
    const sources = {
      coingecko: { status: "ok" as const, records: 0, duration_ms: 1 },
      binance: { status: "ok" as const, records: 0, duration_ms: 0 },
      alpaca: { status: "waiting" as const, records: 0, duration_ms: 0 },
    };
    const told = (await describeRun(world, aRun({ timestamp: NOW_MS, sources }))).sources;
    ok(told.coingecko!.data.some((each) => (each as { id: string }).id === old.id));
    equal(told.coingecko!.cached, true);
    deepEqual(told.binance, { data: [], records: 0, status: "ok", cached: false });
    deepEqual(told.alpaca, { data: [], records: 0, status: "waiting", cached: false });
  }));
