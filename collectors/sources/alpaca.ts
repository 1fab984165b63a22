/**
 * Alpaca: trades and minute bars of US shares from the free IEX feed, bars and symbols by REST.
 *
 * @module
 */
import { z } from "zod";
import {
  type Bar,
  formatZoneDay,
  type MarketSymbol,
  type Timeframe,
} from "../../lib/market/mod.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import {
  SourceParseError,
  type SourceRequest,
  type StreamEvent,
  StreamRefusedError,
  type StreamSource,
} from "../source.ts";

const key = "alpaca";
const calendar = getCalendar(key)!;
const halfHourMs = 30 * 60_000;

/** Large US names, most traded first; as many as the free plan's thirty trade channels. */
const usualNames = [
  ...["SPY:SPDR S&P 500 ETF", "AAPL:Apple", "NVDA:NVIDIA", "MSFT:Microsoft", "AMZN:Amazon.com"],
  ...["TSLA:Tesla", "META:Meta Platforms", "GOOGL:Alphabet", "QQQ:Invesco QQQ", "AMD:AMD"],
  ...["AVGO:Broadcom", "JPM:JPMorgan Chase", "NFLX:Netflix", "BAC:Bank of America", "V:Visa"],
  ...["XOM:Exxon Mobil", "WMT:Walmart", "JNJ:Johnson & Johnson", "PG:Procter & Gamble"],
  ...["UNH:UnitedHealth", "MA:Mastercard", "HD:Home Depot", "COST:Costco", "ORCL:Oracle"],
  ...["DIS:Walt Disney", "KO:Coca-Cola", "PEP:PepsiCo", "CSCO:Cisco", "INTC:Intel"],
  ...["CRM:Salesforce"],
].map((text) => text.split(":") as [string, string]);

/** How each timeframe is asked for. Hours and four hours are folded from half hours. */
const asked: Readonly<Record<Timeframe, { name: string; stepMs: number }>> = {
  "1m": { name: "1Min", stepMs: 60_000 },
  "5m": { name: "5Min", stepMs: 5 * 60_000 },
  "15m": { name: "15Min", stepMs: 15 * 60_000 },
  // An hour from Alpaca holds trades before the opening bell at half past nine; half hours do not.
  "1h": { name: "30Min", stepMs: halfHourMs },
  "4h": { name: "30Min", stepMs: halfHourMs },
  "1d": { name: "1Day", stepMs: 86_400_000 },
};

/** US shares on IEX through Alpaca. https://docs.alpaca.markets/docs/about-market-data-api */
export const alpaca: StreamSource = {
  key,
  name: "Alpaca",
  exchange: "alpaca",
  addresses: {
    rest: ["https://data.alpaca.markets"],
    stream: ["wss://stream.data.alpaca.markets"],
  },
  // The free plan: one connection, thirty trade channels, 200 requests a minute.
  symbolsPerConnection: 30,
  connectionsMax: 1,
  limitPerMinute: 200,
  // Never reached: a second connection would be refused, and each session's end closes this one.
  connectionLifeMs: 24 * 3_600_000,
  // Minute bars come for every share that traded: thirty large ones are not quiet for so long.
  silenceMs: 120_000,
  apiKey: {
    variable: "APCA_API_KEY_ID",
    secretVariable: "APCA_API_SECRET_KEY",
    headers: (id, secret = "") => ({ "APCA-API-KEY-ID": id, "APCA-API-SECRET-KEY": secret }),
    isRequired: true,
  },
  calendar,
  // A minute without a trade that set a price has no bar; a bar's volume counts odd lots, too.
  traits: { omitsQuietBars: true, isVolumeApart: true },
  usualSymbols: usualNames.map(([symbol, name]) => toSymbol(symbol, name)),
  streamPath: () => "/v2/iex",
  authFrame: (id, secret = "") => JSON.stringify({ action: "auth", key: id, secret }),
  isReady: (frame) => /"msg"\s*:\s*"authenticated"/.test(frame),
  subscribeFrame: (symbols) => formatControl("subscribe", symbols),
  unsubscribeFrame: (symbols) => formatControl("unsubscribe", symbols),
  parse: parseFrame,
  // Prices come from the data server, the list and the clock from the trading server of the
  // account that the key belongs to: keys of paper accounts begin with PK.
  findAddress: (path, id) => {
    if (!/^\/v2\/(assets|clock)\b/.test(path)) return null;
    return id.startsWith("PK") ? "https://paper-api.alpaca.markets" : "https://api.alpaca.markets";
  },
  listSymbols: {
    request: () => ({ path: "/v2/assets?status=active&asset_class=us_equity", weight: 1 }),
    parse: parseAssets,
  },
  bars: {
    // Longer than any stretch without a session, as an empty page ends the way back.
    limitMax: 10_000,
    isWhole: true,
    request: requestBars,
    parse: parseBars,
    next: findNextPage,
    stepMs: (timeframe) => asked[timeframe].stepMs,
  },
  time: { request: () => ({ path: "/v2/clock", weight: 1 }), parse: parseClock },
};

