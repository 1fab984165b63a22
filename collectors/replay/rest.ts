/**
 * Binance's REST interface over a recording, at market time.
 *
 * @module
 */
import { splitPair } from "../../lib/market/mod.ts";
import { intervalMs } from "./bars_file.ts";
import { isRecord } from "./capture.ts";
import type { RecordedAnswers } from "./fixtures.ts";
import type { ReplayHistory } from "./history.ts";
import type { Recording } from "./recording.ts";
import { spellNumber, toAggTradeRow, toKlineRow } from "./wire.ts";

const dayMs = 86_400_000;

/** What the exchange would answer with instead of data. */
class ExchangeRefusal extends Error {
  override name = "ExchangeRefusal";
  constructor(readonly code: number, message: string) {
    super(message);
  }
}

/** The parts that requests are answered from. */
export interface ExchangeRoom {
  recording: Recording;
  history: ReplayHistory;
  answers: RecordedAnswers;
  /** Market time, epoch ms. */
  marketNow(): number;
}

function sendJson(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json;charset=UTF-8" },
  });
}

/** Returns a whole number of the query, or undefined where it is not given. */
function readNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,16}$/.test(text)) {
    throw new ExchangeRefusal(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
    );
  }
  return Number(text);
}

/** Returns the limit of the query, cut to the exchange's greatest. */
function readLimit(query: URLSearchParams): number {
  return Math.min(1000, Math.max(1, readNumber(query, "limit") ?? 500));
}

