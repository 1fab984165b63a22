/**
 * Binance spot: trade and kline streams, klines, symbols and time by REST.
 *
 * @module
 */
import { z } from "zod";
import {
  type Bar,
  formatCryptoId,
  isTimeframe,
  type MarketSymbol,
  type Timeframe,
  type Trade,
} from "../../lib/market/mod.ts";
import { SourceParseError, type StreamEvent, type StreamSource } from "../source.ts";

const key = "binance";

/** Timeframes that we follow as klines; the longer ones are folded from these. */
const streamedTimeframes = ["1m", "5m", "15m", "1h"] as const satisfies Timeframe[];

/** Binance's public spot market. https://developers.binance.com/docs/binance-spot-api-docs */
export const binance: StreamSource = {
  key,
  name: "Binance",
  exchange: "binance",
  addresses: {
    rest: [
      "https://api.binance.com",
      "https://api1.binance.com",
      "https://data-api.binance.vision",
    ],
    stream: ["wss://stream.binance.com:9443", "wss://data-stream.binance.vision"],
  },
  // Five streams a symbol: well below the 1024 streams that one connection may carry, and the
  // address stays below the 8 kB that proxies accept.
  symbolsPerConnection: 50,
  // Binance cuts every connection after 24 hours.
  connectionLifeMs: 23.5 * 3_600_000,
  silenceMs: 60_000,
  streamPath: (symbols) => `/stream?streams=${symbols.flatMap(listStreams).join("/")}`,
  subscribeFrame: (symbols, id) => formatControl("SUBSCRIBE", symbols, id),
  unsubscribeFrame: (symbols, id) => formatControl("UNSUBSCRIBE", symbols, id),
  parse: parseFrame,
  listSymbols: {
    request: () => ({ path: "/api/v3/exchangeInfo?permissions=SPOT", weight: 20 }),
    parse: parseExchangeInfo,
  },
  bars: {
    limitMax: 1000,
    request: (symbol, timeframe, from, to) => ({
      path: `/api/v3/klines?symbol=${encodeURIComponent(symbol)}&interval=${timeframe}` +
        `&startTime=${from}&endTime=${to - 1}&limit=1000`,
      weight: 2,
    }),
    parse: parseKlines,
  },
  time: { request: () => ({ path: "/api/v3/time", weight: 1 }), parse: parseTime },
};

function listStreams(symbol: string): string[] {
  const name = symbol.toLowerCase();
  return [`${name}@trade`, ...streamedTimeframes.map((timeframe) => `${name}@kline_${timeframe}`)];
}

function formatControl(method: string, symbols: readonly string[], id: number): string {
  return JSON.stringify({ method, params: symbols.flatMap(listStreams), id });
}

/**
 * Returns what a frame says; control answers give nothing. Trades, the hot part, are read by hand;
 * whatever does not match their usual shape to the letter goes through `JSON.parse`.
 *
 * @throws {SourceParseError} For anything but a known frame.
 */
function parseFrame(frame: string, receivedMs: number): StreamEvent[] {
  const trade = readTrade(frame, receivedMs);
  if (trade) return [{ kind: "trade", trade }];
  return parseFrameSlowly(frame, receivedMs);
}

const QUOTE = 34;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
/** More digits than this do not fit a double's 53 bits. */
const EXACT_DIGITS = 15;
const powersOfTen = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => Number(`1e${power}`));

/** Where the hand-written reader stands; one frame is read at a time, so one is enough. */
let at = 0;

/** Reads a trade frame, bare or in the combined envelope; null when it looks any different. */
function readTrade(frame: string, receivedMs: number): Trade | null {
  const enveloped = frame.startsWith('{"stream":"');
  at = 0;
  if (enveloped && !skipEnvelope(frame)) return null;
  if (!skip(frame, '{"e":"trade","E":') || readInteger(frame) < 0) return null;
  if (!skip(frame, '"s":"')) return null;
  const symbol = readName(frame);
  if (symbol === "" || !skip(frame, ',"t":')) return null;
  const tradeId = readInteger(frame);
  if (tradeId < 0 || !skip(frame, '"p":"')) return null;
  const price = readDecimal(frame);
  if (price < 0 || !skip(frame, ',"q":"')) return null;
  const size = readDecimal(frame);
  if (size < 0 || !skip(frame, ',"')) return null;
  // Older servers also name the two orders.
  if (frame.startsWith('b":', at)) {
    at += 3;
    if (readInteger(frame) < 0 || !skip(frame, '"a":')) return null;
    if (readInteger(frame) < 0 || !skip(frame, '"')) return null;
  }
  if (!skip(frame, 'T":')) return null;
  const eventMs = readInteger(frame);
  if (eventMs < 0 || !skip(frame, '"m":')) return null;
  const isBuyerMaker = frame.charCodeAt(at) === 116;
  if (!skip(frame, isBuyerMaker ? "true" : "false")) return null;
  if (frame.charCodeAt(at) === COMMA && !skip(frame, ',"M":true') && !skip(frame, ',"M":false')) {
    return null;
  }
  if (!skip(frame, enveloped ? "}}" : "}") || at !== frame.length) return null;
  const side = isBuyerMaker ? "sell" : "buy";
  return { symbol, price, size, side, tradeId, eventMs, receivedMs, source: key };
}

