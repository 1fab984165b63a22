/**
 * A portfolio of 50,000 activities over ten years, and a million bars, through the API and a store
 * on disk: import, first value of a process, value after a new price, memory of an export.
 *
 * `starts` as an argument measures the first values alone.
 */
import { cpuUsage } from "node:process";
import type { ApiDeps } from "../../lib/api/deps.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import { systemClock } from "../../lib/clock.ts";
import type { ActivityRecord } from "../../lib/contracts/owned.ts";
import { exportFormats } from "../../lib/export/rows.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore, type Store } from "../../lib/store/mod.ts";
import { anApi, aSymbol } from "../support/api.ts";
import { bars } from "../support/market.ts";
import { root } from "../support/source_files.ts";
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
const value = `/api/v1/portfolios/${portfolioId}/value`;
/** Processes that are started, and new prices in each. */
const startCount = 20;
const changeCount = 100;

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

/** A market whose price of everything is set, and the rest that the API needs. */
function makeParts(store: Store) {
  const now = { price: 100, stampMs: nowMs };
  const market = {
    listPrices: () => [],
    getPrice: (symbol: string) => {
      const { price, stampMs } = now;
      return { symbol, price, eventMs: stampMs, receivedMs: stampMs, source: "binance" };
    },
    getQuality: () => null,
    listContinuity: () => [],
    getFeatures: () => null,
    stats: () => ({ tradesPerSecond: null, latencyMs: { p50: null, p95: null } }),
  } satisfies ApiDeps["market"];
  const clocks = { now: () => nowMs, marketNow: () => nowMs };
  const world = store.world("live");
  const symbols = createSymbolCache({ symbols: world.symbols, now: clocks.now });
  const part = { store: world, symbols, owned: store.owned, market, adminToken: token, ...clocks };
  return { now, part };
}

