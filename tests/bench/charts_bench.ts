/**
 * How long a chart takes over HTTP on loopback: the product in a process of its own, its store a
 * real file, and a running bar that moves with fifty trades a second. The client reads each answer
 * to its end; identity has the targets, gzip stands beside.
 */
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/log.ts";
import { openStore } from "../../lib/store/mod.ts";
import { aSymbol } from "../support/api.ts";
import { bars, MINUTE_MS } from "../support/market.ts";
import { describeReplay, startProduct } from "../support/product.ts";
import { withFolder } from "../support/store.ts";
import { type Figure, pickShare, printFigures } from "./figure.ts";
import { startLoadExchange } from "./server_exchange.ts";

const symbol = "BTCUSDT";
const storedBars = 9_000;
const warmUps = 50;
const tradesPerSecond = 50;

/** Measures the first answer after the start, then 5000 and 500 bars from the cache. */
export async function runChartsBench(
  { samples = 500 }: { samples?: number } = {},
): Promise<Figure[]> {
  const figures: Figure[] = [];
  await withFolder(async (folder) => {
    await seedBars(folder);
    const exchange = startLoadExchange([symbol]);
    const product = await startProduct({
      ...describeReplay(folder),
      CRYPTOINTEL_RATE_LIMIT: "1000000000",
      CRYPTOINTEL_MODE: "live",
      CRYPTOINTEL_SOURCES: "binance",
      CRYPTOINTEL_BINANCE_REST: exchange.rest,
      CRYPTOINTEL_BINANCE_STREAM: exchange.stream,
      CRYPTOINTEL_COINGECKO_REST: exchange.rest,
    });
    const trading = exchange.trade(tradesPerSecond, Infinity);
    try {
      const get = createReader(`${product.url.replace(/\/$/, "")}/api/v1/charts/${symbol}`);
      while (exchange.followed() === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const cold = await get(5_000, "identity");
      figures.push({
        name: "chart 5000 bars, cold",
        value: cold,
        unit: "ms",
        target: { most: 100 },
      });
      for (const [limit, most] of [[5_000, 20], [500, 2]] as const) {
        figures.push(...await measure(get, { limit, samples, most, encoding: "identity" }));
      }
      for (const limit of [5_000, 500]) {
        figures.push(
          ...await measure(get, { limit, samples: 100, most: 200, encoding: "gzip" }),
        );
      }
    } finally {
      exchange.cease();
      await trading;
      await product.stop();
      await exchange.stop();
    }
  });
  return figures;
}

async function seedBars(folder: string): Promise<void> {
  const path = `${folder}/cryptointel.sqlite`;
  const store = await openStore({ path, clock: systemClock, log: silentLogger });
  const world = store.world("live");
  await world.symbols.putMany([aSymbol()]);
  const endMs = Date.now() - Date.now() % MINUTE_MS;
  const start = endMs - storedBars * MINUTE_MS;
  await world.bars.putBars({ symbol, timeframe: "1m" }, bars(storedBars, start));
  await store.close();
}

type Reader = (limit: number, encoding: string) => Promise<number>;

/** Returns how long one answer takes, ms, from the request to the last byte. */
function createReader(url: string): Reader {
  return async (limit, encoding) => {
    const startMs = performance.now();
    const response = await fetch(`${url}?timeframe=1m&limit=${limit}`, {
      headers: { "accept-encoding": encoding },
    });
    const { byteLength } = await response.arrayBuffer();
    const ms = performance.now() - startMs;
    if (!response.ok || byteLength < limit * 50) {
      throw new Error(`Cannot measure: the chart is ${byteLength} bytes with ${response.status}`);
    }
    return ms;
  };
}

async function measure(
  get: Reader,
  { limit, samples, most, encoding }: {
    limit: number;
    samples: number;
    most: number;
    encoding: string;
  },
): Promise<Figure[]> {
  const times: number[] = [];
  for (let i = -warmUps; i < samples; i++) {
    const ms = await get(limit, encoding);
    if (i >= 0) times.push(ms);
  }
  return [["p50", 0.5], ["p95", 0.95]].map(([what, share]) => ({
    name: `chart ${limit} bars, ${encoding}, ${what}`,
    value: pickShare(times, Number(share)),
    unit: "ms",
    target: { most },
  }));
}

if (import.meta.main) await printFigures(await runChartsBench());
