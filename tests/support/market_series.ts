/** Series of bars for tests: random walks that repeat from their seed, flat ones, edited ones. */
import { type BarColumns, createBarColumns } from "../../lib/market/mod.ts";

/** Monday, 1 January 2024, 00:00 UTC. */
export const START_MS = Date.UTC(2024, 0, 1);
export const HOUR_MS = 3_600_000;

/** Returns numbers from 0 to 1 that repeat from their seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Returns a random walk of `length` bars around `price`. */
export function walkBars(
  length: number,
  { seed = 1, price = 100, stepMs = HOUR_MS, startMs = START_MS, volatility = 0.01 } = {},
): BarColumns {
  const random = createRandom(seed);
  const bars = createBarColumns(length);
  let close = price;
  for (let i = 0; i < length; i++) {
    const open = close;
    close = open * Math.exp((random() - 0.5) * volatility * 2);
    bars.time[i] = startMs + i * stepMs;
    bars.open[i] = open;
    bars.close[i] = close;
    bars.high[i] = Math.max(open, close) * (1 + random() * volatility);
    bars.low[i] = Math.min(open, close) * (1 - random() * volatility);
    bars.volume[i] = 1 + random() * 99;
  }
  return bars;
}

/** Returns bars that all stand at `price` with the same volume. */
export function flatBars(
  length: number,
  { price = 100, volume = 10, stepMs = HOUR_MS, startMs = START_MS } = {},
): BarColumns {
  const bars = createBarColumns(length);
  for (let i = 0; i < length; i++) bars.time[i] = startMs + i * stepMs;
  for (const column of [bars.open, bars.high, bars.low, bars.close]) column.fill(price);
  bars.volume.fill(volume);
  return bars;
}
