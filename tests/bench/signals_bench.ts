/**
 * Signals by every filter, over HTTP, from a million stored ones.
 *
 * Filling takes minutes: `CRYPTOINTEL_BENCH_SIGNALS` names a folder that is filled once and kept.
 * Without it a folder is filled for as long as `fillMs` allows, and the figures say how many signals
 * that made.
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
const batchSignals = 500;
const endMs = Date.UTC(2024, 0, 3);
const stepMs = 2_000;
const entities = Array.from({ length: 50 }, (_, i) => `B${String(i).padStart(2, "0")}USDT`);

/** Signal number `i`, the newest being the last: types, entities and confidences are mixed. */
function makeSignal(i: number): SignalRecord {
  return buildSignal(`s${i}`, {
    type: signalTypes[i % 4]!,
    entity: entities[(i * 7) % entities.length]!,
    confidence_score: ((i * 37) % 101) / 100,
    timestamp: endMs - (wantedSignals - i) * stepMs,
    data: { change: 0.1, threshold: 0.05 },
    factors: { magnitude: 0.4, freshness: 0.3 },
  });
}

/** Adds signals until there are enough, or the time is over; returns how many there are. */
async function fill(store: Store, fillMs: number): Promise<number> {
  const { signals, symbols } = store.world("live");
  await symbols.putMany(entities.map((symbol) => aSymbol({ base: symbol.slice(0, 3) })));
  const startMs = Date.now();
  let count = await signals.count();
  while (count < wantedSignals && Date.now() - startMs < fillMs) {
    const most = Math.min(batchSignals, wantedSignals - count);
    const first = count;
    await signals.putMany(Array.from({ length: most }, (_, i) => makeSignal(first + i)));
    count += most;
  }
  return count;
}

const queries: Record<string, (i: number) => string> = {
  "three filters": (i) => `type=${signalTypes[i % 4]}&entity=${entities[i % 50]}&minConfidence=0.7`,
  "three filters, a confidence between two buckets": (i) =>
    `type=${signalTypes[i % 4]}&entity=${entities[i % 50]}&minConfidence=0.75`,
  "three filters and 30 days": (i) =>
    `type=${signalTypes[i % 4]}&entity=${entities[i % 50]}&minConfidence=0.7&timeRange=30d`,
  "no filter": () => "limit=50",
};

async function measure(url: string, count: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, query] of Object.entries(queries)) {
    const tookMs: number[] = [];
    for (let i = 0; i < 420; i++) {
      const startMs = performance.now();
      const response = await fetch(`${url}/signals?${query(i)}`);
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`The API answered ${response.status}`);
      if (i >= 20) tookMs.push(performance.now() - startMs);
    }
    figures.push({
      name: `signals of ${count}: ${name}, p95`,
      value: pickShare(tookMs, 0.95),
      unit: "ms",
      target: { most: 20 },
    });
  }
  return figures;
}

async function runIn(folder: string, fillMs: number): Promise<Figure[]> {
  const path = `${folder}/cryptointel.sqlite`;
  const store = await openStore({ path, clock: systemClock, log: silentLogger, check: false });
  try {
    const count = await fill(store, fillMs);
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
    const stored = { unit: "signals", target: { least: wantedSignals } };
    return [{ name: "signals stored for the measurement", value: count, ...stored }, ...figures];
  } finally {
    await store.close();
  }
}

/** Fills (at most `fillMs`) and measures. */
export async function runSignalsBench(
  { fillMs = 120_000 }: { fillMs?: number } = {},
): Promise<Figure[]> {
  const kept = Deno.env.get("CRYPTOINTEL_BENCH_SIGNALS");
  if (kept) {
    await Deno.mkdir(kept, { recursive: true });
    return await runIn(kept, Infinity);
  }
  let figures: Figure[] = [];
  await withFolder(async (folder) => {
    figures = await runIn(folder, fillMs);
  });
  return figures;
}

if (import.meta.main) {
  const seconds = Number(Deno.args[0] ?? 120);
  await printFigures(await runSignalsBench({ fillMs: seconds * 1_000 }));
}
