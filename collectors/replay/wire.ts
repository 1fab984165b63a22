/**
 * Binance's own spelling of trades and bars, for the stream and for REST.
 *
 * @module
 */
import type { ReplayBar } from "./bars_file.ts";
import type { TapeTrade } from "./tape.ts";

/**
 * Spells a number as the exchange does: plain decimals, eight of them, more only where eight would
 * not read back as the same number. NaN (unknown) is spelled as zero.
 */
export function spellNumber(value: number): string {
  if (!Number.isFinite(value)) return "0.00000000";
  for (let digits = 8; digits < 40; digits++) {
    const text = value.toFixed(digits);
    if (Number(text) === value) return text;
  }
  return value.toFixed(40);
}

/** Spells a trade as `data` of a `@trade` frame. */
export function spellTrade(symbol: string, trade: TapeTrade): string {
  return JSON.stringify({
    e: "trade",
    E: trade.at,
    s: symbol,
    t: trade.id,
    p: spellNumber(trade.price),
    q: spellNumber(trade.size),
    T: trade.at,
    m: trade.buyerMaker,
    M: true,
  });
}

/** Spells a trade as `data` of an `@aggTrade` frame that holds this one trade. */
export function spellAggTrade(symbol: string, trade: TapeTrade): string {
  return JSON.stringify({
    e: "aggTrade",
    E: trade.at,
    s: symbol,
    a: trade.id,
    p: spellNumber(trade.price),
    q: spellNumber(trade.size),
    f: trade.id,
    l: trade.id,
    T: trade.at,
    m: trade.buyerMaker,
    M: true,
  });
}

/** Spells a bar as `data` of a `@kline_` frame; ids of the first and last trade are -1 for none. */
export function spellKline(
  { symbol, interval, lengthMs, bar, eventMs, final, firstId, lastId }: {
    symbol: string;
    interval: string;
    lengthMs: number;
    bar: ReplayBar;
    eventMs: number;
    final: boolean;
    firstId: number;
    lastId: number;
  },
): string {
  return JSON.stringify({
    e: "kline",
    E: eventMs,
    s: symbol,
    k: {
      t: bar.time,
      T: bar.time + lengthMs - 1,
      s: symbol,
      i: interval,
      f: firstId,
      L: lastId,
      o: spellNumber(bar.open),
      c: spellNumber(bar.close),
      h: spellNumber(bar.high),
      l: spellNumber(bar.low),
      v: spellNumber(bar.volume),
      n: Number.isFinite(bar.count) ? bar.count : 0,
      x: final,
      q: spellNumber(bar.quote),
      V: spellNumber(bar.takerBase),
      Q: spellNumber(bar.takerQuote),
      B: "0",
    },
  });
}

/** Spells a bar as one row of `/api/v3/klines`. */
export function toKlineRow(bar: ReplayBar, lengthMs: number): (string | number)[] {
  return [
    bar.time,
    spellNumber(bar.open),
    spellNumber(bar.high),
    spellNumber(bar.low),
    spellNumber(bar.close),
    spellNumber(bar.volume),
    bar.time + lengthMs - 1,
    spellNumber(bar.quote),
    Number.isFinite(bar.count) ? bar.count : 0,
    spellNumber(bar.takerBase),
    spellNumber(bar.takerQuote),
    "0",
  ];
}

/** Spells a trade as one entry of `/api/v3/aggTrades`. */
export function toAggTradeRow(trade: TapeTrade): Record<string, unknown> {
  return {
    a: trade.id,
    p: spellNumber(trade.price),
    q: spellNumber(trade.size),
    f: trade.id,
    l: trade.id,
    T: trade.at,
    m: trade.buyerMaker,
    M: true,
  };
}
