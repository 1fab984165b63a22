/**
 * What the cache is good for: the recorded requests of people and programs, at their own pace and
 * with the lifetimes in force, against the product in a process of its own.
 */
import { describeReplay, startProduct } from "../support/product.ts";
import { withFolder } from "../support/store.ts";
import { playTiers } from "./cache_tiers.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";
import { readVisits, type Visit } from "./workload.ts";

/** Plays the recorded workload against the product, and its API requests by hand. */
export async function runCacheBench(): Promise<Figure[]> {
  const visits = await readVisits();
  return [...await measureProduct(visits), ...await measureTiers(visits)];
}

async function measureProduct(visits: readonly Visit[]): Promise<Figure[]> {
  const cachedMs: number[] = [];
  /** How late our own timers are: what waits here waits for other programs, not for the product. */
  const lateMs: number[] = [];
  let cache = { memoryShare: 0, hitShare: 0, bytes: 0 };
  await withFolder(async (folder) => {
    const product = await startProduct(describeReplay(folder));
    const address = product.url.replace(/\/$/, "");
    try {
      const startMs = performance.now();
      await Promise.all(visits.map(async ([atMs, path]) => {
        const waitMs = startMs + atMs - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        const askedMs = performance.now();
        lateMs.push(askedMs - startMs - atMs);
        const body = await (await fetch(address + path)).text();
        const tookMs = performance.now() - askedMs;
        if (body.includes('"cached":true')) cachedMs.push(tookMs);
      }));
      cache = await (await fetch(`${address}/api/v1/cache`)).json();
    } finally {
      await product.stop();
    }
  });
  const figure = (name: string, value: number, unit: string, target: Figure["target"]) => ({
    ...{ name, value, unit, target },
  });
  return [
    figure("requests of the workload", visits.length, "", { least: 200 }),
    figure("answers from the cache", cache.hitShare * 100, "%", { least: 95 }),
    figure("answers from memory", cache.memoryShare * 100, "%", { least: 90 }),
    figure("a cached answer over HTTP, median", pickShare(cachedMs, 0.5), "ms", { most: 5 }),
    figure("a cached answer over HTTP, p95", pickShare(cachedMs, 0.95), "ms", { most: 5 }),
    figure("lateness of the measuring program's timers, p95", pickShare(lateMs, 0.95), "ms", {
      most: 2,
    }),
    figure("memory of the cache", cache.bytes / 1e6, "MB", { most: 256 }),
  ];
}

async function measureTiers(visits: readonly Visit[]): Promise<Figure[]> {
  const both = await playTiers(visits, { isWarmed: true });
  const unwarmed = await playTiers(visits, { isWarmed: false });
  const storeOnly = await playTiers(visits, { memoryMax: 0, isWarmed: false });
  return [
    {
      name: "a cached answer of the API, without a network, p95",
      value: pickShare(both.cachedMs, 0.95),
      unit: "ms",
      target: { most: 5 },
    },
    {
      name: "reads of the store saved by memory, same requests",
      value: (1 - both.reads / storeOnly.reads) * 100,
      unit: "%",
      target: { least: 50 },
    },
    {
      name: "answers from the cache gained by making ahead",
      value: (both.hitShare - unwarmed.hitShare) * 100,
      unit: "points",
      target: { least: 1 },
    },
  ];
}

if (import.meta.main) await printFigures(await runCacheBench());
