/**
 * Shares in the recorded world: Alpaca's and Yahoo's REST interfaces over recorded bars, at market
 * time; whatever the bars do not tell comes from recorded answers.
 *
 * @module
 */
import { join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { formatZoneDay } from "../../lib/market/mod.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import { cutToSessions } from "../sessions.ts";
import { listFolder, readText, type ReplayBar } from "./bars_file.ts";
import type { RecordedAnswers, SourceCall } from "./fixtures.ts";
import { openHistory, type ReplayHistory } from "./history.ts";
import type { Recording } from "./recording.ts";

/** What is answered from. */
export interface StocksRoom {
  /** Bars of US shares, and of Borsa Istanbul. */
  us: ReplayHistory;
  bist: ReplayHistory;
  /** Length of the bars whose trades are streamed, ms. */
  stepMs: number;
  answers: RecordedAnswers;
  /** Folder of the recording. */
  folder: string;
  /** Market time, epoch ms. */
  marketNow(): number;
  clock: Clock;
}

const minuteMs = 60_000;
const halfHourMs = 30 * minuteMs;
const hourMs = 2 * halfHourMs;
const dayMs = 24 * hourMs;
const newYork = "America/New_York";

/** Lengths of bars by Alpaca's names. */
const alpacaSteps: Readonly<Record<string, number>> = {
  "1Min": minuteMs,
  "5Min": 5 * minuteMs,
  "15Min": 15 * minuteMs,
  "30Min": 30 * minuteMs,
  "1Hour": hourMs,
  "4Hour": 4 * hourMs,
  "1Day": dayMs,
};

/** Opens the shares of a folder; one without `candles/us` or `candles/bist` has none. */
export async function openStocks(
  { folder, recording, ...rest }:
    & Pick<StocksRoom, "folder" | "answers" | "marketNow" | "clock">
    & { recording: Recording },
): Promise<StocksRoom> {
  const open = (exchange: string) => {
    const none = { ...recording, exchange, symbols: [], series: new Map() };
    return openHistory({ folder, recording: recording.exchange === exchange ? recording : none });
  };
  const stepMs = recording.exchange === "us" ? recording.stepMs : minuteMs;
  return { folder, ...rest, stepMs, us: await open("us"), bist: await open("bist") };
}

/** Answers one request to Alpaca (data and account server alike) or to Yahoo Finance. */
export async function answerStocks(room: StocksRoom, call: SourceCall): Promise<Response> {
  const chart = /^\/v8\/finance\/chart\/([^/]+)$/.exec(call.path);
  if (call.source === "yahoo" && chart) return await answerChart(room, chart[1]!, call);
  if (call.source === "alpaca") {
    if (call.path === "/v2/clock") return answerClock(room);
    if (call.path === "/v2/assets") return answerAssets(room);
    if (call.path === "/v2/stocks/bars") return await answerBars(room, call.query);
  }
  return await room.answers.answer(call);
}

function answerClock({ marketNow }: StocksRoom): Response {
  const timestamp = new Date(marketNow()).toISOString();
  let isOpen = false;
  try {
    isOpen = getCalendar("alpaca")!.isOpen(marketNow());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return Response.json({ timestamp, is_open: isOpen });
}

function answerAssets({ us }: StocksRoom): Response {
  return Response.json(
    [...us.symbols].sort().map((symbol) => ({
      symbol,
      name: symbol,
      class: "us_equity",
      status: "active",
      tradable: true,
    })),
  );
}

const refuse = (status: number, message: string) => Response.json({ message }, { status });

/** Answers as Alpaca does: pages of `limit` bars, and a token for the rest. */
async function answerBars(room: StocksRoom, query: URLSearchParams): Promise<Response> {
  const name = query.get("timeframe") ?? "";
  const stepMs = Object.hasOwn(alpacaSteps, name) ? alpacaSteps[name]! : 0;
  if (stepMs === 0) return refuse(400, `invalid timeframe: ${name}`);
  const symbol = query.get("symbols") ?? "";
  if (!room.us.symbols.has(symbol)) return Response.json({ bars: {}, next_page_token: null });
  const start = Date.parse(query.get("page_token") ?? query.get("start") ?? "");
  const end = Date.parse(query.get("end") ?? "");
  if (Number.isNaN(start)) return refuse(400, "invalid start");
  const limit = Math.min(10_000, Math.max(1, Number(query.get("limit")) || 1_000));
  // Hours are asked for by their halves; where only hours were recorded one half tells it all.
  const listedMs = stepMs === halfHourMs ? Math.max(stepMs, Math.min(room.stepMs, hourMs)) : stepMs;
  const found = await room.us.list(symbol, listedMs, {
    from: Math.floor(start / listedMs) * listedMs,
    ...(Number.isNaN(end) ? {} : { to: end }),
    limit: limit + 1,
    marketMs: room.marketNow(),
  });
  const more = found[limit];
  const splits = query.get("adjustment") === "split" ? await readSplits(room, symbol) : [];
  const bars = found.slice(0, limit).map((bar) => {
    const time = listedMs === stepMs ? bar.time : findFirstHalf(bar.time);
    return spellBar({ ...bar, time }, stepMs, splits);
  });
  return Response.json({
    bars: bars.length > 0 ? { [symbol]: bars } : {},
    next_page_token: more ? new Date(more.time).toISOString() : null,
  });
}

/** Returns the start of the first half of an hour in which the market was open. */
function findFirstHalf(hourStartMs: number): number {
  const hour = { from: hourStartMs, to: hourStartMs + hourMs };
  const open = cutToSessions(getCalendar("alpaca")!, hour)[0];
  return Math.floor((open?.from ?? hourStartMs) / halfHourMs) * halfHourMs;
}

/** Days carry the instant of midnight in New York. */
function spellBar(bar: ReplayBar, stepMs: number, splits: readonly SplitFactor[]) {
  const day = new Date(bar.time).toISOString().slice(0, 10);
  const midnight = formatZoneDay(bar.time + 4 * hourMs, newYork) === day ? 4 : 5;
  const time = stepMs === dayMs ? bar.time + midnight * hourMs : bar.time;
  // A row counts for the days up to its own.
  const factor = splits.find(({ lastDay }) => lastDay >= day)?.factor ?? 1;
  return {
    t: new Date(time).toISOString().replace(".000Z", "Z"),
    o: bar.open * factor,
    h: bar.high * factor,
    l: bar.low * factor,
    c: bar.close * factor,
    v: bar.volume / factor,
    n: Number.isFinite(bar.count) ? bar.count : 0,
  };
}

/** What prices up to a day are multiplied with to be in today's shares. */
interface SplitFactor {
  lastDay: string;
  factor: number;
}

/** Reads the splits recorded beside the bars; none where nothing was recorded. */
async function readSplits({ folder }: StocksRoom, symbol: string): Promise<SplitFactor[]> {
  const room = join(folder, "candles/us/factors");
  const name = `${symbol}.csv.gz`;
  if (!(await listFolder(room)).includes(name)) return [];
  const text = await readText(join(room, name));
  return text.trim().split("\n").slice(1).flatMap((line) => {
    const [day = "", , split] = line.split(",");
    const factor = Number(split);
    const lastDay = day.length === 8
      ? `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`
      : day;
    return factor > 0 ? [{ lastDay, factor }] : [];
  });
}

/** Answers as Yahoo does; a share without recorded bars is looked for in the recorded answers. */
async function answerChart(room: StocksRoom, symbol: string, call: SourceCall): Promise<Response> {
  const name = decodeURIComponent(symbol);
  if (!room.bist.symbols.has(name)) return await room.answers.answer(call);
  const marketMs = room.marketNow();
  const isDaily = call.query.get("interval") === "1d";
  const seconds = (key: string) => Number(call.query.get(key) ?? NaN);
  const [from, to] = [seconds("period1") * 1_000, seconds("period2") * 1_000];
  const calendar = getCalendar("bist")!;
  const bars = await room.bist.list(name, isDaily ? dayMs : minuteMs, {
    ...(Number.isNaN(from) ? {} : { from: from - dayMs }),
    to: Number.isNaN(to) ? marketMs : to,
    limit: 10_000,
    marketMs,
  });
  const last = bars.at(-1);
  const meta = {
    currency: "TRY",
    symbol: name,
    exchangeName: "IST",
    instrumentType: "EQUITY",
    regularMarketTime: last ? (last.time + dayMs) / 1_000 : 0,
    regularMarketPrice: last?.close ?? null,
    exchangeTimezoneName: calendar.timeZone,
    dataGranularity: isDaily ? "1d" : "1m",
  };
  const column = (pick: (bar: ReplayBar) => number) => bars.map(pick);
  const quote = {
    open: column(({ open }) => open),
    high: column(({ high }) => high),
    low: column(({ low }) => low),
    close: column(({ close }) => close),
    volume: column(({ volume }) => volume),
  };
  // A day is told at its session's opening; ten o'clock in Istanbul has been seven in London since
  // the clocks stopped changing.
  const timestamp = bars.map(({ time }) => (time + (isDaily ? 7 * hourMs : 0)) / 1_000);
  const result = {
    meta,
    ...(bars.length > 0 && { timestamp }),
    indicators: { quote: [bars.length > 0 ? quote : {}] },
  };
  return Response.json({ chart: { result: [result], error: null } });
}
