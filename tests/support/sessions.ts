/** Exchanges with trading hours, played on a pipeline in memory whose clock only the play moves. */
import type { Clock } from "../../lib/clock.ts";
import type { BarUpdate } from "../../lib/live/types.ts";
import { type Logger, silentLogger } from "../../lib/log.ts";
import type { Bar, MarketSymbol, Timeframe, TradingSession } from "../../lib/market/mod.ts";
import { getCalendar } from "../../lib/market/calendars/mod.ts";
import {
  type ClosedBarKind,
  createPipeline,
  type Pipeline,
  type PipelineOptions,
} from "../../lib/pipeline/mod.ts";
import { createMemoryStore, type MemoryStore } from "./memory_store.ts";
import { aBar, aTrade, MINUTE_MS } from "./market.ts";

/** A clock that is set; whoever waits is woken only by its signal. */
export interface SetClock extends Clock {
  set(timeMs: number): void;
}

export function createSetClock(startMs = 0): SetClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    random: () => 0.5,
    wait: (_ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        signal?.addEventListener("abort", () => resolve(), { once: true });
      }),
    set: (timeMs) => void (nowMs = Math.max(nowMs, timeMs)),
  };
}

export interface ToldBars {
  symbol: string;
  timeframe: Timeframe;
  kind: ClosedBarKind;
  times: number[];
  /** Wall time at which it was told. */
  atMs: number;
}

/** A pipeline at work. */
export interface SessionWorld {
  pipeline: Pipeline;
  store: MemoryStore;
  clock: SetClock;
  told: ToldBars[];
  updates: BarUpdate[];
  list(symbol: string, timeframe?: Timeframe): Promise<Bar[]>;
  row(symbol: string, timeframe?: Timeframe): ReturnType<Pipeline["getContinuity"]>[number];
  /** Resolves when all that was taken in is committed. */
  settle(): Promise<void>;
}

export function aStock(symbol: string, exchange = "alpaca"): MarketSymbol {
  const id = `stock:${symbol}@${exchange}`;
  return { symbol, id, exchange, kind: "stock", base: symbol, quote: "USD", active: true };
}

/** Returns a live pipeline with real calendars on `store`; it was started. */
export async function startSessions(
  { store = createMemoryStore(), startMs, log = silentLogger, ...part }:
    & { store?: MemoryStore; startMs: number; log?: Logger }
    & Partial<PipelineOptions>,
): Promise<SessionWorld> {
  const clock = createSetClock(startMs);
  const updates: BarUpdate[] = [];
  const told: ToldBars[] = [];
  const pipeline = createPipeline({
    store,
    clock,
    detectors: [],
    log,
    mode: "live",
    live: {
      publishPrice: () => {},
      publishBar: (update) => updates.push({ ...update, bar: { ...update.bar } }),
      publish: () => {},
    },
    ...part,
  });
  pipeline.onClosedBar(({ symbol, timeframe }, bars, kind) =>
    told.push({ symbol, timeframe, kind, times: bars.map(({ time }) => time), atMs: clock.now() })
  );
  await pipeline.start();
  return {
    pipeline,
    store,
    clock,
    told,
    updates,
    list: (symbol, timeframe = "1m") => store.bars.listBars({ symbol, timeframe }),
    row: (symbol, timeframe = "1m") =>
      pipeline.getContinuity().find((row) => row.symbol === symbol && row.timeframe === timeframe)!,
    settle: () =>
      pipeline.intake.addHistory("none", "1m", [], { source: "none", reason: "history" }),
  };
}

export interface SessionPlay {
  symbol?: string;
  exchange?: string;
  /** Minutes of the session (counted from its open) without a trade. */
  quiet?: (minute: number) => boolean;
  /** The play ends before this minute. */
  minutes?: number;
  from?: number;
  /** The last trade's number. */
  isConfirmed?: boolean;
}

/** Plays one session as its stream tells it: connected before the open, closed after the end. */
export async function playSession(
  world: SessionWorld,
  session: TradingSession,
  {
    symbol = "AAPL",
    exchange = "alpaca",
    quiet = () => false,
    minutes = Infinity,
    from = 0,
    isConfirmed = true,
  }: SessionPlay = {},
): Promise<void> {
  const { pipeline, clock } = world;
  const traits = exchange === "alpaca" ? { omitsQuietBars: true, isVolumeApart: true } : undefined;
  const intake = pipeline.intake.forExchange(exchange, traits);
  const count = Math.min(minutes, (session.closeMs - session.openMs) / MINUTE_MS);
  if (from === 0) {
    clock.set(session.openMs - 30_000);
    intake.beginWatch([symbol], session.openMs - 30_000);
  }
  for (let minute = from; minute < count; minute++) {
    const time = session.openMs + minute * MINUTE_MS;
    const price = 100 + (minute % 10);
    clock.set(time + 2_000);
    if (!quiet(minute)) {
      const tradeId = time / 1_000;
      intake.addTrade(
        aTrade({ symbol, price, size: 10, tradeId, eventMs: time + 1_000, source: exchange }),
      );
    }
    clock.set(time + MINUTE_MS);
    if (!quiet(minute) && isConfirmed) {
      // Odd lots make the exchange's volume larger than that of its trades.
      const bar = aBar({ time, open: price, volume: 13 });
      intake.addExchangeBar(symbol, "1m", bar, exchange);
    }
    intake.advance(time + MINUTE_MS);
  }
  if (count * MINUTE_MS === session.closeMs - session.openMs) {
    clock.set(session.closeMs + 90_000);
    intake.advance(session.closeMs + 90_000);
  }
  await world.settle();
}

/** Sessions of an exchange between two dates, the second one inclusive. */
export function listSessions(exchange: string, fromDay: string, toDay: string): TradingSession[] {
  const to = Date.parse(toDay) + 86_400_000;
  return getCalendar(exchange)!.listSessions(Date.parse(fromDay), to);
}

/** How many buckets of `lengthMs` these sessions reach into. */
export function countSessionBars(sessions: readonly TradingSession[], lengthMs: number): number {
  const starts = new Set<number>();
  for (const { openMs, closeMs } of sessions) {
    for (let time = openMs; time < closeMs; time += MINUTE_MS) {
      starts.add(Math.floor(time / lengthMs) * lengthMs);
    }
  }
  return starts.size;
}
