/** Builders for what alerts look at. */
import type { BarMoment, FigureMoment, PriceMoment, SignalMoment } from "../../lib/alerts/mod.ts";

/** A trade of BTCUSDT at `price` and market time `timeMs`. */
export function buildPrice(
  timeMs: number,
  price: number,
  fields: Partial<PriceMoment> = {},
): PriceMoment {
  return {
    kind: "price",
    symbol: "BTCUSDT",
    timeMs,
    receivedMs: timeMs,
    isUnsure: false,
    price,
    ...fields,
  };
}

/** A closed 1m bar of BTCUSDT that ends at `timeMs`; `indicators` are [before, now]. */
export function buildBarMoment(
  timeMs: number,
  fields: Partial<BarMoment> & { indicators?: Record<string, [number, number]> } = {},
): BarMoment {
  const { indicators = {}, ...rest } = fields;
  return {
    kind: "bar",
    symbol: "BTCUSDT",
    timeframe: "1m",
    timeMs,
    receivedMs: timeMs,
    isUnsure: false,
    open: 100,
    high: 101,
    low: 99,
    close: 100,
    volume: 10,
    closeBefore: 100,
    read: (name, back) => indicators[name]?.[1 - back] ?? NaN,
    readClose: () => NaN,
    ...rest,
  };
}

/** A figure of a cycle. */
export function buildFigure(timeMs: number, fields: Partial<FigureMoment> = {}): FigureMoment {
  return {
    kind: "figure",
    name: "sentiment",
    symbol: "BTC",
    timeMs,
    receivedMs: timeMs,
    isUnsure: false,
    value: 0,
    change: NaN,
    link: "/",
    ...fields,
  };
}

/** A signal on BTCUSDT. */
export function buildSignalMoment(
  timeMs: number,
  fields: Partial<SignalMoment> = {},
): SignalMoment {
  return {
    kind: "signal",
    symbol: "BTCUSDT",
    timeMs,
    receivedMs: timeMs,
    isUnsure: false,
    id: `s${timeMs}`,
    type: "price_alert",
    confidence: 0.8,
    ...fields,
  };
}