function toSymbol(symbol: string, name?: string): MarketSymbol {
  return {
    symbol,
    id: `stock:${symbol}@${key}`,
    exchange: key,
    kind: "stock",
    base: symbol,
    quote: "USD",
    ...(name && { name }),
    active: true,
  };
}

/** Cancelled and corrected trades are told with the trades, without being asked for. */
function formatControl(action: string, symbols: readonly string[]): string {
  return JSON.stringify({ action, trades: symbols, bars: symbols, updatedBars: symbols });
}

const price = z.number().positive().finite();
const size = z.number().nonnegative().finite();
const ticker = z.string().min(1).max(20).regex(/^[^\s/?#&"\\]+$/);
// Nanoseconds are cut to the millisecond.
const time = z.string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/)
  .transform((text) => Date.parse(text.replace(/(\.\d{3})\d+/, "$1")))
  .refine(Number.isFinite);

const barFields = { t: time, o: price, h: price, l: price, c: price, v: size };
const message = z.discriminatedUnion("T", [
  z.object({
    T: z.literal("t"),
    S: ticker,
    i: z.number().int().nonnegative(),
    p: price,
    s: size,
    t: time,
    c: z.array(z.string()).nullish(),
    z: z.string().nullish(),
  }),
  // `b` when a minute ends, `u` half a minute later where late trades, corrections or
  // cancellations changed it.
  z.object({ T: z.enum(["b", "u"]), S: ticker, ...barFields }),
  z.object({ T: z.literal("error"), code: z.number(), msg: z.string() }),
  z.object({ T: z.literal("success"), msg: z.string() }),
  // Nothing of ours: the confirmed subscription; quotes, daily bars, trading halts and price
  // bands; corrections and cancellations, whose effect comes with the updated bar.
  z.object({ T: z.enum(["subscription", "q", "d", "s", "l", "c", "x", "i"]) }),
]);
type Message = z.infer<typeof message>;

/**
 * Returns what a frame says; control messages give nothing.
 *
 * @throws {StreamRefusedError} When Alpaca refuses the key, the connection or the subscription.
 * @throws {SourceParseError} For anything but a known frame.
 */
function parseFrame(frame: string, receivedMs: number): StreamEvent[] {
  let body: unknown;
  try {
    body = JSON.parse(frame);
  } catch (error) {
    throw new SourceParseError(`Cannot parse an Alpaca frame: must be JSON, was ${cut(frame)}`, {
      cause: error,
    });
  }
  const read = z.array(message).safeParse(body);
  if (!read.success) {
    throw new SourceParseError(
      `Cannot parse an Alpaca frame: must list known messages, was ${cut(frame)} (${
        describe(read.error)
      })`,
    );
  }
  return read.data.flatMap((one) => toEvents(one, receivedMs));
}

function toEvents(one: Message, receivedMs: number): StreamEvent[] {
  if (one.T === "error") throw refuse(one.code, one.msg);
  if (one.T === "t") {
    if (!setsPrice(one)) return [];
    const trade = {
      symbol: one.S,
      price: one.p,
      size: one.s,
      tradeId: one.i,
      eventMs: one.t,
      receivedMs,
      source: key,
    };
    return [{ kind: "trade", trade }];
  }
  if (one.T !== "b" && one.T !== "u") return [];
  const bar = toBar(one);
  return [{ kind: "bar", symbol: one.S, timeframe: "1m", bar, eventMs: bar.time + 60_000 }];
}

/**
 * Conditions of trades that set no price: average, derived or contingent prices, odd lots, official
 * opens and closes told a second time, late reports, extended hours. Source: "Stock Minute Bars",
 * alpaca.markets/learn, after the CTS and UTP specifications.
 */
const priceless = new Set("C H I L M N P Q R T U V W Z 4 7 9".split(" "));

function setsPrice({ c, z: tape, s }: { c?: string[] | null; z?: string | null; s: number }) {
  // On the tapes A and B it is an average price, on C a bunched trade, which counts.
  const isAverage = tape !== "C" && c?.includes("B");
  return s > 0 && !isAverage && !c?.some((condition) => priceless.has(condition));
}

const keyRetryMs = 15 * 60_000;

/** What Alpaca's refusals mean, and how long to wait; null: as after any loss. */
const refusals: Readonly<Record<number, { words: string; retryAfterMs: number | null }>> = {
  400: { words: "it did not understand our message", retryAfterMs: null },
  401: { words: "it wants us to sign in first", retryAfterMs: null },
  402: { words: "it does not accept the key: check both values", retryAfterMs: keyRetryMs },
  403: { words: "we had signed in before", retryAfterMs: null },
  404: { words: "signing in took too long", retryAfterMs: null },
  405: { words: "the plan allows fewer symbols", retryAfterMs: keyRetryMs },
  406: {
    words: "the account's one connection is in use by another program",
    retryAfterMs: 60_000,
  },
  407: { words: "we read too slowly", retryAfterMs: null },
  408: { words: "the account has no access to this version", retryAfterMs: keyRetryMs },
  409: { words: "the account's plan does not include this feed", retryAfterMs: keyRetryMs },
  410: { words: "the feed does not offer what we subscribed to", retryAfterMs: keyRetryMs },
  500: { words: "it has a fault of its own", retryAfterMs: null },
};

function refuse(code: number, words: string): StreamRefusedError {
  const known = Object.hasOwn(refusals, code) ? refusals[code]! : null;
  return new StreamRefusedError(
    `Cannot follow Alpaca: ${known?.words ?? "it refused"} (${code}: ${cut(words)})`,
    known?.retryAfterMs ?? null,
    known?.retryAfterMs === keyRetryMs,
  );
}

const barRow = z.object(barFields);

function toBar({ t, o, h, l, c, v }: z.infer<typeof barRow>): Bar {
  return {
    time: t,
    open: o,
    high: h,
    low: l,
    close: c,
    volume: v,
    closed: true,
    quality: "observed",
  };
}

/** Asks for bars of the sessions, oldest first, in prices of today's share (splits applied). */
function requestBars(symbol: string, timeframe: Timeframe, from: number, to: number) {
  const { name } = asked[timeframe];
  const query = new URLSearchParams({
    symbols: symbol,
    timeframe: name,
    start: new Date(from).toISOString(),
    end: new Date(to - 1).toISOString(),
    limit: "10000",
    adjustment: "split",
    feed: "iex",
    sort: "asc",
  });
  return { path: `/v2/stocks/bars?${query}`, weight: 1, about: { symbol, timeframe } };
}

const barsAnswer = z.object({
  bars: z.record(z.string(), z.array(barRow).nullable()).nullish(),
  next_page_token: z.string().min(1).max(1_000).nullish(),
});

/**
 * Returns the bars of one answer that lie in sessions. Bars of days carry the session's date at
 * 00:00 UTC. Without a request the only symbol's bars are meant, by their own length.
 */
function parseBars(body: unknown, request?: SourceRequest): Bar[] {
  const { bars } = readAnswer(barsAnswer, body, "bars by symbol");
  const symbol = request?.about?.symbol ?? Object.keys(bars ?? {})[0];
  const rows = (symbol !== undefined && Object.hasOwn(bars ?? {}, symbol) && bars?.[symbol]) || [];
  const isDaily = request?.about?.timeframe === "1d";
  return rows.map(toBar)
    .map((bar) =>
      isDaily ? { ...bar, time: Date.parse(formatZoneDay(bar.time, calendar.timeZone)) } : bar
    )
    .filter(({ time: start }) => isDaily || isInSession(start));
}

/** Outside the table of holidays nothing is known to be wrong with a bar. */
function isInSession(timeMs: number): boolean {
  try {
    return calendar.isOpen(timeMs);
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}

function findNextPage(body: unknown, request: SourceRequest): SourceRequest | null {
  const token = readAnswer(barsAnswer, body, "bars by symbol").next_page_token;
  if (!token) return null;
  const [path, search] = request.path.split("?");
  const query = new URLSearchParams(search);
  query.set("page_token", token);
  return { ...request, path: `${path}?${query}` };
}

const assets = z.array(z.object({
  symbol: ticker,
  name: z.string().nullish(),
  status: z.string(),
  tradable: z.boolean(),
}));

/** Returns the shares that trade now: the usual ones first, then all others by name. */
function parseAssets(body: unknown): MarketSymbol[] {
  const rank = new Map(usualNames.map(([symbol], index) => [symbol, index]));
  return readAnswer(assets, body, "a list of shares")
    .filter(({ status, tradable }) => status === "active" && tradable)
    .sort((a, b) =>
      (rank.get(a.symbol) ?? Infinity) - (rank.get(b.symbol) ?? Infinity) ||
      (a.symbol < b.symbol ? -1 : 1)
    )
    .map(({ symbol, name }) => toSymbol(symbol, name ?? undefined));
}

function parseClock(body: unknown): number {
  return readAnswer(z.object({ timestamp: time }), body, "a timestamp").timestamp;
}

const errorBody = z.object({ message: z.string() });

/** @throws {SourceParseError} For an error body, or anything that is not documented. */
function readAnswer<T>(schema: z.ZodType<T>, body: unknown, expected: string): T {
  const failed = errorBody.safeParse(body);
  const read = schema.safeParse(body);
  if (!failed.success && read.success) return read.data;
  const was = failed.success
    ? `an error: ${cut(failed.data.message)}`
    : `wrong at ${describe(read.error!)}`;
  throw new SourceParseError(`Cannot use an answer of Alpaca: must hold ${expected}, was ${was}`);
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  return cut(`${issue?.path.map(String).join(".") || "the top"} (${issue?.message ?? "unknown"})`);
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
