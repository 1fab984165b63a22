/**
 * Yahoo Finance: minute and day bars of shares of Borsa Istanbul, some fifteen minutes late.
 *
 * @module
 */
import { z } from "zod";
import {
  type Bar,
  formatZoneDay,
  type MarketSymbol,
  type TradingSession,
} from "../../lib/market/mod.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import {
  type Feed,
  type FeedContext,
  type PollSource,
  type RefusedBar,
  SourceParseError,
  type SourceRecords,
  type SourceRequest,
} from "../source.ts";
import { judgeBars, type Split } from "./yahoo_faults.ts";

const key = "yahoo";
const exchange = "bist";
const calendar = getCalendar(exchange)!;
const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Yahoo gives minutes of the last thirty days, of seven days at a time. */
const pieceMs = 7 * dayMs;
const reachMs = 29 * dayMs;
const yearsMs = 2 * 365 * dayMs;
/** Prices of Istanbul come a quarter of an hour late; after this a minute is told for good. */
const settledMs = 20 * minuteMs;

/** The shares of the BIST 30 index, by their code. */
const usualNames: Readonly<Record<string, string>> = {
  AEFES: "Anadolu Efes",
  AKBNK: "Akbank",
  ASELS: "Aselsan",
  ASTOR: "Astor Enerji",
  BIMAS: "BİM",
  DSTKF: "Destek Finans Faktoring",
  EKGYO: "Emlak Konut GYO",
  ENKAI: "Enka İnşaat",
  EREGL: "Ereğli Demir Çelik",
  FROTO: "Ford Otosan",
  GARAN: "Garanti BBVA",
  GUBRF: "Gübre Fabrikaları",
  ISCTR: "İş Bankası",
  KCHOL: "Koç Holding",
  KRDMD: "Kardemir",
  MGROS: "Migros",
  PETKM: "Petkim",
  PGSUS: "Pegasus",
  SAHOL: "Sabancı Holding",
  SASA: "Sasa Polyester",
  SISE: "Şişecam",
  TAVHL: "TAV Havalimanları",
  TCELL: "Turkcell",
  THYAO: "Türk Hava Yolları",
  TOASO: "Tofaş",
  TRALT: "Türk Altın İşletmeleri",
  TTKOM: "Türk Telekom",
  TUPRS: "Tüpraş",
  ULKER: "Ülker Bisküvi",
  YKBNK: "Yapı Kredi",
};

/** Minutes since the last stored one, for every followed share. */
const minutes: Feed = {
  name: "minutes",
  cadenceMs: 5 * minuteMs,
  priority: "high",
  requests: (context) => listShares(context).flatMap((symbol) => askMinutes(symbol, context)),
  parse: (body, { receivedMs, request }) => parseChart(body, receivedMs, request),
};

/**
 * Two years of days, once after each session. Always the whole stretch: a split changes all prices
 * before it, and Yahoo tells them in the unit of today.
 */
const days: Feed = {
  name: "days",
  cadenceMs: 60 * minuteMs,
  priority: "normal",
  requests: (context) => listShares(context).flatMap((symbol) => askDays(symbol, context)),
  parse: (body, { receivedMs, request }) => parseChart(body, receivedMs, request),
};

/** Shares of Borsa Istanbul as Yahoo Finance tells them. */
export const yahoo: PollSource = {
  key,
  name: "Yahoo Finance",
  exchange,
  addresses: {
    rest: ["https://query1.finance.yahoo.com", "https://query2.finance.yahoo.com"],
  },
  // Yahoo documents no limit; thirty shares every five minutes are six a minute.
  limitPerMinute: 60,
  calendar,
  closedCadenceMs: 30 * minuteMs,
  usualSymbols: Object.entries(usualNames).map(([code, name]) => toSymbol(code, name)),
  feeds: [minutes, days],
  bars: {
    limitMax: pieceMs / minuteMs,
    isWhole: true,
    request(symbol, timeframe, from, to) {
      if (timeframe !== "1m" && timeframe !== "1d") {
        throw new RangeError(`Cannot ask Yahoo for ${timeframe} bars: 1m or 1d are required`);
      }
      return askChart(symbol, { timeframe, from, to });
    },
    parse(body, request) {
      // What is not settled yet is told again by the next poll.
      const told = parseChart(body, Infinity, request ?? { path: "", weight: 1 });
      return (told.bars ?? []).flatMap(({ bars }) => bars);
    },
  },
};

function toSymbol(code: string, name: string): MarketSymbol {
  return {
    symbol: `${code}.IS`,
    id: `stock:${code}@${exchange}`,
    exchange,
    kind: "stock",
    base: code,
    quote: "TRY",
    name,
    active: true,
  };
}

function listShares({ symbols }: FeedContext): string[] {
  return symbols.filter((symbol) => symbol.exchange === exchange).map(({ symbol }) => symbol);
}

