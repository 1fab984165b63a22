/**
 * What the cache is good for: the recorded requests of people and programs, at their own pace and
 * with the lifetimes in force, against the product in a process of its own.
 */
import { describeReplay, startProduct } from "../support/product.ts";
import { withFolder } from "../support/store.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";

type Row = [atMs: number, path: string];

/** Plays the recorded workload once. */
export async function runCacheBench(): Promise<Figure[]> {
  const text = await Deno.readTextFile(
    new URL("../fixtures/workload/visits.json", import.meta.url),
  );
  const visits: Row[] = JSON.parse(text);
  const cachedMs: number[] = [];
  let cache = { memoryShare: 0, hitShare: 0, bytes: 0 };
  await withFolder(async (folder) => {
    const product = await startProduct({
      ...describeReplay(folder),
      CRYPTOINTEL_RATE_LIMIT: "1000000000",
    });
    const address = product.url.replace(/\/$/, "");
    try {
      const startMs = performance.now();
      await Promise.all(visits.map(async ([atMs, path]) => {
        const waitMs = startMs + atMs - performance.now();
        if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
        const askedMs = performance.now();
        const body = await (await fetch(address + path)).text();
        const tookMs = performance.now() - askedMs;
        if (body.includes('"cached":true')) cachedMs.push(tookMs);
      }));
      cache = await (await fetch(`${address}/api/v1/cache`)).json();
    } finally {
      await product.stop();
    }
  });
  return [
    { name: "requests of the workload", value: visits.length, unit: "", target: { least: 200 } },
    {
      name: "answers from the cache",
      value: cache.hitShare * 100,
      unit: "%",
      target: { least: 95 },
    },
    {
      name: "answers from memory",
      value: cache.memoryShare * 100,
      unit: "%",
      target: { least: 90 },
    },
    {
      name: "a cached answer over HTTP, p95",
      value: pickShare(cachedMs, 0.95),
      unit: "ms",
      target: { most: 5 },
    },
    { name: "memory of the cache", value: cache.bytes / 1e6, unit: "MB", target: { most: 64 } },
  ];
}

if (import.meta.main) await printFigures(await runCacheBench());
