/**
 * A portfolio of 50,000 activities over ten years, and a million bars, through the API and a store
 * on disk: import, first value of a process, value after a new price, memory of an export.
 */
import type { ApiDeps } from "../../lib/api/deps.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import { systemClock } from "../../lib/clock.ts";
import type { ActivityRecord } from "../../lib/contracts/owned.ts";
import { exportFormats } from "../../lib/export/rows.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { anApi, aSymbol } from "../support/api.ts";
import { bars } from "../support/market.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";

const activityCount = 50_000;
const barCount = 1_000_000;
const dayMs = 86_400_000;
const startMs = Date.UTC(2015, 0, 1);
const spanMs = 3_650 * dayMs;
const nowMs = startMs + spanMs;
const symbolCount = 40;
const portfolioId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const token = "t".repeat(64);

function makeActivity(i: number): ActivityRecord {
  return {
    id: `a${String(i).padStart(6, "0")}`,
    portfolioId,
    userId: "operator",
    type: i % 3 === 2 ? "sell" : "buy",
    symbol: `S${(i * 7) % symbolCount}USDT`,
    exchange: i % 2 === 0 ? "binance" : "coinbase",
    quantity: ((i % 97) / 97 + 0.5).toFixed(8),
    price: ((i % 997) + 1.25).toFixed(4),
    currency: "USDT",
    fee: ((i % 13) / 13).toFixed(6),
    feeCurrency: "USDT",
    timestamp: startMs + Math.floor((i * spanMs) / activityCount),
    note: "",
    importId: null,
    reference: `r${i}`,
  };
}

const time = async (work: () => Promise<unknown>) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** Measures in a store of its own, which is removed. */
export async function runPortfolioApiBench(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kv.sqlite3`;
  const store = await openStore({ path, clock: systemClock, log: silentLogger });
  try {
    const world = store.world("live");
    for (let i = 0; i < symbolCount; i++) await world.symbols.put(aSymbol({ base: `S${i}` }));
    const record = { id: portfolioId, userId: "operator", name: "x", currency: "USDT" };
    await store.owned.portfolios.put({ ...record, revision: 1, created_at: 1, updated_at: 1 });
    const activities = Array.from({ length: activityCount }, (_, i) => makeActivity(i));
    for (let i = 0; i < activityCount; i += 5_000) {
      await store.owned.activities.putMany(activities.slice(i, i + 5_000));
    }
    let price = 100;
    let stampMs = nowMs;
    const market = {
      listPrices: () => [],
      getPrice: (symbol: string) => ({
        ...{ symbol, price, eventMs: stampMs, receivedMs: stampMs, source: "binance" },
      }),
      getQuality: () => null,
      listContinuity: () => [],
      getFeatures: () => null,
      stats: () => ({ tradesPerSecond: null, latencyMs: { p50: null, p95: null } }),
    } satisfies ApiDeps["market"];
    const clocks = { now: () => nowMs, marketNow: () => nowMs };
    const symbols = createSymbolCache({ symbols: world.symbols, now: clocks.now });
    const part = {
      store: world,
      symbols,
      owned: store.owned,
      market,
      adminToken: token,
      ...clocks,
    };
    const open = async () => {
      const { api } = await anApi(part);
      return async (url: string) => {
        const answer = await api.request(url, { headers: { authorization: `Bearer ${token}` } });
        if (!answer.ok) throw new Error(await answer.text());
        return answer;
      };
    };
    const value = `/api/v1/portfolios/${portfolioId}/value`;
    const cold: number[] = [];
    for (let i = 0; i < 5; i++) {
      const ask = await open();
      cold.push(await time(async () => await (await ask(`${value}?returns=false`)).text()));
    }
    const ask = await open();
    await (await ask(value)).text();
    const changes: number[] = [];
    for (let i = 0; i < 200; i++) {
      price = 100 + i / 8;
      stampMs++;
      changes.push(await time(async () => await (await ask(`${value}?returns=false`)).text()));
    }
    const history = await time(async () =>
      await (await (await open())(`/api/v1/portfolios/${portfolioId}/history`)).text()
    );
    const of = `a stored portfolio of ${activityCount} activities`;
    const figures: Figure[] = [
      {
        name: `first value of a process of ${of}`,
        value: pickShare(cold, 0.5),
        unit: "ms",
        target: { most: 250 },
      },
      {
        name: `value after new prices of ${of}, p95`,
        value: pickShare(changes, 0.95),
        unit: "ms",
        target: { most: 5 },
      },
      { name: `first history of ${of}`, value: history, unit: "ms", target: { most: 3_000 } },
    ];
    figures.push(...await measureImport(part, activities));
    const series = { symbol: "S0USDT", timeframe: "1m" } as const;
    for (let i = 0; i < barCount; i += 50_000) {
      await world.bars.putBars(series, bars(50_000, startMs + i * 60_000));
    }
    for (const format of exportFormats) figures.push(await measureExport(await open(), format));
    return figures;
  } finally {
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Imports the same by the API, and values it in the process that did. */
async function measureImport(
  part: Partial<ApiDeps>,
  activities: readonly ActivityRecord[],
): Promise<Figure[]> {
  const { api } = await anApi(part);
  const portfolio = "/api/v1/portfolios/0f8fad5b-d9cb-469f-a165-000000000002";
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const send = async (method: string, url: string, body?: string) => {
    const answer = await api.request(url, { method, headers, ...(body && { body }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(text);
    return text;
  };
  await send("PUT", portfolio, JSON.stringify({ name: "Imported", currency: "USDT" }));
  const names = "type,symbol,exchange,quantity,price,currency,fee,feeCurrency,timestamp,reference";
  const fields = names.split(",") as (keyof ActivityRecord)[];
  const rows = activities.map((one) =>
    fields.map((name) =>
      name === "timestamp" ? new Date(one.timestamp).toISOString() : String(one[name])
    ).join(",")
  );
  const file = [names, ...rows].join("\n");
  const url = `${portfolio}/imports?import_id=0f8fad5b-d9cb-469f-a165-000000000003`;
  const imported = await time(() => send("POST", url, file));
  const first = await time(() => send("GET", `${portfolio}/value?returns=false`));
  const of = `${activityCount} activities by the API`;
  return [
    { name: `import of ${of}`, value: imported, unit: "ms", target: { most: 60_000 } },
    { name: `first value after it`, value: first, unit: "ms", target: { most: 250 } },
  ];
}

async function measureExport(
  ask: (url: string) => Promise<Response>,
  format: string,
): Promise<Figure> {
  const url = (end: number) => `/api/v1/export/S0USDT?timeframe=1m&format=${format}&end=${end}`;
  for await (const _ of (await ask(url(startMs + 50_000 * 60_000))).body!);
  const before = Deno.memoryUsage().rss;
  let most = before;
  for await (const _ of (await ask(url(nowMs))).body!) {
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  return {
    name: `${barCount} stored bars as ${format} by the API, growth of memory`,
    value: (most - before) / 2 ** 20,
    unit: "MiB",
    target: { most: 64 },
  };
}

if (import.meta.main) await printFigures(await runPortfolioApiBench());