/** Skips `{"stream":"btcusdt@trade","data":`. */
function skipEnvelope(frame: string): boolean {
  at = 11;
  for (;; at++) {
    const code = frame.charCodeAt(at);
    if (code === QUOTE) break;
    // Lower case letters, digits, @ and _; anything else (an escape, an end) is not the usual name.
    const isUsual = (code >= 97 && code <= 122) || (code >= ZERO && code <= NINE) ||
      code === 64 || code === 95;
    if (!isUsual) return false;
  }
  return skip(frame, '","data":');
}

function skip(frame: string, text: string): boolean {
  if (!frame.startsWith(text, at)) return false;
  at += text.length;
  return true;
}

/** Reads a name of capitals and digits and its closing quote; empty when it is anything else. */
function readName(frame: string): string {
  const start = at;
  for (;; at++) {
    const code = frame.charCodeAt(at);
    if (code === QUOTE) return frame.slice(start, at++);
    if (!((code >= 65 && code <= 90) || (code >= ZERO && code <= NINE))) return "";
  }
}

/** Reads a JSON integer and the comma after it; -1 when it is anything else. */
function readInteger(frame: string): number {
  const start = at;
  let value = 0;
  for (;; at++) {
    const code = frame.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      value = value * 10 + code - ZERO;
      continue;
    }
    const digits = at - start;
    const isPlain = digits > 0 && digits <= EXACT_DIGITS &&
      (digits === 1 || frame.charCodeAt(start) !== ZERO);
    at++;
    return code === COMMA && isPlain ? value : -1;
  }
}

/**
 * Reads a decimal number and its closing quote; -1 when it is anything else. Up to 15 digits an
 * integer over a power of ten is the correctly rounded value, as both are exact doubles.
 */
function readDecimal(frame: string): number {
  const start = at;
  let value = 0;
  let dot = -1;
  for (;; at++) {
    const code = frame.charCodeAt(at);
    if (code >= ZERO && code <= NINE) value = value * 10 + code - ZERO;
    else if (code === DOT && dot < 0 && at > start) dot = at;
    else if (code === QUOTE) break;
    else return -1;
  }
  const fraction = dot < 0 ? 0 : at - dot - 1;
  const digits = at - start - (dot < 0 ? 0 : 1);
  if (digits === 0 || digits > EXACT_DIGITS || (dot >= 0 && fraction === 0)) return -1;
  at++;
  return value / powersOfTen[fraction]!;
}

