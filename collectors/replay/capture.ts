/**
 * Captured stream frames: one message a line, played back word for word.
 *
 * @module
 */
import { type BarSeries, type ReplayBar, toSeries } from "./bars_file.ts";

/** One frame of a capture. */
export interface CapturedFrame {
  /** Market time of it, epoch ms: the event time, else that of the frame before. */
  at: number;
  /** Name of its stream, such as `btcusdt@aggTrade`. */
  stream: string;
  /** The exchange's spelling of the symbol; empty where the frame names none. */
  symbol: string;
  data: Record<string, unknown>;
}

/** Says whether a value is an object that is not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the parsed line, or null for one that is no JSON object. */
function parseLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** Returns the stream's name of a frame that came without one. */
function nameStream(data: Record<string, unknown>): string {
  const symbol = String(data.s ?? "").toLowerCase();
  if (data.e === "kline" && isRecord(data.k)) return `${symbol}@kline_${data.k.i}`;
  return `${symbol}@${String(data.e ?? "")}`;
}

/**
 * Parses a `.jsonl` capture; lines that are torn are left out. Frames are ordered by event time:
 * the receiver's clock may have been another one.
 */
export function parseCapture(text: string): CapturedFrame[] {
  const frames: CapturedFrame[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const record = parseLine(line);
    const message = record && isRecord(record.message) ? record.message : null;
    if (!record || !message) continue;
    const data = isRecord(message.data) ? message.data : message;
    if (!message.data && typeof data.e !== "string") continue;
    if (typeof data.E === "number" && Number.isFinite(data.E)) at = Math.max(at, data.E);
    else if (at === 0 && typeof record.received_at === "number") at = record.received_at * 1000;
    const stream = typeof message.stream === "string" ? message.stream : nameStream(data);
    const symbol = typeof data.s === "string" ? data.s : "";
    frames.push({ at: Math.round(at), stream, symbol, data });
  }
  return frames;
}

/** Returns the 1m bars that the capture's final klines tell, by symbol. */
export function makeCaptureSeries(frames: readonly CapturedFrame[]): Map<string, BarSeries> {
  const bars = new Map<string, ReplayBar[]>();
  for (const { data, symbol } of frames) {
    const k = isRecord(data.k) ? data.k : null;
    if (!k || k.x !== true || k.i !== "1m" || !symbol) continue;
    const bar: ReplayBar = {
      time: Number(k.t),
      open: Number(k.o),
      high: Number(k.h),
      low: Number(k.l),
      close: Number(k.c),
      volume: Number(k.v),
      quote: Number(k.q),
      count: Number(k.n),
      takerBase: Number(k.V),
      takerQuote: Number(k.Q),
    };
    if (!Number.isSafeInteger(bar.time) || !Number.isFinite(bar.open + bar.volume)) continue;
    bars.set(symbol, [...(bars.get(symbol) ?? []), bar]);
  }
  return new Map([...bars].map(([symbol, list]) => [symbol, toSeries(list, 60_000)]));
}
