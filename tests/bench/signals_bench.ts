/**
 * Signals by every filter, over HTTP, from a million stored ones.
 *
 * Filling takes minutes: `CRYPTOINTEL_BENCH_SIGNALS` names a folder that is filled once and kept.
 * Without it a folder with fewer is filled, and the figures say how many.
 */
import { createApi } from "../../lib/api/mod.ts";
import { createChartCache } from "../../lib/cache/charts.ts";
import { createSymbolCache } from "../../lib/cache/symbols.ts";
import { systemClock } from "../../lib/clock.ts";
import type { SignalRecord } from "../../lib/contracts/records.ts";
import { signalTypes } from "../../lib/contracts/signals.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore, type Store } from "../../lib/store/mod.ts";
import { anApi, aSymbol } from "../support/api.ts";
import { buildSignal, withFolder } from "../support/store.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";

const wantedSignals = 1_000_000;
/** What is filled where no folder is kept. */
const fewerSignals = 50_000;
const batchSignals = 2_000;
const endMs = Date.UTC(2024, 0, 3);
const stepMs = 2_000;
const entities = Array.from({ length: 50 }, (_, i) => `B${String(i).padStart(2, "0")}USDT`);
/** One signal in so many speaks of a thing that hardly any other speaks of. */
const rareEvery = 50_000;
const rareEntity = "RAREUSDT";

/** Signal number `i`, the newest being the last: types, entities and confidences are mixed. */
function makeSignal(i: number): SignalRecord {
  return buildSignal(`s${i}`, {
    type: signalTypes[i % 4]!,
    entity: i % rareEvery === 7 ? rareEntity : entities[(i * 7) % entities.length]!,
    confidence_score: ((i * 37) % 101) / 100,
    timestamp: endMs - (wantedSignals - i) * stepMs,
    data: { change: 0.1, threshold: 0.05 },
    factors: { magnitude: 0.4, freshness: 0.3 },
  });
}

/** Adds signals until there are `wanted`; the newest come last, so that a fill can go on later. */
async function fill(store: Store, wanted: number): Promise<number> {
  const { signals, symbols } = store.world("live");
  await symbols.putMany(entities.map((symbol) => aSymbol({ base: symbol.slice(0, 3) })));
  let count = await signals.count();
  while (count < wanted) {
    const first = count - count % batchSignals;
    const batch = Array.from({ length: batchSignals }, (_, i) => makeSignal(first + i));
    await signals.putMany(batch);
    count = await signals.count();
  }
  return count;
}

const typeOf = (i: number) => signalTypes[i % 4];
const entityOf = (i: number) => entities[i % 50];
const queries: Record<string, (i: number) => string> = {
  "three filters": (i) => `type=${typeOf(i)}&entity=${entityOf(i)}&minConfidence=0.7`,
  "three filters, a confidence between two buckets": (i) =>
    `type=${typeOf(i)}&entity=${entityOf(i)}&minConfidence=0.75`,
  "three filters and 30 days": (i) =>
    `type=${typeOf(i)}&entity=${entityOf(i)}&minConfidence=0.7&timeRange=30d`,
  "three filters, a confidence that one in a hundred has": (i) =>
    `type=${typeOf(i)}&entity=${entityOf(i)}&minConfidence=0.995`,
  "three filters, almost every confidence": (i) =>
    `type=${typeOf(i)}&entity=${entityOf(i)}&minConfidence=0.01`,
  "a rare entity, almost every confidence": (i) =>
    `type=${typeOf(i)}&entity=${rareEntity}&minConfidence=0.01`,
  "confidence alone": (i) => `minConfidence=${(i % 99 + 1) / 100}`,
  "no filter": () => "limit=50",
};

/** Asks once; returns how long it took, and what was answered. */
async function ask(url: string): Promise<{ ms: number; next: string | null; count: number }> {
  const startMs = performance.now();
  const response = await fetch(url);
  const text = await response.text();
  const ms = performance.now() - startMs;
  if (response.status !== 200) throw new Error(`The API answered ${response.status}`);
  const { next_cursor: next, count } = JSON.parse(text);
  return { ms, next, count };
}

/** Goes from page to page, as deep as there are pages, and begins anew at the end. */
async function measurePages(url: string): Promise<number[]> {
  const tookMs: number[] = [];
  const base = `${url}/signals?type=${typeOf(1)}&minConfidence=0.35`;
  let next: string | null = null;
  for (let i = 0; i < 420; i++) {
    const page = await ask(next === null ? base : `${base}&cursor=${next}`);
    next = page.next;
    if (i >= 20) tookMs.push(page.ms);
  }
  return tookMs;
}

async function measure(url: string, count: number): Promise<Figure[]> {
  const tookMs = new Map<string, number[]>();
  for (const [name, query] of Object.entries(queries)) {
    const took: number[] = [];
    for (let i = 0; i < 420; i++) {
      const { ms } = await ask(`${url}/signals?${query(i)}`);
      if (i >= 20) took.push(ms);
    }
    tookMs.set(name, took);
  }
  tookMs.set("two filters, page after page by cursor", await measurePages(url));
  return [...tookMs].map(([name, took]) => ({
    name: `signals of ${count}: ${name}, p95`,
    value: pickShare(took, 0.95),
    unit: "ms",
    target: { most: 20 },
  }));
}

async function runIn(folder: string, wanted: number): Promise<Figure[]> {
  const path = `${folder}/cryptointel.sqlite`;
  const store = await openStore({ path, clock: systemClock, log: silentLogger, check: false });
  try {
    const count = await fill(store, wanted);
    const world = store.world("live");
    const { deps } = await anApi({
      store: world,
      symbols: createSymbolCache({ symbols: world.symbols, now: () => endMs }),
      charts: createChartCache({ bars: world.bars, epoch: "e1", getRunningBar: () => null }),
      rateLimit: 1e9,
    });
    const api = createApi(deps);
    const server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => api.fetch(request, { ip: "127.0.0.1" }),
    );
    const figures = await measure(`http://127.0.0.1:${server.addr.port}`, count);
    await server.shutdown();
    const stored = { unit: "signals", target: { least: wanted } };
    return [{ name: "signals stored for the measurement", value: count, ...stored }, ...figures];
  } finally {
    await store.close();
  }
}

/** Fills a folder, or takes the one that is kept, and measures. */
export async function runSignalsBench(): Promise<Figure[]> {
  const kept = Deno.env.get("CRYPTOINTEL_BENCH_SIGNALS");
  if (kept) {
    await Deno.mkdir(kept, { recursive: true });
    return await runIn(kept, wantedSignals);
  }
  let figures: Figure[] = [];
  await withFolder(async (folder) => {
    figures = await runIn(folder, fewerSignals);
  });
  return figures;
}

if (import.meta.main) await printFigures(await runSignalsBench());