const decimal = z.string().max(40).regex(/^\d+(\.\d+)?$/).transform(Number);
const count = z.number().int().nonnegative();
const name = z.string().min(1).max(40).regex(/^[^\s/?#&"\\]+$/);

const tradeMessage = z.object({
  e: z.literal("trade"),
  E: count,
  s: name,
  t: count,
  p: decimal,
  q: decimal,
  T: count,
  m: z.boolean(),
});
const aggregateMessage = z.object({
  e: z.literal("aggTrade"),
  E: count,
  s: name,
  a: count,
  p: decimal,
  q: decimal,
  T: count,
  m: z.boolean(),
});
const klineMessage = z.object({
  e: z.literal("kline"),
  E: count,
  s: name,
  k: z.object({
    t: count,
    i: z.string().refine(isTimeframe),
    o: decimal,
    h: decimal,
    l: decimal,
    c: decimal,
    v: decimal,
    x: z.boolean(),
  }),
});
const message = z.discriminatedUnion("e", [tradeMessage, aggregateMessage, klineMessage]);
const controlAnswer = z.strictObject({ result: z.null(), id: z.union([z.number(), z.string()]) });
const errorBody = z.object({ code: z.number(), msg: z.string() });

/**
 * Reads any frame by way of `JSON.parse` and a schema; the reference for the hand-written reader.
 *
 * @throws {SourceParseError} For anything but a known frame.
 */
export function parseFrameSlowly(frame: string, receivedMs: number): StreamEvent[] {
  const body = parseJson(frame);
  if (controlAnswer.safeParse(body).success) return [];
  const isEnvelope = isObject(body) && typeof body.stream === "string" && "data" in body;
  const data = isEnvelope ? body.data : body;
  refuseError(data);
  const read = message.safeParse(data);
  if (!read.success) {
    throw new SourceParseError(
      `Cannot parse a Binance frame: must be a trade, a kline or an answer, was ${cut(frame)} (${
        describe(read.error)
      })`,
    );
  }
  return [toEvent(read.data, receivedMs)];
}

function toEvent(data: z.infer<typeof message>, receivedMs: number): StreamEvent {
  if (data.e === "kline") {
    const { t, o, h, l, c, v, x, i } = data.k;
    const bar: Bar = {
      time: t,
      open: o,
      high: h,
      low: l,
      close: c,
      volume: v,
      closed: x,
      quality: "observed",
    };
    return { kind: "bar", symbol: data.s, timeframe: i as Timeframe, bar, eventMs: data.E };
  }
  const trade: Trade = {
    symbol: data.s,
    price: data.p,
    size: data.q,
    // The maker was waiting in the book, so the other side took liquidity.
    side: data.m ? "sell" : "buy",
    tradeId: data.e === "trade" ? data.t : data.a,
    eventMs: data.T,
    receivedMs,
    source: key,
  };
  return { kind: "trade", trade };
}

const klineRows = z.array(
  z.tuple([count, decimal, decimal, decimal, decimal, decimal, count]).rest(z.unknown()),
).max(1500);

/**
 * Returns the bars of a klines answer, oldest first. The answer does not say which of them still
 * runs: all read closed, and whoever asks drops what ends after the server's time.
 */
function parseKlines(body: unknown): Bar[] {
  refuseError(body);
  const rows = check(klineRows, body, "a Binance klines answer", "rows of twelve values");
  return rows.map(([time, open, high, low, close, volume]) => ({
    time,
    open,
    high,
    low,
    close,
    volume,
    closed: true,
    quality: "observed",
  }));
}

const exchangeInfo = z.object({
  symbols: z.array(z.object({
    symbol: name,
    status: z.string(),
    baseAsset: z.string().min(1),
    quoteAsset: z.string().min(1),
    isSpotTradingAllowed: z.boolean().optional(),
  })),
});

/** Returns the spot symbols that trade now, in the exchange's order. */
function parseExchangeInfo(body: unknown): MarketSymbol[] {
  refuseError(body);
  const info = check(exchangeInfo, body, "Binance's exchangeInfo", "a list of symbols");
  return info.symbols
    .filter(({ status, isSpotTradingAllowed }) =>
      status === "TRADING" && isSpotTradingAllowed !== false
    )
    .map(({ symbol, baseAsset, quoteAsset }) => ({
      symbol,
      id: formatCryptoId(baseAsset, quoteAsset, key),
      exchange: key,
      kind: "crypto",
      base: baseAsset,
      quote: quoteAsset,
      active: true,
    }));
}

function parseTime(body: unknown): number {
  refuseError(body);
  return check(z.object({ serverTime: count }), body, "Binance's time", "a serverTime").serverTime;
}

function parseJson(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch (error) {
    throw new SourceParseError(`Cannot parse a Binance frame: must be JSON, was ${cut(frame)}`, {
      cause: error,
    });
  }
}

function refuseError(body: unknown): void {
  const read = errorBody.safeParse(isObject(body) && isObject(body.error) ? body.error : body);
  if (!read.success) return;
  throw new SourceParseError(
    `Cannot use an answer of Binance: it must hold data, was error ${read.data.code}: ${
      cut(read.data.msg)
    }`,
  );
}

function check<T>(schema: z.ZodType<T>, body: unknown, what: string, expected: string): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  throw new SourceParseError(
    `Cannot parse ${what}: must be ${expected}, was not (${describe(read.error)})`,
  );
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue
    ? cut(`${issue.path.map(String).join(".") || "whole"}: ${issue.message}`)
    : "unknown";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