async function openAsk(part: Partial<ApiDeps>): Promise<(url: string) => Promise<Response>> {
  const { api } = await anApi(part);
  return async (url) => {
    const answer = await api.request(url, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(await answer.text());
    return answer;
  };
}

async function seed(store: Store): Promise<ActivityRecord[]> {
  const world = store.world("live");
  for (let i = 0; i < symbolCount; i++) await world.symbols.put(aSymbol({ base: `S${i}` }));
  const record = { id: portfolioId, userId: "operator", name: "x", currency: "USDT" };
  const stamps = { revision: 1, bookRevision: 1, created_at: 1, updated_at: 1 };
  await store.owned.portfolios.put({ ...record, ...stamps });
  const activities = Array.from({ length: activityCount }, (_, i) => makeActivity(i));
  for (let i = 0; i < activityCount; i += 5_000) {
    await store.owned.activities.putMany(activities.slice(i, i + 5_000));
  }
  return activities;
}

const open = (path: string, check = false) =>
  openStore({ path, check, clock: systemClock, log: silentLogger });

/** What a process of its own measured: its first value, and those after new prices, ms. */
interface ProcessFigures {
  first: number;
  firstCpu: number;
  changes: number[];
  changesCpu: number;
}

/** The first value of this process, and those after new prices; ends once its copy is written. */
async function measureProcess(path: string): Promise<ProcessFigures> {
  const store = await open(path);
  const { now, part } = makeParts(store);
  const ask = await openAsk(part);
  const read = async () => await (await ask(`${value}?returns=false`)).text();
  // What any first request of a process costs, whatever it asks for, is no part of it.
  await (await ask("/api/v1/portfolios")).text();
  const started = cpuUsage();
  const first = await time(read);
  const firstCpu = countCpu(started);
  while (!await store.owned.bookCopies.get(portfolioId)) await systemClock.wait(50);
  const changes: number[] = [];
  const before = cpuUsage();
  for (let i = 0; i < changeCount; i++) {
    now.price = 100 + i / 8;
    now.stampMs++;
    changes.push(await time(read));
  }
  const changesCpu = countCpu(before) / changeCount;
  await store.close();
  return { first, firstCpu, changes, changesCpu };
}

function countCpu(before: ReturnType<typeof cpuUsage>): number {
  const { user, system } = cpuUsage(before);
  return (user + system) / 1_000;
}

/** Runs a part of this file in a process of its own, over the store at `path`. */
async function runProcess<T>(part: string, path: string, ...more: string[]): Promise<T> {
  const args = ["run", "-A", "--no-check", import.meta.url, part, path, ...more];
  const child = new Deno.Command(Deno.execPath(), { args, cwd: root, stderr: "inherit" });
  const { success, stdout } = await child.output();
  if (!success) throw new Error("Cannot measure in a process of its own");
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Starts processes over one file: the first reads the records, the others the copy. */
async function measureStarts(path: string): Promise<Figure[]> {
  const records = await runProcess<ProcessFigures>("process", path);
  const starts: ProcessFigures[] = [];
  for (let i = 0; i < startCount; i++) starts.push(await runProcess("process", path));
  const of = `${activityCount} activities over ten years`;
  const ms = (name: string, value: number, most: number): Figure => ({
    ...{ name, value, unit: "ms", target: { most } },
  });
  const firsts = starts.map(({ first }) => first);
  const cpus = starts.map(({ firstCpu }) => firstCpu);
  const changes = starts.flatMap((one) => one.changes);
  const changesCpu = starts.map((one) => one.changesCpu);
  return [
    ms(`first value of a process, ${of}, from the records, wall`, records.first, 10_000),
    ms(`first value of a process, ${of}, wall, p95`, pickShare(firsts, 0.95), 250),
    ms(`first value of a process, ${of}, wall, median`, pickShare(firsts, 0.5), 250),
    ms(`first value of a process, ${of}, processor time, median`, pickShare(cpus, 0.5), 250),
    ms(`value after a new price, ${of}, wall, p95`, pickShare(changes, 0.95), 5),
    ms(`value after a new price, ${of}, processor time`, pickShare(changesCpu, 0.5), 5),
  ];
}

/** Seeds a file, and starts processes over it. */
async function measureSeeded(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kv.sqlite3`;
  try {
    const seeded = await open(path);
    await seed(seeded);
    await seeded.close();
    return await measureStarts(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Measures in a store of its own, which is removed. */
export async function runPortfolioApiBench(): Promise<Figure[]> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/kv.sqlite3`;
  try {
    const seeded = await open(path);
    const activities = await seed(seeded);
    await seeded.close();
    const figures = await measureStarts(path);
    const store = await open(path);
    try {
      const { part } = makeParts(store);
      const days = `/api/v1/portfolios/${portfolioId}/history`;
      const history = await time(async () => await (await (await openAsk(part))(days)).text());
      figures.push({
        ...{ name: `first history of these`, value: history, unit: "ms", target: { most: 3_000 } },
      });
      figures.push(...await measureImport(part, activities));
      const series = { symbol: "S0USDT", timeframe: "1m" } as const;
      for (let i = 0; i < barCount; i += 50_000) {
        await part.store.bars.putBars(series, bars(50_000, startMs + i * 60_000));
      }
    } finally {
      await store.close();
    }
    for (const format of exportFormats) figures.push(await runProcess("export", path, format));
    return figures;
  } finally {
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

/** By how much the memory of a process grows that exports, once it has exported a little. */
async function measureExport(path: string, format: string): Promise<Figure> {
  const store = await open(path);
  const ask = await openAsk(makeParts(store).part);
  const url = (end: number) => `/api/v1/export/S0USDT?timeframe=1m&format=${format}&end=${end}`;
  for await (const _ of (await ask(url(startMs + 50_000 * 60_000))).body!);
  const before = Deno.memoryUsage().rss;
  let most = before;
  for await (const _ of (await ask(url(nowMs))).body!) {
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  await store.close();
  return {
    name: `${barCount} stored bars as ${format} by the API, growth of memory`,
    value: (most - before) / 2 ** 20,
    unit: "MiB",
    target: { most: 64 },
  };
}

if (import.meta.main) {
  const [mode, path, format] = Deno.args;
  const print = (figures: unknown) =>
    Deno.stdout.write(new TextEncoder().encode(JSON.stringify(figures)));
  if (mode === "process" && path) await print(await measureProcess(path));
  else if (mode === "export" && path && format) await print(await measureExport(path, format));
  else if (mode === "starts") await printFigures(await measureSeeded());
  else await printFigures(await runPortfolioApiBench());
}
