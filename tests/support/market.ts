/** Builders of trades and bars for tests of the live path. */
import type { Bar, Trade } from "../../lib/market/mod.ts";

/** Start of a UTC day, at which test markets begin. */
export const DAY_MS = Date.UTC(2024, 0, 2);
export const MINUTE_MS = 60_000;

/** A trade of `BTCUSDT` at the start of the test day, unless told otherwise. */
export function aTrade(part: Partial<Trade> = {}): Trade {
  const eventMs = part.eventMs ?? DAY_MS;
  return {
    symbol: "BTCUSDT",
    price: 100,
    size: 1,
    side: "buy",
    tradeId: 0,
    eventMs,
    receivedMs: eventMs + 50,
    source: "binance",
    ...part,
  };
}

/** A closed, observed bar at the start of the test day, unless told otherwise. */
export function aBar(part: Partial<Bar> = {}): Bar {
  const open = part.open ?? 100;
  const close = part.close ?? open;
  return {
    time: DAY_MS,
    open,
    high: Math.max(open, close),
    low: Math.min(open, close),
    close,
    volume: 1,
    closed: true,
    quality: "observed",
    ...part,
  };
}

/** `count` bars, one a minute (or `stepMs`) from `start`, whose prices wander predictably. */
export function bars(count: number, start = DAY_MS, stepMs = MINUTE_MS): Bar[] {
  const price = (i: number) => 100 + 5 * Math.sin(i / 7) + (i % 3) / 4;
  return Array.from({ length: count }, (_, i) => {
    const open = price(i);
    const close = price(i + 1);
    return aBar({
      time: start + i * stepMs,
      open,
      close,
      high: Math.max(open, close) + 0.5,
      low: Math.min(open, close) - 0.5,
      volume: 4 + (i % 5),
    });
  });
}

/** The four trades that a bar is made of: open, two extremes, close; their sizes add up exactly. */
export function tradesOfBar(
  bar: Bar,
  firstId: number,
  symbol = "BTCUSDT",
  stepMs = 15_000,
): Trade[] {
  return [bar.open, bar.high, bar.low, bar.close].map((price, i) =>
    aTrade({
      symbol,
      price,
      size: bar.volume / 4,
      tradeId: firstId + i,
      eventMs: bar.time + i * stepMs + 10,
    })
  );
}
