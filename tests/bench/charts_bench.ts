/** How long a chart takes over HTTP on loopback: identity encoding, with a running bar that moves. */
import type { Bar, Timeframe } from "../../lib/market/mod.ts";
import { anApi } from "../support/api.ts";
import { bars, DAY_MS, MINUTE_MS } from "../support/market.ts";

/** One figure, and what it should stay below. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  target: number;
}

const timeframe: Timeframe = "1m";

/** Measures warm p95 at 500 and 5000 bars, and the first answer from an empty cache. */
export async function runChartsBench(
  { samples = 1_000 }: { samples?: number } = {},
): Promise<Figure[]> {
  const { api, store, running } = await anApi({ rateLimit: 1e9 });
  const all = bars(9_000, DAY_MS);
  await store.bars.putBars({ symbol: "BTCUSDT", timeframe }, all);
  const next: Bar = { ...all.at(-1)!, time: all.at(-1)!.time + MINUTE_MS, closed: false };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (req) => api.fetch(req, { ip: "127.0.0.1" }),
  );
  const get = async (limit: number) => {
    const startMs = performance.now();
    const response = await fetch(
      `http://127.0.0.1:${server.addr.port}/api/v1/charts/BTCUSDT?timeframe=1m&limit=${limit}`,
      { headers: { "accept-encoding": "identity" } },
    );
    await response.arrayBuffer();
    return performance.now() - startMs;
  };
  const figures: Figure[] = [];
  const add = (name: string, value: number, target: number) =>
    figures.push({ name, value: Math.round(value * 100) / 100, unit: "ms", target });
  try {
    add("chart 5000 bars, cold", await get(5_000), 100);
    for (const [limit, target] of [[5_000, 20], [500, 2]] as const) {
      const times: number[] = [];
      for (let i = 0; i < samples + 50; i++) {
        running.bar = { ...next, close: next.open + (i % 100) / 100, high: next.high + 2 };
        const ms = await get(limit);
        if (i >= 50) times.push(ms);
      }
      times.sort((a, b) => a - b);
      add(`chart ${limit} bars, p50`, times[Math.floor(times.length / 2)]!, target);
      add(`chart ${limit} bars, p95`, times[Math.floor(times.length * 0.95)]!, target);
    }
  } finally {
    await server.shutdown();
  }
  return figures;
}

if (import.meta.main) console.log(await runChartsBench());