/** Returns sessions that had begun by `nowMs`, of the last month; none outside the calendar. */
function listBegun(fromMs: number, nowMs: number): TradingSession[] {
  try {
    return calendar.listSessions(fromMs, nowMs);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** Asks for the minutes after the last stored one; for none when there can be no new one. */
function askMinutes(symbol: string, { nowMs, getLastBarTime }: FeedContext): SourceRequest[] {
  const last = getLastBarTime(symbol, "1m");
  const from = last === null ? nowMs - pieceMs : Math.max(last + minuteMs, nowMs - reachMs);
  const session = listBegun(nowMs - reachMs, nowMs).at(-1);
  // The last minutes of a session are quiet, so its end is seldom told by a bar of its own.
  const isOver = session && nowMs > session.closeMs + 60 * minuteMs;
  if (isOver && last !== null && last >= session.closeMs - 30 * minuteMs) return [];
  const requests: SourceRequest[] = [];
  for (let start = from; start < nowMs; start += pieceMs) {
    const end = Math.min(nowMs, start + pieceMs);
    if (session && listBegun(start, end).length === 0) continue;
    requests.push(askChart(symbol, { timeframe: "1m", from: start, to: end }));
  }
  return requests;
}

function askDays(symbol: string, { nowMs, getLastBarTime }: FeedContext): SourceRequest[] {
  const last = getLastBarTime(symbol, "1d");
  const sessions = listBegun(nowMs - reachMs, nowMs);
  const done = sessions.findLast(({ closeMs }) => closeMs + settledMs <= nowMs);
  if (last !== null && (!done || Date.parse(done.day) <= last)) return [];
  return [askChart(symbol, { timeframe: "1d", from: nowMs - yearsMs, to: nowMs })];
}

function askChart(
  symbol: string,
  { timeframe, from, to }: { timeframe: "1m" | "1d"; from: number; to: number },
): SourceRequest {
  const query = new URLSearchParams({
    interval: timeframe,
    period1: String(Math.floor(from / 1_000)),
    period2: String(Math.ceil(to / 1_000)),
    includePrePost: "false",
    events: "div|split",
  });
  return {
    path: `/v8/finance/chart/${encodeURIComponent(symbol)}?${query}`,
    // Yahoo refuses clients that do not name themselves as browsers do.
    headers: { "user-agent": "Mozilla/5.0 (compatible; CryptoIntel)" },
    weight: 1,
    about: { symbol, timeframe },
  };
}

const figure = z.number().nullish();
const column = z.array(z.number().nullable()).max(100_000).optional();
const seconds = z.number().int().nonnegative().max(99_999_999_999);
const result = z.object({
  meta: z.object({
    symbol: z.string(),
    currency: z.string().nullish(),
    regularMarketPrice: figure,
    regularMarketTime: seconds.nullish(),
    chartPreviousClose: figure,
  }),
  timestamp: z.array(seconds).max(100_000).nullish(),
  events: z.object({
    splits: z.record(
      z.string(),
      z.object({ date: seconds, numerator: z.number(), denominator: z.number() }),
    ).optional(),
  }).nullish(),
  indicators: z.object({
    quote: z.array(z.object({
      open: column,
      high: column,
      low: column,
      close: column,
      volume: column,
    })).max(1),
  }),
});
type Result = z.infer<typeof result>;
const chart = z.object({
  chart: z.union([
    z.object({ result: z.tuple([result]), error: z.null().optional() }),
    z.object({ error: z.object({ code: z.string(), description: z.string().nullish() }) }),
  ]),
});

/**
 * Returns the closed bars of one answer, and those that are not to be believed. Prices are adjusted
 * for splits and not for dividends, which `adjclose` would be.
 *
 * @throws {SourceParseError} For an error body, an undocumented one, the wrong share or currency,
 * or an answer with no believable bar.
 */
function parseChart(body: unknown, receivedMs: number, request: SourceRequest): SourceRecords {
  const { symbol = "", timeframe } = request.about ?? {};
  const read = chart.safeParse(body);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw refuse(symbol, `wrong at ${issue?.path.map(String).join(".") || "the top"}`);
  }
  const answer = read.data.chart;
  if (!("result" in answer)) {
    const { code, description } = answer.error!;
    throw refuse(symbol, `an error (${code}: ${description ?? "without words"})`);
  }
  const [told] = answer.result;
  checkMeta(told, symbol);
  const kind = timeframe === "1d" ? "1d" : "1m";
  const rows = toBars(told, symbol)
    .map((bar) => kind === "1d" ? toDay(bar) : bar)
    .filter(({ time }) => kind === "1d" || time % minuteMs === 0);
  const closed = dropUnfinished(rows, { kind, told, receivedMs });
  const judged = judgeBars(closed, {
    price: isNear(told, closed) ? told.meta.regularMarketPrice ?? null : null,
    splits: listSplits(told, kind),
  });
  if (closed.length > 0 && judged.kept.length === 0) {
    const first = judged.refused[0];
    throw refuse(
      symbol,
      `not one bar that can be true, the first of ${closed.length}: ${first?.reason}`,
    );
  }
  const { kept, refused } = dropOutside(judged, kind);
  return {
    ...(kept.length > 0 && { bars: [{ symbol, timeframe: kind, bars: kept }] }),
    ...(refused.length > 0 && {
      refusedBars: refused.map((one): RefusedBar => ({ symbol, timeframe: kind, ...one })),
    }),
  };
}

function refuse(symbol: string, was: string): SourceParseError {
  return new SourceParseError(
    `Cannot use an answer of Yahoo Finance: it must hold bars of ${symbol}, was ${
      was.slice(0, 200)
    }`,
  );
}

/** The answer must be about the share that was asked for, in lira, and in one unit. */
function checkMeta({ meta }: Result, symbol: string): void {
  if (meta.symbol !== symbol) throw refuse(symbol, `about ${meta.symbol}`);
  if (symbol.endsWith(".IS") && meta.currency !== "TRY") {
    throw refuse(symbol, `in ${meta.currency ?? "no currency"}, not in TRY`);
  }
}

/** Returns the rows without an empty price, in order of time, each time once. */
function toBars({ timestamp, indicators }: Result, symbol: string): Bar[] {
  const quote = indicators.quote[0] ?? {};
  const times = timestamp ?? [];
  for (const name of ["open", "high", "low", "close", "volume"] as const) {
    const length = quote[name]?.length ?? 0;
    if (length !== times.length) {
      throw refuse(symbol, `${times.length} times with ${length} ${name}s`);
    }
  }
  const bars = new Map<number, Bar>();
  times.forEach((second, i) => {
    const [open, high, low, close] = [quote.open, quote.high, quote.low, quote.close]
      .map((values) => values?.[i] ?? null);
    // A minute without a trade is a row of nulls.
    if (open == null || high == null || low == null || close == null) return;
    const time = second * 1_000;
    const volume = quote.volume?.[i] ?? 0;
    const bar = { open, close, ...enclose(open, high, low, close), volume };
    bars.set(time, { time, ...bar, closed: true, quality: "observed" });
  });
  return [...bars.values()].sort((a, b) => a.time - b.time);
}

/** Prices come as 32-bit floats: a high may lie a rounding below the close that it equals. */
function enclose(open: number, high: number, low: number, close: number) {
  const [top, bottom] = [Math.max(open, close), Math.min(open, close)];
  const isRounding = (a: number, b: number) => Math.abs(a - b) <= Math.abs(b) * 1e-6;
  return {
    high: high < top && isRounding(high, top) ? top : high,
    low: low > bottom && isRounding(low, bottom) ? bottom : low,
  };
}

/** Days begin at 00:00 UTC of the session's date. */
function toDay(bar: Bar): Bar {
  return { ...bar, time: Date.parse(formatZoneDay(bar.time, calendar.timeZone)) };
}

/** Drops what still runs, as far as the late prices tell. */
function dropUnfinished(
  bars: readonly Bar[],
  { kind, told, receivedMs }: { kind: "1m" | "1d"; told: Result; receivedMs: number },
): Bar[] {
  const toldMs = (told.meta.regularMarketTime ?? 0) * 1_000;
  return bars.filter(({ time }) => {
    const endMs = kind === "1m" ? time + minuteMs : findClose(time);
    return (kind === "1m" && endMs <= toldMs && endMs <= receivedMs) ||
      endMs + settledMs <= receivedMs;
  });
}

/** Returns the close of the session on the day that begins at `dayStart` (UTC), or the day's end. */
function findClose(dayStart: number): number {
  return listBegun(dayStart, dayStart + dayMs)[0]?.closeMs ?? dayStart + dayMs;
}

/** The newest price speaks for bars of the last days only. */
function isNear({ meta }: Result, bars: readonly Bar[]): boolean {
  const last = bars.at(-1);
  return last !== undefined &&
    Math.abs((meta.regularMarketTime ?? 0) * 1_000 - last.time) < 6 * dayMs;
}

function listSplits({ events }: Result, kind: "1m" | "1d"): Split[] {
  return Object.values(events?.splits ?? {})
    .filter(({ numerator, denominator }) => numerator > 0 && denominator > 0)
    .map(({ date, numerator, denominator }) => ({
      timeMs: kind === "1d"
        ? Date.parse(formatZoneDay(date * 1_000, calendar.timeZone))
        : date * 1_000,
      ratio: numerator / denominator,
    }));
}

/** Refuses what lies outside the sessions; outside the calendar nothing is known to be wrong. */
function dropOutside(
  { kept, refused }: { kept: Bar[]; refused: { time: number; reason: string }[] },
  kind: "1m" | "1d",
) {
  const isInside = ({ time }: Bar) => {
    const from = Date.parse(calendar.firstDay) + dayMs;
    if (time < from || time > Date.parse(calendar.lastDay) - dayMs) return true;
    return kind === "1m"
      ? calendar.isOpen(time)
      : calendar.listSessions(time, time + dayMs).length > 0;
  };
  const outside = kept.filter((bar) => !isInside(bar))
    .map(({ time }) => ({ time, reason: "it lies outside the exchange's sessions" }));
  return { kept: kept.filter(isInside), refused: [...refused, ...outside] };
}