function needParam(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value) return value;
  throw new ExchangeRefusal(
    -1102,
    `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
  );
}

function needSymbol(known: { has(symbol: string): boolean }, symbol: string): string {
  if (!known.has(symbol)) throw new ExchangeRefusal(-1121, "Invalid symbol.");
  return symbol;
}

/** Returns the symbols that a query asks for, all of them when it names none. */
function readSymbols({ recording }: ExchangeRoom, query: URLSearchParams): string[] {
  const known = new Set(recording.symbols);
  const one = query.get("symbol");
  if (one !== null) return [needSymbol(known, one)];
  const many = query.get("symbols");
  if (many === null) return recording.symbols;
  let list: unknown;
  try {
    list = JSON.parse(many);
  } catch {
    list = null;
  }
  if (!Array.isArray(list)) {
    throw new ExchangeRefusal(-1100, "Illegal characters found in parameter 'symbols'.");
  }
  return list.map((symbol) => needSymbol(known, String(symbol)));
}

async function answerKlines(room: ExchangeRoom, query: URLSearchParams): Promise<Response> {
  const symbol = needSymbol(room.history.symbols, needParam(query, "symbol"));
  const interval = needParam(query, "interval");
  const lengthMs = Object.hasOwn(intervalMs, interval) ? intervalMs[interval] : undefined;
  if (lengthMs === undefined) {
    // Known to the exchange, but no recording has them.
    if (["1s", "3d", "1w", "1M"].includes(interval)) return sendJson([]);
    throw new ExchangeRefusal(-1120, "Invalid interval.");
  }
  const bars = await room.history.list(symbol, lengthMs, {
    from: readNumber(query, "startTime"),
    to: readNumber(query, "endTime"),
    limit: readLimit(query),
    marketMs: room.marketNow(),
  });
  return sendJson(bars.map((bar) => toKlineRow(bar, lengthMs)));
}

/** Returns the exchange's own description of a symbol, or a plain one. */
function describeSymbol(symbol: string, described: ReadonlyMap<string, unknown>): unknown {
  const { base, quote } = splitPair(symbol);
  return described.get(symbol) ?? {
    symbol,
    status: "TRADING",
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    orderTypes: ["LIMIT", "MARKET"],
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [],
    permissions: ["SPOT"],
  };
}

async function answerExchangeInfo(room: ExchangeRoom, query: URLSearchParams): Promise<Response> {
  const symbols = readSymbols(room, query);
  const recorded = await room.answers.findBody("binance", "/api/v3/exchangeInfo");
  const entries = isRecord(recorded) && Array.isArray(recorded.symbols) ? recorded.symbols : [];
  const described = new Map<string, unknown>();
  for (const entry of entries) {
    // A symbol may have been suspended when its description was recorded; in the play it trades.
    if (isRecord(entry)) described.set(String(entry.symbol), { ...entry, status: "TRADING" });
  }
  return sendJson({
    timezone: "UTC",
    serverTime: room.marketNow(),
    rateLimits: isRecord(recorded) && Array.isArray(recorded.rateLimits) ? recorded.rateLimits : [],
    exchangeFilters: [],
    symbols: symbols.map((symbol) => describeSymbol(symbol, described)),
  });
}

/** Returns the last 24 hours of a symbol as `/api/v3/ticker/24hr` tells them. */
async function makeTicker(room: ExchangeRoom, symbol: string): Promise<Record<string, unknown>> {
  const marketMs = room.marketNow();
  const { stepMs } = room.recording;
  const from = marketMs - dayMs;
  const bars = await room.history.list(symbol, stepMs, { from, limit: 1440, marketMs });
  const first = bars[0];
  const last = bars.at(-1);
  const sum = (pick: (bar: typeof bars[number]) => number) =>
    bars.reduce((total, bar) => total + pick(bar), 0);
  const volume = sum((bar) => bar.volume);
  const quote = sum((bar) => Number.isFinite(bar.quote) ? bar.quote : bar.volume * bar.close);
  const change = first && last ? last.close - first.open : 0;
  return {
    symbol,
    priceChange: spellNumber(change),
    priceChangePercent: (first ? change / first.open * 100 : 0).toFixed(3),
    weightedAvgPrice: spellNumber(volume > 0 ? quote / volume : 0),
    prevClosePrice: spellNumber(first?.open ?? 0),
    lastPrice: spellNumber(last?.close ?? 0),
    lastQty: spellNumber(0),
    bidPrice: spellNumber(0),
    bidQty: spellNumber(0),
    askPrice: spellNumber(0),
    askQty: spellNumber(0),
    openPrice: spellNumber(first?.open ?? 0),
    highPrice: spellNumber(bars.reduce((high, bar) => Math.max(high, bar.high), 0)),
    lowPrice: spellNumber(bars.reduce((low, bar) => Math.min(low, bar.low), first?.low ?? 0)),
    volume: spellNumber(volume),
    quoteVolume: spellNumber(quote),
    openTime: from,
    closeTime: marketMs,
    firstId: -1,
    lastId: -1,
    count: sum((bar) => Number.isFinite(bar.count) ? bar.count : 0),
  };
}

async function answerTickers(room: ExchangeRoom, query: URLSearchParams): Promise<Response> {
  const symbols = readSymbols(room, query);
  const rows = await Promise.all(symbols.map((symbol) => makeTicker(room, symbol)));
  return sendJson(query.get("symbol") === null ? rows : rows[0]);
}

async function answerPrices(room: ExchangeRoom, query: URLSearchParams): Promise<Response> {
  const rows = [];
  const marketMs = room.marketNow();
  for (const symbol of readSymbols(room, query)) {
    const bars = await room.history.list(symbol, room.recording.stepMs, { limit: 1, marketMs });
    if (bars[0]) rows.push({ symbol, price: spellNumber(bars[0].close) });
  }
  return sendJson(query.get("symbol") === null ? rows : rows[0] ?? {});
}

function answerAggTrades(room: ExchangeRoom, query: URLSearchParams): Response {
  const symbol = needSymbol(room.history.symbols, needParam(query, "symbol"));
  const marketMs = room.marketNow();
  const from = readNumber(query, "startTime");
  const to = readNumber(query, "endTime") ?? Infinity;
  const fromId = readNumber(query, "fromId");
  const limit = readLimit(query);
  const fitting = (room.recording.trades?.get(symbol) ?? []).filter(({ at, id }) =>
    at <= Math.min(to, marketMs) && at >= (from ?? 0) && id >= (fromId ?? 0)
  );
  const newest = from === undefined && fromId === undefined;
  return sendJson((newest ? fitting.slice(-limit) : fitting.slice(0, limit)).map(toAggTradeRow));
}

type Route = (room: ExchangeRoom, query: URLSearchParams) => Response | Promise<Response>;

const routes: Readonly<Record<string, Route>> = {
  "/api/v3/ping": () => sendJson({}),
  "/api/v3/time": (room) => sendJson({ serverTime: room.marketNow() }),
  "/api/v3/klines": answerKlines,
  "/api/v3/exchangeInfo": answerExchangeInfo,
  "/api/v3/ticker/24hr": answerTickers,
  "/api/v3/ticker/price": answerPrices,
  "/api/v3/aggTrades": answerAggTrades,
};

/**
 * Answers one request to the exchange. What the recording does not tell (order books and the like)
 * comes from recorded answers; a wrong request gets the exchange's own refusal.
 */
export async function answerExchange(
  room: ExchangeRoom,
  { method, path, query }: { method: string; path: string; query: URLSearchParams },
): Promise<Response> {
  if (method !== "GET" && method !== "HEAD") {
    return sendJson({ code: -1000, msg: `Request method '${method}' not supported.` }, 405);
  }
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  try {
    if (route) return await route(room, query);
    return await room.answers.answer({ source: "binance", method: "GET", path, query });
  } catch (error) {
    if (!(error instanceof ExchangeRefusal)) throw error;
    return sendJson({ code: error.code, msg: error.message }, 400);
  }
}
