/**
 * Recorded trades on disk, and the minute bars over them.
 *
 * @module
 */
import { type BarSeries, type ReplayBar, toSeries } from "./bars_file.ts";
import { makeBar, type TapeTrade } from "./tape.ts";

/** Parses a trades or aggTrades file; rows that make no sense or repeat an id are left out. */
export function parseTrades(text: string): TapeTrade[] {
  const lines = text.split("\n");
  const names = (lines[0] ?? "").trim().split(",");
  const find = (...wanted: string[]) => names.findIndex((name) => wanted.includes(name));
  const [id, price, size, time, maker] = [
    find("trade_id", "agg_id"),
    find("price"),
    find("qty", "size"),
    find("time"),
    find("is_buyer_maker"),
  ] as const;
  const seen = new Set<number>();
  const trades: TapeTrade[] = [];
  for (let i = 1; i < lines.length; i++) {
    const row = lines[i]!.trim().split(",");
    const trade: TapeTrade = {
      id: id < 0 ? i : Number(row[id]),
      at: Number(row[time]),
      price: Number(row[price]),
      size: Number(row[size]),
      buyerMaker: row[maker]?.toLowerCase() === "true",
    };
    if (!Number.isSafeInteger(trade.id) || seen.has(trade.id)) continue;
    if (!Number.isSafeInteger(trade.at) || !(trade.at > 0)) continue;
    if (!(trade.price > 0 && trade.price < Infinity)) continue;
    if (!(trade.size > 0 && trade.size < Infinity)) continue;
    seen.add(trade.id);
    trades.push(trade);
  }
  return trades.sort((a, b) => a.at - b.at || a.id - b.id);
}

/**
 * Returns the bars over sorted trades. A minute without a trade has the previous close and no
 * volume, as the exchange's own kline of it would.
 */
export function makeTradeSeries(trades: readonly TapeTrade[], stepMs: number): BarSeries {
  const bars: ReplayBar[] = [];
  for (let i = 0; i < trades.length;) {
    const time = Math.floor(trades[i]!.at / stepMs) * stepMs;
    let end = i;
    while (end < trades.length && trades[end]!.at < time + stepMs) end++;
    const last = bars.at(-1);
    for (let quiet = last ? last.time + stepMs : time; last && quiet < time; quiet += stepMs) {
      const { close } = last;
      const empty = { volume: 0, quote: 0, count: 0, takerBase: 0, takerQuote: 0 };
      bars.push({ time: quiet, open: close, high: close, low: close, close, ...empty });
    }
    bars.push(makeBar(time, trades.slice(i, end))!);
    i = end;
  }
  return toSeries(bars, stepMs);
}
