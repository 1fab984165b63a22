/** Answers and frames of the stock sources, as their documentation shows them. */
import type { Bar, MarketSymbol } from "../../lib/market/mod.ts";
import type { FeedContext, SourceRequest } from "../../collectors/source.ts";

/** Reads a fixture whole. */
export function readJson(path: string) {
  return JSON.parse(Deno.readTextFileSync(new URL(`../fixtures/${path}`, import.meta.url)));
}

/** An Alpaca trade message inside its frame. */
export function anAlpacaTrade(
  change: Partial<
    { S: string; i: number; p: number; s: number; t: string; c: string[]; z: string }
  > = {},
): string {
  return JSON.stringify([{
    T: "t",
    S: "AAPL",
    i: 1,
    x: "V",
    p: 190.5,
    s: 100,
    t: "2026-11-20T15:00:00.123456789Z",
    c: ["@"],
    z: "C",
    ...change,
  }]);
}

/** An Alpaca minute bar inside its frame. */
export function anAlpacaBar(change: Record<string, unknown> = {}): string {
  return JSON.stringify([{
    T: "b",
    S: "AAPL",
    o: 190,
    h: 191,
    l: 189.5,
    c: 190.5,
    v: 1_200,
    t: "2026-11-20T15:00:00Z",
    n: 12,
    vw: 190.4,
    ...change,
  }]);
}

/** Frames that Alpaca sends before data. */
export const alpacaControl = {
  connected: '[{"T":"success","msg":"connected"}]',
  authenticated: '[{"T":"success","msg":"authenticated"}]',
  subscription: '[{"T":"subscription","trades":["AAPL"],"quotes":[],"bars":["AAPL"]}]',
  error: (code: number, msg: string) => JSON.stringify([{ T: "error", code, msg }]),
};

/** Rows of an Alpaca bars answer, one every `stepMs`. */
export function alpacaRows(fromMs: number, count: number, stepMs: number) {
  return Array.from({ length: count }, (_, i) => ({
    t: new Date(fromMs + i * stepMs).toISOString().replace(".000", ""),
    o: 10 + i,
    h: 12 + i,
    l: 9 + i,
    c: 11 + i,
    v: 100,
    n: 3,
    vw: 10.5 + i,
  }));
}

/** A chart answer of Yahoo about THYAO.IS. Rows: time in ms, open, high, low, close, volume. */
export function aChart(
  rows: readonly (readonly (number | null)[])[],
  { meta = {}, ...more }: { meta?: Record<string, unknown>; events?: unknown } = {},
): unknown {
  const column = (index: number) => rows.map((row) => row[index] ?? null);
  const last = rows.at(-1);
  return {
    chart: {
      result: [{
        meta: {
          currency: "TRY",
          symbol: "THYAO.IS",
          exchangeName: "IST",
          regularMarketTime: last ? Math.floor(last[0]! / 1_000) + 60 : 0,
          regularMarketPrice: last?.[4] ?? null,
          ...meta,
        },
        ...(rows.length > 0 && { timestamp: rows.map(([time]) => Math.floor(time! / 1_000)) }),
        indicators: {
          quote: [
            rows.length > 0
              ? {
                open: column(1),
                high: column(2),
                low: column(3),
                close: column(4),
                volume: column(5),
              }
              : {},
          ],
        },
        ...more,
      }],
      error: null,
    },
  };
}

/** A request for THYAO.IS. */
export function aChartRequest(timeframe: "1m" | "1d" = "1m", symbol = "THYAO.IS"): SourceRequest {
  return { path: `/v8/finance/chart/${symbol}`, weight: 1, about: { symbol, timeframe } };
}

/** A share of Borsa Istanbul. */
export function aShare(code: string, change: Partial<MarketSymbol> = {}): MarketSymbol {
  return {
    symbol: `${code}.IS`,
    id: `stock:${code}@bist`,
    exchange: "bist",
    kind: "stock",
    base: code,
    quote: "TRY",
    active: true,
    ...change,
  };
}

/** What feeds know, with the newest bars by `symbol timeframe`. */
export function aContext(
  { symbols = [aShare("THYAO")], nowMs, last = {} }: {
    symbols?: MarketSymbol[];
    nowMs: number;
    last?: Record<string, number>;
  },
): FeedContext {
  return {
    symbols,
    nowMs,
    getLastBarTime: (symbol, timeframe) => last[`${symbol} ${timeframe}`] ?? null,
    dexPairs: [],
  };
}

/** Minute bars as chart rows, every minute from `fromMs`. */
export function minuteRows(fromMs: number, closes: readonly number[]): number[][] {
  return closes.map((
    close,
    i,
  ) => [fromMs + i * 60_000, close, close + 0.1, close - 0.1, close, 10]);
}

/** A bar whose prices are all near `close`. */
export function aPlainBar(time: number, close: number): Bar {
  return {
    time,
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
    closed: true,
    quality: "observed",
  };
}
